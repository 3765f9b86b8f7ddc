"""Refitted heads. In: logits, vectors, an adapter. Out: logits; a vector is the mean of its tokens, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.quick_heads import composed
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.adapt import ADAPTED, COLUMNS, Adapter, adapt, identity, text_vectors

SIZE = 5


def some_logits(count: int, seed: int = 2) -> BatchLogits:
    random = np.random.default_rng(seed)
    return BatchLogits(
        sentiment=random.normal(size=(count, 2, 3)), stars=random.normal(size=(count, 5)),
        signals=random.normal(size=(count, 18)), stage=random.normal(size=(count, 7)),
        kind=random.normal(size=(count, 4)), hx=random.normal(size=count), evidence=(),
    )  # fmt: skip


def some_adapter(seed: int) -> Adapter:
    random = np.random.default_rng(seed)
    return Adapter(np.zeros(SIZE), np.ones(SIZE), 1 + random.random(COLUMNS), random.normal(size=(SIZE, COLUMNS)),
                   random.normal(size=COLUMNS))  # fmt: skip


def same(left: BatchLogits, right: BatchLogits) -> None:
    for name in ("sentiment", "stars", "signals", "stage", "kind", "hx"):
        np.testing.assert_allclose(getattr(left, name), getattr(right, name), atol=1e-9)


def test_columns_are_those_of_the_heads() -> None:
    assert sum(columns.stop - columns.start for columns in ADAPTED.values()) == COLUMNS
    assert ADAPTED["signals"].stop - ADAPTED["signals"].start == len(SIGNAL_NAMES)


def test_the_identity_changes_nothing() -> None:
    logits = some_logits(4)
    same(adapt(logits, np.ones((4, SIZE)), identity(SIZE)), logits)


def test_both_sentiment_heads_move_alike_and_the_kind_stays() -> None:
    logits, vectors = some_logits(3), np.random.default_rng(1).normal(size=(3, SIZE))
    adapter = some_adapter(4)
    moved = adapt(logits, vectors, adapter)
    columns = ADAPTED["sentiment"]
    change = moved.sentiment - logits.sentiment * adapter.scale[columns]
    np.testing.assert_allclose(change[:, 0], change[:, 1])
    np.testing.assert_allclose(change[:, 0], vectors @ adapter.weights[:, columns] + adapter.bias[columns])
    assert moved.kind is logits.kind


def test_one_after_the_other_is_one() -> None:
    logits, vectors = some_logits(3), np.random.default_rng(1).normal(size=(3, SIZE))
    first, then = some_adapter(4), some_adapter(5)
    same(adapt(logits, vectors, composed(first, then)), adapt(adapt(logits, vectors, first), vectors, then))


@given(st.integers(1, 9), st.integers(0, 8))
def test_company_changes_no_byte(count: int, place: int) -> None:
    row = place % count
    logits, vectors = some_logits(count), np.random.default_rng(count).normal(size=(count, SIZE))
    adapter = some_adapter(7)
    alone = BatchLogits(**{name: getattr(logits, name)[[row]] for name in ("sentiment", "stars", "signals", "stage",
                                                                          "kind", "hx")}, evidence=())  # fmt: skip
    got = adapt(alone, vectors[[row]], adapter)
    assert got.signals[0].tobytes() == adapt(logits, vectors, adapter).signals[row].tobytes()


def test_no_texts() -> None:
    assert adapt(some_logits(0), np.zeros((0, SIZE)), some_adapter(1)).signals.shape == (0, 18)


def test_a_vector_is_the_mean_of_its_tokens() -> None:
    hidden = [np.arange(6, dtype=np.float32).reshape(3, 2), np.zeros((0, 2), np.float32)]
    assert text_vectors(hidden).tolist() == [[2.0, 3.0], [0.0, 0.0]]
    adapter = Adapter(np.array([1.0, 1.0]), np.array([2.0, 4.0]), np.ones(COLUMNS), np.zeros((2, COLUMNS)),
                      np.zeros(COLUMNS))  # fmt: skip
    assert adapter.standardise(text_vectors(hidden))[0] == pytest.approx([0.5, 0.5])
