"""What a check of labelled data finds. In: nothing. Out: ``Problem``, ``Note``, ``DataCheck``, and their titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from hx_detect.learning.labelled_row import LabelledRow, LabelledTable
from hx_detect.wording import say

REJECTED, LABEL_ERROR = "rejected", "label_error"
CONTRADICTION, NEAR_CONTRADICTION = "contradiction", "near_contradiction"
LEAK, THIRD_LANGUAGE, LANGUAGE_MISMATCH, UNKNOWN_LABEL = "leak", "third_language", "language_mismatch", "unknown_label"
BAD_VALUE, DUPLICATE, NEAR_DUPLICATE = "bad_value", "duplicate", "near_duplicate"

KINDS: Final = (
    REJECTED, LEAK, LABEL_ERROR, CONTRADICTION, NEAR_CONTRADICTION, THIRD_LANGUAGE, LANGUAGE_MISMATCH, UNKNOWN_LABEL,
    BAD_VALUE, DUPLICATE, NEAR_DUPLICATE,
)  # fmt: skip
"""Kinds of problems, in the order in which they are counted."""
DOUBTFUL: Final = frozenset((LABEL_ERROR, CONTRADICTION))
"""Kinds that say that a label is wrong: rows with one come first."""
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One row to look at.

    Attributes:
        kind: one of ``KINDS``.
        file: name of its file.
        row: in its file.
        field: what is wrong: ``text``, ``sentiment``, ``stars``, ``stage``, ``language``, a signal, or a column.
        value: as it stands.
        suggestion: what it should probably be, or empty.
        why: one sentence, in the user's language.
        certainty: 0 to 1.
        id: of the row, where given.
        text: its first 300 characters.
        rank: place in the list, from 1.
    """

    kind: str
    file: str
    row: int
    field: str
    value: str
    suggestion: str
    why: str
    certainty: float
    id: str | None = None
    text: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know of the data as a whole: a stable word, and a sentence in the user's language."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many rows say something: ``count`` of those that answer ``task`` (``labelled``) say ``name``."""

    task: str
    name: str
    count: int
    labelled: int


@dataclass(frozen=True, slots=True)
class DataCheck:
    """All that the check found.

    Attributes:
        table: what was checked.
        problems: the worked list, doubtful labels first (``ranked``).
        notes: of the data as a whole.
        balance: rows of each class.
        model: name and version of the model that judged the labels; empty where none did.
    """

    table: LabelledTable
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    balance: tuple[ClassCount, ...]
    model: str = ""

    def counts(self) -> dict[str, int]:
        """Problems of each kind, in the order of ``KINDS``; kinds without any are left out."""
        found = [problem.kind for problem in self.problems]
        return {kind: found.count(kind) for kind in KINDS if kind in found}


def problem_of(
    row: LabelledRow, kind: str, field: str, value: str, suggestion: str, why: str, certainty: float
) -> Problem:
    """A problem of a row."""
    return Problem(
        kind, row.file, row.row, field, value, suggestion, why, round(certainty, 4), row.id, row.text[:_SHOWN]
    )


def ranked(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The worked list: rows with a doubtful label first, then the others; by certainty, a row's problems together."""
    best: dict[tuple[str, int], tuple[bool, float]] = {}
    for problem in problems:
        place = (problem.file, problem.row)
        best[place] = max((problem.kind in DOUBTFUL, problem.certainty), best.get(place, (False, 0.0)))

    def order(one: Problem) -> tuple[object, ...]:
        doubtful, certainty = best[one.file, one.row]
        inside = (one.kind not in DOUBTFUL, -one.certainty, KINDS.index(one.kind), one.field)
        return (not doubtful, -certainty, one.file, one.row, *inside)

    return tuple(replace(problem, rank=number) for number, problem in enumerate(sorted(problems, key=order), 1))


def kind_title(kind: str) -> str:
    """What a kind of problem is called, in the user's language."""
    titles = {
        REJECTED: say("cannot be used", "no se puede usar"),
        LEAK: say("is in an evaluation set", "está en un conjunto de evaluación"),
        LABEL_ERROR: say("label likely wrong", "etiqueta probablemente errónea"),
        CONTRADICTION: say("same text, other label", "mismo texto, otra etiqueta"),
        NEAR_CONTRADICTION: say("nearly the same text, other label", "casi el mismo texto, otra etiqueta"),
        THIRD_LANGUAGE: say("neither Spanish nor English", "ni español ni inglés"),
        LANGUAGE_MISMATCH: say("language differs from the one given", "idioma distinto del indicado"),
        UNKNOWN_LABEL: say("unknown label", "etiqueta desconocida"),
        BAD_VALUE: say("value not understood", "valor no entendido"),
        DUPLICATE: say("duplicate", "duplicado"),
        NEAR_DUPLICATE: say("near duplicate", "casi duplicado"),
    }
    return titles[kind]
