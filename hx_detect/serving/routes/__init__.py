"""What the service answers, one file per subject. In: requests. Out: answers, problems."""
