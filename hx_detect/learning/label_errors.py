"""Labels that are likely wrong. In: questions, what a model knows of the texts. Out: suspects, most doubtful first.

Confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in dataset labels") by
cleanlab finds the candidates, on probabilities that the row itself had no part in. How likely each is wrong follows
from how often labels of its question are confused (Dawid and Skene 1979, with one annotator): where a third of a
column is wrong a doubt weighs much, where hardly anything is it weighs little, so that all questions rank together.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.errors import MissingExtraError
from hx_detect.learning.label_tasks import UNKNOWN, Floats, Ints, LabelTask
from hx_detect.wording import say

FOLDS: Final = 5
_FEWEST: Final = 8
"""Rows that a class needs for its question to be cross-validated."""
_STRENGTH: Final = 0.03
"""Inverse of the penalty on standardised features, for ``_COMPONENTS`` of them; with fewer each may weigh more."""
_COMPONENTS: Final = 128
_LEAST: Final = 1e-4
_PRIOR_ROWS: Final = 20.0
_PRIOR_NOISE: Final = 0.05
"""Before any row is seen, a class counts as labelled this many times, this share of them wrongly."""
_ROUNDS: Final = 30


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that is likely wrong.

    Attributes:
        row: place among the rows.
        task: the question.
        given: class as labelled.
        suggested: likeliest class.
        doubt: probability that the label is wrong, above 0.5.
    """

    row: int
    task: str
    given: str
    suggested: str
    doubt: float


def find_suspects(
    tasks: Sequence[LabelTask], features: Floats, answers: Mapping[str, Floats], groups: Sequence[int]
) -> list[Suspect]:
    """Tell which labels are likely wrong.

    Args:
        tasks: the questions, over n rows.
        features: (n, d), what a model knows of the texts.
        answers: task -> (n, classes) the model's own probabilities, where it has any.
        groups: (n,) rows of one group (near-duplicates) do not judge each other.

    Returns:
        The suspects: rows by their most doubtful label, and within a row likewise.

    Raises:
        MissingExtraError: scikit-learn or cleanlab is not installed.
    """
    try:
        threads = import_module("threadpoolctl")  # comes with scikit-learn
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    with threads.threadpool_limits(
        1
    ):  # many small fits: threads would wait for each other, and the same bytes come out
        space = _reduced(features)
        folds = np.array([_fold(group) for group in groups], np.int64)
        suspects = [suspect for task in tasks for suspect in _of_task(task, space, answers.get(task.name), folds)]
    worst: dict[int, float] = {}
    for suspect in suspects:
        worst[suspect.row] = max(suspect.doubt, worst.get(suspect.row, 0.0))
    return sorted(suspects, key=lambda one: (-worst[one.row], one.row, -one.doubt, one.task))


def posterior(judged: Floats, given: Ints) -> Floats:
    """How likely each class is the right one, given what the model says, the label, and how labels are confused.

    Args:
        judged: (n, k), above 0, rows sum to 1: of the text alone.
        given: (n,) labels.

    Returns:
        (n, k), rows sum to 1; the rates of confusion are those that make the labels likeliest (EM, 30 rounds).
    """
    classes = judged.shape[1]
    prior = np.full((classes, classes), _PRIOR_ROWS * _PRIOR_NOISE / max(1, classes - 1))
    np.fill_diagonal(prior, _PRIOR_ROWS * (1 - _PRIOR_NOISE))
    counted = prior
    chances = judged
    marks = np.eye(classes)[given]
    for _ in range(_ROUNDS):
        rates = counted / counted.sum(axis=1, keepdims=True)
        chances = judged * rates[:, given].T
        chances /= chances.sum(axis=1, keepdims=True)
        counted = prior + chances.T @ marks
    return chances


