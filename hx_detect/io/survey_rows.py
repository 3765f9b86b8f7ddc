"""First rows of a survey tool's export -> those that belong to its header. In: rows as read. Out: ``SurveyRows``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from hx_detect.io.rows import Row
from hx_detect.wording import say

_KEY: Final = "ImportId"
_ANSWER_KINDS: Final = frozenset(("Response", "Open-Ended Response", "Respuesta", "Respuesta de composición abierta"))
"""What SurveyMonkey writes under a question of one answer."""
_OTHER_KINDS: Final = frozenset((
    "Other (please specify)", "Otro (especifique)", "Otra (especifique)", "Otro (por favor, especifique)",
))  # fmt: skip
"""What it writes beside the options of a question; alone they prove nothing, as people may tick them."""


@dataclass(frozen=True, slots=True)
class SurveyRows:
    """What the first rows of a table are.

    Attributes:
        last: number of the last row that belongs to the header; 0 where none does.
        data: the rows after it.
        details: says what was left out, in the user's language; empty where nothing was.
        questions: column -> the text of its question, where a row has them.
    """

    last: int
    data: Sequence[Row]
    details: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)


def survey_rows(sample: Sequence[Row], *, header: bool | None) -> SurveyRows:
    """Find the rows that a survey tool writes between the column names and the answers.

    Qualtrics writes the question texts and a row of JSON, ``{"ImportId": "QID1_TEXT"}``, by which both are known;
    SurveyMonkey writes ``Response`` or ``Open-Ended Response``, and the options of questions that have some.

    Args:
        sample: the first rows under the header.
        header: False where the user says that there is none: then every row is data.
    """
    if header is False:
        return SurveyRows(0, sample)
    for place, row in enumerate(sample[:2]):
        if _are_all(row, _is_import_id):
            texts = say("question texts and ", "textos de las preguntas e ") if place else ""
            asked = sample[0].values if place else {}
            questions = {column: str(text) for column, text in asked.items() if text is not None}
            return replace(_under_header(sample, place + 1, f"Qualtrics: {texts}ImportId"), questions=questions)
    if sample and _are_answer_kinds(sample[0]):
        return _under_header(sample, 1, say("SurveyMonkey: kinds of answer", "SurveyMonkey: tipos de respuesta"))
    return SurveyRows(0, sample)


def _under_header(sample: Sequence[Row], count: int, what: str) -> SurveyRows:
    rows = say("1 row" if count == 1 else f"{count} rows", "1 fila" if count == 1 else f"{count} filas")
    note = rows + say(" under the header left out", " bajo la cabecera sin leer") + f" ({what})"
    return SurveyRows(sample[count - 1].number, sample[count:], (note,))


def _are_all(row: Row, wanted: Callable[[str], bool]) -> bool:
    """Is every cell that is not blank one of them, and is there one?"""
    filled = [cell for cell in _cells(row) if cell]
    return bool(filled) and all(map(wanted, filled))


def _are_answer_kinds(row: Row) -> bool:
    """Is one a kind of answer, and is there no respondent (a blank first cell), or nothing but kinds?"""
    cells = _cells(row)
    if _ANSWER_KINDS.isdisjoint(cells):
        return False
    return not cells[0] or (_ANSWER_KINDS | _OTHER_KINDS).issuperset(filter(None, cells))


def _cells(row: Row) -> list[str]:
    return ["" if value is None else str(value).strip() for value in row.values.values()]


def _is_import_id(cell: str) -> bool:
    if not cell.startswith("{"):
        return False
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and _KEY in value
