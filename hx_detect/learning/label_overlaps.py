"""Rows that say the same as others. In: rows, evaluation texts. Out: duplicates, contradictions, leaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hx_detect.learning.label_problems import (
    CONTRADICTION,
    DUPLICATE,
    LEAK,
    NEAR_CONTRADICTION,
    NEAR_DUPLICATE,
    Problem,
    problem_of,
)
from hx_detect.learning.label_tasks import UNKNOWN, LabelTask
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.splits import NearDuplicateIndex, near_duplicate_groups
from hx_detect.wording import say

NEAR: Final = 0.8
"""Resemblance from which two rows are (nearly) the same text; half of it is enough for a leak, as in training."""
LEAKING: Final = 0.5
_CERTAIN: Final = {LEAK: 0.95, CONTRADICTION: 0.5, NEAR_CONTRADICTION: 0.35, DUPLICATE: 0.2, NEAR_DUPLICATE: 0.1}


def overlaps(rows: Sequence[LabelledRow], tasks: Sequence[LabelTask]) -> Iterator[Problem]:
    """Duplicates within the data, and texts that are labelled now so, now otherwise.

    Args:
        rows: all that can be used.
        tasks: their answers (``label_tasks``).
    """
    groups: dict[int, list[int]] = {}
    for place, group in enumerate(near_duplicate_groups([row.text for row in rows], NEAR)):
        groups.setdefault(group, []).append(place)
    for members in groups.values():
        if len(members) > 1:
            yield from _of_group(rows, tasks, members)


def leaks_into(rows: Sequence[LabelledRow], evaluation: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Rows whose text, or nearly so, is in a set that models are judged on.

    Args:
        rows: all that can be used.
        evaluation: name of the set -> its texts.
    """
    index, sets = NearDuplicateIndex(LEAKING), []
    for name, texts in evaluation.items():
        for number, text in enumerate(texts, 1):
            index.add(text)
            sets.append((name, number, text))
    for row in rows:
        same = index.find(row.text)
        if same is None:
            continue
        name, number, text = sets[same]
        how = say("is", "Es") if text == row.text else say("is nearly", "Es casi")
        yield problem_of(row, LEAK, "text", "", "",
                         say(f"It {how} text {number} of {name}: a model that learns it cannot be judged on that set",
                             f"{how} el texto {number} de «{name}»: no sirve para juzgar a un modelo que lo aprende"),
                         _CERTAIN[LEAK])  # fmt: skip


def _of_group(rows: Sequence[LabelledRow], tasks: Sequence[LabelTask], members: Sequence[int]) -> Iterator[Problem]:
    contradicted: set[int] = set()
    for task in tasks:
        said = {place: int(task.given[place]) for place in members if task.given[place] != UNKNOWN}
        if len(set(said.values())) < 2:
            continue
        for problem_place, problem in _contradictions(rows, task, said):
            contradicted.add(problem_place)
            yield problem
    first = members[0]
    for place in members[1:]:
        if place in contradicted or _who(rows[place], rows[first]):
            continue
        exact = rows[place].text == rows[first].text
        kind = DUPLICATE if exact else NEAR_DUPLICATE
        how = say("The same text as", "El mismo texto que") if exact else say("Nearly the same as", "Casi lo mismo que")
        yield problem_of(rows[place], kind, "text", "", "", f"{how} {_place(rows[first])}", _CERTAIN[kind])


def _who(row: LabelledRow, other: LabelledRow) -> bool:
    """Two people labelled the same text on purpose."""
    return row.who is not None and other.who is not None and row.who != other.who and row.text == other.text


def _contradictions(
    rows: Sequence[LabelledRow], task: LabelTask, said: Mapping[int, int]
) -> Iterator[tuple[int, Problem]]:
    """The rows that are in the minority; where there is none, those after the first."""
    (most, count), *rest = Counter(said.values()).most_common()
    settled = not rest or count > rest[0][1]
    kept = most if settled else said[min(said)]
    agreeing = sum(answer == kept for answer in said.values())
    reference = min(place for place, answer in said.items() if answer == kept)
    for place, answer in said.items():
        if answer == kept:
            continue
        exact = rows[place].text == rows[reference].text
        kind = CONTRADICTION if exact else NEAR_CONTRADICTION
        which = say("the same text", "el mismo texto") if exact else say("nearly the same text", "casi el mismo texto")
        mine, theirs = task.classes[answer], task.classes[kept]
        yield place, problem_of(
            rows[place], kind, task.name, mine, theirs if settled else "",
            say(f"{_place(rows[reference])} has {which} and says {theirs}, as do {agreeing} of {len(said)} rows",
                f"{_place(rows[reference])} tiene {which} y dice {theirs}, como {agreeing} de {len(said)} filas"),
            _CERTAIN[kind],
        )  # fmt: skip


def _place(row: LabelledRow) -> str:
    return say(f"row {row.row} of {row.file}", f"la fila {row.row} de {row.file}")
