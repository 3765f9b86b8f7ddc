"""Labelled texts -> the linear part of a model. In: token ids and signals. Out: weights over hashed n-grams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression, SGDClassifier

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.stages.lexical import (
    COLUMNS_WITHOUT_STARS,
    LEXICAL_COLUMNS,
    LexicalModel,
    lexical_features,
    ngram_buckets,
)

ORDERS = (1, 2, 3)
STARS = 5
FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


def fit_lexical(
    texts: Sequence[IntArray], examples: Sequence[Example], buckets: int, strength: float = 4.0
) -> LexicalModel:
    """One logistic regression per signal, one for HX and one per star class, over TF-IDF weighted n-grams of tokens.

    Args:
        texts: token ids of each text without special tokens.
        examples: the same texts' labels; those labelled for signals teach signals, the others with stars teach stars.
        buckets: size of the hash table.
        strength: inverse of the regularisation of the signals (C of scikit-learn).

    Returns:
        Weights (buckets, 24), inverse document frequencies (buckets,) and biases (24,).
    """
    idf = inverse_document_frequency(texts, buckets)
    features = _matrix(texts, idf)
    weights = np.zeros((buckets, len(LEXICAL_COLUMNS)), np.float32)
    bias = np.full(len(LEXICAL_COLUMNS), -4.0, np.float32)
    labelled = [place for place, example in enumerate(examples) if example.signals is not None]
    starred = [place for place, e in enumerate(examples) if e.signals is None and e.stars is not None]
    targets = _targets([examples[place] for place in labelled])
    for column in range(COLUMNS_WITHOUT_STARS):
        if targets[:, column].any() and not targets[:, column].all():
            model = LogisticRegression(C=strength, class_weight="balanced", solver="lbfgs", tol=1e-3, max_iter=200)
            model.fit(features[labelled], targets[:, column])
            weights[:, column] = model.coef_[0]
            bias[column] = model.intercept_[0]
    stars = np.array([examples[place].stars for place in starred], np.intp)
    bias[COLUMNS_WITHOUT_STARS:] = 0.0
    if len(set(stars.tolist())) == STARS:
        linear = SGDClassifier(loss="log_loss", alpha=4e-5, max_iter=12, tol=None, average=True, random_state=0)
        linear.fit(features[starred], stars)
        weights[:, COLUMNS_WITHOUT_STARS:] = linear.coef_.T
        bias[COLUMNS_WITHOUT_STARS:] = linear.intercept_
    return LexicalModel(weights, idf, bias, ORDERS)


def inverse_document_frequency(texts: Sequence[IntArray], buckets: int, orders: Sequence[int] = ORDERS) -> FloatArray:
    """``ln((1 + n) / (1 + df)) + 1`` of every bucket; 0 for what no text or only one holds.

    Args:
        texts: token ids of each text without special tokens.
        buckets: size of the hash table.
        orders: lengths of the n-grams.

    Returns:
        (buckets,).
    """
    frequency = np.zeros(buckets)
    for ids in texts:
        frequency[np.unique(ngram_buckets(ids, orders, buckets))] += 1
    idf = np.log((1 + len(texts)) / (1 + frequency)) + 1
    return np.where(frequency > 1, idf, 0.0).astype(np.float32)


def _matrix(texts: Sequence[IntArray], idf: FloatArray) -> sparse.csr_matrix:
    rows, columns, values = lexical_features(texts, idf, ORDERS)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(idf)))


def _targets(examples: Sequence[Example]) -> npt.NDArray[np.bool_]:
    signals = [[label in (example.signals or ()) for label in range(len(SIGNAL_NAMES))] for example in examples]
    hx = [[bool(example.is_hx)] for example in examples]
    parts = (np.array(signals, bool).reshape(-1, len(SIGNAL_NAMES)), np.array(hx, bool).reshape(-1, 1))
    return np.concatenate(parts, axis=1)
