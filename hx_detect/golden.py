"""A bundle's golden texts -> does it still give their scores? In: two JSON values. Out: a line per difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

SELF_TEST_TOLERANCE: Final = 1e-3
"""How far a number may be from the one that the bundle was shipped with."""


def differences(place: str, want: Any, got: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Where two JSON values differ; of the wanted one all must be there.

    Args:
        place: path to the values, for the lines.
        want: what must be there.
        got: what is there.

    Yields:
        One line per number that is off by more than 0.001 or value that differs.
    """
    if isinstance(want, dict) and isinstance(got, dict):
        for name, value in want.items():
            yield from differences(f"{place}.{name}", value, got.get(name))
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for index, value in enumerate(want):
            yield from differences(f"{place}[{index}]", value, got[index])
    elif isinstance(want, float) and isinstance(got, float | int):
        if abs(want - got) > SELF_TEST_TOLERANCE:
            yield f"{place}: {want} -> {got}"
    elif want != got:
        yield f"{place}: {want!r} -> {got!r}"
