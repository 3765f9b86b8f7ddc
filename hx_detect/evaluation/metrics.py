"""Truth and predictions -> figures. In: (n,) or (n, k) arrays, weights (b, n). Out: a value per row of weights, (b,).

Every figure is a function of weights over the texts: ones give the figure itself, the counts of a resample give it on
that resample, many resamples at a time. scikit-learn has the same figures for one weighting at a time; the tests hold
these against it. NaN where a figure is undefined (no positive text, an empty set).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.evaluation.bootstrap import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
ECE_BINS: Final = 15


def mean(values: Floats | Bools, weights: Floats) -> Floats:
    """Weighted mean of ``values``, shape (n,)."""
    return divide(weights @ values.astype(np.float64), weights.sum(axis=1))


def accuracy(truth: Ints, predicted: Ints, weights: Floats) -> Floats:
    """Share of texts whose class is right, in [0, 1]."""
    return mean(truth == predicted, weights)


def mean_absolute_error(truth: Ints, predicted: Ints | Floats, weights: Floats) -> Floats:
    """Mean distance between true and predicted value (stars: 0 to 4)."""
    return mean(np.abs(truth - predicted).astype(np.float64), weights)


def f1(truth: Bools, predicted: Bools, weights: Floats) -> Floats:
    """F1 of the positive class, 2 TP / (2 TP + FP + FN), in [0, 1]; NaN where nothing is true or predicted."""
    both = weights @ (truth & predicted).astype(np.float64)
    either = weights @ (truth.astype(np.float64) + predicted.astype(np.float64))
    return divide(2 * both, either)


def precision(truth: Bools, predicted: Bools, weights: Floats) -> Floats:
    """Share of the predicted that are true."""
    return divide(weights @ (truth & predicted).astype(np.float64), weights @ predicted.astype(np.float64))


def macro_f1(truth: Ints, predicted: Ints, classes: int, weights: Floats) -> Floats:
    """Unweighted mean of the F1 of each class that occurs in the whole set; a class absent from a resample counts 0.

    Args:
        truth: (n,) class numbers.
        predicted: (n,) class numbers.
        classes: number of classes.
        weights: (b, n).
    """
    there = [k for k in range(classes) if np.any((truth == k) | (predicted == k))]
    each = [np.nan_to_num(f1(truth == k, predicted == k, weights)) for k in there]
    return np.asarray(np.mean(each, axis=0)) if each else np.full(len(weights), np.nan)


def average_precision(truth: Bools, scores: Floats, weights: Floats) -> Floats:
    """Average precision: sum over thresholds of (recall step) x precision, ties at one threshold, no interpolation.

    The definition of scikit-learn's ``average_precision_score`` (Manning et al. 2008, section 8.4).
    """
    positives, all_ = _curves(truth, scores, weights)
    steps = np.diff(positives, axis=1, prepend=0.0)
    total = positives[:, -1]
    return divide((steps * np.nan_to_num(divide(positives, all_))).sum(axis=1), total)


def auroc(truth: Bools, scores: Floats, weights: Floats) -> Floats:
    """Area under the ROC curve: chance that a positive scores above a negative, ties count half (Fawcett 2006)."""
    positives, all_ = _curves(truth, scores, weights)
    negatives = all_ - positives
    steps = np.diff(negatives, axis=1, prepend=0.0)
    heights = positives - np.diff(positives, axis=1, prepend=0.0) / 2
    return divide((steps * heights).sum(axis=1), positives[:, -1] * negatives[:, -1])


def precision_at_top(truth: Bools, scores: Floats, weights: Floats, share: float = 0.1) -> Floats:
    """Share of positives among the best-scored part of the texts.

    Args:
        truth: (n,).
        scores: (n,); texts of equal score at the border count by the part of them that fits.
        weights: (b, n).
        share: the part, in (0, 1].
    """
    positives, all_ = _curves(truth, scores, weights)
    wanted = share * all_[:, -1]
    found = [
        np.interp(room, np.concatenate(([0.0], x)), np.concatenate(([0.0], y)))
        for room, x, y in zip(wanted, all_, positives, strict=True)
    ]
    return divide(np.asarray(found), wanted)


def _curves(truth: Bools, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weight of the positives and of all texts at or above each distinct score, best first, (b, distinct) each."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    sorted_weights = weights[:, order]
    all_ = np.cumsum(sorted_weights, axis=1)[:, ends]
    return np.cumsum(sorted_weights * truth[order], axis=1)[:, ends], all_


def expected_calibration_error(confidence: Floats, correct: Bools, weights: Floats, bins: int = ECE_BINS) -> Floats:
    """Expected calibration error: sum over bins of (share of texts) x |share correct - mean confidence|.

    Equal-width bins ((i-1)/bins, i/bins], as in Guo et al. 2017, equation 3 (after Naeini et al. 2015). For a choice
    among classes the confidence is that of the chosen one; for a yes-or-no probability it is the probability itself and
    ``correct`` is the truth, so that low probabilities are held to account too.

    Args:
        confidence: (n,), in [0, 1].
        correct: (n,).
        weights: (b, n).
        bins: number of bins.
    """
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = (correct.astype(np.float64) - confidence)[:, None] * (place[:, None] == np.arange(bins))
    return divide(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))


def brier(truth: Bools, probability: Floats, weights: Floats) -> Floats:
    """Mean of (probability - truth) squared for a yes-or-no probability, in [0, 1] (Brier 1950, halved as is usual)."""
    return mean((probability - truth) ** 2, weights)


def brier_classes(truth: Ints, probabilities: Floats, weights: Floats) -> Floats:
    """Mean over texts of the squared distances summed over classes, in [0, 2] (Brier 1950).

    Args:
        truth: (n,) class numbers.
        probabilities: (n, k).
        weights: (b, n).
    """
    wanted = truth[:, None] == np.arange(probabilities.shape[1])
    return mean(((probabilities - wanted) ** 2).sum(axis=1), weights)


def divide(over: Floats, under: Floats) -> Floats:
    """``over / under``, NaN where ``under`` is 0."""
    found: Floats = np.divide(over, under, out=np.full(np.shape(over), np.nan), where=under != 0)
    return found
