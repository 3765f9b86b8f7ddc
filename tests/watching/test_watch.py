"""A table of groups -> how the false-alarm rate is shared out, and which streams rise. In: small tables. Out: rates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from quiet_weeks import FIRST, quiet_table

from hx_detect.watching.stream import Span, log_threshold, rising_streams, watch_stream
from hx_detect.watching.table import WATCHED, WatchTable
from hx_detect.watching.usual import count_weeks, stacked
from hx_detect.watching.watch import enough_history, find_alarms, first_watched, group_rates, stream_thresholds


@pytest.fixture(scope="module")
def table() -> WatchTable:
    """Four shops; the last one comes after the watch has begun, and is bad from its third week on."""
    made = quiet_table(16, 6, 4, np.random.default_rng(3))
    kept = (made.groups != 3) | (made.days >= FIRST + 40)
    hits = made.hits.copy()
    hits[(made.groups == 3) & (made.days >= FIRST + 61)] |= np.random.default_rng(1).random(len(WATCHED)) < 0.5
    return replace(made, days=made.days[kept], groups=made.groups[kept], hits=hits[kept], rows=made.rows[kept])


def test_the_rates_of_all_streams_add_up_to_the_stated_one(table: WatchTable) -> None:
    rates = group_rates(table, FIRST + 28, 0.05)
    assert set(rates) == {-1, 0, 1, 2, 3}
    assert sum(rates.values()) <= 0.05
    assert np.exp(-stream_thresholds(0.01, len(WATCHED))).sum() == pytest.approx(0.01)
    before = table.groups != 3
    fewer = replace(table, days=table.days[before], groups=table.groups[before], names=table.names[:3])
    assert {code: rates[code] for code in (-1, 0, 1, 2)} == group_rates(fewer, FIRST + 28, 0.05)


def test_a_shop_that_came_late_is_found_too(table: WatchTable) -> None:
    groups = {found.alarm.group for found in find_alarms(table, FIRST + 28, 0.05)}
    assert "Tienda 3" in groups
    assert groups <= {None, "Tienda 3"}


def test_looking_at_all_streams_at_once_finds_those_that_rise(table: WatchTable) -> None:
    span, threshold = Span(FIRST, int(table.days[-1]), FIRST + 28), log_threshold(1e-4)
    counts = [count_weeks(table.days, table.hits[:, row], span.start, span.last) for row in range(len(WATCHED))]
    for shop in (1, 3):
        here = table.groups == shop
        days, hits = table.days[here], table.hits[here].T
        one_by_one = [row for row, stream in enumerate(hits)
                      if watch_stream(days, stream, counts[row], span, threshold)]  # fmt: skip
        assert rising_streams(days, hits, stacked(counts), span, np.full(len(hits), threshold)) == one_by_one
        assert bool(one_by_one) == (shop == 3)


def test_when_watching_begins() -> None:
    long, short = np.arange(100, 200), np.arange(100, 110)
    assert first_watched(long, None, goes_on=False) == 128
    assert first_watched(short, None, goes_on=False) == 105
    assert first_watched(short, None, goes_on=True) == 128
    assert first_watched(long, 7, goes_on=False) == 107
    assert not enough_history(short, 105), "five texts are no history"
    assert enough_history(np.repeat(short, 20), 105)
    assert not enough_history(np.repeat(short, 20), 128)
