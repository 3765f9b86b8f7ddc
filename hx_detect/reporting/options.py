"""How a report is made. In: nothing. Out: ``ReportOptions``: columns, period, group, limits, as the user gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hx_detect.io.rows import ReadOptions

PERIODS: Final = ("day", "week", "month", "quarter")
ROLES: Final = ("text", "id", "answer", "stars", "date", "by")
"""Columns of the input that a report uses beside our own; ``by`` is the group."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the user asked for.

    Attributes:
        columns: role (``ROLES``) -> column as the user named it, None to find it.
        read: how to read the files.
        group: only this group's texts.
        start: first day, where limited.
        end: last day, where limited.
        period: one of ``PERIODS``, or ``auto``.
        title: of the report; empty makes one of the file names.
        texts: show customers' words (quotes, calls).
        today: dates after this day are taken for errors.
        command: the command line to print in the report; empty leaves it out.
        model: folder of the model, None for the shipped one.
        calls_shown: length of the call-back list in the figures.
        quotes_per_signal: quotes of each signal.
        sections: groups that get a section of their own.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    read: ReadOptions = field(default_factory=ReadOptions)
    group: str | None = None
    start: date | None = None
    end: date | None = None
    period: str = "auto"
    title: str = ""
    texts: bool = True
    today: date | None = None
    command: str = ""
    model: str | None = None
    calls_shown: int = 200
    quotes_per_signal: int = 3
    sections: int = 30
