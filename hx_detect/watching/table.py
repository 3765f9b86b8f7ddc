"""A scored frame -> what is watched of it. In: a frame of ``reporting.load``. Out: ``WatchTable``, in time order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Final

import numpy as np
import polars as pl

from hx_detect.labels import SIGNALS
from hx_detect.reporting.load import SIGNAL
from hx_detect.watching.alarm_records import HX_SHARE
from hx_detect.watching.detector import BoolArray, IntArray
from hx_detect.watching.order import time_order

WATCHED: Final = (HX_SHARE, *(signal.name for signal in SIGNALS if signal.group != "cx"))
"""What may rise to the customers' harm: the share of HX texts, and the signals of conduct, cause and outcome."""
_NO_GROUP: Final = -1
_OLDEST_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class WatchTable:
    """Texts in time order (``order``).

    Attributes:
        days: day number of each text, 0 is 1970-01-01; ascending.
        groups: place of its group in ``names``, -1 where it has none.
        names: the groups.
        streams: names of the columns of ``hits``.
        hits: shape (n, streams).
        rows: place of each text in the frame it was read from, -1 where it comes from the state.
        undated, repeated: texts left out for want of a possible date, and as read before.
    """

    days: IntArray
    groups: IntArray
    names: tuple[str, ...]
    streams: tuple[str, ...]
    hits: BoolArray
    rows: IntArray
    undated: int = 0
    repeated: int = 0


def table_of(frame: pl.DataFrame, own_signals: Sequence[str] = (), today: date | None = None) -> WatchTable:
    """What is watched of a frame.

    Args:
        frame: columns ``file``, ``date``, ``group``, ``hx``, and one of truth values per signal (``s_NAME``).
        own_signals: signals of the customer's own that the frame has beside the 18.
        today: texts of a later day are left out, as are those that are ten years older than most.
    """
    dated = frame.with_row_index("_row").filter(pl.col("date").is_not_null())
    if today is not None:
        dated = dated.filter(pl.col("date") <= today)
    if dated.height:
        numbers = dated["date"].cast(pl.Date).to_physical()
        dated = dated.filter(numbers >= float(np.median(numbers.to_numpy())) - _OLDEST_DAYS)
    names = tuple(sorted(dated["group"].drop_nulls().unique().to_list()))
    codes = {name: code for code, name in enumerate(names)}
    signals = (*WATCHED[1:], *own_signals)
    hits = np.zeros((dated.height, 1 + len(signals)), bool)
    for column, name in enumerate(("hx", *(SIGNAL + signal for signal in signals))):
        hits[:, column] = dated[name].fill_null(False).to_numpy()
    days = dated["date"].cast(pl.Date).to_physical().cast(pl.Int64).to_numpy()
    groups = dated["group"].replace_strict(codes, default=_NO_GROUP, return_dtype=pl.Int64).to_numpy()
    order = time_order(days, groups, dated["file"].cast(pl.Int64).to_numpy(), hits[:, 0])
    return WatchTable(
        days=days[order],
        groups=groups[order],
        names=names,
        streams=(HX_SHARE, *signals),
        hits=hits[order],
        rows=dated["_row"].cast(pl.Int64).to_numpy()[order],
        undated=frame.height - dated.height,
    )


def fingerprints(frame: pl.DataFrame, rows: IntArray) -> list[bytes]:
    """What tells a text apart from others: identifier, day, group, words, and how many are alike before it.

    Args:
        frame: columns ``id``, ``date``, ``group``, ``text``.
        rows: places in the frame.

    Returns:
        Eight bytes each; the same texts give the same in another run.
    """
    seen: dict[tuple[object, ...], int] = {}
    found = []
    for values in frame.select("id", "date", "group", "text")[rows].iter_rows():
        count = seen[values] = seen.get(values, 0) + 1
        words = "\x1f".join(str(value) for value in (*values, count))
        found.append(blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return found
