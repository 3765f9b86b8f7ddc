"""Labelled data as a whole. In: questions, the table. Out: rows of each class, and notes on what cannot be learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hx_detect.learning.label_problems import ClassCount, Note
from hx_detect.learning.label_tasks import PRESENT, LabelTask
from hx_detect.learning.labelled_row import FEWEST_EXAMPLES, LabelledTable
from hx_detect.wording import say

_LOPSIDED: Final = 0.95


def class_balance(tasks: Sequence[LabelTask]) -> tuple[ClassCount, ...]:
    """Rows of each class of each question."""
    return tuple(
        ClassCount(task.name, name, count, sum(task.counts().values()))
        for task in tasks
        for name, count in task.counts().items()
    )


def notes_on(table: LabelledTable, tasks: Sequence[LabelTask]) -> Iterator[Note]:
    """What holds of the data as a whole: too few examples, one class only, lopsided, labels that may become signals."""
    for task in tasks:
        yield from _of_signal(task) if task.is_signal else _of_classes(task)
    for label in table.unknown_labels:
        if not label.own and label.suggestion is None:
            count = len(label.rows)
            yield Note(
                "unknown_label",
                say(f"{label.name!r} is no signal of the model: {_having(count)}, {FEWEST_EXAMPLES} are needed to"
                    f" learn it; --new-signals {label.key} asks for it",
                    f"{label.name!r} no es una señal del modelo: {_having(count)} y hacen falta"
                    f" {FEWEST_EXAMPLES} para aprenderla; se pide con --new-signals {label.key}"),
            )  # fmt: skip
    for key in table.own_signals:
        yield Note(
            "own_signal",
            say(f"{key!r} will be learned as a signal of your own", f"{key!r} se aprenderá como señal propia"),
        )


def _having(count: int) -> str:
    if count == 1:
        return say("1 text has it", "la tiene 1 texto")
    return say(f"{count} texts have it", f"la tienen {count} textos")


def _of_signal(task: LabelTask) -> Iterator[Note]:
    counts = task.counts()
    holds, labelled = counts[PRESENT], sum(counts.values())
    if holds == labelled:
        yield Note(
            "one_class",
            say(f"{task.name}: all {labelled} texts have it; texts without it are needed to learn the difference",
                f"{task.name}: la tienen los {labelled} textos; hacen falta textos sin ella para aprender algo"),
        )  # fmt: skip
    elif 0 < holds < FEWEST_EXAMPLES:
        yield Note(
            "too_few",
            say(f"{task.name}: {_having(holds)}, {FEWEST_EXAMPLES} or more are needed to learn much",
                f"{task.name}: {_having(holds)}, hacen falta {FEWEST_EXAMPLES} o más para aprender algo"),
        )  # fmt: skip


def _of_classes(task: LabelTask) -> Iterator[Note]:
    counts = {name: count for name, count in task.counts().items() if count}
    labelled, (name, most) = sum(counts.values()), max(counts.items(), key=lambda item: item[1])
    if len(counts) == 1:
        yield Note(
            "one_class",
            say(f"{task.name}: all {labelled} texts say {name}; nothing can be learned from one class",
                f"{task.name}: los {labelled} textos dicen {name}; de una sola clase no se aprende nada"),
        )  # fmt: skip
    elif most > _LOPSIDED * labelled:
        yield Note(
            "lopsided",
            say(f"{task.name}: {most} of {labelled} texts say {name}",
                f"{task.name}: {most} de {labelled} textos dicen {name}"),
        )  # fmt: skip
    for other, count in counts.items():
        if len(counts) > 1 and count < FEWEST_EXAMPLES:
            yield Note(
                "too_few",
                say(f"{task.name}: only {count} {'text says' if count == 1 else 'texts say'} {other}",
                    f"{task.name}: solo {count} {'texto dice' if count == 1 else 'textos dicen'} {other}"),
            )  # fmt: skip
