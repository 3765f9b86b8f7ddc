"""Counts and moments -> estimates with 95 % intervals. In: numbers. Out: ``Share``, ``Estimate``, ``Change``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from scipy import stats

from hx_detect.evaluation import multiple_tests
from hx_detect.reporting.figure_values import Change, Estimate, Share

LEVEL: Final = 0.95
CLEAR: Final = 0.05
"""A corrected p-value below this is called clear."""
Z: Final = float(stats.norm.ppf(0.5 + LEVEL / 2))


def share(count: int, of: int) -> Share:
    """A share with its Wilson (1927) score interval.

    Args:
        count: texts that have it, 0 to ``of``.
        of: texts in all.
    """
    if of == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    low, high = wilson(count, of)
    return Share(int(count), int(of), tidy(count / of), tidy(low), tidy(high))


def wilson(count: float, of: float) -> tuple[float, float]:
    """The Wilson score interval of ``count / of``; ``of`` above 0."""
    rate, weight = count / of, Z * Z / of
    middle = (rate + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * math.sqrt(rate * (1 - rate) / of + Z * Z / (4 * of * of))
    low = 0.0 if count == 0 else max(0.0, middle - half)
    return low, 1.0 if count == of else min(1.0, middle + half)


def difference(before: Share, after: Share) -> Estimate:
    """``after - before`` with Newcombe's (1998) hybrid score interval, his method 10, for independent samples."""
    value = after.value - before.value
    down = math.hypot(after.value - after.low, before.high - before.value)
    up = math.hypot(after.high - after.value, before.value - before.low)
    return Estimate(tidy(value), tidy(max(-1.0, value - down)), tidy(min(1.0, value + up)))


def two_shares_p(before: Share, after: Share) -> float:
    """P-value that two shares are equal: Fisher's exact test for small tables, else the pooled score test."""
    if before.of == 0 or after.of == 0:
        return 1.0
    table = [[before.count, before.of - before.count], [after.count, after.of - after.count]]
    pooled = (before.count + after.count) / (before.of + after.of)
    if min(before.of, after.of) * min(pooled, 1 - pooled) < 5:
        return float(stats.fisher_exact(table)[1])
    spread = math.sqrt(pooled * (1 - pooled) * (1 / before.of + 1 / after.of))
    return float(2 * stats.norm.sf(abs(after.value - before.value) / spread))


def changes(pairs: Sequence[tuple[Share, Share]]) -> list[Change]:
    """Each pair (before, after) compared; p-values corrected together (Holm 1979)."""
    corrected = holm([two_shares_p(before, after) for before, after in pairs])
    return [
        Change(before, after, difference(before, after), p_value, p_value < CLEAR)
        for (before, after), p_value in zip(pairs, corrected, strict=True)
    ]


def mean(count: float, total: float, squares: float) -> Estimate | None:
    """A mean with Student's interval, from count, sum and sum of squares; None below two values."""
    if count < 2:
        return None
    value = total / count
    variance = max(0.0, (squares - count * value * value) / (count - 1))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, count - 1)) * math.sqrt(variance / count)
    return Estimate(tidy(value), tidy(value - half), tidy(value + half))


def nps_score(promoters: int, passives: int, detractors: int) -> Estimate:
    """Net Promoter Score in points with the adjusted Wald interval of Rocks (2016): three texts are added.

    Args:
        promoters: count.
        passives: count.
        detractors: count; the three add up to 1 or more.
    """
    texts = promoters + passives + detractors
    up, middle, down = promoters + 0.75, passives + 1.5, detractors + 0.75
    total = up + middle + down
    centre = (up - down) / total
    half = Z * math.sqrt(((up + down) / total - centre**2) / total)
    value = (promoters - detractors) / texts
    low, high = min(value, max(-1.0, centre - half)), max(value, min(1.0, centre + half))
    return Estimate(tidy(100 * value, 2), tidy(100 * low, 2), tidy(100 * high, 2))


def minus(after: Estimate, before: Estimate) -> Estimate:
    """The difference of two independent estimates, their intervals combined as in Newcombe (1998)."""
    value = after.value - before.value
    down = math.hypot(after.value - after.low, before.high - before.value)
    up = math.hypot(after.high - after.value, before.value - before.low)
    return Estimate(tidy(value, 2), tidy(value - down, 2), tidy(value + up, 2))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for being tested together (Holm 1979); in the order given, of four significant digits."""
    return [tidy_p(value) for value in multiple_tests.holm(p_values)]


def tidy(value: float, digits: int = 6) -> float:
    """Rounded, so that the last bits of a machine's arithmetic do not show; never ``-0.0``."""
    return round(float(value), digits) + 0.0


def tidy_p(value: float) -> float:
    """A p-value with four significant digits."""
    return float(f"{float(value):.4g}")
