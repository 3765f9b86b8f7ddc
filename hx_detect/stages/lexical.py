"""Model tokens -> what the wording alone says. In: token ids of texts, a linear model. Out: (n, 24) float32 logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hx_detect.labels import SIGNAL_NAMES

LEXICAL_COLUMNS: tuple[str, ...] = (*SIGNAL_NAMES, "hx", *(f"stars_{count}" for count in range(1, 6)))
"""What the columns of the linear model say: the 18 signals, then HX, then one to five stars."""
COLUMNS_WITHOUT_STARS = len(SIGNAL_NAMES) + 1
"""Columns of the first models, which said nothing of stars."""

_SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class LexicalModel:
    """A linear model over hashed n-grams of tokens.

    Attributes:
        weights: (buckets, 24) float32.
        idf: (buckets,) float32, inverse document frequency of each bucket, 0 or more.
        bias: (24,) float32.
        orders: lengths of the n-grams, as (1, 2, 3).
    """

    weights: NDArray[np.float32]
    idf: NDArray[np.float32]
    bias: NDArray[np.float32]
    orders: tuple[int, ...]


def ngram_buckets(ids: NDArray[np.integer], orders: Sequence[int], buckets: int) -> NDArray[np.uint32]:
    """The hash buckets of all n-grams of one text, repeated as often as they occur ("hashing trick", Weinberger 2009).

    The hash mixes the order and each id in turn with the finaliser of SplitMix64 (Steele et al. 2014); it is the same
    on every machine and in every release, since trained weights depend on it.

    Args:
        ids: shape (t,), token ids of one text without special tokens, 0 or more.
        orders: lengths of the n-grams, each 1 or more.
        buckets: number of buckets, 1 to 2**32.

    Returns:
        Shape (sum of max(0, t - order + 1) over orders,), values below ``buckets``, order by order, left to right.
    """
    tokens = np.asarray(ids).astype(np.uint64) + _ONE
    found = [_hash_windows(tokens, order) % np.uint64(buckets) for order in orders if order <= tokens.size]
    return np.concatenate(found).astype(np.uint32) if found else np.zeros(0, np.uint32)


def _hash_windows(tokens: NDArray[np.uint64], order: int) -> NDArray[np.uint64]:
    """The 64-bit hash of every run of ``order`` tokens; arithmetic modulo 2**64."""
    count = tokens.size - order + 1
    state = np.full(count, order, np.uint64) * _SEED
    for offset in range(order):
        state = (state ^ tokens[offset : offset + count]) * _SEED
        state = (state ^ (state >> np.uint64(30))) * _MIX_1
        state = (state ^ (state >> np.uint64(27))) * _MIX_2
        state ^= state >> np.uint64(31)
    return state


def lexical_features(
    texts: Sequence[NDArray[np.integer]], idf: NDArray[np.float32], orders: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Sparse features of a batch: ``idf * (1 + ln(term frequency))``, each text of Euclidean length 1.

    Args:
        texts: token ids of each text, without special tokens.
        idf: shape (buckets,).
        orders: lengths of the n-grams.

    Returns:
        Row (index of the text), column (bucket) and value of each feature, sorted by row, then column. A text without
        n-grams has no features.
    """
    buckets = idf.shape[0]
    pairs, counts = np.unique(_text_and_bucket(texts, orders, buckets), return_counts=True)
    rows, columns = np.divmod(pairs, buckets)
    values = idf[columns].astype(np.float64) * (1.0 + np.log(counts))
    length = np.sqrt(np.bincount(rows, values * values, minlength=len(texts)))[rows]
    values = np.divide(values, length, out=np.zeros_like(values), where=length > 0)
    return rows, columns, values.astype(np.float32)


def _text_and_bucket(texts: Sequence[NDArray[np.integer]], orders: Sequence[int], buckets: int) -> NDArray[np.int64]:
    """``text * buckets + bucket`` of every n-gram of a batch: the texts laid end to end, hashed in one go."""
    lengths = np.array([len(ids) for ids in texts], np.int64)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(owner.size)
    tokens = np.concatenate([np.zeros(0, np.uint64), *(np.asarray(ids).astype(np.uint64) for ids in texts)]) + _ONE
    found = [np.zeros(0, np.int64)]
    for order in orders:
        if order <= tokens.size:
            inside = np.flatnonzero(left[: tokens.size - order + 1] >= order)
            place = (_hash_windows(tokens, order)[inside] % np.uint64(buckets)).astype(np.int64)
            found.append(owner[inside] * buckets + place)
    return np.concatenate(found)


def lexical_logits(texts: Sequence[NDArray[np.integer]], model: LexicalModel) -> NDArray[np.float32]:
    """What the wording says of each text; the same bytes for a text whatever it is batched with.

    Args:
        texts: token ids of each text, without special tokens.
        model: the bundle's linear model.

    Returns:
        Shape (n, 24), columns as ``LEXICAL_COLUMNS``; a text without tokens gets the bias.
    """
    rows, columns, values = lexical_features(texts, model.idf, model.orders)
    logits = np.tile(model.bias.astype(np.float32), (len(texts), 1))
    if rows.size:
        parts = model.weights[columns] * values[:, None]
        firsts = np.flatnonzero(np.diff(rows, prepend=-1))
        logits[rows[firsts]] += np.add.reduceat(parts, firsts, axis=0)
    return logits
