"""Bootstrap. In: small samples. Out: intervals that hold the value, shrink with n, and pair up."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.bootstrap import Bootstrap, Estimate, difference, interval, rounded
from hx_detect.evaluation.metrics import mean


def test_value_is_of_the_sample_itself_and_lies_in_its_interval() -> None:
    values = np.arange(50) / 49
    estimate = Bootstrap(50, 400).estimate(partial(mean, values))
    assert estimate.value == pytest.approx(0.5)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.samples.shape == (400,)


def test_interval_agrees_with_the_normal_one() -> None:
    values = np.random.default_rng(1).normal(0, 1, 400)
    estimate = Bootstrap(400, 2_000).estimate(partial(mean, values))
    half = 1.96 * values.std() / 20
    assert estimate.high - estimate.low == pytest.approx(2 * half, rel=0.1)


def test_same_seed_same_interval_other_seed_another() -> None:
    values = np.random.default_rng(2).random(30)
    first, again, other = (Bootstrap(30, 100, seed).estimate(partial(mean, values)) for seed in (5, 5, 6))
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)


def test_a_constant_lead_has_a_paired_interval_of_no_width() -> None:
    values = np.random.default_rng(3).random(40)
    bootstrap = Bootstrap(40, 200)
    lead = difference(bootstrap.estimate(partial(mean, values + 0.1)), bootstrap.estimate(partial(mean, values)))
    assert lead == {"value": 0.1, "low": 0.1, "high": 0.1, "n": 40}


def test_difference_of_two_sets_is_refused() -> None:
    ones = partial(mean, np.ones(3))
    with pytest.raises(EvaluationError, match="paired difference of 3 and 4"):
        difference(Bootstrap(3, 10).estimate(ones), Bootstrap(4, 10).estimate(partial(mean, np.ones(4))))


@pytest.mark.parametrize(("n", "resamples"), [(0, 10), (10, 0)])
def test_nothing_to_resample(n: int, resamples: int) -> None:
    with pytest.raises(EvaluationError, match="must be 1 or more"):
        Bootstrap(n, resamples)


def test_undefined_resamples_are_left_out() -> None:
    assert interval(np.array([np.nan, 1.0, 1.0])) == (1.0, 1.0)
    assert np.isnan(interval(np.array([np.nan]))).all()


def test_json_has_no_nan() -> None:
    nothing = Estimate(float("nan"), float("nan"), float("nan"), 3, np.zeros(0))
    assert nothing.to_dict() == {"value": None, "low": None, "high": None, "n": 3}
    assert rounded(0.123456) == 0.1235
