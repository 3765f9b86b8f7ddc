"""What every reader gives. In: nothing. Out: ``Row`` and ``Table``, the same for all formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol

from hx_detect.errors import InputFormatError
from hx_detect.records import RowFailure

FORMATS: Final = ("csv", "tsv", "jsonl", "parquet", "xlsx")
SAMPLE_ROWS: Final = 500
"""Rows that are looked at to find columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read.

    Attributes:
        number: counted from 1 without the header.
        values: column name -> value, in the file's order; text formats give ``str``.
        failure: why the row cannot be used (ragged, bad JSON …), or None.
        origin: for Parquet, the Arrow batch and the row's place in it, so that types survive.
    """

    number: int
    values: Mapping[str, Any]
    failure: RowFailure | None = None
    origin: tuple[Any, int] | None = None


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read; None and ``""`` mean: find out.

    Attributes:
        delimiter: field separator of a CSV.
        encoding: of a text format.
        sheet: name of an Excel sheet.
        header: the first row holds the column names; None finds out.
    """

    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header: bool | None = None


class RowSource(Protocol):
    """Gives the rows from the first on, each time it is called; ``fraction`` is how far the last reading is."""

    def rows(self) -> Iterator[Row]:
        """Rows in file order, in constant memory.

        Raises:
            InputFormatError: the file is damaged from here on; the rows given so far are good.
        """
        ...

    def fraction(self) -> float | None:
        """Share of the file read so far, 0 to 1, or None where it cannot be known."""
        ...


class RowsUntilDamage(Iterator[Row]):
    """Rows up to the place where their file is damaged.

    Attributes:
        damage: what ended the reading early, or None.
    """

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.damage: InputFormatError | None = None

    def __next__(self) -> Row:
        """The next good row."""
        try:
            return next(self._rows)
        except InputFormatError as error:
            self.damage = error
            raise StopIteration from error


def first_rows(source: RowSource) -> list[Row]:
    """The rows to look at when a file is opened.

    Raises:
        InputFormatError: the file is damaged before its first row.
    """
    rows = RowsUntilDamage(source.rows())
    sample = list(islice(rows, SAMPLE_ROWS))
    if not sample and rows.damage is not None:
        raise rows.damage
    return sample


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: what it is and its rows.

    Attributes:
        format: one of ``FORMATS``.
        columns: names in order; for JSON lines those of the first rows.
        source: gives the rows, as often as asked.
        sample: the first rows, up to ``SAMPLE_ROWS``.
        details: what was found (encoding, delimiter, sheet …), for people, in the user's language.
        delimiter: of a CSV, else None.
        excel_csv: the CSV looks made by or for Excel (byte order mark, or not UTF-8).
        schema: the Arrow schema of a Parquet file, else None.
        questions: column -> the question that it answers, where the file says so.
    """

    format: str
    columns: tuple[str, ...]
    source: RowSource
    sample: Sequence[Row]
    details: tuple[str, ...] = ()
    delimiter: str | None = None
    excel_csv: bool = False
    schema: Any = field(default=None)
    questions: Mapping[str, str] = field(default_factory=dict)

    def first_values(self) -> list[Mapping[str, Any]]:
        """Values of the sample's rows, without those that cannot be read."""
        return [row.values for row in self.sample if row.failure is None]


def value_at(values: Mapping[str, Any], path: str) -> object:
    """The value of a column, or of a dotted path into nested objects (``review.text``); None where there is none."""
    if path in values:
        return values[path]
    current: object = values
    for part in path.split("."):
        if not isinstance(current, Mapping) or part not in current:
            return None
        current = current[part]
    return current


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Make column names unique: a name seen before gets ``_2``, ``_3`` …; the first keeps its own."""
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        candidate, count = name, 1
        while candidate in taken or (candidate != name and candidate in names):
            count += 1
            candidate = f"{name}_{count}"
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)
