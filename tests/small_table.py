"""Tables in memory. In: columns and their values. Out: a ``Table`` whose sample is all there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hx_detect.io.rows import Row, Table

TEXTS = [
    "The router died twice and nobody answered the phone",
    "Great staff, quick check-in, lovely room",
    "I was charged two times for the same ticket",
    "Fine for the price, nothing special to say",
]
"""Four texts of customers."""


class NoRows:
    """A source that is not read in these tests."""

    def rows(self) -> Any:  # noqa: ANN401 - never called
        """Nothing."""
        return iter(())

    def fraction(self) -> None:
        """Nothing."""


def table(columns: Mapping[str, Sequence[Any]], format: str = "csv") -> Table:
    """Columns of the same length."""
    count = len(next(iter(columns.values())))
    sample = [Row(n + 1, {name: values[n] for name, values in columns.items()}) for n in range(count)]
    return Table(format, tuple(columns), NoRows(), sample)
