"""Stages of the journey by signals, and where the experience turns. In: a frame. Out: ``JourneyFigures``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from hx_detect.labels import STAGES
from hx_detect.reporting.intervals import CLEAR, difference, holm, share, two_shares_p
from hx_detect.reporting.load import SIGNAL
from hx_detect.reporting.section_records import JourneyFigures, StageRow, Turn

_ENOUGH = 10
"""Texts of a stage below which no turn is looked for at it."""


def journey(frame: pl.DataFrame, signals: Sequence[str]) -> JourneyFigures:
    """Shares of HX, CX and each signal that occurs, per stage; and the clear turns between neighbouring stages.

    Args:
        frame: the texts.
        signals: names of all signals.
    """
    columns = ["hx", "cx", *(SIGNAL + name for name in signals)]
    table = frame.group_by("stage").agg(pl.len().alias("texts"), *(pl.col(name).sum() for name in columns))
    found = {row["stage"]: row for row in table.iter_rows(named=True)}
    occurring = tuple(name for name in signals if any(row[SIGNAL + name] for row in found.values()))
    rows = []
    for stage in (*STAGES, *sorted(set(found) - set(STAGES))):
        row = found.get(stage, dict.fromkeys(("texts", *columns), 0))
        texts = int(row["texts"])
        shares = tuple(share(int(row[SIGNAL + name]), texts) for name in occurring)
        rows.append(StageRow(stage, texts, share(int(row["hx"]), texts), share(int(row["cx"]), texts), shares))
    return JourneyFigures(occurring, tuple(rows), _turns(rows))


def _turns(rows: Sequence[StageRow]) -> tuple[Turn, ...]:
    """Clear changes of the HX share from a stage to the next that has texts enough; rises first, the largest first."""
    walked = [row for row in rows if row.stage != "none" and row.texts >= _ENOUGH]
    steps = list(pairwise(walked))
    p_values = holm([two_shares_p(early.hx, late.hx) for early, late in steps])
    turns = [
        Turn(early.stage, late.stage, difference(early.hx, late.hx), p_value)
        for (early, late), p_value in zip(steps, p_values, strict=True)
        if p_value < CLEAR
    ]
    return tuple(sorted(turns, key=lambda turn: -turn.difference.value))
