"""A frame -> counts and shares of labels. In: a frame of ``load``. Out: ``NamedShare`` tuples, signal counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from hx_detect.labels import CONDUCT, OUTCOMES, SIGNAL_INDEX, SIGNALS
from hx_detect.reporting.figure_values import NamedShare, Share
from hx_detect.reporting.intervals import share
from hx_detect.reporting.load import SIGNAL

_CAUSES = tuple(signal.name for signal in SIGNALS if signal.group == "cause")


def group_of(signal: str) -> str:
    """``hx``, ``cause``, ``outcome`` or ``cx``; ``custom`` for a customer's own signal."""
    return SIGNALS[SIGNAL_INDEX[signal]].group if signal in SIGNAL_INDEX else "custom"


def grievances(signals: Sequence[str]) -> tuple[str, ...]:
    """The signals of a complaint, in the order of the journey: conduct, cause, outcome; then customers' own."""
    known = [name for name in (*CONDUCT, *_CAUSES, *OUTCOMES) if name in signals]
    return (*known, *(name for name in signals if name not in SIGNAL_INDEX))


def praises(signals: Sequence[str]) -> tuple[str, ...]:
    """The CX signals."""
    return tuple(name for name in signals if group_of(name) == "cx")


def counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    """Texts per value of a column, nulls left out."""
    table = frame.select(pl.col(column).cast(pl.String)).drop_nulls().group_by(column).len().sort(column)
    return {str(name): int(count) for name, count in table.iter_rows()}


def named_shares(frame: pl.DataFrame, column: str, order: Sequence[str] = ()) -> tuple[NamedShare, ...]:
    """The share of each value of a column: in ``order`` with those that do not occur, else the most frequent first."""
    found = counts(frame, column)
    names = order or sorted(found, key=lambda name: (-found[name], name))
    return tuple(NamedShare(name, share(found.get(name, 0), frame.height)) for name in names)


def signal_counts(frame: pl.DataFrame, signals: Sequence[str]) -> dict[str, int]:
    """Texts per signal."""
    row = frame.select(pl.col(SIGNAL + name).sum() for name in signals).row(0)
    return {name: int(count) for name, count in zip(signals, row, strict=True)}


def signal_shares(frame: pl.DataFrame, signals: Sequence[str]) -> tuple[NamedShare, ...]:
    """The share of each signal, the most frequent first."""
    return by_size(signal_counts(frame, signals), frame.height)


def by_size(found: Mapping[str, int], of: int) -> tuple[NamedShare, ...]:
    """Counts as shares, the largest first; equal ones in the order given."""
    names = sorted(found, key=lambda name: -found[name])
    return tuple(NamedShare(name, share(found[name], of)) for name in names)


def share_of(frame: pl.DataFrame, column: str) -> Share:
    """The share of texts where a boolean column is true."""
    return share(int(frame[column].sum()), frame.height)
