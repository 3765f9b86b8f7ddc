"""What people labelled, as records. In: nothing. Out: ``LabelledRow`` and the ``LabelledTable`` that holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hx_detect.io.rows import ReadOptions
from hx_detect.records import RowFailure, Span

FEWEST_EXAMPLES: Final = 30
"""Texts that a signal must be in to be learned; an unknown label with as many becomes a signal of one's own."""

Evidence = Mapping[str, tuple[Span, ...]]
"""Signals that hold -> the stretches that show it, in code points of the text; empty where nobody showed any."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One text and what people say of it; None is "not said", never "no".

    Attributes:
        row: in its file, counted from 1 without the header.
        file: name of the file (or data set) that it was read from.
        source: value of a source column, else ``file``: the group by which the gate looks for losses.
        id: as given, or None.
        text: the words, unchanged.
        language: ``es`` or ``en``, where given.
        kind: one of ``labels.KINDS``, where given.
        sentiment: ``negative``, ``neutral``, ``positive`` or ``mixed``.
        stars: 1 to 5.
        answer: to "would you recommend us", 0 to 10.
        stage: one of ``labels.STAGES``.
        signals: built-in signals that hold; None where the row says nothing of signals; empty where none holds.
        own: labels that hold and are no built-in signal, by folded name (``app_crash``); only those of
            ``LabelledTable.own_signals`` are to be learned.
        known_signals: names (built-in and own) that this row speaks of: those not in ``signals`` or ``own`` do not
            hold; any other is unknown.
        date: ISO 8601, day or moment, where given.
        who: who labelled it, where given.
        group: texts of one group (a pair, a customer) stay together when data are split.
        text_hash: first 16 hexadecimal digits of the SHA-256 of the text in UTF-8, as in ``data/schema.json``.
    """

    row: int
    file: str
    source: str
    text: str
    id: str | None = None
    language: str | None = None
    kind: str | None = None
    sentiment: str | None = None
    stars: int | None = None
    answer: float | None = None
    stage: str | None = None
    signals: Evidence | None = None
    own: Evidence = field(default_factory=dict)
    known_signals: frozenset[str] = frozenset()
    date: str | None = None
    who: str | None = None
    group: str | None = None
    text_hash: str = ""

    def says(self, name: str) -> bool | None:
        """Does the signal (built-in or own) hold? None where the row does not speak of it."""
        if name in self.own or (self.signals is not None and name in self.signals):
            return True
        return False if name in self.known_signals else None

    @property
    def labelled(self) -> bool:
        """Says it anything that a model can learn?"""
        given = (self.sentiment, self.stars, self.answer, self.stage)
        return bool(self.known_signals or self.own) or any(value is not None for value in given)


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column and what it was taken for.

    Attributes:
        file: name of the file.
        role: as ``text``, ``sentiment``, ``labels``, ``signal:ignored``.
        column: its name in the file; a dotted path in JSON.
        how: why, in the user's language.
    """

    file: str
    role: str
    column: str
    how: str


@dataclass(frozen=True, slots=True)
class LabelledReject:
    """Something wrong with a row.

    Attributes:
        file: name of the file.
        failure: row, field, code, message and cure.
        dropped: the whole row was left out; else only the value at fault was.
    """

    file: str
    failure: RowFailure
    dropped: bool


@dataclass(frozen=True, slots=True)
class UnknownLabel:
    """A label that is no signal of the model.

    Attributes:
        name: as written the first time.
        key: its folded name, as in ``LabelledRow.own``.
        rows: (file, row) of the texts that have it.
        suggestion: the known signal that it may be a misspelling of, or None.
        own: it is among ``LabelledTable.own_signals``.
    """

    name: str
    key: str
    rows: tuple[tuple[str, int], ...]
    suggestion: str | None
    own: bool


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A file that was read: its name, the SHA-256 of its bytes (hexadecimal), its format, and its rows that are kept.

    Attributes:
        details: encoding, delimiter, sheet …, in the user's language.
    """

    name: str
    sha256: str
    format: str
    rows: int
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledOptions:
    """How labelled data are read.

    Attributes:
        columns: role -> column, as given with ``--map``.
        new_signals: labels that are to become signals of one's own; None takes every unknown label that
            ``FEWEST_EXAMPLES`` texts have and that is no misspelling.
        model_signals: own signals that the model has already.
        need_labels: refuse a file without any label; else texts alone are read.
        blank_is_none: a blank cell of labels means that no signal holds; else that nothing was said.
        kind: kind of all texts that do not say theirs.
        language: language of all texts that do not say theirs.
        read: delimiter, encoding, sheet, header.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    new_signals: tuple[str, ...] | None = None
    model_signals: tuple[str, ...] = ()
    need_labels: bool = True
    blank_is_none: bool = False
    kind: str | None = None
    language: str | None = None
    read: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class LabelledTable:
    """All labelled rows of some files.

    Attributes:
        rows: in the order of the files and of their rows.
        columns_found: which column is what.
        rejects: what was left out and why.
        unknown_labels: labels that are no signals of the model, most frequent first.
        own_signals: folded names of the labels to learn as own signals, in alphabetical order.
        files: what was read.
    """

    rows: tuple[LabelledRow, ...]
    columns_found: tuple[FoundColumn, ...] = ()
    rejects: tuple[LabelledReject, ...] = ()
    unknown_labels: tuple[UnknownLabel, ...] = ()
    own_signals: tuple[str, ...] = ()
    files: tuple[LabelledFile, ...] = ()


def text_hash(text: str) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
