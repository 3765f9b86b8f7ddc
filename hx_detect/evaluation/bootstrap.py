"""A statistic -> its value and how sure it is. In: functions of resampling weights. Out: 95 % intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.errors import EvaluationError

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""Weights of the texts, shape (resamples, n) -> value in each resample, shape (resamples,); NaN where undefined."""

RESAMPLES: Final = 1_000
SEED: Final = 20_240_229
_ROWS_AT_ONCE: Final = 100
_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % percentile interval.

    Attributes:
        value: on the texts as they are.
        low: 2.5th percentile over the resamples; NaN where the figure is undefined.
        high: 97.5th percentile.
        n: number of units that were resampled (texts, or pairs).
        samples: shape (resamples,), the value in each; the same units in every figure of one ``Bootstrap``.
    """

    value: float
    low: float
    high: float
    n: int
    samples: Floats = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """``value``, ``low``, ``high`` (4 decimals, None where undefined) and ``n``."""
        return {"value": rounded(self.value), "low": rounded(self.low), "high": rounded(self.high), "n": self.n}


class Bootstrap:
    """Resamples of n units with replacement, drawn once and shared by all figures of a set.

    Because they are shared, the difference of two systems' figures is a paired one (Efron & Tibshirani 1993;
    Berg-Kirkpatrick et al. 2012).

    Args:
        n: number of units, 1 or more.
        resamples: number of resamples, 1 or more.
        seed: the same seed and n give the same resamples.

    Raises:
        EvaluationError: there is nothing to resample.
    """

    def __init__(self, n: int, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        if n < 1 or resamples < 1:
            raise EvaluationError(f"bootstrap of {n} units, {resamples} resamples", cure="both must be 1 or more")
        self.n = n
        generator = np.random.default_rng(seed)
        self._counts = np.empty((resamples, n), np.float32)
        for row in self._counts:
            row[:] = np.bincount(generator.integers(0, n, n), minlength=n)

    def estimate(self, statistic: Statistic) -> Estimate:
        """The figure on the units as they are, and its interval over the resamples.

        Args:
            statistic: maps weights of shape (b, n) to values of shape (b,).
        """
        value = float(statistic(np.ones((1, self.n)))[0])
        samples = np.concatenate(
            [
                statistic(self._counts[start : start + _ROWS_AT_ONCE].astype(np.float64))
                for start in range(0, len(self._counts), _ROWS_AT_ONCE)
            ]
        )
        return Estimate(value, *interval(samples), self.n, samples)


def interval(samples: Floats) -> tuple[float, float]:
    """The 2.5th and the 97.5th percentile of the samples that are defined; NaN where none is."""
    defined = samples[~np.isnan(samples)]
    if not defined.size:
        return float("nan"), float("nan")
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def difference(ours: Estimate, theirs: Estimate) -> dict[str, Any]:
    """Ours minus theirs, with the paired 95 % interval.

    Both must come from the same ``Bootstrap``, or from two with the same n, seed and number of resamples.

    Raises:
        EvaluationError: they do not.
    """
    if ours.n != theirs.n or ours.samples.shape != theirs.samples.shape:
        raise EvaluationError(
            f"paired difference of {ours.n} and {theirs.n} units", cure="compare figures of one and the same set"
        )
    low, high = interval(ours.samples - theirs.samples)
    return {"value": rounded(ours.value - theirs.value), "low": rounded(low), "high": rounded(high), "n": ours.n}


def rounded(value: float) -> float | None:
    """Four decimals; None for NaN, which JSON does not have."""
    return None if np.isnan(value) else round(float(value), _DECIMALS)
