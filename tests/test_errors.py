"""Errors. In: the tree. Out: every class mapped to its own exit code, messages with their cure."""

from __future__ import annotations

import pytest

from hx_detect.errors import (
    EXIT_CODES,
    HTTP_STATUSES,
    BundleDamagedError,
    HxDetectError,
    RowError,
    exit_code,
    http_status,
)


def tree(kind: type[HxDetectError]) -> list[type[HxDetectError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]


@pytest.mark.parametrize("kind", [kind for kind in tree(HxDetectError) if kind.__module__ == "hx_detect.errors"])
def test_every_class_is_mapped(kind: type[HxDetectError]) -> None:
    assert kind in EXIT_CODES
    assert 400 <= HTTP_STATUSES[kind] <= 504
    assert kind.__doc__


def test_codes_are_distinct_and_free_of_others() -> None:
    codes = list(EXIT_CODES.values())
    assert len(set(codes)) == len(codes)
    assert not {0, 3, 130} & set(codes)
    assert all(0 < code < 126 for code in codes)


def test_a_class_without_a_code_takes_its_parents() -> None:
    class HalfDamagedError(BundleDamagedError):
        """Not in the table."""

    assert exit_code(HalfDamagedError("x")) == EXIT_CODES[BundleDamagedError]
    assert http_status(HalfDamagedError("x")) == HTTP_STATUSES[BundleDamagedError]


def test_what_and_cure() -> None:
    error = BundleDamagedError("model.bin differs", cure="Install again")
    assert (error.what, error.cure, str(error)) == (
        "model.bin differs",
        "Install again",
        "model.bin differs. Install again",
    )
    assert str(HxDetectError("only this")) == "only this"


def test_row_errors_know_code_and_field() -> None:
    error = RowError("no", code="bad_kind", field="kind")
    assert (error.code, error.field, RowError("no", code="empty").field) == ("bad_kind", "kind", "text")
