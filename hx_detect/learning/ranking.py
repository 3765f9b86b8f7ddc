"""Truth and scores -> how well the scores rank. In: (n,) flags and (n,) scores. Out: average precision in [0, 1]."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def average_precision(truth: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float:
    """Mean precision at each positive, best score first (Manning et al. 2008, section 8.4); 0 without positives.

    Equal scores count as one rank, so that the order of the texts decides nothing.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    if not len(hits) or not hits[-1]:
        return 0.0
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    return float(np.sum(np.diff(hits[last], prepend=0) * hits[last] / (last + 1)) / hits[-1])
