"""Whom to call back first. In: a frame. Out: ``CallFigures``: by priority, which is blind to tone, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from hx_detect.labels import CONDUCT, DISPLAY, display, signal_title
from hx_detect.reporting.figure_values import Words
from hx_detect.reporting.quotes import COLUMNS, quote
from hx_detect.reporting.section_records import Call, CallFigures
from hx_detect.reporting.tally import grievances

CONTENT: Final = ("cx", "satisfied", "neutral")
"""Levels without a grievance: nobody needs to be called back."""
_LENGTH: Final = 240


def due_calls(frame: pl.DataFrame) -> pl.DataFrame:
    """The texts with a grievance, highest priority first, the earlier row where equal.

    A text that stands again in its group (blanks apart) is listed once, by its highest priority; rows without words
    are never taken for each other.

    Returns:
        The frame's columns, ``times`` (rows with this text, from 1) and ``again`` (file, row and id of the other ones).
    """
    due = frame.filter(~pl.col("level").cast(pl.String).is_in(CONTENT))
    due = due.sort(["priority", "file", "row"], descending=[True, False, False]).with_row_index("place")
    words = pl.col("text").str.replace_all(r"\s+", " ").str.strip_chars()
    due = due.with_columns(words=words, wordless=pl.when((words == "").fill_null(True)).then(pl.col("place")))
    kept = due.group_by("words", "wordless", "group", maintain_order=True).agg(
        pl.col(frame.columns).exclude("group").first(),
        times=pl.len(),
        again=pl.struct("file", "row", "id").slice(1),
    )
    return kept.select(*frame.columns, "times", "again")


def call_figures(frame: pl.DataFrame, most: int, *, texts: bool) -> CallFigures | None:
    """The list's beginning, and how long it is; None where nobody has a grievance.

    Args:
        frame: the texts.
        most: entries that are made.
        texts: False leaves the words out.
    """
    due = due_calls(frame)
    if due.is_empty():
        return None
    return CallFigures(due.height, calls_of(due.head(most), texts=texts), int(due["times"].sum()) - due.height)


def calls_of(due: pl.DataFrame, *, texts: bool) -> tuple[Call, ...]:
    """Rows of ``due_calls`` as calls, ranked from 1."""
    return tuple(
        Call(
            rank,
            round(row["priority"], 4),
            reason(row),
            row["stage"],
            quote(row, length=_LENGTH, texts=texts),
            row["times"],
        )
        for rank, row in enumerate(due.select(*COLUMNS, "times").iter_rows(named=True), 1)
    )


def reason(row: Mapping[str, Any]) -> Words:
    """Why this customer: what was done, where in the journey, and what the level asks for."""
    names = [name for name in row["signals"].split(";") if name]
    told = [name for name in grievances(names) if name in names]
    told.sort(key=lambda name: name not in CONDUCT)
    stage = row["stage"] if row["stage"] in DISPLAY and row["stage"] != "none" else ""
    made = []
    for lang in ("en", "es"):
        language: Any = lang
        words = ", ".join(signal_title(name, language) for name in told)
        words = words or display(row["level"], language)
        made.append(words + (f" ({display(stage, language)})" if stage else ""))
    return Words(*made)
