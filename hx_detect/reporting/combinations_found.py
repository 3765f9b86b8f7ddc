"""Signals that go together beyond chance. In: ``Patterns`` of a frame. Out: ``Combination`` records, tested.

A pair is tested by Fisher's exact test (one-sided); a triple by the weakest of the three tests of one signal against
the other two together, so that it counts only where each adds something. Corrected together by Holm (1979). Lift is the
share over the product of the single shares, its interval by the delta method on its logarithm.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
from scipy import stats

from hx_detect.reporting.figure_values import Estimate
from hx_detect.reporting.intervals import CLEAR, Z, holm, share, tidy
from hx_detect.reporting.patterns import Floats, Patterns
from hx_detect.reporting.section_records import Combination

_FEWEST: Final = 5
_SHOWN: Final = 12
_WIDEST: Final = 16
"""Signals that are combined: the most frequent; 16 make 680 pairs and triples."""


def find_combinations(patterns: Patterns) -> tuple[Combination, ...]:
    """The clear combinations: of those with the most texts beyond what chance gives, the first twelve.

    Args:
        patterns: of grievance signals in the order of the journey.
    """
    total = float(patterns.texts.sum())
    single = patterns.texts @ patterns.present
    frequent = sorted(np.argsort(-single, kind="stable")[:_WIDEST].tolist())
    tested: list[tuple[tuple[int, ...], int, float]] = []
    for size in (2, 3):
        for chosen in combinations(frequent, size):
            together = float(patterns.texts @ patterns.present[:, chosen].prod(axis=1))
            if together >= _FEWEST:
                tested.append((chosen, int(together), _p_value(patterns, chosen, together, total)))
    found = []
    for (chosen, together, _), p_value in zip(tested, holm([test[2] for test in tested]), strict=True):
        expected = float(np.prod(single[list(chosen)] / total))
        lift = _lift(patterns, chosen, together / total, expected, total)
        if p_value < CLEAR and lift.low > 1:
            names = tuple(patterns.signals[index] for index in chosen)
            found.append(Combination(names, share(together, int(total)), tidy(expected), lift, p_value))
    found.sort(key=lambda one: (-(one.share.value - one.expected), one.signals))
    return tuple(found[:_SHOWN])


def _p_value(patterns: Patterns, chosen: tuple[int, ...], together: float, total: float) -> float:
    """The weakest of the tests of one signal against the others."""
    worst = 0.0
    for one in chosen:
        others = [index for index in chosen if index != one]
        with_others = float(patterns.texts @ patterns.present[:, others].prod(axis=1))
        with_one = float(patterns.texts @ patterns.present[:, one])
        worst = max(worst, float(stats.hypergeom.sf(together - 1, total, with_one, with_others)))
    return worst


def _lift(patterns: Patterns, chosen: tuple[int, ...], seen: float, expected: float, total: float) -> Estimate:
    """How many times more often than by chance."""
    value = seen / expected
    influence: Floats = patterns.present[:, chosen].prod(axis=1) / seen + (len(chosen) - 1)
    for index in chosen:
        rate = float(patterns.texts @ patterns.present[:, index]) / total
        influence = influence - patterns.present[:, index] / rate
    spread = float(np.sqrt(patterns.texts @ influence**2) / total)
    return Estimate(tidy(value, 3), tidy(value * np.exp(-Z * spread), 3), tidy(value * np.exp(Z * spread), 3))
