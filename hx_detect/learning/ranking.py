"""Truth and scores -> how well the scores rank. In: (n,) flags and (n,) scores. Out: average precision in [0, 1]."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def average_precision(truth: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float:
    """Mean precision at each positive, best score first (Manning et al. 2008, section 8.4); 0 without positives."""
    ordered = truth[np.argsort(-scores, kind="stable")]
    hits = np.flatnonzero(ordered)
    return float(np.mean(np.arange(1, len(hits) + 1) / (hits + 1))) if len(hits) else 0.0
