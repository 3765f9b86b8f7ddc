"""Shares over time -> where their level changed. In: counts per period. Out: tested ``ChangePoint`` records.

Candidates come from PELT (Killick, Fearnhead & Eckley 2012) on the binomial likelihood; each is then tested by
permuting the periods between its neighbours (so that ordinary ups and downs, larger than binomial, do not count), and
kept only where the p-value survives Bonferroni's correction for all series and candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import ruptures
from ruptures.base import BaseCost
from scipy.special import xlogy

from hx_detect.reporting.intervals import CLEAR, difference, share, tidy_p
from hx_detect.reporting.section_records import ChangePoint

Floats = npt.NDArray[np.float64]
_PERMUTATIONS: Final = 4_999
_SMALLEST: Final = 2
"""Periods of the shortest stretch."""
_FEWEST: Final = 6
"""Periods below which nothing is tested: fewer cannot be put in an order that surprises."""
_PLACES: Final = 200
"""Places that PELT looks at in a long series."""
_BLOCK: Final = 400_000
"""Numbers permuted at once: bounds the memory."""
_SEED: Final = 20_240_229


class BinomialCost(BaseCost):  # type: ignore[misc] # ruptures ships no types
    """Minus the largest log-likelihood of a stretch whose texts share one rate; signal: columns count, texts."""

    model = "binomial"
    min_size = _SMALLEST

    def fit(self, signal: Floats) -> BinomialCost:
        """Remember running sums.

        Args:
            signal: shape (periods, 2): texts that have it, texts in all.
        """
        self.signal = signal
        self._sums = np.vstack([np.zeros(2), np.cumsum(signal, axis=0)])
        return self

    def error(self, start: int, end: int) -> float:
        """The cost of periods ``start`` to ``end``, the end left out."""
        count, texts = self._sums[end] - self._sums[start]
        return float(_cost(count, texts))


def change_points(
    starts: Sequence[str], texts: npt.NDArray[np.int64], series: Mapping[str, npt.NDArray[np.int64]]
) -> list[ChangePoint]:
    """The clear changes of all series, in the order of time.

    Args:
        starts: first day of each period.
        texts: shape (periods,): texts in each.
        series: name -> shape (periods,): texts that have it.
    """
    used = np.flatnonzero(texts > 0)
    if used.size < _FEWEST:
        return []
    found: list[ChangePoint] = []
    for name, counts in series.items():
        data = np.column_stack([counts[used], texts[used]]).astype(np.float64)
        for place, p_value, (first, last) in _clear(data, len(series)):
            early, late = data[first:place].sum(axis=0), data[place:last].sum(axis=0)
            before, after = share(int(early[0]), int(early[1])), share(int(late[0]), int(late[1]))
            at = starts[used[place]]
            found.append(ChangePoint(name, at, before, after, difference(before, after), tidy_p(p_value)))
    return sorted(found, key=lambda point: (point.at, point.p_value, point.series))


def _clear(data: Floats, tests: int) -> list[tuple[int, float, tuple[int, int]]]:
    """Candidates that stay when the weakest is taken away until all are clear: place, p-value, its neighbours."""
    penalty = 2.0 * np.log(len(data))
    jump = max(1, len(data) // _PLACES)
    finder = ruptures.Pelt(custom_cost=BinomialCost(), min_size=_SMALLEST, jump=jump).fit(data)
    places = finder.predict(pen=penalty)[:-1]
    corrections = tests * max(1, len(places))
    random = np.random.default_rng(_SEED)
    while places:
        edges = [0, *places, len(data)]
        bounds = [(edges[index], edges[index + 2]) for index in range(len(places))]
        p_values = [min(1.0, corrections * _p_value(data[low:high], random)) for low, high in bounds]
        worst = int(np.argmax(p_values))
        if p_values[worst] < CLEAR:
            return list(zip(places, p_values, bounds, strict=True))
        del places[worst]
    return []


def _p_value(data: Floats, random: np.random.Generator) -> float:
    """How often periods in any order have a split as good as the best one here."""
    if len(data) < _FEWEST:
        return 1.0
    seen = _best_gain(data[None])[0]
    block = max(1, _BLOCK // len(data))
    reached = 0
    for start in range(0, _PERMUTATIONS, block):
        size = min(block, _PERMUTATIONS - start)
        orders = random.permuted(np.tile(np.arange(len(data)), (size, 1)), axis=1)
        reached += int((_best_gain(data[orders]) >= seen - 1e-9).sum())
    return (reached + 1) / (_PERMUTATIONS + 1)


def _best_gain(data: Floats) -> Floats:
    """The largest drop in cost that one split gives; data of shape (orders, periods, 2)."""
    sums = np.cumsum(data, axis=1)
    whole = sums[:, -1:, :]
    left = sums[:, _SMALLEST - 1 : -_SMALLEST, :]
    right = whole - left
    split = _cost(left[..., 0], left[..., 1]) + _cost(right[..., 0], right[..., 1])
    gains: Floats = (_cost(whole[..., 0], whole[..., 1]) - split).max(axis=1)
    return gains


def _cost(count: Any, texts: Any) -> Any:  # noqa: ANN401 - numbers or arrays alike
    return xlogy(texts, texts) - xlogy(count, count) - xlogy(texts - count, texts - count)
