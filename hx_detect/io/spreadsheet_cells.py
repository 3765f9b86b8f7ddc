"""Cells that are safe in a spreadsheet. In: any value. Out: the same, or text that is not taken for a formula."""

from __future__ import annotations

from typing import Final, TypeVar

T = TypeVar("T")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def no_formula(value: T) -> T | str:
    """The value; text that a spreadsheet would run gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
