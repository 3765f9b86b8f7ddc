"""An alarm -> a few of its texts. In: places in the frame. Out: ``AlarmText``s, masked, cut, no two alike."""

from __future__ import annotations

from typing import Final

import polars as pl

from hx_detect.reporting.masking import masked
from hx_detect.watching.alarm_records import AlarmText
from hx_detect.watching.detector import IntArray

SHOWN: Final = 3
_LONGEST: Final = 240


def texts_of(frame: pl.DataFrame, rows: IntArray, shown: int = SHOWN) -> tuple[AlarmText, ...]:
    """The texts of highest priority, at equal priority the earliest.

    Args:
        frame: columns ``id``, ``row``, ``date``, ``text``, ``priority``.
        rows: places of the alarm's texts.
        shown: how many at most.
    """
    texts = frame[rows].filter(pl.col("text").is_not_null()).with_columns(
        pl.col("text").str.to_lowercase().str.replace_all(r"\W+", " ").alias("_alike")
    )  # fmt: skip
    ordered = texts.sort("priority", descending=True, maintain_order=True).unique("_alike", maintain_order=True)
    return tuple(
        AlarmText(values["id"], values["row"], values["date"].isoformat(), _cut(masked(values["text"], ()).text))
        for values in ordered.head(shown).iter_rows(named=True)
    )


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
