"""The steps between a text and its score, one file each. In: records. Out: records. They meet in ``scorer.py`` only."""
