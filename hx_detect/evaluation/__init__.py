"""How good a model is and how fast. In: a scorer, labelled examples. Out: figures with intervals, tables."""
