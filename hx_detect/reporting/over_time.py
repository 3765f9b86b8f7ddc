"""HX and CX over time. In: a frame with dates, a period. Out: ``TimeFigures`` with tested change points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from hx_detect.labels import HX_LEVELS, LEVELS
from hx_detect.reporting.change_points import change_points
from hx_detect.reporting.intervals import share
from hx_detect.reporting.load import CX_LEVELS, SIGNAL
from hx_detect.reporting.periods import all_starts, is_partial, next_start, starts
from hx_detect.reporting.section_records import SeriesPoint, TimeFigures

_TESTED_TEXTS: Final = 30
"""A signal in fewer texts is not tested for change points."""
_MOST_POINTS: Final = 1_200


def over_time(frame: pl.DataFrame, period: str, signals: Sequence[str]) -> TimeFigures:
    """The series and its clear changes.

    Args:
        frame: texts with a date, at least one.
        period: day, week, month or quarter.
        signals: those that are tested beside HX and CX.
    """
    points = series(frame, period)
    names = [name for name in signals if int(frame[SIGNAL + name].sum()) >= _TESTED_TEXTS]
    table = frame.group_by(starts(period).alias("start")).agg(
        pl.col("hx").sum(), pl.col("cx").sum(), *(pl.col(SIGNAL + name).sum() for name in names)
    )
    table = pl.DataFrame({"start": [date.fromisoformat(point.start) for point in points]}).join(
        table, "start", "left", maintain_order="left"
    )
    columns = {"hx": "hx", "cx": "cx"} | {name: SIGNAL + name for name in names}
    data = {name: table[column].fill_null(0).to_numpy().astype(np.int64) for name, column in columns.items()}
    texts = np.array([point.texts for point in points], dtype=np.int64)
    changed = change_points([point.start for point in points], texts, data)
    return TimeFigures(period, points, tuple(changed), tuple(columns))


def series(frame: pl.DataFrame, period: str) -> tuple[SeriesPoint, ...]:
    """One point per period, also for those without texts between the first and the last."""
    days = frame["date"]
    levels = [(pl.col("level") == name).sum().alias(name) for name in LEVELS]
    table = frame.group_by(starts(period).alias("start")).agg(pl.len().alias("texts"), *levels).sort("start")
    rows = {row["start"]: row for row in table.iter_rows(named=True)}
    points = []
    for start in all_starts(table["start"][0], table["start"][-1], period)[-_MOST_POINTS:]:
        end = next_start(start, period) - timedelta(days=1)
        row = rows.get(start, {})
        found = [int(row.get(name, 0)) for name in LEVELS]
        texts = int(row.get("texts", 0))
        hx = sum(found[LEVELS.index(name)] for name in HX_LEVELS)
        cx = sum(found[LEVELS.index(name)] for name in CX_LEVELS)
        partial = is_partial(start, end, days)
        points.append(SeriesPoint(start.isoformat(), end.isoformat(), texts, tuple(found), share(hx, texts),
                                  share(cx, texts), partial))  # fmt: skip
    return tuple(points)
