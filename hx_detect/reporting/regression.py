"""Signal patterns with an outcome -> what each signal does to it, all else equal. In: ``Patterns``. Out: ``Effects``.

Ordinary least squares of the outcome on all signals and a constant per group (fixed effects, absorbed by subtracting
the group's mean: Frisch & Waugh 1933), with heteroscedasticity-robust standard errors HC3 (MacKinnon & White 1985). It
works on counted patterns, which is exact - texts of one pattern share leverage and prediction - so a million rows cost
what their distinct patterns do. The tests compare it with statsmodels' OLS on the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import linalg, stats

from hx_detect.reporting.intervals import LEVEL
from hx_detect.reporting.patterns import Floats, Patterns

FEWEST_TEXTS: Final = 5
"""A signal needs as many texts with it, and without it, for its effect to be told."""
_FEWEST_FREE: Final = 10
"""Degrees of freedom below which nothing is estimated."""
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Effects:
    """Coefficients of the signals.

    Attributes:
        signals: those whose effect can be told.
        values: shape (signals,), points per signal.
        errors: shape (signals,), their standard errors.
        p_values: shape (signals,), of no effect.
        quantile: of Student's t for the intervals.
        explained: R squared of signals and groups.
    """

    signals: tuple[str, ...]
    values: Floats
    errors: Floats
    p_values: Floats
    quantile: float
    explained: float


def fit_effects(patterns: Patterns) -> Effects | None:
    """Estimate the effects; None where no signal's can be told.

    Args:
        patterns: of texts that all have an outcome.
    """
    kept = _usable(patterns)
    if kept.size == 0:
        return None
    weights = patterns.texts
    group_texts = np.bincount(patterns.groups, weights).astype(np.float64)
    design = _centred(patterns.present[:, kept], weights, patterns.groups, group_texts)
    kept_here = _independent(design, weights)
    if kept_here.size == 0:
        return None
    kept, design = kept[kept_here], design[:, kept_here]
    freedom = float(weights.sum()) - len(group_texts) - kept.size
    if freedom < _FEWEST_FREE:
        return None
    outcome_means = np.bincount(patterns.groups, patterns.totals) / group_texts
    means = patterns.totals / weights - outcome_means[patterns.groups]
    inverse = linalg.pinvh((design * weights[:, None]).T @ design)
    values = inverse @ (design.T @ (weights * means))
    fitted = outcome_means[patterns.groups] + design @ values
    residuals = np.maximum(0.0, patterns.squares - 2 * fitted * patterns.totals + weights * fitted**2)
    leverage = 1.0 / group_texts[patterns.groups] + np.einsum("ij,jk,ik->i", design, inverse, design)
    room = np.where(leverage < 1 - _SAME, 1 - leverage, np.inf)  # a text that only itself explains says nothing
    covariance = inverse @ ((design * (residuals / room**2)[:, None]).T @ design) @ inverse
    errors = np.sqrt(np.maximum(0.0, np.diag(covariance)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(errors > 0, np.abs(values) / errors, np.where(np.abs(values) > _SAME, np.inf, 0.0))
    spread = float(patterns.squares.sum() - patterns.totals.sum() ** 2 / weights.sum())
    explained = 1.0 - float(residuals.sum()) / spread if spread > _SAME else 0.0
    return Effects(
        tuple(patterns.signals[index] for index in kept),
        values,
        errors,
        2 * stats.t.sf(ratios, freedom),
        float(stats.t.ppf(0.5 + LEVEL / 2, freedom)),
        max(0.0, explained),
    )


def _usable(patterns: Patterns) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Signals that enough texts have, and enough have not."""
    with_it = patterns.texts @ patterns.present
    total = patterns.texts.sum()
    return np.flatnonzero((with_it >= FEWEST_TEXTS) & (total - with_it >= FEWEST_TEXTS)).astype(np.int64)


def _centred(
    present: Floats, weights: Floats, groups: np.ndarray[tuple[int], np.dtype[np.int64]], group_texts: Floats
) -> Floats:
    """Each column minus its mean in the group."""
    centred = np.empty_like(present)
    for column in range(present.shape[1]):
        means = np.bincount(groups, weights * present[:, column]) / group_texts
        centred[:, column] = present[:, column] - means[groups]
    return centred


def _independent(design: Floats, weights: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Columns that are no combination of others: of two signals that always go together the first is kept."""
    kept: list[int] = []
    basis = np.empty((design.shape[0], 0))
    scaled = design * np.sqrt(weights)[:, None]
    for column in range(design.shape[1]):
        vector = scaled[:, column]
        rest = vector - basis @ (basis.T @ vector)
        rest -= basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > 1e-6 * max(1.0, float(np.linalg.norm(vector))):
            kept.append(column)
            basis = np.column_stack([basis, rest / length])
    return np.array(kept, dtype=np.int64)
