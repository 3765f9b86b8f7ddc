"""Values of a column -> the one type that holds them all. In: Python values, one by one. Out: names of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

_SAFE_INTEGER: Final = 1 << 53
_LONG: Final = 1 << 63


class ValueKinds:
    """Remembers which kinds of values each column held, and the columns in the order they came.

    Attributes:
        kinds: column -> kinds met.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.kinds: dict[str, set[str]] = {name: set() for name in columns}

    def add(self, values: Mapping[str, Any]) -> None:
        """Take note of one row."""
        for name, value in values.items():
            known = self.kinds.setdefault(name, set())
            if value is not None:
                known.add(kind_of(value))

    def frozen(self) -> dict[str, frozenset[str]]:
        """The kinds so far."""
        return {name: frozenset(kinds) for name, kinds in self.kinds.items()}


def kind_of(value: object) -> str:
    """The kind of a value other than None; integers beyond 2**53 are ``wide``, beyond 64 bits ``big``."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        size = abs(value)
        return "integer" if size <= _SAFE_INTEGER else "wide" if size < _LONG else "big"
    if isinstance(value, float):
        return "number"
    if isinstance(value, datetime):
        return "zoned" if value.tzinfo else "datetime"
    if isinstance(value, date):
        return "date"
    return "time" if isinstance(value, time) else "nested"


def common_kind(kinds: frozenset[str]) -> str:
    """The kind that can hold all of them; ``text`` where only text can."""
    if len(kinds) == 1:
        only = next(iter(kinds))
        return "integer" if only == "wide" else "text" if only in ("big", "nested", "time") else only
    if kinds and kinds <= {"integer", "wide"}:
        return "integer"
    if kinds == {"integer", "number"}:
        return "number"
    if kinds == {"date", "datetime"}:
        return "datetime"
    return "text"
