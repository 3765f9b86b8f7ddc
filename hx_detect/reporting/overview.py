"""How much HX and CX there is, and what changed. In: a frame, the compared periods. Out: ``Overview``."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hx_detect.labels import LEVELS
from hx_detect.reporting.figure_values import Change, NamedChange, Share, Span
from hx_detect.reporting.intervals import changes, share
from hx_detect.reporting.periods import within
from hx_detect.reporting.section_records import Overview
from hx_detect.reporting.tally import named_shares, share_of, signal_counts, signal_shares


def overview(
    frame: pl.DataFrame, every: pl.DataFrame, signals: Sequence[str], compared: tuple[Span, Span] | None
) -> Overview:
    """Shares of everything, and of the two compared periods.

    Args:
        frame: the texts reported on.
        every: these and those of the period before, where the report is limited to some days.
        signals: names of all signals.
        compared: the current period and the one before.
    """
    hx_change, cx_change, signal_changes = _changes(every, signals, compared)
    current, previous = compared or (None, None)
    return Overview(
        texts=frame.height,
        hx=share_of(frame, "hx"),
        cx=share_of(frame, "cx"),
        levels=named_shares(frame, "level", LEVELS),
        sentiments=named_shares(frame, "sentiment"),
        signals=signal_shares(frame, signals),
        current=current,
        previous=previous,
        hx_change=hx_change,
        cx_change=cx_change,
        signal_changes=signal_changes,
    )


def _changes(
    every: pl.DataFrame, signals: Sequence[str], compared: tuple[Span, Span] | None
) -> tuple[Change | None, Change | None, tuple[NamedChange, ...]]:
    if compared is None:
        return None, None, ()
    after, before = (within(every, span) for span in compared)
    hx, cx = changes([(share_of(before, name), share_of(after, name)) for name in ("hx", "cx")])
    early, late = signal_counts(before, signals), signal_counts(after, signals)
    occurring = [name for name in signals if early[name] + late[name]]
    pairs: list[tuple[Share, Share]] = [
        (share(early[name], before.height), share(late[name], after.height)) for name in occurring
    ]
    found = [NamedChange(name, change) for name, change in zip(occurring, changes(pairs), strict=True)]
    found.sort(key=lambda one: (not one.change.clear, -abs(one.change.difference.value)))
    return hx, cx, tuple(found)