def _of_task(task: LabelTask, space: Floats, answer: Floats | None, folds: Ints) -> Iterator[Suspect]:
    known = np.flatnonzero(task.given != UNKNOWN)
    given = task.given[known]
    judged = _judged(given, space[known], None if answer is None else answer[known], folds[known], len(task.classes))
    if judged is None:
        return
    # what was learned from the labels alone has their errors in it already: it is not corrected for them once more
    right = judged if answer is None else posterior(judged, given)
    doubts = 1 - right[np.arange(len(given)), given]
    for place in _issues(given, judged):
        suggested = int(right[place].argmax())
        if suggested != given[place] and doubts[place] > 0.5:
            yield Suspect(
                int(known[place]),
                task.name,
                task.classes[given[place]],
                task.classes[suggested],
                round(float(doubts[place]), 4),
            )


def _judged(given: Ints, space: Floats, answer: Floats | None, folds: Ints, classes: int) -> Floats | None:
    """(n, classes) made without the row itself: learned from the others, times the model's own answer (geometric mean).

    Where the model has no answer, those found wrong at first are left out and it is learned once more. None where
    neither can be had.
    """
    learned = _cross_validated(given, space, folds, classes)
    if learned is None:
        return None if answer is None else _safe(answer)
    if answer is not None:
        return _safe(np.sqrt(_safe(learned) * _safe(answer)))
    right = posterior(_safe(learned), given)
    trusted = right[np.arange(len(given)), given] >= 0.5
    again = _cross_validated(given, space, folds, classes, trusted)
    return _safe(learned if again is None else again)


def _issues(given: Ints, judged: Floats) -> Ints:
    """Places that confident learning finds; classes that nobody gave are left out, as it asks."""
    try:
        from cleanlab.filter import find_label_issues
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    present = np.unique(given)
    if len(present) < 2:
        return np.flatnonzero(judged.argmax(axis=1) != given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes in which it finds nothing, which is an answer as well
        found = find_label_issues(
            np.searchsorted(present, given), _safe(judged[:, present]), filter_by="confident_learning", n_jobs=1
        )
    return np.flatnonzero(found)


def _cross_validated(
    given: Ints, space: Floats, folds: Ints, classes: int, trusted: NDArray[np.bool_] | None = None
) -> Floats | None:
    """(n, classes) by models that did not see the row's part, each class against the rest; None with too few rows."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    counted = np.bincount(given, minlength=classes)
    if len(given) < FOLDS * _FEWEST or (counted >= _FEWEST).sum() < 2:
        return None
    judged = np.zeros((len(given), classes))
    for fold in range(FOLDS):
        held = folds == fold
        seen = ~held if trusted is None else ~held & trusted
        for number in range(classes) if classes > 2 else (1,):
            holds = given[seen] == number
            if not held.any() or not holds.any() or holds.all():
                judged[held, number] = holds.mean() if len(holds) else 0.0
                continue
            model = LogisticRegression(
                C=_STRENGTH * _COMPONENTS / space.shape[1], solver="newton-cholesky", max_iter=50
            )
            judged[held, number] = model.fit(space[seen], holds).predict_proba(space[held])[:, 1]
    if classes == 2:
        judged[:, 0] = 1 - judged[:, 1]
    return judged


def _safe(values: Floats) -> Floats:
    """Probabilities above 0 that sum to 1."""
    held = np.clip(values, _LEAST, 1.0)
    return np.asarray(held / held.sum(axis=1, keepdims=True))


def _reduced(features: Floats) -> Floats:
    """Standardised, on the directions in which the rows differ most: fewer columns, much faster, hardly worse."""
    spread = features.std(axis=0)
    standard = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    if min(standard.shape) > _COMPONENTS:
        _, directions = np.linalg.eigh(standard.T @ standard)
        standard = standard @ directions[:, -_COMPONENTS:]
    return np.asarray(standard / max(1e-9, float(np.sqrt(np.mean(standard**2)))))


def _fold(group: int) -> int:
    """The part of a group: by its number, scrambled so that order in the file does not matter."""
    return int((group * 2_654_435_761 % 2**32) * FOLDS // 2**32)


def _missing(error: ModuleNotFoundError) -> MissingExtraError:
    return MissingExtraError(
        say(f"The library {error.name} is not installed", f"La biblioteca {error.name} no está instalada"),
        cure='pip install "hx-detect[learn]"',
    )
