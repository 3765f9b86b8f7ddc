"""Old logits, vectors, new labels -> a small change of one head. In: arrays. Out: weights; out-of-fold logits.

The change is as large as the new labels ask for and as small as old evidence allows: what it would change on the
replayed texts is penalised by the curvature of their likelihood (Kirkpatrick et al. 2017, "Overcoming catastrophic
forgetting", with the full Fisher matrix of each class), so that a head without new evidence stays as it is.
Then old labels are looked at too, where they are given: a change under which a language's old texts are explained worse
for sure is not kept. They are given for classes; of signals new labels may mean something else than the old ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from hx_detect.stage_records import FloatArray
from hx_detect.stages.calibrate import sigmoid, softmax

STRENGTHS: Final = (3.0, 1.0, 0.3)
"""How much an old text counts beside a new one; tried in this order, the most careful first."""
FOLDS: Final = 5
FEWEST_ROWS: Final = 20
"""With fewer new rows that are labelled for a head it stays as it is."""
_RIDGE: Final = 200.0
"""What a weight on a standardised vector costs beside the old evidence, in texts."""
_ODD_RIDGE: Final = 10.0
"""The same for the factor of the old logit and the bias."""
_LEAST: Final = 1e-12
_FOR_SURE: Final = 1.645
"""Standard errors by which old texts must be explained worse: 95 % confidence on one side."""
_MOST_STEPS: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class HeadData:
    """New and replayed texts for one head of c columns: one of yes and no, or c classes that exclude each other.

    Attributes:
        vectors: (n, h), standardised, of the new texts.
        logits: (n, c), the old head's, calibrated.
        targets: (n, c), in [0, 1]; rows of classes sum to 1.
        groups: (n,); texts of one group stay in one fold.
        old_vectors: (m, h), of the replayed texts.
        old_logits: (m, c).
        old_targets: (m, c), as ``targets``; NaN where unknown, or where the encoder was trained on the text.
        old_languages: (m,), index of the language.
    """

    vectors: FloatArray
    logits: FloatArray
    targets: FloatArray
    groups: NDArray[np.intp]
    old_vectors: FloatArray
    old_logits: FloatArray
    old_targets: FloatArray
    old_languages: NDArray[np.intp]

    @property
    def classes(self) -> bool:
        """Do the columns exclude each other?"""
        return bool(self.logits.shape[1] > 1)


@dataclass(frozen=True, slots=True, eq=False)
class HeadFit:
    """A fitted change: ``logit + vector @ weights + factor * logit + bias``.

    Attributes:
        weights: (h, c).
        factor: (c,).
        bias: (c,).
        strength: the chosen one of ``STRENGTHS``; None where no change was worth it.
        out_of_fold: (n, c), changed logits of the new texts, each by a fit that did not see its group.
        loss: mean log loss of the new texts: of the old head and of the new one, out of fold.
    """

    weights: FloatArray
    factor: FloatArray
    bias: FloatArray
    strength: float | None
    out_of_fold: FloatArray
    loss: tuple[float, float]


def fit_head(data: HeadData) -> HeadFit:
    """Fit the change of one head; how careful is chosen by cross-validation on the new texts.

    The change is kept only if it lowers their log loss out of fold by more than its standard error, if a signal's
    texts are ranked as well as before (average precision), and if no language's old texts are explained worse for sure.

    Args:
        data: the texts.
    """
    count, size = data.vectors.shape
    old_loss = row_loss(data.logits, data.targets, classes=data.classes)
    none = HeadFit(np.zeros((size, data.logits.shape[1])), np.zeros(data.logits.shape[1]),
                   np.zeros(data.logits.shape[1]), None, data.logits, (_mean(old_loss), _mean(old_loss)))  # fmt: skip
    if count < FEWEST_ROWS or len(np.unique(data.groups)) < FOLDS:
        return none
    whitening = [_whiten(matrix) for matrix in _curvature(data)]
    inputs = [x @ white for x, white in zip(_inputs(data.vectors, data.logits), whitening, strict=True)]
    best, last = none, old_loss
    for strength in STRENGTHS:
        logits = _out_of_fold(data, inputs, strength)
        loss = row_loss(logits, data.targets, classes=data.classes)
        gain = last - loss
        if gain.mean() <= 0:
            break
        better = best.strength is not None or (old_loss - loss).mean() > (old_loss - loss).std() / np.sqrt(count)
        if better and _ranks_as_well(logits, data):
            change = _change(data, inputs, whitening, strength)
            if _harms(change, data):
                break
            best = HeadFit(change[:size], change[size], change[size + 1], strength, logits,
                           (_mean(old_loss), _mean(loss)))  # fmt: skip
        last = loss
    return best


def _change(
    data: HeadData, inputs: Sequence[FloatArray], whitening: Sequence[FloatArray], strength: float
) -> FloatArray:
    """(h + 2, c): weights, factor and bias, fitted on all new texts."""
    solution = _solve(data, inputs, np.arange(len(data.vectors)), strength)
    return np.stack([white @ solution[:, column] for column, white in enumerate(whitening)], axis=1)


def _harms(change: FloatArray, data: HeadData) -> bool:
    """Is the log loss of some language's old texts higher by ``_FOR_SURE`` standard errors?"""
    known = ~np.isnan(data.old_targets).any(axis=1)
    for language in np.unique(data.old_languages[known]).tolist():
        rows = known & (data.old_languages == language)
        if rows.sum() < FEWEST_ROWS:
            continue
        logits, targets = data.old_logits[rows], data.old_targets[rows]
        moved = np.stack([x @ change[:, column] for column, x in enumerate(_inputs(data.old_vectors[rows], logits))], 1)
        worse = row_loss(logits + moved, targets, classes=data.classes) - row_loss(
            logits, targets, classes=data.classes
        )
        if worse.mean() > _FOR_SURE * worse.std() / np.sqrt(len(worse)):
            return True
    return False


