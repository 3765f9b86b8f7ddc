"""Groups: shrinkage covers, small ones top no list, ten thousand are handled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from simulated import World, simulate

from hx_detect.reporting.figures import build_figures
from hx_detect.reporting.intervals import nps_score
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.page import takeaways
from hx_detect.reporting.shrinkage import fit_prior, shrunk


def test_credible_intervals_cover_and_shrunk_means_are_nearer_to_the_truth() -> None:
    random = np.random.default_rng(1)
    hits, raw, better = [], [], []
    for _ in range(25):
        rates = random.beta(3, 17, 80)
        texts = random.integers(4, 200, 80).astype(float)
        counts = random.binomial(texts.astype(int), rates).astype(float)
        means, lows, highs = shrunk(counts, texts, fit_prior(counts, texts))
        hits.append(np.mean((lows <= rates) & (rates <= highs)))
        raw.append(np.mean((counts / texts - rates) ** 2))
        better.append(np.mean((means - rates) ** 2))
    assert 0.93 <= np.mean(hits) <= 0.97
    assert np.mean(better) < 0.8 * np.mean(raw)


def test_prior_of_groups_that_are_all_alike_is_sure_but_not_infinitely() -> None:
    alpha, beta = fit_prior(np.full(5, 20.0), np.full(5, 100.0))
    assert alpha / (alpha + beta) == pytest.approx(0.2, abs=0.05)
    assert alpha + beta < 2_000


@pytest.mark.parametrize(("count", "texts"), [(0.0, 10.0), (10.0, 10.0)])
def test_prior_at_the_ends(count: float, texts: float) -> None:
    prior = fit_prior(np.full(3, count), np.full(3, texts))
    assert min(prior) > 0
    means, lows, highs = shrunk(np.array([count]), np.array([texts]), prior)
    assert 0 <= lows[0] <= means[0] <= highs[0] <= 1


def test_a_shop_with_four_reviews_tops_no_list() -> None:
    groups = {f"shop {number}": 10.0 for number in range(8)} | {"tiny bad": 0.05, "tiny good": 0.05}
    loaded = simulate(4_000, 3, World(groups=groups, group_rates={"shop 1": 2.0, "shop 2": 0.2}))
    tiny = pl.col("group").is_in(["tiny bad", "tiny good"])
    kept = pl.concat([
        loaded.frame.filter(~tiny),
        loaded.frame.filter(pl.col("hx")).head(4).with_columns(group=pl.lit("tiny bad")),
        loaded.frame.filter(~pl.col("hx")).head(4).with_columns(group=pl.lit("tiny good")),
    ])  # fmt: skip
    found = build_figures(replace(loaded, frame=kept), ReportOptions(sections=4)).groups
    assert found is not None
    assert found.rows[0].name == "shop 1"
    assert found.rows[0].verdict == "worse"
    assert found.rows[-1].name == "shop 2"
    assert found.rows[-1].verdict == "better"
    tinies = [row for row in found.rows if row.name.startswith("tiny")]
    assert {row.verdict for row in tinies} == {"usual"}
    assert all(2 <= row.rank <= 9 for row in tinies)
    assert [row.rank for row in found.rows] == list(range(1, 11))
    assert len(found.sections) == 4
    assert found.sections[0].row == found.rows[0]


def test_signals_special_to_a_group() -> None:
    loaded = simulate(3_000, 5)
    odd = (pl.col("group") == "Norte") & (pl.col("row") % 2 == 0)
    frame = loaded.frame.with_columns(pl.when(odd).then(True).otherwise(pl.col("s_obstructed")).alias("s_obstructed"))
    found = build_figures(replace(loaded, frame=frame), ReportOptions()).groups
    assert found is not None
    special = {row.name: row.signals for row in found.rows}
    assert special["Norte"][0] == "obstructed"
    assert "obstructed" not in special["Sur"] + special["Este"]


def test_ten_thousand_groups() -> None:
    loaded = simulate(10_500, 6, World(days=0))
    frame = loaded.frame.with_columns(group="s" + (pl.col("row") % 10_000).cast(pl.String))
    found = build_figures(replace(loaded, frame=frame), ReportOptions()).groups
    assert found is not None
    assert len(found.rows) == 10_000
    assert len(found.sections) == 30


def test_one_group_of_a_report_keeps_its_rank() -> None:
    loaded = simulate(2_000, 7, World(group_rates={"Sur": 2.5}))
    found = build_figures(loaded, ReportOptions(group="Sur"))
    assert found.groups is not None
    assert [row.name for row in found.groups.rows] == ["Sur"]
    assert found.groups.rows[0].rank == 1
    assert found.groups.sections[0].row.name == "Sur"
    assert found.overview.texts == found.groups.rows[0].texts
    assert found.title.es.startswith("Experiencia de cliente: Sur")


def test_nps_and_stars_of_a_small_group_stay_on_their_scale() -> None:
    loaded = simulate(120, 7)
    few = pl.col("group") == "Este"
    answers = pl.when(few & (pl.col("row") % 7 > 0)).then(pl.when(pl.col("row") % 7 < 3).then(2.0).otherwise(10.0))
    frame = loaded.frame.with_columns(answer=answers.otherwise(pl.when(~few).then(8.0)))
    found = build_figures(replace(loaded, frame=frame), ReportOptions()).groups
    assert found is not None
    este = next(row.nps for row in found.rows if row.name == "Este")
    given = frame.filter(few)["answer"].drop_nulls()
    up, down = int((given == 10).sum()), int((given == 2).sum())
    assert este == nps_score(up, 0, down)
    stars = frame.with_columns(
        answer=pl.lit(None, pl.Float64), stars=pl.when(pl.col("row") == 1).then(4.0).otherwise(5.0)
    )
    rated = build_figures(replace(loaded, frame=stars), ReportOptions()).groups
    assert rated is not None
    assert all(row.nps is not None and row.nps.high <= 5 for row in rated.rows)


@pytest.mark.parametrize(("verdict", "en", "es"), [
    ("worse", "One of 3 is clearly worse than the rest: Sur", "Uno de 3 está claramente peor que el resto: Sur"),
    ("better", "One of 3 is clearly better than the rest: Sur", "Uno de 3 está claramente mejor que el resto: Sur"),
])  # fmt: skip
def test_one_group_that_stands_out_is_told_in_the_singular(verdict: str, en: str, es: str) -> None:
    found = build_figures(simulate(200, 9), ReportOptions()).groups
    assert found is not None
    rows = tuple(replace(row, verdict=verdict if row.name == "Sur" else "usual") for row in found.rows)
    told = takeaways.groups(replace(found, rows=rows))
    assert told.en.startswith(en)
    assert told.es.startswith(es)
