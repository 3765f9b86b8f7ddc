"""Values by column or by path."""

from __future__ import annotations

from hx_detect.io.rows import value_at


def test_value_at() -> None:
    values = {"a": {"b": {"c": "deep"}}, "a.b": "flat"}
    assert value_at(values, "a.b.c") == "deep"
    assert value_at(values, "a.b") == "flat"
    assert value_at(values, "a.x") is None
    assert value_at(values, "a.b.c.d") is None