def _ranks_as_well(logits: FloatArray, data: HeadData) -> bool:
    """Is the average precision of yes and no as high as the old head's? True for classes."""
    truth = data.targets[:, 0] > 0.5
    if data.classes or not truth.any():
        return True
    after, before = (float(average_precision_score(truth, some[:, 0])) for some in (logits, data.logits))
    return after >= before


def row_loss(logits: FloatArray, targets: FloatArray, *, classes: bool) -> FloatArray:
    """Log loss of each text, in nats: cross entropy of the classes, or of yes and no.

    Args:
        logits: (n, c).
        targets: (n, c).
        classes: the columns exclude each other.
    """
    if classes:
        return np.asarray(-(targets * np.log(softmax(logits) + _LEAST)).sum(axis=1))
    return np.asarray((np.logaddexp(0.0, logits) - targets * logits).sum(axis=1))


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _inputs(vectors: FloatArray, logits: FloatArray) -> list[FloatArray]:
    """For each column its inputs: vector, old logit, 1."""
    ones = np.ones((len(vectors), 1))
    return [np.hstack([vectors, logits[:, [column]], ones]) for column in range(logits.shape[1])]


def _curvature(data: HeadData) -> list[FloatArray]:
    """For each column the curvature of the replayed texts' likelihood under the old head."""
    p = softmax(data.old_logits) if data.classes else sigmoid(data.old_logits)
    matrices = []
    for column, inputs in enumerate(_inputs(data.old_vectors, data.old_logits)):
        rooted = (inputs * np.sqrt(p[:, [column]] * (1 - p[:, [column]]))).astype(np.float32)
        matrices.append((rooted.T @ rooted).astype(np.float64))
    return matrices


def _whiten(curvature: FloatArray) -> FloatArray:
    """The matrix (p, p) that makes the penalty of its inputs' weights the sum of their squares."""
    ridge = np.full(len(curvature), _RIDGE)
    ridge[-2:] = _ODD_RIDGE
    lower = cholesky(curvature + np.diag(ridge), lower=True)
    return np.asarray(solve_triangular(lower, np.eye(len(lower)), lower=True)).T


def _out_of_fold(data: HeadData, inputs: Sequence[FloatArray], strength: float) -> FloatArray:
    logits = data.logits.copy()
    for train, held in GroupKFold(FOLDS).split(data.vectors, groups=data.groups):
        solution = _solve(data, inputs, train, strength)
        for column, some in enumerate(inputs):
            logits[held, column] += some[held] @ solution[:, column]
    return logits


def _solve(data: HeadData, inputs: Sequence[FloatArray], rows: NDArray[np.intp], strength: float) -> FloatArray:
    """The weights (h + 2, c) on whitened inputs that have the lowest penalised loss on some of the new texts."""
    offset, targets = data.logits[rows], data.targets[rows]
    chosen = [some[rows] for some in inputs]
    shape = (chosen[0].shape[1], offset.shape[1])

    def cost(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(shape)
        logits = offset + np.stack([x @ weights[:, column] for column, x in enumerate(chosen)], axis=1)
        wrong = (softmax(logits) if data.classes else sigmoid(logits)) - targets
        gradient = np.stack([x.T @ wrong[:, column] for column, x in enumerate(chosen)], axis=1)
        loss = row_loss(logits, targets, classes=data.classes).sum() + 0.5 * strength * (weights**2).sum()
        return float(loss), (gradient + strength * weights).ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS, "ftol": 1e-7})
    return np.asarray(found.x.reshape(shape))
