"""How often a watch is wrong, and how soon it is right. In: simulated history. Out: the promises of the docs."""

from __future__ import annotations

import numpy as np
import pytest
from quiet_weeks import FIRST, Stream, quiet, quiet_table, shares_on

from hx_detect.watching.stream import Span, StreamRise, log_threshold, watch_stream
from hx_detect.watching.table import WATCHED
from hx_detect.watching.usual import count_weeks
from hx_detect.watching.watch import LEARN_DAYS, find_alarms

SHOPS = 20
ALPHA = 0.05
EACH = ALPHA * 0.9 / (SHOPS + 1) / 2 / (len(WATCHED) - 1)
"""The false-alarm rate of one signal where twenty shops are watched."""


def rises(stream: Stream, alpha: float, learn: int = LEARN_DAYS) -> list[StreamRise]:
    span = Span(FIRST, int(stream.days[-1]), FIRST + learn)
    everyone = count_weeks(stream.days, stream.hits, span.first, span.last)
    return watch_stream(stream.days, stream.hits, everyone, span, log_threshold(alpha))


def test_a_thousand_quiet_weeks_raise_no_more_alarms_than_stated() -> None:
    """Three shops with weekday patterns of their own: 52 streams in all, 19 years."""
    weeks = 1_000
    table = quiet_table(weeks, 4, 3, np.random.default_rng(11))
    years = weeks * 7 / 365
    assert len(find_alarms(table, FIRST + LEARN_DAYS, ALPHA)) <= ALPHA * years
    loud = {found.alarm.found[:4] for found in find_alarms(table, FIRST + LEARN_DAYS, 0.5)}
    assert len(loud) <= 0.5 * years


@pytest.mark.parametrize(("a_day", "share", "learn"), [(30, 0.05, 28), (30, 0.2, 28), (4, 0.1, 28), (30, 0.05, 14)])
def test_the_first_months_are_no_worse(a_day: int, share: float, learn: int) -> None:
    """The usual is known worst just after learning: sixty streams over half a year, at a rate of one in two years."""
    rng = np.random.default_rng(a_day)
    alarms = sum(len(rises(quiet(26, a_day, share, rng), 0.5, learn)) for _ in range(60))
    assert alarms <= 0.5 * 60 * 26 * 7 / 365


def test_days_that_differ_more_than_by_chance_are_allowed_for() -> None:
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(40):
        days = quiet(26, 30, 0.2, rng).days
        shares = shares_on(days, 0.2, wobble=0.3 * rng.standard_normal(7 * 26))
        alarms += len(rises(Stream(days, rng.random(len(days)) < shares), 0.5))
    assert alarms <= 0.5 * 40 * 26 * 7 / 365


@pytest.mark.parametrize(
    ("a_day", "share", "affected", "seen"), [(20, 0.05, 0.7, 0.8), (8, 0.05, 0.9, 0.8), (60, 0.1, 0.8, 0.9)]
)
def test_an_outage_shows_within_thirty_affected_texts(a_day: int, share: float, affected: float, seen: float) -> None:
    """A shop among twenty goes silent in an outage: so many of its texts are about it, and so many of them are seen."""
    rng = np.random.default_rng(7)
    late, runs = 0, 150
    for _ in range(runs):
        calm = quiet(12, a_day, share, rng)
        start = int(np.searchsorted(calm.days, FIRST + 56 + rng.integers(0, 14))) + int(rng.integers(0, a_day // 2))
        hit = np.flatnonzero((np.arange(len(calm.days)) >= start) & (rng.random(len(calm.days)) < affected))
        hits = calm.hits.copy()
        hits[hit] = rng.random(len(hit)) < seen
        found = rises(Stream(calm.days, hits), EACH)
        first = next((one for one in found if one.rise.found >= start), None)
        late += first is None or (hit <= first.rise.found).sum() > 30
    assert late <= 0.05 * runs


def test_since_and_how_much_are_about_right() -> None:
    """The stated days hold the true start, and the interval the true share, in most of the outages."""
    rng = np.random.default_rng(13)
    held = right = 0
    runs = 100
    for _ in range(runs):
        calm = quiet(12, 20, 0.05, rng)
        start = int(np.searchsorted(calm.days, FIRST + 63))
        hits = calm.hits.copy()
        hits[start:] = rng.random(len(hits) - start) < 0.5
        found = rises(Stream(calm.days, hits), EACH)[0]
        low, high = calm.days[found.rise.since_low], calm.days[found.rise.since_high]
        held += low <= calm.days[start] <= high
        share, spread = found.hits / found.texts, np.sqrt(0.25 / found.texts)
        right += abs(share - 0.5) < 1.96 * spread
        assert found.rise.end == len(hits)
        assert found.usual < 0.1
    assert held >= 0.9 * runs
    assert right >= 0.9 * runs
