"""Hashed n-grams and the linear model on them. In: token ids. Out: buckets pinned for ever, logits free of company."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hx_detect.stages.lexical import (
    LEXICAL_COLUMNS,
    LexicalModel,
    lexical_features,
    lexical_logits,
    ngram_buckets,
)

ORDERS = (1, 2, 3)
TEXTS = st.lists(st.lists(st.integers(0, 40_000), max_size=12).map(lambda ids: np.array(ids, np.int64)), max_size=6)


def model(buckets: int = 128, orders: tuple[int, ...] = ORDERS) -> LexicalModel:
    noise = np.random.default_rng(1)
    return LexicalModel(
        noise.normal(size=(buckets, len(LEXICAL_COLUMNS))).astype(np.float32),
        noise.uniform(0.5, 2, buckets).astype(np.float32),
        noise.normal(size=len(LEXICAL_COLUMNS)).astype(np.float32),
        orders,
    )


def test_the_hash_never_changes() -> None:
    assert ngram_buckets(np.array([5, 6, 7]), ORDERS, 65_536).tolist() == [57089, 37202, 44023, 64274, 15387, 26452]
    assert ngram_buckets(np.array([0]), (1,), 1 << 32).tolist() == [844918746]


def test_order_position_and_type_matter() -> None:
    def one(ids: list[int], order: int) -> int:
        return int(ngram_buckets(np.array(ids), (order,), 1 << 32)[0])

    assert one([1, 2], 2) != one([2, 1], 2)
    assert one([1, 2], 1) != one([1, 2], 2)
    assert (ngram_buckets(np.array([1, 2], np.int32), ORDERS, 99) == ngram_buckets(np.array([1, 2]), ORDERS, 99)).all()


def test_short_texts_have_fewer_orders() -> None:
    assert ngram_buckets(np.array([1, 2]), ORDERS, 9).size == 3
    assert ngram_buckets(np.zeros(0, np.int64), ORDERS, 9).size == 0


def test_buckets_are_used_evenly() -> None:
    found = np.bincount(ngram_buckets(np.arange(64_000), (1,), 64), minlength=64)
    assert found.min() > 850
    assert found.max() < 1150


def plain_logits(ids: NDArray[np.int64], linear: LexicalModel) -> NDArray[np.float64]:
    """The formula, bucket by bucket."""
    counts: dict[int, int] = {}
    for bucket in ngram_buckets(ids, linear.orders, linear.idf.size).tolist():
        counts[bucket] = counts.get(bucket, 0) + 1
    values = {bucket: float(linear.idf[bucket]) * (1 + math.log(count)) for bucket, count in counts.items()}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    total = linear.bias.astype(np.float64)
    for bucket, value in values.items():
        total = total + linear.weights[bucket] * (value / length)
    return total


@given(TEXTS)
@settings(max_examples=30, deadline=None)
def test_logits_follow_the_formula(texts: list[NDArray[np.int64]]) -> None:
    linear = model()
    got = lexical_logits(texts, linear)
    assert got.shape == (len(texts), len(LEXICAL_COLUMNS))
    for row, ids in zip(got, texts, strict=True):
        np.testing.assert_allclose(row, plain_logits(ids, linear), atol=1e-4)


@given(TEXTS)
@settings(max_examples=30, deadline=None)
def test_company_changes_nothing(texts: list[NDArray[np.int64]]) -> None:
    linear = model()
    together = lexical_logits(texts, linear)
    for row, ids in zip(together, texts, strict=True):
        assert lexical_logits([ids], linear)[0].tobytes() == row.tobytes()


def test_a_text_without_tokens_gets_the_bias() -> None:
    linear = model()
    assert (lexical_logits([np.zeros(0, np.int64)], linear)[0] == linear.bias).all()


def test_features_have_length_one() -> None:
    rows, columns, values = lexical_features([np.array([3, 3, 4]), np.array([9])], np.ones(64, np.float32), ORDERS)
    assert (np.diff(rows * 64 + columns) > 0).all()
    np.testing.assert_allclose(np.bincount(rows, values.astype(np.float64) ** 2), [1, 1], rtol=1e-6)


def test_buckets_of_weight_nought_are_harmless() -> None:
    _, _, values = lexical_features([np.array([1])], np.zeros(8, np.float32), (1,))
    assert values.tolist() == [0.0]
