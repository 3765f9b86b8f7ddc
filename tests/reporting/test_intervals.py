"""Intervals: they cover the truth as often as they say, and agree with statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from hx_detect.reporting.intervals import (
    changes,
    difference,
    holm,
    mean,
    minus,
    nps_score,
    share,
    two_shares_p,
    wilson,
)

RUNS = 3_000


@settings(max_examples=30)
@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson_is_that_of_statsmodels(pair: tuple[int, int]) -> None:
    count, of = pair
    assert wilson(count, of) == pytest.approx(proportion_confint(count, of, method="wilson"), abs=1e-9)


def test_a_share_of_nothing_may_be_anything() -> None:
    assert (share(0, 0).low, share(0, 0).high) == (0.0, 1.0)


def test_difference_is_newcombes_hybrid_score_interval() -> None:
    found = difference(share(12, 80), share(30, 90))
    expected = confint_proportions_2indep(30, 90, 12, 80, method="newcomb")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-5)


def covered(low: float, high: float, truth: float) -> bool:
    return low <= truth <= high


def test_shares_cover() -> None:
    random = np.random.default_rng(1)
    rates = random.uniform(0.03, 0.9, RUNS)
    counts = random.binomial(200, rates)
    hits = [covered(*wilson(int(count), 200), rate) for count, rate in zip(counts, rates, strict=True)]
    assert 0.93 <= np.mean(hits) <= 0.97


def test_differences_cover() -> None:
    random = np.random.default_rng(2)
    rates = random.uniform(0.05, 0.6, (RUNS, 2))
    counts = random.binomial([150, 220], rates)
    hits = []
    for (early, late), (before, after) in zip(counts, rates, strict=True):
        found = difference(share(int(early), 150), share(int(late), 220))
        hits.append(covered(found.low, found.high, after - before))
    assert 0.93 <= np.mean(hits) <= 0.97


def test_net_promoter_scores_and_their_differences_cover() -> None:
    random = np.random.default_rng(3)
    bands = random.dirichlet([3, 2, 3], RUNS)
    early = [nps_score(*random.multinomial(120, row)) for row in bands]
    late = [nps_score(*random.multinomial(160, row[::-1])) for row in bands]
    truth = 100 * (bands[:, 0] - bands[:, 2])
    assert 0.93 <= np.mean([covered(e.low, e.high, t) for e, t in zip(early, truth, strict=True)]) <= 0.97
    moved = [minus(after, before) for before, after in zip(early, late, strict=True)]
    assert 0.93 <= np.mean([covered(m.low, m.high, -2 * t) for m, t in zip(moved, truth, strict=True)]) <= 0.97


def test_score_of_a_few_texts() -> None:
    found = nps_score(3, 0, 0)
    assert found.value == 100
    assert found.low < 60
    assert found.high == 100


def test_means_cover_and_need_two_values() -> None:
    random = np.random.default_rng(4)
    stars = random.integers(1, 6, (1_000, 40)).astype(float)
    found = [mean(40, float(row.sum()), float((row**2).sum())) for row in stars]
    assert 0.93 <= np.mean([one is not None and covered(one.low, one.high, 3.0) for one in found]) <= 0.97
    assert mean(1, 5, 25) is None


@pytest.mark.parametrize("p_values", [[0.01], [0.04, 0.01, 0.9], [0.5, 0.5, 0.001, 0.02, 0.02], [1.0, 0.0]])
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), rel=1e-3, abs=1e-9)


def test_equal_shares_seldom_change_clearly() -> None:
    random = np.random.default_rng(5)
    false = 0
    for _ in range(200):
        pairs = [(share(int(a), 200), share(int(b), 250)) for a, b in
                 zip(random.binomial(200, 0.1, 6), random.binomial(250, 0.1, 6), strict=True)]  # fmt: skip
        false += any(change.clear for change in changes(pairs))
    assert false / 200 <= 0.09


def test_small_tables_are_tested_exactly() -> None:
    assert two_shares_p(share(0, 4), share(3, 4)) == pytest.approx(0.142857, abs=1e-6)
    assert two_shares_p(share(0, 0), share(3, 4)) == 1.0
    assert two_shares_p(share(100, 1_000), share(200, 1_000)) < 1e-8
