"""Which texts to label next, and the page on which people label them."""
