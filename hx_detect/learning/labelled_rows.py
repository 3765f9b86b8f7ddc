"""One row of a labelled table -> a ``LabelledRow``. In: a row, its columns' roles. Out: the row, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hx_detect.errors import InputFormatError
from hx_detect.io.blank_text import is_blank_text
from hx_detect.io.column_names import fold
from hx_detect.io.rows import Row, value_at
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.labelled_names import (
    EVIDENCE,
    LABELS,
    SIGNAL_ROLE,
    TEXT,
    UNUSED,
    is_blank,
    nearest_signal,
    signal_of,
    yes_or_no,
)
from hx_detect.learning.labelled_row import Evidence, FoundColumn, LabelledOptions, LabelledReject, LabelledRow
from hx_detect.learning.labelled_row import text_hash as hash_of
from hx_detect.learning.labelled_signals import Said, parse_labels
from hx_detect.learning.labelled_spans import find_span
from hx_detect.learning.labelled_values import Remarks, moment_of, number_in, plain, word_of
from hx_detect.records import RowFailure, Span
from hx_detect.wording import say

LONGEST_TEXT: Final = 100_000
"""Longer texts are no customer's words but a file pasted into a cell."""
_BROKEN: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(slots=True)
class _Told:
    """What a row says of signals, while its cells are read: folded name -> spans, and the names spoken of."""

    present: dict[str, list[Span]] = field(default_factory=dict)
    spoken: set[str] = field(default_factory=set)
    complete: bool = False
    written: dict[str, str] = field(default_factory=dict)


class RowReader:
    """Reads the rows of one file.

    Args:
        file: its name.
        columns: what its columns are.
        options: as given by the user.

    Attributes:
        written: folded name of each label that is no built-in signal -> as written the first time.
    """

    def __init__(self, file: str, columns: Sequence[FoundColumn], options: LabelledOptions) -> None:
        self.file = file
        self.options = options
        self.written: dict[str, str] = {}
        used = [column for column in columns if column.role != UNUSED]
        self._single = {column.role: column for column in used if not column.role.startswith(SIGNAL_ROLE)}
        self._marks = [column for column in used if column.role.startswith(SIGNAL_ROLE)]
        if TEXT not in self._single:
            raise InputFormatError(f"{file}: no text column")  # find_columns always gives one
        self._wanted = {fold(name) for name in (*(options.new_signals or ()), *options.model_signals)}

    def read(self, row: Row) -> tuple[LabelledRow | None, list[LabelledReject]]:
        """The row, or None where it cannot be used, and everything that is wrong with it."""
        if row.failure is not None:
            return None, [LabelledReject(self.file, row.failure, dropped=True)]
        identifier = plain(self._cell(row, "id"))
        text = self._cell(row, TEXT)
        refused = self._refused(row.number, identifier, text)
        if refused is not None or not isinstance(text, str):
            return None, [LabelledReject(self.file, refused, dropped=True)] if refused else []
        remarks = Remarks(row.number, identifier)
        made = self._made(row, identifier, text, remarks)
        if made is not None and self.options.need_labels and not made.labelled:
            made = None
            if not remarks.failures:
                remarks.add(TEXT, "unlabelled", say("The row has no label", "La fila no tiene ninguna etiqueta"),
                            say("Label it, or leave it out; where no signal holds, write none",
                                "Etiquétela o quítela; donde no haya señales, escriba ninguna"))  # fmt: skip
        return made, [LabelledReject(self.file, failure, dropped=made is None) for failure in remarks.failures]

    def _made(self, row: Row, identifier: str | None, text: str, remarks: Remarks) -> LabelledRow | None:
        language = self._word(row, "language", remarks)
        if language is None and any(failure.code == "bad_language" for failure in remarks.failures):
            return None  # a text said to be in a third language
        stars = self._number(row, "stars", remarks)
        told = self._told(row, text, remarks)
        signals, own = _divided(told)
        self.written.update({key: told.written[key] for key in own if key not in self.written})
        return LabelledRow(
            row=row.number,
            file=self.file,
            source=plain(self._cell(row, "source")) or self.file,
            text=text,
            id=identifier,
            language=language or self.options.language,
            kind=self._word(row, "kind", remarks) or self.options.kind,
            sentiment=self._word(row, "sentiment", remarks),
            stars=None if stars is None else int(stars),
            answer=self._number(row, "answer", remarks),
            stage=self._word(row, "stage", remarks),
            signals=signals if told.spoken & set(SIGNAL_NAMES) else None,
            own=own,
            known_signals=frozenset(told.spoken),
            date=moment_of(self._single["date"], self._cell(row, "date"), remarks) if "date" in self._single else None,
            who=plain(self._cell(row, "who")),
            group=plain(self._cell(row, "group")),
            text_hash=hash_of(text),
        )

    def _cell(self, row: Row, role: str) -> Any:  # noqa: ANN401 - whatever a cell holds
        column = self._single.get(role)
        return None if column is None else value_at(row.values, column.column)

    def _word(self, row: Row, role: str, remarks: Remarks) -> str | None:
        column = self._single.get(role)
        return None if column is None else word_of(column, self._cell(row, role), remarks)

    def _number(self, row: Row, role: str, remarks: Remarks) -> float | None:
        column = self._single.get(role)
        return None if column is None else number_in(column, self._cell(row, role), remarks)

    def _told(self, row: Row, text: str, remarks: Remarks) -> _Told:
        told = _Told()
        for column in self._marks:
            self._read_mark(told, column, value_at(row.values, column.column), text, remarks)
        for role in (LABELS, EVIDENCE):
            if role in self._single:
                self._read_list(told, self._single[role], self._cell(row, role), text, remarks)
        if told.complete:
            told.spoken |= set(SIGNAL_NAMES)
        told.spoken |= set(told.present)
        doubtful = {nearest_signal(key) for key in told.present if signal_of(key) is None and key not in self._wanted}
        told.spoken -= {name for name in doubtful if name is not None and name not in told.present}
        return told

    def _read_mark(self, told: _Told, column: FoundColumn, value: object, text: str, remarks: Remarks) -> None:
        """A column of one signal: a mark, or the evidence itself."""
        name = column.role.removeprefix(SIGNAL_ROLE)
        told.written.setdefault(name, name)
        if is_blank(value):
            told.spoken |= {name} if self.options.blank_is_none else set()
            return
        mark = yes_or_no(value)
        if mark is not None:
            told.spoken.add(name)
            if mark:
                told.present.setdefault(name, [])
            return
        stretches = value if isinstance(value, list | tuple) else [value]
        spans = [find_span(text, stretch) for stretch in stretches]
        if None not in spans:
            told.present.setdefault(name, []).extend(span for span in spans if span is not None)
            return
        remarks.add(
            column.column, "bad_mark",
            say(f"{column.column} has {str(value)[:40]!r}, neither a mark nor words of the text",
                f"{column.column} tiene {str(value)[:40]!r}, que no es ni una marca ni palabras del texto"),
            say("Write 1 or 0, yes or no; the row does not speak of this signal",
                "Escriba 1 o 0, sí o no; la fila no habla de esta señal"),
            value,
        )  # fmt: skip

    def _read_list(self, told: _Told, column: FoundColumn, value: object, text: str, remarks: Remarks) -> None:
        adds = column.role == EVIDENCE and (LABELS in self._single or bool(self._marks))
        if is_blank(value):
            told.complete = told.complete or (self.options.blank_is_none and not adds)
            return
        try:
            said = self._plain_quotes(told, value, text) if adds else None
            said = said or parse_labels(value) or Said()
        except ValueError as error:
            remarks.add(column.column, "bad_labels", str(error),
                        say("Write names of signals with ; between them, or JSON; the row is used without them",
                            "Escriba nombres de señales separados por ; o JSON; la fila se usa sin ellas"),
                        value)  # fmt: skip
            return
        told.complete = told.complete or (said.complete and not adds)
        told.spoken |= {signal_of(name) or fold(name) for name in said.absent}
        for written, stretches in said.present:
            key = signal_of(written) or fold(written) or written.strip()
            if adds and key not in told.present:
                _unlabelled_evidence(column, written, remarks)
                continue
            told.written.setdefault(key, written)
            told.present.setdefault(key, []).extend(_located(column, written, stretches, text, remarks))

    def _plain_quotes(self, told: _Told, value: object, text: str) -> Said | None:
        """A quote in the evidence column, where the row has one signal: it is that one's."""
        if isinstance(value, str) and len(told.present) == 1 and find_span(text, value) is not None:
            return Said([(next(iter(told.present)), (value,))])
        return None

    def _refused(self, number: int, identifier: str | None, text: object) -> RowFailure | None:
        field = self._single[TEXT].column
        if is_blank_text(text):
            return RowFailure(number, field, "empty", say("The text is empty", "El texto está vacío"),
                              say("Nothing to learn from", "No hay nada que aprender"), identifier,
                              None if text is None else str(text)[:200])  # fmt: skip
        if not isinstance(text, str) or _BROKEN.search(text) or len(text) > LONGEST_TEXT:
            return RowFailure(number, field, "not_text",
                              say("The text is no text, holds a NUL character or half a surrogate pair, or is longer"
                                  f" than {LONGEST_TEXT:,}",
                                  "El texto no es texto, contiene un carácter NUL o un carácter a medias, o pasa de"
                                  f" {LONGEST_TEXT:,}"),
                              say("Write it as text", "Escríbalo como texto"), identifier,
                              _BROKEN.sub("\ufffd", str(text)[:200]))  # fmt: skip
        return None


