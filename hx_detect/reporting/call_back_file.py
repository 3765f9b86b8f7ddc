"""The whole call-back list -> CSV or Excel for a CRM. In: the texts of a report. Out: the bytes of a file.

Texts stand as they were given, not masked: this is the list to call customers by. A text that stands again in its group
has one entry, which says how often it came and names the other rows. In a CSV a cell that a spreadsheet would take for
a formula gets an apostrophe before it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from hx_detect.io.csv_rows import csv_rows
from hx_detect.io.spreadsheet_cells import no_formula
from hx_detect.labels import DISPLAY, Lang, display, signal_title
from hx_detect.reporting.calls import due_calls, reason
from hx_detect.reporting.workbook import Sheet, workbook

_COLUMNS: Final = {
    "rank": ("rank", "orden"),
    "priority": ("priority", "prioridad"),
    "id": ("id", "id"),
    "group": ("group", "grupo"),
    "date": ("date", "fecha"),
    "level": ("level", "nivel"),
    "reason": ("reason", "motivo"),
    "signals": ("signals", "señales"),
    "stage": ("stage", "etapa"),
    "answer": ("answer", "respuesta"),
    "stars": ("stars", "estrellas"),
    "language": ("language", "idioma"),
    "text": ("text", "texto"),
    "evidence": ("evidence", "evidencia"),
    "file": ("file", "fichero"),
    "row": ("row", "fila"),
    "times": ("times", "veces"),
    "again": ("also as", "también como"),
}


def call_back_csv(frame: pl.DataFrame, files: tuple[str, ...], lang: Lang, *, texts: bool = True) -> bytes:
    """The list as CSV: UTF-8 with a mark, so that Excel reads it as such.

    Args:
        frame: the texts of a report.
        files: names of the files that they come from.
        lang: of headers, reasons and labels.
        texts: with the customers' words and their evidence.
    """
    out = io.StringIO(newline="")
    writer = csv_rows(out)
    writer.writerow(_headers(lang))
    for values in _rows(frame, files, lang, texts=texts):
        writer.writerow([no_formula(value) for value in values])
    return out.getvalue().encode("utf-8-sig")


def call_back_xlsx(frame: pl.DataFrame, files: tuple[str, ...], lang: Lang, *, texts: bool = True) -> bytes:
    """The list as a workbook of one sheet; arguments as for ``call_back_csv``.

    Raises:
        OutputError: more entries than a sheet holds.
    """
    title = "Llamar primero" if lang == "es" else "Call back first"
    return workbook([Sheet(title, _headers(lang), list(_rows(frame, files, lang, texts=texts)))])


def _headers(lang: Lang) -> list[str]:
    return [es if lang == "es" else en for en, es in _COLUMNS.values()]


def _rows(frame: pl.DataFrame, files: tuple[str, ...], lang: Lang, *, texts: bool) -> Iterator[list[Any]]:
    for rank, row in enumerate(due_calls(frame).iter_rows(named=True), 1):
        why = reason(row)
        signals = [name for name in row["signals"].split(";") if name]
        yield [
            rank,
            round(row["priority"], 4),
            row["id"],
            row["group"],
            row["date"].isoformat() if row["date"] else None,
            _shown(row["level"], lang),
            why.es if lang == "es" else why.en,
            ", ".join(_shown(name, lang) for name in signals),
            _shown(row["stage"], lang),
            row["answer"],
            row["stars"],
            row["language"],
            row["text"] if texts else None,
            _evidence(row) if texts else None,
            files[row["file"]],
            row["row"],
            row["times"],
            _again(row, files),
        ]


def _again(row: dict[str, Any], files: tuple[str, ...]) -> str | None:
    """The other rows with this text: their identifiers, else their files and rows; the same customer's only once."""
    names = (other["id"] or f"{files[other['file']]}:{other['row']}" for other in row["again"])
    return "; ".join(name for name in dict.fromkeys(names) if name != row["id"]) or None


def _shown(name: str, lang: Lang) -> str:
    return display(name, lang) if name in DISPLAY else signal_title(name, lang)


def _evidence(row: dict[str, Any]) -> str:
    text = row["text"] or ""
    spans = [span for span in row["evidence"] or () if None not in span.values()]
    return " | ".join(dict.fromkeys(text[span["start"] : span["end"]] for span in spans))
