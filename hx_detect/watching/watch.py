"""Scored texts in time order -> alarms. In: a ``WatchTable``, the false-alarm rate. Out: ``WatchResult``.

Every group, and all texts together, has one stream for the share of HX and one per signal. The false-alarm rate is
shared out among them (Bonferroni): nine tenths to the groups known when the watch begins, the rest to later ones; of a
group's part half to the share of HX, half to the signals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

import numpy as np

from hx_detect.reporting.intervals import share as wilson_share
from hx_detect.watching.alarm_records import Alarm
from hx_detect.watching.detector import BoolArray, FloatArray, IntArray
from hx_detect.watching.stream import Span, StreamRise, rising_streams, watch_stream
from hx_detect.watching.table import WatchTable
from hx_detect.watching.usual import WeeklyCounts, count_weeks, stacked

LEARN_DAYS: Final = 28
"""Days that are learnt from before the first alarm, where the history is at least twice as long."""
FEWEST_DAYS: Final = 4
FEWEST_TEXTS: Final = 50
_KNOWN_GROUPS: Final = 0.9
_ASTRAY: Final = 100
"""So many texts may hold one whose date is too early; the history begins after it."""
_EPOCH: Final = date(1970, 1, 1)
_LOG_10: Final = float(np.log(10))


@dataclass(frozen=True, slots=True)
class Found:
    """An alarm, and the places in the frame of its texts that have the signal."""

    alarm: Alarm
    rows: IntArray


def first_watched(days: IntArray, learn_days: int | None, *, goes_on: bool) -> int:
    """The first day that may raise an alarm.

    Args:
        days: day of each text, ascending; at least one.
        learn_days: as the user gave it.
        goes_on: more files will come (there is a state): the whole time to learn is then waited for.
    """
    first = int(days[(len(days) - 1) // _ASTRAY])
    length = int(days[-1]) - first + 1
    if learn_days is not None:
        return first + learn_days
    if goes_on or length >= 2 * LEARN_DAYS:
        return first + LEARN_DAYS
    return first + max(FEWEST_DAYS, length // 2)


def enough_history(days: IntArray, watched_from: int) -> bool:
    """There are days to watch, and enough texts before them."""
    return watched_from <= int(days[-1]) and int(np.searchsorted(days, watched_from)) >= FEWEST_TEXTS


def find_alarms(table: WatchTable, watched_from: int, alpha: float) -> list[Found]:
    """All alarms of the history, by day.

    Args:
        table: the texts; at least one.
        watched_from: of ``first_watched``.
        alpha: probability of a false alarm in a year, over all streams, in (0, 1).
    """
    span = Span(int(table.days[0]), int(table.days[-1]), watched_from)
    found: list[Found] = []
    everyone: list[WeeklyCounts] = []
    rates = group_rates(table, watched_from, alpha)
    everything = np.arange(len(table.days))
    thresholds = stream_thresholds(rates[-1], len(table.streams))
    for stream in range(len(table.streams)):
        hits = table.hits[:, stream]
        counts = count_weeks(table.days, hits, span.start, span.last)
        rises = watch_stream(table.days, hits, counts, span, float(thresholds[stream]))
        found += [_found(table, everything, stream, None, rise) for rise in rises]
        calm = np.ones(len(hits), bool)
        for rise in rises:
            calm[rise.rise.since : rise.rise.end] = False
        everyone.append(count_weeks(table.days[calm], hits[calm], span.start, span.last))
    together = stacked(everyone)
    for code, places in _by_group(table):
        thresholds, days = stream_thresholds(rates[code], len(table.streams)), table.days[places]
        for stream in rising_streams(days, table.hits[places].T, together, span, thresholds):
            rises = watch_stream(days, table.hits[places, stream], everyone[stream], span, float(thresholds[stream]))
            found += [_found(table, places, stream, table.names[code], rise) for rise in rises]
    return sorted(found, key=lambda one: (one.alarm.found, one.alarm.group or "", one.alarm.signal))


def group_rates(table: WatchTable, watched_from: int, alpha: float) -> dict[int, float]:
    """Share of ``alpha`` of each group, and under -1 of all texts together.

    A group's share does not change when others come later, so that an alarm once raised stays.
    """
    firsts = [(int(table.days[places[0]]), table.names[code], code) for code, places in _by_group(table)]
    early = [code for day, _, code in firsts if day < watched_from]
    late = [code for day, _, code in sorted(firsts) if day >= watched_from]
    each = _KNOWN_GROUPS * alpha / (len(early) + 1)
    rates = {-1: each} | dict.fromkeys(early, each)
    rest = (1 - _KNOWN_GROUPS) * alpha
    return rates | {code: rest / (rank * (rank + 1)) for rank, code in enumerate(late, start=1)}


def stream_thresholds(rate: float, streams: int) -> FloatArray:
    """Thresholds of a group's streams, shape (streams,): half of its rate for the share of HX, half for the signals.

    Args:
        rate: of ``group_rates``.
        streams: two or more; the first is the share of HX.
    """
    parts = np.full(streams, rate / 2 / (streams - 1))
    parts[0] = rate / 2
    thresholds: FloatArray = -np.log(parts)
    return thresholds


def _by_group(table: WatchTable) -> Iterator[tuple[int, IntArray]]:
    """Places of the texts of each group, in time order; nothing where there is only one group."""
    if len(table.names) < 2:
        return
    order = np.argsort(table.groups, kind="stable")
    edges = np.searchsorted(table.groups[order], np.arange(len(table.names) + 1))
    for code in range(len(table.names)):
        if edges[code] < edges[code + 1]:
            yield code, order[edges[code] : edges[code + 1]]


def _found(table: WatchTable, places: IntArray, stream: int, group: str | None, seen: StreamRise) -> Found:
    rise, days = seen.rise, table.days[places]
    hits: BoolArray = table.hits[places, stream]
    since = day_of(days[rise.since])
    signal = table.streams[stream]
    alarm = Alarm(
        key=sha256("\x1f".join((group or "", signal, since, str(group is None))).encode()).hexdigest()[:16],
        group=group,
        signal=signal,
        since=since,
        since_low=day_of(days[rise.since_low]),
        since_high=day_of(days[rise.since_high]),
        found=day_of(days[rise.found]),
        texts_until_found=rise.found - rise.since + 1,
        ended=day_of(days[rise.end]) if rise.end < len(days) else None,
        share=wilson_share(seen.hits, seen.texts),
        usual=round(seen.usual, 6),
        extra=round(seen.hits - seen.usual * seen.texts, 3),
        evidence=round(rise.log_evidence / _LOG_10, 3),
    )
    stretch = np.zeros(len(places), bool)
    stretch[rise.since : rise.end] = True
    rows = table.rows[places][stretch & hits]
    return Found(alarm, rows[rows >= 0])


def day_of(day: int) -> str:
    """ISO date of a day number."""
    return (_EPOCH + timedelta(days=int(day))).isoformat()
