"""Files of labelled texts for tests. In: rows. Out: CSV and JSON files in a folder; their rows as read."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hx_detect.learning.labelled_row import LabelledOptions, LabelledTable
from hx_detect.learning.labelled_tables import read_labelled


def csv_file(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "labelled.csv") -> Path:
    """A CSV with the keys of the first row as header."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def json_lines(folder: Path, rows: Sequence[Any], name: str = "labelled.jsonl") -> Path:
    """One JSON value per line."""
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def json_file(folder: Path, value: object, name: str = "labelled.json") -> Path:
    """One JSON value, laid out for people."""
    path = folder / name
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def read_rows(folder: Path, rows: Sequence[Mapping[str, Any]], **options: Any) -> LabelledTable:  # noqa: ANN401 - fields of LabelledOptions
    """Rows written as CSV and read back."""
    return read_labelled([csv_file(folder, rows)], LabelledOptions(**options))


def codes(table: LabelledTable) -> list[tuple[int, str, bool]]:
    """(row, code, dropped) of everything that was wrong."""
    return [(reject.failure.row, reject.failure.code, reject.dropped) for reject in table.rejects]


def roles(table: LabelledTable) -> dict[str, str]:
    """Column -> role."""
    return {found.column: found.role for found in table.columns_found}
