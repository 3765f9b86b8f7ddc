"""JSON lines, or one document -> rows. In: a source. Out: a ``Table``; a bad row comes with its failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.io.encoding import Encoding, find_encoding
from hx_detect.io.json_document import JsonDocument, json_document
from hx_detect.io.rows import ReadOptions, Row, Table, first_rows
from hx_detect.io.source import OpenedSource, Source, damage_reported
from hx_detect.io.text_lines import LineFeed, has_bad_bytes
from hx_detect.records import RowFailure
from hx_detect.wording import say


@dataclass(slots=True)
class JsonLinesSource:
    """The rows of one file of JSON lines (a ``RowSource``)."""

    source: Source
    encoding: Encoding
    _opened: OpenedSource | None = field(default=None)

    def rows(self) -> Iterator[Row]:
        """See ``RowSource.rows``."""
        opened = self._opened = OpenedSource(self.source)
        number = 0
        try:
            feed = LineFeed(opened, self.encoding, self.source.name, newline="\n")
            with damage_reported(self.source):
                for line in feed:
                    feed.mark()
                    if line.strip():
                        number += 1
                        yield _row(number, line)
        finally:
            opened.close()

    def fraction(self) -> float | None:
        """See ``RowSource.fraction``."""
        return self._opened.fraction() if self._opened is not None else 0.0


@dataclass(frozen=True, slots=True)
class JsonDocumentSource:
    """The rows of a JSON array, or of the list in an object (a ``RowSource``)."""

    document: JsonDocument

    def rows(self) -> Iterator[Row]:
        """See ``RowSource.rows``; memory is bounded by ``json_document.LIMIT``."""
        for number, piece in enumerate(self.document.pieces(), start=1):
            yield _row(number, piece)

    def fraction(self) -> float | None:
        """See ``RowSource.fraction``."""
        return None


def open_jsonl(source: Source, options: ReadOptions) -> Table:
    """Open a file of JSON lines, a JSON array of objects, or an object around one.

    Raises:
        InputFormatError: not text, not JSON, an object around several lists, or an array that is too large.
        EmptyInputError: no rows.
        UsageError: unknown encoding.
    """
    encoding = find_encoding(source, options.encoding)
    document = json_document(source, encoding)
    rows = JsonLinesSource(source, encoding) if document is None else JsonDocumentSource(document)
    sample = first_rows(rows)
    if not sample:
        raise EmptyInputError(
            say(f"{source.name} holds no rows", f"{source.name} no tiene ninguna fila"),
            cure=say("Export it again", "Expórtelo de nuevo"),
        )
    if all(row.failure is not None for row in sample):
        raise InputFormatError(
            say(f"{source.name} is not JSON of rows: none of its first lines or items is a JSON object",
                f"{source.name} no es JSON por filas: ninguna de sus primeras líneas o elementos es un objeto JSON"),
            cure=say("Write one object per line", "Escriba un objeto por línea"),
        )  # fmt: skip
    columns = tuple(dict.fromkeys(name for row in sample for name in row.values))
    return Table("jsonl", columns, rows, sample, _details(encoding, document))


def _details(encoding: Encoding, document: JsonDocument | None) -> tuple[str, ...]:
    codec = encoding.codec.removesuffix("-sig").upper()
    if document is None:
        return (codec,)
    path = repr(document.path)
    shape = say(f"rows of the list {path}", f"filas de la lista {path}") if document.path else say(
        "one document, not lines", "un documento, no líneas")  # fmt: skip
    return (codec, shape)


def _row(number: int, line: str) -> Row:
    if has_bad_bytes(line):
        return Row(
            number, {}, _failure(number, line, "encoding", say("bytes of another encoding", "otra codificación"))
        )
    try:
        values = json.loads(line, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        return Row(number, {}, _failure(number, line, "bad_json", str(error)))
    if not isinstance(values, dict):
        kind = type(values).__name__
        return Row(number, {}, _failure(number, line, "bad_json", say(f"a {kind}", f"un {kind}")))
    if "\\u" in line and has_bad_bytes(json.dumps(values, ensure_ascii=False)):
        return Row(number, {}, _failure(number, line, "encoding", say("half a surrogate pair", "un carácter a medias")))
    return Row(number, values)


def _not_json(constant: str) -> NoReturn:
    raise ValueError(say(f"{constant} is not JSON", f"{constant} no es JSON"))


def _failure(number: int, line: str, code: str, why: str) -> RowFailure:
    value = line[:200].rstrip("\r\n").encode("utf-8", "backslashreplace").decode("utf-8")
    return RowFailure(
        number,
        "row",
        code,
        say(f"The row is not a JSON object in good order: {why}", f"La fila no es un objeto JSON correcto: {why}"),
        say("Write one JSON object per line, in UTF-8", "Escriba un objeto JSON por línea, en UTF-8"),
        value=value,
    )
