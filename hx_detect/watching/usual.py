"""Counts of earlier weeks -> the usual share of each weekday, and how high it may be. In: counts. Out: ``Usual``.

The share of a group is drawn towards that of all texts (weight of 20 texts), that of a weekday towards the group's
share with the weekday pattern of all texts (weight of 50): so a new shop has a usual share from its first day. Its
upper end is Wilson's score bound (1927) on as many texts as the estimate is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hx_detect.watching.detector import BoolArray, FloatArray, IntArray

WINDOW_DAYS: Final = 182
"""The usual is learnt from so many days …"""
GAP_DAYS: Final = 14
"""… that ended so long ago: what has just begun to rise is not yet usual."""
WEEKDAYS: Final = 7
_TOWARDS_ALL: Final = 20.0
_TOWARDS_PATTERN: Final = 50.0
_PATTERN_PRIOR: Final = 20.0
_BOUND: Final = 1.0
"""Standard errors from the estimate to its upper end."""
_CALM_DAYS: Final = 30.0
"""The dispersion is drawn towards 1 with the weight of so many days."""
_LEAST, _MOST = 0.002, 0.9


@dataclass(frozen=True, slots=True)
class WeeklyCounts:
    """What there is of one stream, summed up week by week.

    Attributes:
        sums: shape (4, …, weeks + 1, 7), over the weeks before, by weekday: texts, hits, squared hits of a day per text
            of that day, and days that have texts; the axes between are those of several streams.
        first: day number of the first day; weeks begin on its weekday.
    """

    sums: FloatArray
    first: int

    def between(self, low: IntArray, high: IntArray) -> FloatArray:
        """The sums of the whole weeks from ``low`` on, before ``high`` (day numbers), shape (4, …, blocks, 7)."""
        last = self.sums.shape[-2] - 1
        start = np.clip(-((self.first - low) // WEEKDAYS), 0, last)
        end = np.maximum(start, np.clip((high - self.first) // WEEKDAYS, 0, last))
        between: FloatArray = self.sums[..., end, :] - self.sums[..., start, :]
        return between


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, per block of seven days: shares of the weekdays (…, blocks, 7), the rest (…, blocks).

    Attributes:
        share: estimate of the usual share.
        bound: its upper end.
        volume: texts a day.
        dispersion: variance of the days over that of chance alone, 1 or more.
        texts: texts that it was learnt from.
    """

    share: FloatArray
    bound: FloatArray
    volume: FloatArray
    dispersion: FloatArray
    texts: FloatArray


def count_weeks(days: IntArray, hits: BoolArray, first: int, last: int) -> WeeklyCounts:
    """Sum a stream up.

    Args:
        days: day number of each text (0 is 1970-01-01).
        hits: shape (…, n); one row for each of several streams of the same texts.
        first: first day of the first week.
        last: a day of the last week.
    """
    weeks = (last - first) // WEEKDAYS + 1
    length = weeks * WEEKDAYS
    texts = np.bincount(days - first, minlength=length).astype(float)
    rows = [np.bincount(days[row] - first, minlength=length) for row in np.atleast_2d(hits)]
    marked = np.array(rows, float).reshape(*hits.shape[:-1], length)
    values = np.stack(np.broadcast_arrays(texts, marked, marked**2 / np.maximum(1.0, texts), texts > 0))
    by_week = np.roll(values.reshape(*values.shape[:-1], weeks, WEEKDAYS), int(weekday(np.array(first))), axis=-1)
    before = np.zeros((*by_week.shape[:-2], 1, WEEKDAYS))
    return WeeklyCounts(np.concatenate([before, np.cumsum(by_week, axis=-2)], axis=-2), first)


def stacked(counts: Sequence[WeeklyCounts]) -> WeeklyCounts:
    """The counts of several streams as one; at least one, all of the same weeks."""
    return WeeklyCounts(np.stack([one.sums for one in counts], axis=1), counts[0].first)


def weekday(days: IntArray) -> IntArray:
    """0 for Monday to 6 for Sunday."""
    return (days + 3) % WEEKDAYS


def windows(watched_from: int, blocks: int, first: int) -> tuple[IntArray, IntArray]:
    """First and end day (exclusive) of what each block of seven days is compared with."""
    end = np.maximum(watched_from, watched_from + WEEKDAYS * np.arange(blocks) - GAP_DAYS)
    return np.maximum(first, end - WINDOW_DAYS), end


def learn_usual(own: WeeklyCounts, everyone: WeeklyCounts, low: IntArray, high: IntArray) -> Usual:
    """The usual shares of a stream.

    Args:
        own: counts of the stream, without the days of its alarms.
        everyone: counts of all texts.
        low: first days of ``windows``.
        high: end days of ``windows``.
    """
    counts = own.between(low, high)
    texts, hits = counts[0], counts[1]
    rate, pattern = _pattern(*everyone.between(low, high)[:2])
    total, marked = texts.sum(axis=-1, keepdims=True), hits.sum(axis=-1, keepdims=True)
    level = _bounded((marked + _TOWARDS_ALL * rate) / (total + _TOWARDS_ALL))
    expected = (texts * _expit(_logit(level) + pattern)).sum(axis=-1, keepdims=True)
    level = _bounded(level * (marked + _TOWARDS_ALL * rate) / (expected + _TOWARDS_ALL * rate))
    prior = _expit(_logit(level) + pattern)
    share = _bounded((hits + _TOWARDS_PATTERN * prior) / (texts + _TOWARDS_PATTERN))
    trust = _TOWARDS_PATTERN / (texts + _TOWARDS_PATTERN)
    worth = 1 / ((1 - trust) ** 2 / np.maximum(texts, 1.0) + trust**2 / (total + _TOWARDS_ALL))
    days = np.maximum(1, high - low)
    dispersion = _dispersion(counts, share)
    bound = _upper(share, worth / dispersion[..., None])
    return Usual(share, bound, total[..., 0] / days, dispersion, total[..., 0])


def _pattern(texts: FloatArray, hits: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share over all weekdays, shape (…, blocks, 1), and what each weekday adds in logits, (…, blocks, 7)."""
    total = texts.sum(axis=-1, keepdims=True)
    rate = _bounded((hits.sum(axis=-1, keepdims=True) + 0.5) / (total + 1))
    daily = _bounded((hits + _PATTERN_PRIOR * rate) / (texts + _PATTERN_PRIOR))
    return rate, _logit(daily) - _logit(rate)


def _dispersion(counts: FloatArray, share: FloatArray) -> FloatArray:
    """Pearson's chi-square of the days over its degrees of freedom, drawn towards 1; shape (…, blocks)."""
    texts, hits, squares, days = counts
    square = ((squares - 2 * share * hits + share**2 * texts) / (share * (1 - share))).sum(axis=-1)
    found: FloatArray = np.maximum(1.0, (square + _CALM_DAYS) / (days.sum(axis=-1) + _CALM_DAYS))
    return found


def _upper(share: FloatArray, worth: FloatArray) -> FloatArray:
    square = _BOUND**2 / worth
    middle = share + square / 2
    return _bounded((middle + np.sqrt(square * (share * (1 - share) + square / 4))) / (1 + square))


def _bounded(share: FloatArray) -> FloatArray:
    return np.clip(share, _LEAST, _MOST)


def _logit(share: FloatArray) -> FloatArray:
    kept: FloatArray = np.log(share) - np.log1p(-share)
    return kept


def _expit(logit: FloatArray) -> FloatArray:
    kept: FloatArray = 1 / (1 + np.exp(-logit))
    return kept
