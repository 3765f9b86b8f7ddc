"""Average precision is that of scikit-learn, ties included."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from hx_detect.learning.ranking import average_precision

RANKED = st.lists(st.tuples(st.booleans(), st.integers(-4, 4) | st.floats(-9, 9)), min_size=1, max_size=40)


@settings(max_examples=40)
@given(RANKED)
def test_as_scikit_learn_has_it(pairs: list[tuple[bool, float]]) -> None:
    truth, scores = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], np.float64)
    if truth.any():
        assert average_precision(truth, scores) == pytest.approx(average_precision_score(truth, scores))
    else:
        assert average_precision(truth, scores) == 0


@settings(max_examples=40)
@given(RANKED, st.randoms())
def test_the_order_of_the_texts_decides_nothing(pairs: list[tuple[bool, float]], shuffle: Random) -> None:
    def figure() -> float:
        return average_precision(np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], np.float64))

    before = figure()
    shuffle.shuffle(pairs)
    assert figure() == pytest.approx(before)


def test_by_hand() -> None:
    assert average_precision(np.array([True, False, True]), np.array([3.0, 2.0, 1.0])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(np.array([True, False, False, True]), np.zeros(4)) == 0.5
    assert average_precision(np.zeros(0, bool), np.zeros(0)) == 0
