"""Figures. In: random truth and scores. Out: what scikit-learn says, for every weighting at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as sklearn_metrics

from hx_detect.evaluation import metrics


@st.composite
def ranked(draw: st.DrawFn) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Truth with both classes, scores with ties, three rows of weights (the first all ones)."""
    n = draw(st.integers(4, 30))
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    truth = generator.random(n) < 0.4
    truth[:2] = True, False
    weights = generator.integers(0, 3, (3, n)).astype(np.float64)
    weights[0] = 1
    weights[:, :2] = np.maximum(weights[:, :2], 1)
    return truth, np.round(generator.random(n), 1), weights


@settings(max_examples=60, deadline=None)
@given(ranked())
def test_ranking_figures_are_those_of_scikit_learn(
    case: tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]],
) -> None:
    truth, scores, weights = case
    for row, precision, area in zip(
        weights,
        metrics.average_precision(truth, scores, weights),
        metrics.auroc(truth, scores, weights),
        strict=True,
    ):
        assert precision == pytest.approx(sklearn_metrics.average_precision_score(truth, scores, sample_weight=row))
        assert area == pytest.approx(sklearn_metrics.roc_auc_score(truth, scores, sample_weight=row))


@settings(max_examples=60, deadline=None)
@given(ranked(), st.integers(0, 1_000))
def test_class_figures_are_those_of_scikit_learn(
    case: tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]], seed: int
) -> None:
    truth, scores, weights = case
    generator = np.random.default_rng(seed)
    classes, said = generator.integers(0, 3, (2, truth.size))
    probabilities = generator.dirichlet(np.ones(3), truth.size)
    present = scores >= 0.5
    for number, row in enumerate(weights):
        ours = metrics.macro_f1(classes, said, 3, weights)[number]
        theirs = sklearn_metrics.f1_score(
            classes, said, labels=np.union1d(classes, said), average="macro", sample_weight=row, zero_division=0
        )
        assert ours == pytest.approx(theirs)
        assert metrics.accuracy(classes, said, weights)[number] == pytest.approx(
            sklearn_metrics.accuracy_score(classes, said, sample_weight=row)
        )
        assert metrics.mean_absolute_error(classes, said, weights)[number] == pytest.approx(
            sklearn_metrics.mean_absolute_error(classes, said, sample_weight=row)
        )
        assert metrics.f1(truth, present, weights)[number] == pytest.approx(
            sklearn_metrics.f1_score(truth, present, sample_weight=row)
        )
        assert metrics.brier(truth, scores, weights)[number] == pytest.approx(
            sklearn_metrics.brier_score_loss(truth, scores, sample_weight=row)
        )
        assert metrics.brier_classes(classes, probabilities, weights)[number] == pytest.approx(
            np.average(((probabilities - np.eye(3)[classes]) ** 2).sum(axis=1), weights=row)
        )


def test_calibration_error_by_hand() -> None:
    confidence = np.array([0.05, 0.05, 0.95, 0.95])
    right = np.array([False, True, True, True])
    once = np.ones((1, 4))
    # bins: two texts at 0.05 of which half are right, two at 0.95 that are both right
    assert metrics.expected_calibration_error(confidence, right, once)[0] == pytest.approx(0.5 * 0.45 + 0.5 * 0.05)


def test_calibration_error_keeps_the_border_in_the_lower_bin() -> None:
    confidence = np.array([1 / 15, 0.0, 1.0])
    right = np.array([True, False, True])
    by_hand = 2 / 3 * abs(1 / 2 - (1 / 15) / 2)
    assert metrics.expected_calibration_error(confidence, right, np.ones((1, 3)))[0] == pytest.approx(by_hand)


def test_precision_at_top_shares_ties_at_the_border() -> None:
    truth = np.array([True, False, True, False, False, False, False, False, False, False])
    tied = np.array([1.0, 1.0, *[0.0] * 8])
    once = np.ones((1, 10))
    assert metrics.precision_at_top(truth, tied, once, 0.1)[0] == pytest.approx(0.5)
    assert metrics.precision_at_top(truth, tied, once, 0.2)[0] == pytest.approx(0.5)
    assert metrics.precision_at_top(truth, np.linspace(1, 0, 10), once, 0.1)[0] == 1.0


def test_figures_without_positives_are_undefined() -> None:
    nobody = np.zeros(3, np.bool_)
    once = np.ones((2, 3))
    assert np.isnan(metrics.average_precision(nobody, np.arange(3.0), once)).all()
    assert np.isnan(metrics.auroc(nobody, np.arange(3.0), once)).all()
    assert np.isnan(metrics.f1(nobody, nobody, once)).all()
    assert np.isnan(metrics.precision(nobody, nobody, once)).all()
