"""The detector's parts. In: small streams. Out: bets that are fair, stakes that are bounded, places that are right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiet_weeks import FIRST, quiet

from hx_detect.watching.detector import first_rise, log_bets, recovery, start_weights
from hx_detect.watching.order import clumped, time_order
from hx_detect.watching.stream import NEW_NORMAL_DAYS, Span, can_alarm, log_threshold, watch_stream
from hx_detect.watching.usual import count_weeks, learn_usual, weekday, windows


@given(usual=st.floats(0.01, 0.9), below=st.floats(0, 1), dispersion=st.floats(1, 8))
def test_a_bet_is_worth_one_at_most_while_all_is_as_usual(usual: float, below: float, dispersion: float) -> None:
    share = usual * below
    won = np.exp(log_bets(np.array([True]), np.array([usual]), np.array([dispersion])))
    lost = np.exp(log_bets(np.array([False]), np.array([usual]), np.array([dispersion])))
    assert (share * won + (1 - share) * lost <= 1 + 1e-9).all()


def test_the_starts_of_a_year_share_a_stake_of_one() -> None:
    days = np.repeat(np.arange(365), np.random.default_rng(0).integers(1, 40, 365))
    for volume in (1.0, 20.0, 500.0):
        assert start_weights(days, np.full(len(days), volume)).sum() <= 1 + 1e-9
    assert start_weights(np.zeros(0, np.int64), np.zeros(0)).size == 0


def test_a_rise_is_dated() -> None:
    days = np.repeat(np.arange(40), 10)
    hits = np.zeros(400, bool)
    hits[::20] = True
    hits[250:] = True
    usual = np.full(400, 0.08)
    rise = first_rise(hits, usual, start_weights(days, np.full(400, 10.0)), np.ones(400), log_threshold(0.001))
    assert rise is not None
    assert (rise.since, rise.end) == (250, 400)
    assert 250 < rise.found < 262
    assert rise.since_low <= 250 <= rise.since_high
    assert rise.log_evidence >= math.log(1000)


def test_nothing_rises_in_nothing() -> None:
    nothing = np.zeros(0)
    assert first_rise(nothing.astype(bool), nothing, nothing, nothing, 1.0) is None
    assert recovery(nothing.astype(bool), nothing.astype(int), nothing, 0.5) is None
    assert not can_alarm(3, log_threshold(1e-5))


def test_a_share_comes_back() -> None:
    days = np.repeat(np.arange(20), 10)
    hits = np.r_[np.ones(60, bool), np.zeros(140, bool)]
    assert recovery(hits, days, np.full(200, 0.05), 0.9) == 60
    assert recovery(np.ones(50, bool), days[:50], np.full(50, 0.05), 0.9) is None
    assert recovery(np.zeros(100, bool), np.zeros(100, int), np.full(100, 0.05), 0.9) is None, "a calm hour is none"


def test_what_lasts_becomes_the_usual() -> None:
    calm = quiet(40, 15, 0.05, np.random.default_rng(2))
    start = FIRST + 70
    hits = calm.hits | ((calm.days >= start) & (np.random.default_rng(3).random(len(calm.days)) < 0.4))
    span = Span(FIRST, int(calm.days[-1]), FIRST + 28)
    rises = watch_stream(
        calm.days, hits, count_weeks(calm.days, hits, span.first, span.last), span, log_threshold(1e-4)
    )
    assert len(rises) == 1
    rise = rises[0].rise
    assert abs(calm.days[rise.since] - start) <= 2
    assert not rise.recovered
    assert abs(calm.days[rise.end] - calm.days[rise.found] - NEW_NORMAL_DAYS) <= 1


def test_the_usual_of_a_weekday() -> None:
    stream = quiet(60, 40, 0.2, np.random.default_rng(1))
    counts = count_weeks(stream.days, stream.hits, FIRST, int(stream.days[-1]))
    low, high = windows(FIRST + 350, 1, FIRST)
    usual = learn_usual(counts, counts, low, high)
    monday, sunday = (stream.hits[weekday(stream.days) == day].mean() for day in (0, 6))
    assert usual.share[0, 0] == pytest.approx(monday, abs=0.04)
    assert usual.share[0, 6] == pytest.approx(sunday, abs=0.04)
    assert (usual.bound > usual.share).all()
    assert usual.volume[0] == pytest.approx(40 * 0.9, rel=0.1)
    assert usual.dispersion[0] < 1.2


def test_a_new_shop_has_the_usual_of_all() -> None:
    stream = quiet(20, 40, 0.2, np.random.default_rng(1))
    everyone = count_weeks(stream.days, stream.hits, FIRST, int(stream.days[-1]))
    none = count_weeks(stream.days[:0], stream.hits[:0], FIRST, int(stream.days[-1]))
    usual = learn_usual(none, everyone, *windows(FIRST + 98, 1, FIRST))
    assert usual.share[0, 2] == pytest.approx(0.2, abs=0.05)
    assert usual.bound[0, 2] > 0.3


def test_monday_is_zero() -> None:
    assert weekday(np.array([4, 3]))[0] == 0, "1970-01-05 was a Monday"
    assert weekday(np.array([4, 3]))[1] == 6


class TestOrder:
    """The order within days, which files seldom tell."""

    days = np.repeat(np.arange(30), 20)

    def test_a_file_with_the_newest_first_is_turned_round(self) -> None:
        order = time_order(self.days[::-1].copy(), np.zeros(600, int), np.zeros(600, int), np.zeros(600, bool))
        assert order.tolist() == list(range(599, -1, -1))

    def test_groups_are_mixed_and_keep_their_order(self) -> None:
        groups = np.tile(np.repeat([0, 1], 10), 30)
        order = time_order(self.days, groups, np.zeros(600, int), np.zeros(600, bool))
        assert groups[order][:6].tolist() == [0, 1, 0, 1, 0, 1]
        assert (np.diff(order[groups[order] == 1]) > 0).all()

    def test_a_file_sorted_by_stars_is_shuffled(self) -> None:
        hx = np.tile(np.arange(20) < 3, 30)
        assert clumped(self.days, hx)
        order = time_order(self.days, np.zeros(600, int), np.zeros(600, int), hx)
        assert not clumped(self.days[order], hx[order])
        assert (np.diff(self.days[order]) >= 0).all()
        again = time_order(self.days, np.zeros(600, int), np.zeros(600, int), hx)
        assert (order == again).all()

    def test_chance_is_not_shuffled(self) -> None:
        hx = np.random.default_rng(0).random(600) < 0.2
        assert time_order(self.days, np.zeros(600, int), np.zeros(600, int), hx).tolist() == list(range(600))

    def test_days_in_no_order(self) -> None:
        rng = np.random.default_rng(0)
        days = rng.permutation(self.days)
        order = time_order(days, np.zeros(600, int), np.zeros(600, int), rng.random(600) < 0.2)
        assert (np.diff(days[order]) >= 0).all()
        assert not clumped(days[:0], np.zeros(0, bool))
