"""Many tests at once. In: their p-values. Out: the p-values corrected for their number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """The smallest times n, the next times n - 1 … (Holm 1979).

    statsmodels has the same, but takes seconds to load and empties the garbage at every call.

    Args:
        p_values: n of them, each in [0, 1].

    Returns:
        (n,), in the order given, in [0, 1].
    """
    given = np.array(p_values, np.float64)
    order = np.argsort(given, kind="stable")
    stepped = np.maximum.accumulate(given[order] * np.arange(given.size, 0, -1))
    corrected = np.empty_like(given)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
