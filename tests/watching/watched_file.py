"""A scored CSV with an outage in it. In: days, where the outage is. Out: a file as ``hx-detect score`` writes it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SHOPS = ("Norte", "Sur", "Centro")
COLUMNS = (
    "id", "fecha", "tienda", "comentario", "hx_level", "hx_probability", "hx_priority", "hx_signals", "hx_evidence",
    "hx_sentiment", "hx_stage", "hx_language", "hx_model",
)  # fmt: skip
START = date(2025, 1, 6)
OUTAGE = range(70, 74)
"""Days on which nobody at Sur tells customers anything."""

Row = tuple[str, ...]


def rows_of(days: int, a_day: int = 10, outage: Sequence[int] = OUTAGE, seed: int = 4) -> list[Row]:
    """Rows by day; within a day by shop."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for day in range(days):
        for shop in SHOPS:
            for _ in range(a_day):
                silent = day in outage and shop == "Sur"
                ignored = bool(rng.random() < (0.8 if silent else 0.05))
                rows.append(_row(len(rows), day, shop, ignored=ignored))
    return rows


def _row(number: int, day: int, shop: str, *, ignored: bool) -> Row:
    told = f"Caso {number}: nadie contesta, escriban a cliente{number}@correo.example"
    text = told if ignored else f"Todo bien {number}"
    return (
        f"R{number}", (START + timedelta(days=day)).isoformat(), shop, text, "hx_risk" if ignored else "satisfied",
        "0.93" if ignored else "0.04", f"{0.7 + number % 9 / 100:.2f}" if ignored else "0.05",
        "ignored" if ignored else "recommends", "[]", "negative" if ignored else "positive", "support", "es",
        "fake 1.0.0",
    )  # fmt: skip


def write(path: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> Path:
    """Write rows as a CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path
