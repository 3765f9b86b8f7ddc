"""Labelled rows -> questions with classes. In: rows. Out: for each question its classes and every row's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.labels import SENTIMENTS, SIGNAL_INDEX, SIGNAL_NAMES, STAGES
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.stage_records import BatchProbabilities

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ABSENT, PRESENT = "0", "1"
UNKNOWN: Final = -1
_STARS: Final = ("1-2", "3", "4-5")
"""Stars as three classes: a neighbouring star is no error."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelTask:
    """One question that rows answer.

    Attributes:
        name: ``sentiment``, ``stars``, ``stage``, or a signal.
        classes: names of the answers, in the order of ``given``'s numbers.
        given: (n,) the answer of each row, ``UNKNOWN`` where it does not say.
    """

    name: str
    classes: tuple[str, ...]
    given: Ints

    @property
    def is_signal(self) -> bool:
        """Is it a yes-or-no question?"""
        return self.classes == (ABSENT, PRESENT)

    def counts(self) -> dict[str, int]:
        """Rows of each class."""
        return {name: int((self.given == number).sum()) for number, name in enumerate(self.classes)}


def label_tasks(rows: Sequence[LabelledRow], own_signals: Sequence[str] = ()) -> list[LabelTask]:
    """The questions that at least one row answers.

    Args:
        rows: as read.
        own_signals: folded names of own signals that are to be learned.
    """
    sentiments = (*SENTIMENTS, "mixed")
    tasks = [
        _task("sentiment", sentiments, [_place(row.sentiment, sentiments) for row in rows]),
        _task("stars", _STARS, [_star_class(row.stars) for row in rows]),
        _task("stage", STAGES, [_place(row.stage, STAGES) for row in rows]),
    ]
    for name in (*SIGNAL_NAMES, *own_signals):
        said = [row.says(name) for row in rows]
        tasks.append(_task(name, (ABSENT, PRESENT), [UNKNOWN if holds is None else int(holds) for holds in said]))
    return [task for task in tasks if (task.given != UNKNOWN).any()]


def model_answers(probabilities: BatchProbabilities) -> dict[str, Floats]:
    """What a model says to each of the questions that it knows: (n, classes), rows sum to 1.

    "Mixed" is as likely as the less likely of negative and positive, twice.
    """
    sentiment = probabilities.sentiment
    negative, positive = sentiment[:, SENTIMENTS.index("negative")], sentiment[:, SENTIMENTS.index("positive")]
    mixed = np.column_stack([sentiment, 2 * np.minimum(negative, positive)])
    stars = probabilities.stars
    answers: dict[str, Floats] = {
        "sentiment": mixed / mixed.sum(axis=1, keepdims=True),
        "stars": np.column_stack([stars[:, :2].sum(axis=1), stars[:, 2], stars[:, 3:].sum(axis=1)]),
        "stage": probabilities.stage,
    }
    for name, column in SIGNAL_INDEX.items():
        holds = probabilities.signals[:, column]
        answers[name] = np.column_stack([1 - holds, holds])
    return answers


def _task(name: str, classes: Sequence[str], given: Sequence[int]) -> LabelTask:
    return LabelTask(name, tuple(classes), np.array(given, np.int64).reshape(-1))


def _place(value: str | None, classes: Sequence[str]) -> int:
    return UNKNOWN if value is None else classes.index(value)


def _star_class(stars: int | None) -> int:
    return UNKNOWN if stars is None else 0 if stars <= 2 else 1 if stars == 3 else 2
