"""Logits to probabilities. In: logits. Out: sums, orders, languages and groups as the tables say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.decision import Decision, plain_decision
from hx_detect.labels import KINDS, SIGNAL_INDEX
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.calibrate import calibrate, logit, noisy_or, sigmoid, softmax

CALM = settings(deadline=None)
NUMBERS = st.lists(st.floats(-800, 800), min_size=1, max_size=8)


def logits(count: int = 1, **changes: object) -> BatchLogits:
    """Zeros, but for the changes."""
    shapes: dict[str, tuple[int, ...]] = {
        "sentiment": (2, 3), "stars": (5,), "signals": (18,), "stage": (7,), "kind": (4,), "hx": (),
    }  # fmt: skip
    arrays = {name: np.zeros((count, *shape)) for name, shape in shapes.items()}
    for name, value in changes.items():
        arrays[name] = np.broadcast_to(np.array(value, np.float64), arrays[name].shape).copy()
    return BatchLogits(**arrays, evidence=[np.zeros((0, 18), np.float32)] * count, hidden=[])


@CALM
@given(NUMBERS)
def test_softmax_sums_to_one_and_keeps_order(values: list[float]) -> None:
    powers = softmax(np.array(values))
    assert powers.sum() == pytest.approx(1)
    assert powers[int(np.argmax(values))] == powers.max()


@CALM
@given(NUMBERS)
def test_sigmoid_is_monotone_and_in_range(values: list[float]) -> None:
    got = sigmoid(np.sort(np.array(values)))
    assert ((got >= 0) & (got <= 1)).all()
    assert (np.diff(got) >= 0).all()


@CALM
@given(st.floats(-10, 10))
def test_logit_undoes_sigmoid(value: float) -> None:
    assert logit(sigmoid(np.array([value])))[0] == pytest.approx(value, abs=1e-6)


def test_logit_is_finite_at_the_ends() -> None:
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()


def test_noisy_or() -> None:
    assert noisy_or(np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0], [1.0, 0.2, 0.0]])).tolist() == [0.75, 0.0, 1.0]


def test_each_language_has_its_own_table() -> None:
    tables = plain_decision()
    tables["signals"] = dict(tables["signals"])
    tables["signals"]["ignored"] = {
        "es": {"scale": 2.0, "bias": 1.0, "threshold": 0.5},
        "en": {"scale": 1.0, "bias": -1.0, "threshold": 0.5},
    }
    got = calibrate(logits(2, signals=0.5), ["es", "en"], [None, None], Decision.from_dict(tables))
    place = SIGNAL_INDEX["ignored"]
    assert got.signals[:, place].tolist() == pytest.approx([1 / (1 + math.exp(-2)), 1 / (1 + math.exp(0.5))])
    assert (np.delete(got.signals, place, axis=1)[0] == np.delete(got.signals, place, axis=1)[1]).all()


@pytest.mark.parametrize(("given_kind", "likeliest", "head"), [
    ("post", "review", 0), ("review", "post", 1), (None, "post", 0), (None, "survey", 1), ("complaint", "post", 1),
])  # fmt: skip
def test_the_kind_chooses_the_sentiment_head(given_kind: str | None, likeliest: str, head: int) -> None:
    kind = np.zeros(4)
    kind[KINDS.index(likeliest)] = 3
    two_heads = np.array([[4.0, 0, 0], [0, 0, 4.0]])
    got = calibrate(logits(kind=kind, sentiment=two_heads), ["es"], [given_kind], Decision.from_dict(plain_decision()))
    assert int(got.sentiment[0].argmax()) == (0, 2)[head]


def test_hx_and_cx_are_stacked_on_signals() -> None:
    tables = plain_decision()
    tables["hx"] = {lang: {"weights": [0.0, 1.0], "bias": 0.0, "threshold": 0.5} for lang in ("es", "en")}
    tables["cx"] = {lang: {"weights": [1.0, 0.0], "bias": 0.0, "threshold": 0.5} for lang in ("es", "en")}
    signals = np.full(18, -20.0)
    signals[SIGNAL_INDEX["rage"]] = 2.0
    signals[SIGNAL_INDEX["leaving"]] = 9.0
    signals[SIGNAL_INDEX["honest"]] = 1.0
    got = calibrate(logits(signals=signals), ["en"], [None], Decision.from_dict(tables))
    assert got.hx[0] == pytest.approx(1 / (1 + math.exp(-2)), abs=1e-6)
    assert got.cx[0] == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-6)


def test_no_texts_give_no_rows() -> None:
    got = calibrate(logits(0), [], [], Decision.from_dict(plain_decision()))
    assert got.sentiment.shape == (0, 3)
    assert got.hx.shape == (0,)
