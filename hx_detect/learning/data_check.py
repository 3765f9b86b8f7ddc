"""Labelled data -> what is wrong with it. In: a table, what a model knows of it. Out: ``DataCheck``; drops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from hx_detect.bundle import Bundle
from hx_detect.learning.label_balance import class_balance, notes_on
from hx_detect.learning.label_errors import Suspect, find_suspects
from hx_detect.learning.label_overlaps import leaks_into, overlaps
from hx_detect.learning.label_problems import (
    BAD_VALUE,
    LABEL_ERROR,
    LANGUAGE_MISMATCH,
    REJECTED,
    THIRD_LANGUAGE,
    UNKNOWN_LABEL,
    DataCheck,
    Note,
    Problem,
    problem_of,
    ranked,
)
from hx_detect.learning.label_tasks import ABSENT, PRESENT, Floats, LabelTask, label_tasks, model_answers
from hx_detect.learning.labelled_row import LabelledRow, LabelledTable
from hx_detect.learning.splits import near_duplicate_groups
from hx_detect.stages.clean import CleaningSpec, clean
from hx_detect.stages.language import LanguageIdentifier
from hx_detect.wording import say

_SURE: Final = 0.9
"""Probability from which a language is believed against what the row says."""
_CERTAIN: Final = {REJECTED: 1.0, THIRD_LANGUAGE: 0.8, UNKNOWN_LABEL: 0.7, LANGUAGE_MISMATCH: 0.4, BAD_VALUE: 0.6}
_BLOCK: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """What a model knows of n rows.

    Attributes:
        name: of the model, with its version.
        features: (n, d).
        answers: question -> (n, classes) the model's probabilities.
    """

    name: str
    features: Floats
    answers: Mapping[str, Floats]


def check_data(
    table: LabelledTable, judge: Judge | None = None, evaluation: Mapping[str, Sequence[str]] | None = None
) -> DataCheck:
    """Check labelled data.

    Args:
        table: as read.
        judge: what a model knows of its rows (``judge_with``); None leaves out the search for wrong labels.
        evaluation: name -> texts of sets that models are judged on.

    Raises:
        MissingExtraError: scikit-learn or cleanlab is not installed.
    """
    rows = table.rows
    tasks = label_tasks(rows, table.own_signals)
    problems = [
        *_of_rejects(table),
        *_of_unknown_labels(table),
        *_of_languages(rows),
        *overlaps(rows, tasks),
        *leaks_into(rows, evaluation or {}),
        *(_of_suspects(rows, tasks, judge) if judge is not None and rows else ()),
    ]
    notes = [*notes_on(table, tasks)]
    if judge is None:
        notes.append(Note("not_judged", say("Labels were not compared with a model", "No se compararon con un modelo")))
    return DataCheck(table, ranked(problems), tuple(notes), class_balance(tasks), judge.name if judge else "")


def judge_with(bundle: Bundle, rows: Sequence[LabelledRow], tell: Callable[[int], None] | None = None) -> Judge:
    """What a model knows of the rows' texts.

    Args:
        bundle: the model.
        rows: any number.
        tell: called with the number of texts read so far.
    """
    from hx_detect.learning.quick_vectors import frozen_model, joined
    from hx_detect.stages.adapt import adapt
    from hx_detect.stages.calibrate import calibrate

    parts = []
    with frozen_model(bundle) as model:
        for first in range(0, max(1, len(rows)), _BLOCK):
            parts.append(model.read([row.text for row in rows[first : first + _BLOCK]]))
            if tell is not None:
                tell(min(len(rows), first + _BLOCK))
    known = joined(parts)
    logits = known.logits
    adaptation = bundle.adaptation()
    if adaptation is not None:
        logits = adapt(logits, adaptation.adapter.standardise(known.vectors), adaptation.adapter)
    languages = [row.language or _identifier().identify(clean(row.text, bundle.cleaning).text).nearer for row in rows]
    probabilities = calibrate(logits, languages, [row.kind for row in rows], bundle.decision)
    heads = (logits.sentiment, logits.stars, logits.signals, logits.stage, logits.hx)
    flat = [np.asarray(head, np.float64).reshape(len(rows), -1) for head in (known.vectors, *heads)]
    return Judge(f"{bundle.name} {bundle.version}", np.concatenate(flat, axis=1), model_answers(probabilities))


def _of_suspects(rows: Sequence[LabelledRow], tasks: Sequence[LabelTask], judge: Judge) -> Iterator[Problem]:
    groups = near_duplicate_groups([row.text for row in rows])
    for one in find_suspects(tasks, judge.features, judge.answers, groups):
        yield problem_of(
            rows[one.row], LABEL_ERROR, one.task, one.given, one.suggested,
            _reason(one), one.doubt,
        )  # fmt: skip


def _reason(one: Suspect) -> str:
    chance = f"{100 * one.doubt:.0f} %"
    by = say("by the other rows and the model", "según las demás filas y el modelo")
    if (one.given, one.suggested) == (ABSENT, PRESENT):
        return say(f"{one.task} is missing with {chance} probability, {by}",
                   f"falta {one.task} con un {chance} de probabilidad, {by}")  # fmt: skip
    if (one.given, one.suggested) == (PRESENT, ABSENT):
        return say(f"the text does not tell of {one.task}, with {chance} probability, {by}",
                   f"el texto no habla de {one.task}, con un {chance} de probabilidad, {by}")  # fmt: skip
    return say(f"{one.suggested} and not {one.given} with {chance} probability, {by}",
               f"{one.suggested} y no {one.given} con un {chance} de probabilidad, {by}")  # fmt: skip


def _of_rejects(table: LabelledTable) -> Iterator[Problem]:
    for reject in table.rejects:
        failure = reject.failure
        kind = REJECTED if reject.dropped else BAD_VALUE
        yield Problem(
            kind, reject.file, failure.row, failure.field, failure.value or "", "",
            f"{failure.message}. {failure.cure}", _CERTAIN[kind], failure.id,
        )  # fmt: skip


def _of_unknown_labels(table: LabelledTable) -> Iterator[Problem]:
    """Each row with a misspelt signal; labels that are like nothing we know are notes."""
    misspelt = {label.key: label for label in table.unknown_labels if label.suggestion and not label.own}
    for row in table.rows:
        for key in row.own:
            if key in misspelt:
                label = misspelt[key]
                yield problem_of(
                    row, UNKNOWN_LABEL, "labels", label.name, label.suggestion or "",
                    say(f"There is no signal {label.name!r}; did you mean {label.suggestion}?"
                        " The row is not used for it",
                        f"No existe la señal {label.name!r}; ¿quería decir {label.suggestion}?"
                        " La fila no se usa para ella"),
                    _CERTAIN[UNKNOWN_LABEL],
                )  # fmt: skip


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


def _of_languages(rows: Sequence[LabelledRow]) -> Iterator[Problem]:
    cleaning = CleaningSpec()
    for row in rows:
        guess = _identifier().identify(clean(row.text, cleaning).text)
        if guess.probability < _SURE or guess.code == "mixed":
            continue
        if guess.code == "other":
            yield problem_of(
                row, THIRD_LANGUAGE, "language", row.language or "", "",
                say("The text is in neither Spanish nor English: the model cannot learn from it what it will be asked",
                    "El texto no está ni en español ni en inglés: el modelo no aprende de él lo que se le preguntará"),
                _CERTAIN[THIRD_LANGUAGE],
            )  # fmt: skip
        elif row.language is not None and row.language != guess.code:
            yield problem_of(
                row, LANGUAGE_MISMATCH, "language", row.language, guess.code,
                say(f"The row says {row.language}, the text reads as {guess.code}",
                    f"La fila dice {row.language}, el texto parece {guess.code}"),
                _CERTAIN[LANGUAGE_MISMATCH],
            )  # fmt: skip
