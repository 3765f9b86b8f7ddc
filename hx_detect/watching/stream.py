"""One stream through its whole history -> its rises. In: days and hits in time order. Out: ``StreamRise`` records."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hx_detect.watching.detector import (
    BoolArray,
    FloatArray,
    IntArray,
    Rise,
    first_rise,
    log_evidence,
    recovery,
    start_weights,
)
from hx_detect.watching.usual import (
    WEEKDAYS,
    Usual,
    WeeklyCounts,
    count_weeks,
    learn_usual,
    weekday,
    windows,
)

NEW_NORMAL_DAYS: Final = 91
"""An alarm that goes on for so long has become the usual: it ends, and what is usual is learnt from then on."""
_MOST_AT_ONCE: Final = 300_000
"""Texts times streams that are looked at together; more would take much memory."""
_MOST_A_HIT: Final = 3.4
"""Evidence that one hit can add at most: the logarithm of the largest odds that are bet on."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a watch: first and last with texts, and the first that may raise an alarm."""

    first: int
    last: int
    watched_from: int

    @property
    def start(self) -> int:
        """First day of the week of the first text; weeks begin on the weekday of ``watched_from``."""
        return self.first - (self.first - self.watched_from) % WEEKDAYS

    @property
    def blocks(self) -> int:
        """Blocks of seven days from ``watched_from`` on."""
        return max(1, (self.last - self.watched_from) // WEEKDAYS + 1)

    def block(self, days: IntArray) -> IntArray:
        """Block of each day; those before ``watched_from`` count to the first."""
        return np.clip((days - self.watched_from) // WEEKDAYS, 0, self.blocks - 1)


@dataclass(frozen=True, slots=True)
class StreamRise:
    """A rise, and what was expected of the texts from ``since`` to ``end``: their mean usual share."""

    rise: Rise
    usual: float
    hits: int
    texts: int


def can_alarm(hits: int, log_threshold: float) -> bool:
    """False where so few hits can never pass the threshold, whatever their order."""
    return hits * _MOST_A_HIT > log_threshold


def rising_streams(
    days: IntArray, hits: BoolArray, everyone: WeeklyCounts, span: Span, log_thresholds: FloatArray
) -> list[int]:
    """Which of several streams of the same texts have a rise: all at once, for the many groups that have none.

    Args:
        days: day number per text, ascending.
        hits: shape (streams, n).
        everyone: counts of all texts (``usual.stacked``).
        span: the days.
        log_thresholds: as for ``watch_stream``, shape (streams,).
    """
    counts = hits.sum(axis=1)
    likely = [row for row, count in enumerate(counts) if can_alarm(int(count), float(log_thresholds[row]))]
    if not likely or hits.size > _MOST_AT_ONCE:
        return likely
    place = int(np.searchsorted(days, span.watched_from))
    own = count_weeks(days, hits[likely], span.start, span.last)
    those = WeeklyCounts(everyone.sums[:, likely], everyone.first)
    usual = learn_usual(own, those, *windows(span.watched_from, span.blocks, span.start))
    rest = days[place:]
    block, week = span.block(rest), weekday(rest)
    weights = start_weights(rest, usual.volume[0, block])
    evidence = log_evidence(hits[likely, place:], usual.bound[:, block, week], weights, usual.dispersion[:, block])[0]
    risen = evidence.max(axis=-1, initial=-np.inf) >= log_thresholds[likely]
    return [row for row, is_risen in zip(likely, risen, strict=True) if is_risen]


def watch_stream(
    days: IntArray, hits: BoolArray, everyone: WeeklyCounts, span: Span, log_threshold: float
) -> list[StreamRise]:
    """All rises of a stream, one after the other.

    Args:
        days: day number per text, ascending.
        hits: shape (n,).
        everyone: counts of all texts, for the weekday pattern.
        span: the days.
        log_threshold: natural logarithm of one over the stream's share of the false-alarm rate.
    """
    found: list[StreamRise] = []
    place = int(np.searchsorted(days, span.watched_from))
    calm = np.ones(len(days), bool)
    low, high = windows(span.watched_from, span.blocks, span.start)
    while place < len(days) and can_alarm(int(hits[place:].sum()), log_threshold):
        own = count_weeks(days[calm], hits[calm], span.start, span.last)
        usual = learn_usual(own, everyone, low, high)
        block, week = span.block(days), weekday(days)
        share, bound = usual.share[block, week], usual.bound[block, week]
        rise = _rise_from(place, days, hits, bound, usual, block, log_threshold)
        if rise is None:
            break
        rise = _with_end(rise, days, hits, share)
        stretch = slice(rise.since, rise.end)
        found.append(StreamRise(rise, float(share[stretch].mean()), int(hits[stretch].sum()), rise.end - rise.since))
        calm[stretch] = False
        if rise.end < len(days) and not rise.recovered:
            calm[: rise.since], calm[stretch] = False, True
            low = np.maximum(low, days[rise.since])
        place = rise.end
    return found


def _rise_from(
    place: int,
    days: IntArray,
    hits: BoolArray,
    bound: FloatArray,
    usual: Usual,
    block: IntArray,
    log_threshold: float,
) -> Rise | None:
    rest = slice(place, None)
    weights = start_weights(days[rest], usual.volume[block[rest]])
    rise = first_rise(hits[rest], bound[rest], weights, usual.dispersion[block[rest]], log_threshold)
    if rise is None:
        return None
    return replace(
        rise,
        since=rise.since + place,
        since_low=rise.since_low + place,
        since_high=rise.since_high + place,
        found=rise.found + place,
        end=len(days),
    )


def _with_end(rise: Rise, days: IntArray, hits: BoolArray, share: FloatArray) -> Rise:
    """Find where the rise ends: back at the usual, or become the usual."""
    risen = float(hits[rise.since : rise.found + 1].mean())
    later = slice(rise.found + 1, None)
    back = recovery(hits[later], days[later], share[later], risen)
    end = len(days) if back is None else rise.found + 1 + back
    settled = int(np.searchsorted(days, days[rise.found] + NEW_NORMAL_DAYS))
    if settled < end:
        return replace(rise, end=settled, recovered=False)
    return replace(rise, end=end, recovered=back is not None)


def log_threshold(alpha: float) -> float:
    """Threshold of a stream whose probability of a false alarm in a year is ``alpha``."""
    return -math.log(alpha)
