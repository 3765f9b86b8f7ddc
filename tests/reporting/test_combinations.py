"""Combinations: planted ones are found, chance ones are not, a triple counts only where each signal adds something."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from simulated import World, simulate

from hx_detect.reporting.combinations_found import find_combinations
from hx_detect.reporting.journey import journey
from hx_detect.reporting.patterns import Patterns, find_patterns
from hx_detect.reporting.tally import grievances

RATES = {"ignored": 0.15, "obstructed": 0.1, "failure": 0.3, "leaving": 0.1, "rage": 0.1}


def test_chance_makes_no_combination() -> None:
    frame = simulate(3_000, 1, World(rates=RATES, effects={})).frame
    assert find_combinations(find_patterns(frame, grievances(tuple(RATES)))) == ()


def test_a_planted_chain_is_found_in_the_order_of_the_journey() -> None:
    frame = simulate(3_000, 2, World(rates=RATES, effects={})).frame
    random = np.random.default_rng(2)
    ignored = frame["s_ignored"].to_numpy()
    obstructed = frame["s_obstructed"].to_numpy() | (ignored & (random.random(3_000) < 0.5))
    leaving = frame["s_leaving"].to_numpy() | (ignored & obstructed & (random.random(3_000) < 0.7))
    frame = frame.with_columns(s_obstructed=pl.Series(obstructed), s_leaving=pl.Series(leaving))
    found = find_combinations(find_patterns(frame, grievances(tuple(RATES))))
    names = [one.signals for one in found]
    assert ("ignored", "obstructed") in names
    assert ("ignored", "obstructed", "leaving") in names
    assert not any("rage" in signals or "failure" in signals for signals in names)
    pair = found[names.index(("ignored", "obstructed"))]
    assert pair.share.count == int((ignored & obstructed).sum())
    assert pair.lift.value == pytest.approx(
        (ignored & obstructed).mean() / ignored.mean() / obstructed.mean(), abs=1e-3
    )
    assert pair.lift.low > 1
    assert pair.p_value < 1e-6


def test_lift_intervals_cover() -> None:
    random = np.random.default_rng(3)
    joint = np.array([0.08, 0.07, 0.12, 0.73])  # both, only the first, only the second, none
    truth, hits = 0.08 / (0.15 * 0.2), []
    present = np.array([[1, 1], [1, 0], [0, 1], [0, 0]], dtype=float)
    for counts in random.multinomial(1_000, joint, 400).astype(float):
        nothing = np.zeros(4)
        patterns = Patterns(("ignored", "failure"), present, nothing.astype(int), counts, nothing, nothing)
        lift = find_combinations(patterns)[0].lift
        hits.append(lift.low <= truth <= lift.high)
    assert 0.93 <= np.mean(hits) <= 0.97


def test_the_journey_turns_where_it_was_planted() -> None:
    loaded = simulate(3_000, 4, World(rates={"ignored": 0.2, "kind": 0.3}, effects={}))
    stage = pl.when(pl.col("row") % 3 == 0).then(pl.lit("purchase")).otherwise(pl.lit("delivery"))
    late = pl.when(pl.col("s_ignored")).then(pl.lit("support")).otherwise(stage)
    found = journey(loaded.frame.with_columns(stage=late), loaded.signals)
    assert [(turn.from_stage, turn.to_stage) for turn in found.turns] == [("delivery", "support")]
    assert found.signals == ("ignored", "kind")
    assert [row.stage for row in found.stages][-1] == "none"
    assert sum(row.texts for row in found.stages) == 3_000
    support = next(row for row in found.stages if row.stage == "support")
    assert support.signals[0].value == 1.0
