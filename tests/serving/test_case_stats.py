"""Time to contact and customers won back: by hand, against scipy, and covered as often as they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hx_detect.serving.case_stats import median_hours, stats_of, wilson
from hx_detect.serving.store.case_pages import CaseFact

START = datetime(2026, 5, 1, tzinfo=UTC)
NOW = START + timedelta(hours=1000)


def fact(number: int, *, reached: float | None = None, **more: object) -> CaseFact:
    values: dict[str, object] = {
        "customer": f"C{number}", "group": "Vigo", "level": "hx", "state": "open" if reached is None else "contacted",
        "created": START, "contacted": None if reached is None else START + timedelta(hours=reached), "closed": None,
        "last_level": None,
    }  # fmt: skip
    return CaseFact(id=str(number), **(values | more))  # type: ignore[arg-type] # fields as they stand


def test_the_median_counts_those_who_still_wait() -> None:
    done = [fact(number, reached=hours) for number, hours in enumerate((1.0, 2.0, 3.0))]
    assert median_hours(done, NOW).hours == 2
    waiting = [fact(number) for number in range(10, 12)]
    assert median_hours([*done, *waiting], NOW).hours == 3
    assert median_hours([*done, *waiting, fact(12), fact(13)], NOW).hours is None


def test_nobody_reached_and_nobody_there() -> None:
    none = median_hours([fact(1), fact(2)], NOW)
    assert (none.hours, none.low, none.high, none.reached, none.of) == (None, None, None, 0, 2)
    assert median_hours([], NOW).of == 0
    everybody = stats_of([], NOW, by_group=True)
    assert (everybody.cases, everybody.won_back.share, everybody.groups) == (0, None, [])


def test_who_is_lost_stops_to_wait() -> None:
    reached = fact(1, reached=5.0)
    lost = fact(2, state="lost", closed=START + timedelta(hours=1))
    assert median_hours([reached, lost], NOW).hours == 5
    assert median_hours([reached, fact(2)], NOW).hours == 5
    early = fact(3, reached=-2.0)
    assert median_hours([early], NOW).hours == 0


def test_the_medians_interval_covers_the_truth() -> None:
    random, covered, runs = np.random.default_rng(7), 0, 300
    for _ in range(runs):
        hours, until = random.exponential(10.0, 60), random.uniform(5.0, 60.0, 60)
        facts = [
            fact(number, reached=one) if one <= end else fact(number, state="lost", closed=START + timedelta(hours=end))
            for number, (one, end) in enumerate(zip(hours.tolist(), until.tolist(), strict=True))
        ]
        found = median_hours(facts, NOW)
        covered += (found.low or 0.0) <= 10.0 * np.log(2) <= (found.high or np.inf)
    assert 0.92 <= covered / runs <= 0.985


def test_wilson_by_hand() -> None:
    found = wilson(8, 10)
    assert (found.share, found.low, found.high) == (0.8, 0.4902, 0.9433)
    assert wilson(0, 0).share is None


def test_the_shares_interval_covers_the_truth() -> None:
    random, covered, runs = np.random.default_rng(3), 0, 1000
    intervals = {count: wilson(count, 80) for count in range(81)}
    for count in random.binomial(80, 0.3, runs).tolist():
        covered += (intervals[count].low or 0) <= 0.3 <= (intervals[count].high or 0)
    assert 0.93 <= covered / runs <= 0.975


def test_customers_won_back() -> None:
    facts = [
        fact(1, last_level="cx", state="solved"), fact(2, last_level="satisfied"), fact(3, last_level="hx_risk"),
        fact(4, state="lost"), fact(5, last_level="cx", state="lost"), fact(6),
        fact(7, level="dissatisfied", last_level="cx"), fact(8, customer=None, last_level="cx"), fact(9, customer=None),
    ]  # fmt: skip
    stats = stats_of(facts, NOW)
    assert (stats.cases, stats.customers, stats.heard) == (9, 8, 6)
    assert (stats.won_back.count, stats.won_back.of, stats.won_back_of_all.of) == (3, 6, 8)
    assert stats.states == {"open": 6, "contacted": 0, "solved": 1, "lost": 2}


def test_of_several_cases_of_a_customer_the_newest_counts() -> None:
    facts = [fact(1, customer="C", last_level="cx"), fact(2, customer="C", last_level="hx")]
    stats = stats_of(facts, NOW)
    assert (stats.customers, stats.won_back.count) == (1, 0)


def test_groups_the_largest_first() -> None:
    facts = [fact(1, group="Lugo"), fact(2, group="Vigo"), fact(3, group="Vigo"), fact(4, group=None)]
    stats = stats_of(facts, NOW, by_group=True)
    assert [(one.group, one.cases) for one in stats.groups] == [("Vigo", 2), (None, 1), ("Lugo", 1)]
    assert stats.to_dict()["groups"][0]["time_to_contact"]["of"] == 2


@pytest.mark.parametrize("hours", [[1.0], [1.0, 1.0, 1.0], list(range(1, 40))])
def test_no_warning_where_everybody_is_reached(hours: list[float]) -> None:
    found = median_hours([fact(number, reached=one) for number, one in enumerate(hours)], NOW)
    assert found.hours == float(np.median(hours))
