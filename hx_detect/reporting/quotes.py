"""Customers' words that can be shown: masked, cut, marked, typical. In: a frame, or its rows. Out: ``Quote``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from hx_detect.reporting.figure_values import Mark, Quote
from hx_detect.reporting.load import SIGNAL
from hx_detect.reporting.masking import cut, masked
from hx_detect.reporting.section_records import SignalQuotes
from hx_detect.reporting.tally import group_of
from hx_detect.reporting.typical import typical

LENGTH: Final = 280
"""Characters of a quote, about."""
_CANDIDATES: Final = 300
"""Texts of a signal that are compared: evenly spread over all that have it."""
_EVIDENCE: Final = (12, 200)
"""Shortest and longest evidence that reads well as a quote."""
_SHORTEST_MARK: Final = 3
"""Characters of evidence below which a mark would only disturb."""
_LONGEST_MASKED: Final = 20_000
COLUMNS: Final = (
    "row", "id", "text", "date", "group", "language", "level", "stage", "stars", "answer", "signals", "evidence",
    "priority",
)  # fmt: skip
"""What a quote or call needs of a row."""


def signal_quotes(frame: pl.DataFrame, signals: Sequence[str], wanted: int) -> tuple[SignalQuotes, ...]:
    """Typical quotes of each signal that has any, in the order given.

    Args:
        frame: texts, with their words.
        signals: names.
        wanted: quotes of each.
    """
    found = []
    for name in signals:
        quotes = quotes_of(frame.filter(pl.col(SIGNAL + name) & pl.col("text").is_not_null()), name, wanted)
        if quotes:
            found.append(SignalQuotes(name, group_of(name), quotes))
    return tuple(found)


def quotes_of(frame: pl.DataFrame, signal: str | None, wanted: int) -> tuple[Quote, ...]:
    """Typical quotes of some texts.

    Args:
        frame: the texts.
        signal: whose evidence is compared and marked; None takes the first evidence of each, and marks all.
        wanted: how many.
    """
    if frame.is_empty() or wanted < 1:
        return ()
    step = max(1, frame.height // _CANDIDATES)
    rows = list(frame.select(COLUMNS).gather_every(step).head(_CANDIDATES).iter_rows(named=True))
    words = [_evidence(row, signal) for row in rows]
    readable = [place for place, text in enumerate(words) if _EVIDENCE[0] <= len(text) <= _EVIDENCE[1]]
    places = readable if len(readable) >= wanted else list(range(len(rows)))
    chosen = typical([words[place] for place in places], wanted)
    return tuple(quote(rows[places[place]], only=signal) for place in chosen)


def quote(row: Mapping[str, Any], *, only: str | None = None, length: int = LENGTH, texts: bool = True) -> Quote:
    """One row as a quote.

    Args:
        row: ``COLUMNS`` of a frame's row.
        only: mark this signal's evidence alone.
        length: characters, about.
        texts: False leaves the words out.
    """
    marks = _marks(row, only) if texts else []
    text = (row["text"] or "") if texts else ""
    far = max((mark.end for mark in marks), default=0) + length
    shown = cut(masked(text[: max(_LONGEST_MASKED, far)], marks), length)
    return Quote(
        text=shown.text,
        marks=shown.marks,
        row=int(row["row"]),
        id=masked(row["id"], ()).text if "@" in (row["id"] or "") else row["id"],
        level=row["level"],
        signals=tuple(name for name in row["signals"].split(";") if name),
        group=row["group"],
        date=row["date"].isoformat() if row["date"] else None,
        stars=row["stars"],
        answer=row["answer"],
        language=row["language"],
    )


def _marks(row: Mapping[str, Any], only: str | None) -> list[Mark]:
    spans = [span for span in row["evidence"] or () if None not in span.values()]
    marks = [Mark(span["start"], span["end"], span["signal"]) for span in spans if only in (None, span["signal"])]
    return [mark for mark in marks if mark.end - mark.start >= _SHORTEST_MARK]


def _evidence(row: Mapping[str, Any], signal: str | None) -> str:
    """The words of the longest evidence; the whole text where there is none."""
    text = row["text"] or ""
    spans = [text[mark.start : mark.end] for mark in _marks(row, signal)]
    return max(spans, key=len) if spans else text
