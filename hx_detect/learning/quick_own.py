"""Texts with a label new to the model -> a head for it. In: vectors, tokens, labels. Out: weights, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedGroupKFold

from hx_detect.learning.fit_decision import fit_stack
from hx_detect.learning.lexical_fit import inverse_document_frequency
from hx_detect.stage_records import FloatArray, IdArray
from hx_detect.stages.lexical import LexicalModel, lexical_features

FOLDS: Final = 5
_VECTOR_STRENGTHS: Final = (0.0003, 0.001, 0.003, 0.01, 0.03)
"""Inverse penalties (C of scikit-learn) of the weights on a standardised vector that are tried."""
_WORDING_STRENGTH: Final = 4.0
_RESAMPLES: Final = 500
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class OwnData:
    """Texts that say whether one signal holds.

    Attributes:
        vectors: (n, h), standardised.
        ids: token ids of each text.
        truth: (n,).
        groups: (n,); texts of one group stay in one fold.
    """

    vectors: FloatArray
    ids: Sequence[IdArray]
    truth: BoolArray
    groups: NDArray[np.intp]

    def some(self, rows: NDArray[np.intp]) -> OwnData:
        """Some of the texts."""
        return OwnData(self.vectors[rows], [self.ids[row] for row in rows], self.truth[rows], self.groups[rows])


@dataclass(frozen=True, slots=True, eq=False)
class OwnFit:
    """A head for one signal.

    Attributes:
        weights: (h,), on the standardised vector.
        bias: of it.
        wording: linear model over n-grams with one column.
        stack: ``{"weights": [vector, wording], "bias": …, "threshold": …}``.
        out_of_fold: (n,), probability of each text by a fit that did not see its group.
    """

    weights: FloatArray
    bias: float
    wording: LexicalModel
    stack: dict[str, Any]
    out_of_fold: FloatArray


def fit_own(data: OwnData, idf: NDArray[np.float32], orders: tuple[int, ...], seed: int) -> OwnFit:
    """Fit the head of one signal: logistic regressions over vector and n-grams, stacked and calibrated out of fold.

    Args:
        data: at least ``FOLDS`` groups that hold the signal and as many that do not.
        idf: (buckets,), inverse document frequencies, as ``frequencies`` gives them.
        orders: lengths of the n-grams.
        seed: of the folds.
    """
    wording, buckets = _matrix(data.ids, idf, orders)
    folds = list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(
        data.vectors, data.truth, data.groups))  # fmt: skip
    strength, deep = _best_strength(data, folds)
    words = np.zeros(len(data.truth))
    for train, held in folds:
        words[held] = _wording_regression(wording[train], data.truth[train]).decision_function(wording[held])
    units = [float(some.std()) or 1.0 for some in (deep, words)]
    deep, words = deep / units[0], words / units[1]
    vector_part = _regression(data.vectors, data.truth, strength)
    word_part = _wording_regression(wording, data.truth)
    return OwnFit(
        vector_part.coef_[0] / units[0],
        float(vector_part.intercept_[0]) / units[0],
        LexicalModel(
            _spread(word_part.coef_[0] / units[1], buckets, len(idf)),
            idf,
            (word_part.intercept_ / units[1]).astype(np.float32),
            orders,
        ),
        fit_stack(deep, words, data.truth),
        _stacked_out_of_fold(deep, words, data.truth, folds),
    )


def _best_strength(
    data: OwnData, folds: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]
) -> tuple[float, FloatArray]:
    """The penalty with the lowest log loss out of fold, both classes weighing the same; and its logits."""
    best = (np.inf, _VECTOR_STRENGTHS[0], np.zeros(len(data.truth)))
    weight = np.where(data.truth, 1.0 / data.truth.sum(), 1.0 / (~data.truth).sum())
    for strength in _VECTOR_STRENGTHS:
        logits = np.zeros(len(data.truth))
        for train, held in folds:
            model = _regression(data.vectors[train], data.truth[train], strength)
            logits[held] = model.decision_function(data.vectors[held])
        loss = float((weight * np.logaddexp(0.0, np.where(data.truth, -logits, logits))).sum())
        if loss < best[0]:
            best = (loss, strength, logits)
    return best[1], best[2]


def _regression(vectors: FloatArray, truth: BoolArray, strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, class_weight="balanced", max_iter=500, tol=1e-3).fit(vectors, truth)


def _wording_regression(features: sparse.csr_matrix, truth: BoolArray) -> LogisticRegression:
    return LogisticRegression(C=_WORDING_STRENGTH, class_weight="balanced", max_iter=500, tol=1e-3).fit(features, truth)


def _stacked_out_of_fold(
    deep: FloatArray, words: FloatArray, truth: BoolArray, folds: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]
) -> FloatArray:
    """Probabilities, each stacked by weights that did not see its fold."""
    found = np.zeros(len(truth))
    for train, held in folds:
        stack = fit_stack(deep[train], words[train], truth[train])
        logits = stack["weights"][0] * deep[held] + stack["weights"][1] * words[held] + stack["bias"]
        found[held] = 1.0 / (1.0 + np.exp(-logits))
    return found


def frequencies(texts: Sequence[IdArray], known: LexicalModel) -> NDArray[np.float32]:
    """What the model knows of how frequent n-grams are; of those it never saw, what the new texts tell.

    Args:
        texts: token ids of the new texts.
        known: the model's linear part.

    Returns:
        (buckets,), in numbers that half precision can hold.
    """
    fresh = inverse_document_frequency(texts, len(known.idf), known.orders)
    return np.where(known.idf > 0, known.idf, fresh).astype(np.float16).astype(np.float32)


def _matrix(
    texts: Sequence[IdArray], idf: NDArray[np.float32], orders: tuple[int, ...]
) -> tuple[sparse.csr_matrix, NDArray[np.int64]]:
    """The features of the buckets that some text fills, and which buckets these are."""
    rows, columns, values = lexical_features(texts, idf, orders)
    buckets, places = np.unique(columns, return_inverse=True)
    return sparse.csr_matrix((values, (rows, places)), shape=(len(texts), len(buckets))), buckets


def _spread(known: FloatArray, buckets: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """The weights of all buckets: (count, 1), 0 for those that no text filled."""
    weights = np.zeros((count, 1), np.float32)
    weights[buckets, 0] = known
    return weights


def precision_figures(truth: BoolArray, probabilities: FloatArray, threshold: float, seed: int) -> dict[str, Any]:
    """How good a head is on texts it did not learn from.

    Args:
        truth: (n,).
        probabilities: (n,).
        threshold: from which the signal counts as present.
        seed: of the bootstrap (Efron 1979, percentiles).

    Returns:
        Texts, positives, average precision with its 95 % interval, precision and recall at the threshold; None where
        nothing is positive.
    """
    positives = int(truth.sum())
    if not positives or positives == len(truth):
        return {"texts": len(truth), "positives": positives, "average_precision": None}
    random = np.random.default_rng(seed)
    samples: list[float] = []
    while len(samples) < _RESAMPLES:
        rows = random.integers(0, len(truth), len(truth))
        if truth[rows].any():
            samples.append(float(average_precision_score(truth[rows], probabilities[rows])))
    low, high = np.percentile(samples, (2.5, 97.5))
    chosen = probabilities >= threshold
    hits = int((chosen & truth).sum())
    return {
        "texts": len(truth),
        "positives": positives,
        "average_precision": _rounded(average_precision_score(truth, probabilities)),
        "interval": [_rounded(low), _rounded(high)],
        "precision": _rounded(hits / chosen.sum()) if chosen.any() else None,
        "recall": _rounded(hits / positives),
    }


def _rounded(value: float) -> float:
    return round(float(value), 4)
