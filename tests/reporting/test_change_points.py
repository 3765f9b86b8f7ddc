"""Change points: planted ones are found where they are, ordinary ups and downs are not taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from simulated import World, simulate

from hx_detect.reporting.change_points import BinomialCost, change_points
from hx_detect.reporting.over_time import over_time

STARTS = [f"week {number:02d}" for number in range(52)]


def test_quiet_series_seldom_change_though_they_vary_more_than_binomial() -> None:
    random = np.random.default_rng(1)
    false = 0
    for _ in range(40):
        texts = random.poisson(60, 52)
        rates = random.beta(0.2 * 60, 0.8 * 60, (2, 52))
        series = {name: random.binomial(texts, rate) for name, rate in zip(("hx", "cx"), rates, strict=True)}
        false += bool(change_points(STARTS, texts, series))
    assert false / 40 <= 0.1


def test_a_planted_change_is_found_at_its_place() -> None:
    random = np.random.default_rng(2)
    found = 0
    for _ in range(15):
        texts = random.poisson(60, 52)
        rates = np.where(np.arange(52) < 33, 0.15, 0.3)
        points = change_points(STARTS, texts, {"hx": random.binomial(texts, rates)})
        found += [point.series for point in points] == ["hx"] and abs(int(points[0].at[5:]) - 33) <= 3
    assert found >= 13


def test_two_changes_and_periods_without_texts() -> None:
    texts = np.full(52, 80)
    texts[[5, 40]] = 0
    rates = np.where(np.arange(52) < 17, 0.1, np.where(np.arange(52) < 34, 0.4, 0.1))
    points = change_points(STARTS, texts, {"hx": np.round(texts * rates).astype(int)})
    assert [point.at for point in points] == ["week 17", "week 34"]
    assert [round(point.difference.value, 1) for point in points] == [0.3, -0.3]
    assert all(point.p_value < 0.05 for point in points)


def test_a_few_periods_are_not_tested() -> None:
    texts = np.full(5, 100)
    assert change_points(STARTS[:5], texts, {"hx": np.array([10, 10, 90, 90, 90])}) == []


def test_cost_is_the_binomial_likelihood() -> None:
    cost = BinomialCost().fit(np.array([[3.0, 10.0], [0.0, 4.0], [4.0, 4.0]]))
    assert cost.error(0, 1) == pytest.approx(-(3 * np.log(0.3) + 7 * np.log(0.7)))
    assert cost.error(1, 2) == cost.error(2, 3) == 0


def test_signals_are_tested_beside_hx_and_cx() -> None:
    loaded = simulate(5_000, 4, World(later={"ignored": 0.3}))
    found = over_time(loaded.frame, "week", loaded.signals)
    assert {"hx", "ignored"} <= {point.series for point in found.change_points} <= {"hx", "cx", "ignored"}
    assert set(found.tested) == {"hx", "cx", "ignored", "failure", "kind"}
    assert found.points[0].texts + sum(point.texts for point in found.points[1:]) == 5_000


def test_a_long_series_of_days() -> None:
    random = np.random.default_rng(3)
    texts = random.poisson(20, 1_000)
    rates = np.where(np.arange(1_000) < 600, 0.1, 0.2)
    (point,) = change_points([f"day {n:04d}" for n in range(1_000)], texts, {"hx": random.binomial(texts, rates)})
    assert abs(int(point.at[4:]) - 600) <= 40
