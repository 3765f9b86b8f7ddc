"""Scored texts and files of customers for tests. In: what matters in a test. Out: ``ScoredText``, ``Kept``, tables."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hx_detect.serving.case_records import Keeping, Kept, ScoredText

HEADER = ("id", "fecha", "tienda", "cliente", "comentario")
ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    ("r1", "03/03/2025", "Vigo", "C1", "Llamo cada día y nadie me contesta."),
    ("r2", "25/03/2025", "Vigo", "C1", "Por fin me llamaron, gracias a todos."),
    ("r3", "04/03/2025", "Lugo", "C2", "Aquí nadie sabe nada de mi pedido, y van tres semanas."),
    ("r4", "05/03/2025", "Lugo", "C3", "Muchas gracias por la ayuda."),
    ("r5", "01/03/2025", "Lugo", "C2", "Todo bien de momento."),
    ("r6", "06/03/2025", "Vigo", "", "Que nadie compre aquí, por favor lo pido."),
)
"""Two customers who are HX and one text without a customer; C1 is won back, C2 wrote before."""


def scored(text: str = "Ya nadie contesta.", **more: Any) -> ScoredText:  # noqa: ANN401 - any field
    """A text with its scores: HX where it has ``nadie``."""
    place = text.find("nadie")
    hated = place >= 0
    values: dict[str, Any] = {
        "text": text,
        "language": "es",
        "level": "hx_risk" if hated else "cx",
        "hx_probability": 0.93 if hated else 0.02,
        "priority": 0.9 if hated else 0.3,
        "stage": "support",
        "nps_band": "detractor" if hated else "promoter",
        "signals": {"ignored": [(place, place + len("nadie"))]} if hated else {},
        "model": "fake 0.0.1",
        **more,
    }
    return ScoredText(**values)


def kept(text: str = "Ya nadie contesta.", *, keeping: Keeping | None = None, **more: Any) -> Kept:  # noqa: ANN401 - any field
    """The same on its way into the store."""
    return Kept(scored(text, **more), keeping or Keeping())


def day(number: int, month: int = 5) -> datetime:
    """A day of 2026."""
    return datetime(2026, month, number, tzinfo=UTC)


def write_table(path: Path, rows: Sequence[Sequence[str]] = ROWS, header: Sequence[str] = HEADER) -> Path:
    """A raw CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path
