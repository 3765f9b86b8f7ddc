"""A frame -> its distinct signal patterns. In: a frame with an outcome. Out: ``Patterns``, small whatever its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hx_detect.reporting.load import SIGNAL

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Texts that are alike in signals and group, counted.

    Attributes:
        signals: names of the columns of ``present``.
        present: shape (patterns, signals), 0 or 1.
        groups: shape (patterns,), number of the group; all 0 where there are none.
        texts: shape (patterns,), how many.
        totals: shape (patterns,), sum of the outcome.
        squares: shape (patterns,), sum of its square.
    """

    signals: tuple[str, ...]
    present: Floats
    groups: npt.NDArray[np.int64]
    texts: Floats
    totals: Floats
    squares: Floats


def find_patterns(
    frame: pl.DataFrame, signals: Sequence[str], *, outcome: str = "", by_group: bool = False
) -> Patterns:
    """Count the patterns.

    Args:
        frame: of ``load``, with a column ``outcome`` of numbers without nulls.
        signals: those to tell apart.
        outcome: name of the outcome's column; empty takes 0.
        by_group: tell groups apart (a null group counts as one).
    """
    columns = [SIGNAL + name for name in signals]
    value = pl.col(outcome) if outcome else pl.lit(0.0)
    keys = [*(["group"] if by_group else []), *columns]
    made = frame.group_by(keys).agg(
        pl.len().alias("texts"), value.sum().alias("total"), (value * value).sum().alias("square")
    )
    made = made.sort(keys, nulls_last=True)
    groups = made["group"].fill_null("").rank("dense").to_numpy() - 1 if by_group else np.zeros(made.height)
    return Patterns(
        tuple(signals),
        made.select(columns).to_numpy().astype(np.float64).reshape(made.height, len(columns)),
        groups.astype(np.int64),
        made["texts"].to_numpy().astype(np.float64),
        made["total"].to_numpy().astype(np.float64),
        made["square"].to_numpy().astype(np.float64),
    )
