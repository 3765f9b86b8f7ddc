"""What signals cost: the same as statsmodels on the rows, covering, planted causes in planted order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from simulated import World, loaded_of, simulate

from hx_detect.reporting.causes import Costs, causes, cost_of, find_costs, outcome_of
from hx_detect.reporting.figures import build_figures
from hx_detect.reporting.intervals import share
from hx_detect.reporting.load import SIGNAL
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.patterns import Patterns, find_patterns
from hx_detect.reporting.regression import fit_effects

PLANTED = {"ignored": -40.0, "deceived": -24.0, "failure": -12.0, "overpriced": -4.0, "kind": 5.0}
TRUTH = np.array([-80.0, -30.0, 20.0])
RATES_OF_THREE = np.array([0.1, 0.3, 0.5])
RATES = {"ignored": 0.25, "deceived": 0.2, "failure": 0.2, "overpriced": 0.2, "kind": 0.3, "leaving": 0.1}


def test_effects_are_those_of_statsmodels_with_dummies_and_hc3() -> None:
    frame = simulate(600, 3, World(rates=RATES, effects={"ignored": -40, "kind": 20})).frame
    names = list(RATES)
    _, outcome = outcome_of(frame)
    frame = frame.with_columns(outcome.alias("outcome"))
    found = fit_effects(find_patterns(frame, names, outcome="outcome", by_group=True))
    assert found is not None
    design = frame.select(pl.col(SIGNAL + name).cast(pl.Float64) for name in names).to_numpy()
    dummies = frame.select("group").to_dummies().to_numpy()
    fitted = sm.OLS(frame["outcome"].to_numpy(), np.hstack([design, dummies])).fit(cov_type="HC3", use_t=True)
    assert found.signals == tuple(names)
    assert found.values == pytest.approx(fitted.params[: len(names)], abs=1e-8)
    assert found.errors == pytest.approx(fitted.bse[: len(names)], abs=1e-8)
    assert found.p_values == pytest.approx(fitted.pvalues[: len(names)], abs=1e-8)
    assert found.explained == pytest.approx(fitted.rsquared, abs=1e-8)


def patterns_of(present: Any, outcome: Any, group: Any) -> Patterns:  # noqa: ANN401 - arrays
    """Patterns without a frame: much faster, for many runs."""
    keys, place = np.unique(np.column_stack([group, present]), axis=0, return_inverse=True)
    place = place.ravel()
    counted = [np.bincount(place, weights).astype(float) for weights in (np.ones(len(outcome)), outcome, outcome**2)]
    names = ("a", "b", "c")
    return Patterns(names, keys[:, 1:].astype(float), keys[:, 0].astype(np.int64), *counted)


def draw(random: np.random.Generator) -> Patterns:
    """500 texts of four unlike groups; the outcome's expectation is linear: both its shares stay between 0 and 1."""
    group = random.integers(0, 4, 500)
    present = random.random((500, 3)) < RATES_OF_THREE * (0.7 + 0.2 * group[:, None])
    shift = (present @ TRUTH) / 200 + 0.05 * group
    drawn = random.random(500)
    outcome = np.where(drawn < 0.3 - shift, -100.0, np.where(drawn > 0.6 - shift, 100.0, 0.0))
    return patterns_of(present, outcome, group)


def test_effects_and_costs_cover() -> None:
    random = np.random.default_rng(7)
    effects, costs = [], []
    for _ in range(300):
        patterns = draw(random)
        found = fit_effects(patterns)
        assert found is not None
        half = found.quantile * found.errors
        effects.append((found.values - half <= TRUTH) & (found.values + half >= TRUTH))
        counts = patterns.texts @ patterns.present
        shares = {name: share(int(count), 500) for name, count in zip(found.signals, counts, strict=True)}
        all_costs = Costs("answer", "nps", 500, True, found, None, shares)
        for name, truth in zip(found.signals, -TRUTH * RATES_OF_THREE, strict=True):
            cost = cost_of(name, all_costs)
            assert cost is not None
            costs.append(cost.low <= truth <= cost.high)
    assert 0.93 <= np.mean(effects) <= 0.97
    assert 0.93 <= np.mean(costs) <= 0.97


