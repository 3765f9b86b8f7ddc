"""Labelled data to a model: corpora, examples, training, export, calibration. Needs the extra `train`."""
