"""Suggestions -> a file to label in. In: ``Suggestion`` records, a path. Out: CSV, TSV, Excel, JSON lines, or a tool's.

The columns ``sentiment``, ``signals`` and ``stage`` are left empty, for people to fill in; ``hx-detect train`` and
``hx-detect data check`` read the filled-in table, and take an empty cell for "not said".
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import UsageError
from hx_detect.io.csv_rows import csv_rows
from hx_detect.labelling.reasons import reason
from hx_detect.labelling.suggest import Suggestion
from hx_detect.labelling.tool_exports import argilla_records, argilla_settings, label_studio_config, label_studio_tasks
from hx_detect.reporting.written import write_file
from hx_detect.wording import say

FORMATS: Final = {
    "csv": ".csv",
    "tsv": ".tsv",
    "xlsx": ".xlsx",
    "jsonl": ".jsonl",
    "label-studio": ".label-studio.json",
    "argilla": ".argilla.jsonl",
}
"""Format -> the suffix that stands for it."""
COLUMNS: Final = (
    "rank", "id", "row", "text", "language", "kind", "sentiment", "signals", "stage", "reason_en", "reason_es",
    "value", "uncertainty", "rarity", "disagreement", "similarity",
)  # fmt: skip
_ANSWERS: Final = ("sentiment", "signals", "stage")


def format_of(place: str, given: str | None) -> str:
    """The format: as given, else by the path's suffix (``.json`` is Label Studio's).

    Raises:
        UsageError: the suffix names no format.
    """
    if given is not None:
        return given
    name = Path(place).name.lower()
    for format, suffix in sorted(FORMATS.items(), key=lambda item: -len(item[1])):
        if name.endswith(suffix):
            return format
    if name.endswith(".json"):
        return "label-studio"
    raise UsageError(
        say(f"{place}: the suffix names no format", f"{place}: la extensión no es de ningún formato"),
        cure=say("Use --format, or one of ", "Use --format o una de ") + " ".join((*FORMATS.values(), ".json")),
    )  # fmt: skip


def write_suggestions(suggestions: Sequence[Suggestion], place: Path, format: str) -> list[Path]:
    """Write them, and beside them what their tool needs to show them.

    Args:
        suggestions: best first.
        place: the file.
        format: one of ``FORMATS``.

    Returns:
        What was written, ``place`` first.

    Raises:
        OutputError: it cannot be written.
    """
    beside: dict[str, str] = {}
    if format == "label-studio":
        content: bytes = _json(label_studio_tasks(suggestions)).encode()
        beside = {".config.xml": label_studio_config()}
    elif format == "argilla":
        content = _lines(argilla_records(suggestions))
        beside = {".settings.json": _json(argilla_settings())}
    elif format == "xlsx":
        content = _workbook(suggestions)
    elif format == "jsonl":
        content = _lines(_record(one) for one in suggestions)
    else:
        content = _table(suggestions, "\t" if format == "tsv" else ",")
    written = [_put(place, content)]
    return written + [_put(_beside(place, ending), text.encode()) for ending, text in beside.items()]


def _beside(place: Path, ending: str) -> Path:
    return place.with_name(place.name.split(".")[0] + ending)


def _record(suggestion: Suggestion) -> dict[str, Any]:
    review, pick = suggestion.review, suggestion.pick
    values: dict[str, Any] = {
        "rank": suggestion.rank, "id": review.id, "row": review.row, "text": review.text,
        "language": suggestion.language, "kind": suggestion.kind, **dict.fromkeys(_ANSWERS),
        "reason_en": reason(suggestion, "en"), "reason_es": reason(suggestion, "es"),
        "value": round(pick.value, 4), "uncertainty": round(pick.uncertainty, 4), "rarity": round(pick.rarity, 4),
        "disagreement": round(pick.disagreement, 4), "similarity": round(pick.similarity, 4),
    }  # fmt: skip
    return {name: values[name] for name in COLUMNS}


def _table(suggestions: Sequence[Suggestion], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv_rows(text, delimiter)
    writer.writerow(COLUMNS)
    for one in suggestions:
        writer.writerow(["" if value is None else value for value in _record(one).values()])
    return text.getvalue().encode("utf-8-sig")


def _workbook(suggestions: Sequence[Suggestion]) -> bytes:
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("label")
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.write_row(0, 0, COLUMNS)
        sheet.freeze_panes(1, 0)
        sheet.set_column(COLUMNS.index("text"), COLUMNS.index("text"), 80, wrap)
        for number, one in enumerate(suggestions, 1):
            for column, value in enumerate(_record(one).values()):
                if isinstance(value, str):
                    sheet.write_string(number, column, value[:32_767])
                elif value is not None:
                    sheet.write_number(number, column, value)
    return buffer.getvalue()


def _lines(records: Any) -> bytes:  # noqa: ANN401 - any iterable of JSON objects
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _put(place: Path, content: bytes) -> Path:
    write_file(str(place), content)
    return place
