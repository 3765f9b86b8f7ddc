"""Figures of a set. In: truth and predictions. Out: the figures that these allow, and no others."""

from __future__ import annotations

import numpy as np
import pytest
from fake_scorer import fake_score
from labelled import labelled, small_set

from hx_detect.evaluation.bootstrap import Bootstrap
from hx_detect.evaluation.figures import MIN_SUPPORT, average, figures, perfect_ece, support
from hx_detect.evaluation.predictions import Predictions, Truth, from_scores, truth_of
from hx_detect.records import Review


@pytest.fixture
def bootstrap() -> Bootstrap:
    return Bootstrap(12, 20)


def ours() -> Predictions:
    return from_scores([fake_score(Review(example.original)) for example in small_set()])


def test_figures_of_the_fake_scorer(bootstrap: Bootstrap) -> None:
    found = figures(truth_of(small_set()), ours(), bootstrap)
    # says HX of the five with "nadie contesta" and of one more; one HX text without the word is missed
    assert found["hx.f1"].value == pytest.approx(2 * 5 / (6 + 6))
    assert found["hx.precision"].value == pytest.approx(5 / 6)
    assert found["signals.ignored.f1"].value == pytest.approx(found["hx.f1"].value)
    assert found["stars.accuracy"].value == pytest.approx(5 / 12)
    assert found["sentiment.accuracy"].value == pytest.approx(9 / 12)
    assert found["sentiment.mixed.f1"].value == 0
    assert found["hx.precision_top_10_percent"].value == pytest.approx(5 / 6)
    assert 0 <= found["hx.auroc"].low <= found["hx.auroc"].value <= found["hx.auroc"].high <= 1


def test_a_system_gets_figures_only_for_what_it_says(bootstrap: Bootstrap) -> None:
    only_sentiment = Predictions(sentiment=np.zeros(12, np.int64))
    found = figures(truth_of(small_set()), only_sentiment, bootstrap)
    assert {name.partition(".")[0] for name in found} == {"sentiment"}
    assert "sentiment.ece" not in found


def test_a_set_gets_figures_only_for_its_labels(bootstrap: Bootstrap) -> None:
    stars_alone = Truth(None, np.ones(12, np.int64), None, None, None)
    assert {name.partition(".")[0] for name in figures(stars_alone, ours(), bootstrap)} == {"stars"}


def test_rare_signals_stay_out_of_the_macro_average() -> None:
    n = 3 * MIN_SUPPORT
    flags = np.zeros((n, 18), np.bool_)
    flags[:MIN_SUPPORT, 0] = True
    flags[: MIN_SUPPORT - 1, 1] = True
    scores = np.random.default_rng(0).random((n, 18))
    truth = Truth(None, None, flags, flags[:, 0], None)
    found = figures(truth, Predictions(signals=scores, hx=scores[:, 0]), Bootstrap(n, 10))
    assert found["signals.macro_average_precision"].value == found["signals.ignored.average_precision"].value
    assert "signals.macro_f1" not in found


def test_average_skips_what_is_undefined_in_a_resample() -> None:
    bootstrap = Bootstrap(4, 50)
    each = [
        bootstrap.estimate(lambda w: np.where(w[:, 0] > 0, 0.5, np.nan)),
        bootstrap.estimate(lambda w: np.full(len(w), 1.0)),
    ]
    both = average(each)
    assert both.value == 0.75
    assert set(np.unique(both.samples)) == {0.75, 1.0}


def test_perfect_calibration_shows_an_error_that_shrinks_with_n() -> None:
    few, many = (perfect_ece(np.random.default_rng(1).random(n), n, draws=20).value for n in (100, 10_000))
    assert few > 2 * many > 0


def test_truth_of_a_set_that_is_labelled_in_part() -> None:
    half = [labelled("uno", stars=3), labelled("dos")]
    truth = truth_of(half)
    assert truth.stars is None
    assert truth.stage is not None
    assert support(truth)["hx"] == 0


def test_support_counts_labels() -> None:
    counts = support(truth_of(small_set()[:4] + small_set()[7:8]))
    assert counts["signals"]["ignored"] == 5
    assert counts["sentiment"] == {"negative": 5, "neutral": 0, "positive": 0, "mixed": 0}
    assert counts["stage"]["support"] == 4


def test_take_keeps_what_is_said_and_what_is_not() -> None:
    part = Predictions(stars=np.array([0, 1, 2]), calibrated=True).take(np.array([2, 0]))
    assert part.stars is not None
    assert part.stars.tolist() == [2, 0]
    assert part.hx is None
    assert part.calibrated
