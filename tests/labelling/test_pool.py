"""Scores as arrays to choose by."""

from __future__ import annotations

import numpy as np
import pytest

from hx_detect.labelling.pool import BUCKETS, disagreement, probabilities_of, signal_names, text_vectors
from hx_detect.labelling.scored_values import ScoredValues
from hx_detect.labels import SIGNAL_NAMES


def test_own_signals_stand_behind_the_built_in_ones() -> None:
    values = [ScoredValues({"ignored": 0.3}), ScoredValues({"app_crash": 0.7})]
    names = signal_names(values)
    assert names == (*SIGNAL_NAMES, "app_crash")
    assert probabilities_of(values, names)[:, [0, -1]].tolist() == [[0.3, 0.0], [0.0, 0.7]]


@pytest.mark.parametrize(
    ("values", "stars", "answer", "expected"),
    [
        (ScoredValues({"ignored": 1.0}, (1.0, 0.0, 0.0), 1.0), None, None, 0.0),
        (ScoredValues({"ignored": 1.0}, (0.0, 0.0, 1.0)), None, None, 1.0),
        (ScoredValues({"kind": 1.0}, (0.0, 0.0, 1.0), 5.0), 5.0, None, 0.0),
        (ScoredValues({"kind": 1.0}, (0.0, 0.0, 1.0), 5.0), 1.0, None, 1.0),
        (ScoredValues({"kind": 1.0}), None, 0.0, 1.0),
        (ScoredValues({"kind": 1.0}), None, 10.0, 0.0),
        (ScoredValues({}), None, None, 0.0),
    ],
)
def test_disagreement_spans_from_accord_to_contradiction(
    values: ScoredValues, stars: float | None, answer: float | None, expected: float
) -> None:
    assert disagreement(values, stars, answer) == pytest.approx(expected)


def test_vectors_know_the_same_words() -> None:
    vectors = text_vectors(["Nadie contesta", "nadie CONTESTA", "llegó roto", ""])
    alike = (vectors @ vectors.T).toarray()
    assert vectors.shape == (4, BUCKETS)
    assert alike[0, 1] == pytest.approx(1.0)
    assert alike[0, 2] == 0.0
    assert np.allclose(alike.diagonal(), [1, 1, 1, 0])
