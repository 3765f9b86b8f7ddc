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
    SurveyMonkey writes ``Response`` or ``Open-Ended Response``.

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
    if sample and _are_all(sample[0], _ANSWER_KINDS.__contains__):
        return _under_header(sample, 1, say("SurveyMonkey: kinds of answer", "SurveyMonkey: tipos de respuesta"))
    return SurveyRows(0, sample)


def _under_header(sample: Sequence[Row], count: int, what: str) -> SurveyRows:
    rows = say("1 row" if count == 1 else f"{count} rows", "1 fila" if count == 1 else f"{count} filas")
    note = rows + say(" under the header left out", " bajo la cabecera sin leer") + f" ({what})"
    return SurveyRows(sample[count - 1].number, sample[count:], (note,))


def _are_all(row: Row, wanted: Callable[[str], bool]) -> bool:
    """Is every cell that is not blank one of them, and is there one?"""
    cells = [str(value).strip() for value in row.values.values() if value is not None]
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(wanted, filled))


def _is_import_id(cell: str) -> bool:
    if not cell.startswith("{"):
        return False
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and _KEY in value