def _unlabelled_evidence(column: FoundColumn, written: str, remarks: Remarks) -> None:
    remarks.add(
        column.column,
        "evidence_unlabelled",
        say(f"Evidence of {written!r}, which is not labelled", f"Prueba de {written!r}, que no está etiquetada"),
        say("Label it, or take the evidence out", "Etiquétela o quite la prueba"),
        written,
    )


def _located(
    column: FoundColumn, written: str, stretches: Sequence[object], text: str, remarks: Remarks
) -> list[Span]:  # fmt: skip
    spans: list[Span] = []
    for stretch in stretches:
        span = find_span(text, stretch)
        if span is None:
            remarks.add(column.column, "evidence_not_in_text",
                        say(f"Evidence of {written!r} is not in the text: {str(stretch)[:60]!r}",
                            f"La prueba de {written!r} no está en el texto: {str(stretch)[:60]!r}"),
                        say("Copy it character for character; the label is used without it",
                            "Cópiela carácter por carácter; la etiqueta se usa sin ella"), stretch)  # fmt: skip
        else:
            spans.append(span)
    return spans


def _divided(told: _Told) -> tuple[Evidence, Evidence]:
    """Built-in signals in their order, and the others by name; spans in the order of the text, each once."""
    ordered: Mapping[str, tuple[Span, ...]] = {
        name: tuple(sorted(set(spans), key=lambda span: (span.start, span.end))) for name, spans in told.present.items()
    }
    signals = {name: ordered[name] for name in SIGNAL_NAMES if name in ordered}
    return signals, {name: ordered[name] for name in sorted(ordered) if name not in signals}