def test_planted_causes_are_ranked_in_the_planted_order() -> None:
    loaded = simulate(6_000, 11, World(rates=RATES, effects=PLANTED))
    found = causes(loaded.frame, loaded.signals, find_costs(loaded.frame, loaded.signals))
    assert [cause.signal for cause in found.causes[:4]] == ["ignored", "deceived", "failure", "overpriced"]
    assert found.top == ("ignored", "deceived", "failure")
    assert found.top_by_cost
    assert (found.basis, found.unit, found.adjusted_for_group) == ("answer", "nps", True)
    leaving = next(cause for cause in found.causes if cause.signal == "leaving")
    assert not leaving.clear


def test_signals_that_always_go_together_have_one_effect() -> None:
    frame = simulate(400, 5).frame.with_columns(pl.col("s_ignored").alias("s_deceived"))
    found = find_costs(frame, ("ignored", "deceived", "failure"))
    assert found.effects is not None
    assert found.effects.signals == ("ignored", "failure")


@pytest.mark.parametrize("answers", [None, 7.0])
def test_without_scores_costs_are_implied_by_words_and_without_spread_there_are_none(answers: float | None) -> None:
    loaded = simulate(300, 6)
    frame = loaded.frame.with_columns(answer=pl.lit(answers, pl.Float64))
    found = causes(frame, loaded.signals, find_costs(frame, loaded.signals))
    assert found.basis == ("answer" if answers else "implied")
    if answers:
        assert not found.top_by_cost
        assert found.top[0] == "failure"


def test_stars_where_there_are_no_answers() -> None:
    loaded = simulate(300, 6)
    stars = pl.when(pl.col("s_ignored")).then(2.0).otherwise(5.0)
    frame = loaded.frame.with_columns(answer=pl.lit(None, pl.Float64), stars=stars)
    found = causes(frame, loaded.signals, find_costs(frame, loaded.signals))
    assert (found.basis, found.unit) == ("stars", "stars")
    assert found.causes[0].signal == "ignored"
    assert found.causes[0].effect is not None
    assert found.causes[0].effect.value == pytest.approx(-3)


def test_three_texts() -> None:
    loaded = simulate(3, 1)
    found = causes(loaded.frame, loaded.signals, find_costs(loaded.frame, loaded.signals))
    assert all(cause.effect is None for cause in found.causes)
    nothing = loaded_of([{**loaded.frame.row(0, named=True), "answer": None, "nps_band": None}])
    assert find_costs(nothing.frame, nothing.signals).texts == 0


def test_almost_as_many_signals_and_groups_as_texts_say_nothing() -> None:
    random = np.random.default_rng(1)
    present = random.random((14, 3)) < 0.5
    assert fit_effects(patterns_of(present, random.choice([-100.0, 100.0], 14), np.arange(14) // 4)) is None
    loaded = simulate(60, 8)
    alone = loaded.frame.with_columns(group=pl.col("row").cast(pl.String))
    assert not find_costs(alone, loaded.signals).by_group


def test_frequency_is_of_all_texts_and_cost_of_those_that_have_a_score() -> None:
    loaded = simulate(600, 6)
    unscored = pl.col("row") > 150
    frame = loaded.frame.with_columns(
        answer=pl.when(~unscored).then(pl.col("answer")),
        s_escalates=unscored & (pl.col("row") % 3 == 0),
    )
    costs = find_costs(frame, loaded.signals)
    found = {cause.signal: cause for cause in causes(frame, loaded.signals, costs).causes}
    assert costs.texts == 150
    assert (found["escalates"].share.count, found["escalates"].share.of) == (150, 600)
    failure = found["failure"]
    assert failure.share.count == int(frame["s_failure"].sum())
    assert failure.effect is not None
    assert failure.cost is not None
    assert failure.cost.value == pytest.approx(-failure.effect.value * costs.shares["failure"].value, abs=1e-3)
    made = build_figures(replace(loaded, frame=frame), ReportOptions())
    assert any("150" in one.reason.es and one.section == "causes" for one in made.missing)
