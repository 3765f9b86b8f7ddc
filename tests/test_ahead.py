"""Functions and items -> results in order, one ahead. In: counting functions. Out: order, threads and errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.ahead import one_ahead


@given(st.lists(st.integers(), max_size=12))
def test_results_come_in_the_order_of_the_items(items: list[int]) -> None:
    assert list(one_ahead(lambda item: item * 2, items)) == [item * 2 for item in items]


def test_a_lone_item_stays_in_the_callers_thread() -> None:
    assert list(one_ahead(lambda _: threading.current_thread(), ["alone"])) == [threading.current_thread()]


def test_the_next_is_under_way_while_a_result_is_used() -> None:
    begun = threading.Event()

    def note(item: int) -> int:
        if item == 1:
            begun.set()
        return item

    results = one_ahead(note, range(3))
    assert next(results) == 0
    assert begun.wait(timeout=30)
    assert list(results) == [1, 2]


def test_never_two_at_once_and_never_more_than_two_further() -> None:
    running, most, read = 0, 0, 0

    def items() -> Iterator[int]:
        nonlocal read
        for number in range(20):
            read += 1
            yield number

    def work(item: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        running -= 1
        return item

    for taken, result in enumerate(one_ahead(work, items())):
        assert result == taken
        assert read <= taken + 3
    assert most == 1


@pytest.mark.parametrize("bad", [0, 1, 2, 4])
def test_an_error_is_raised_at_its_place(bad: int) -> None:
    def fail(item: int) -> int:
        if item == bad:
            raise ValueError("bad item")
        return item

    results = one_ahead(fail, range(5))
    assert [next(results) for _ in range(bad)] == list(range(bad))
    with pytest.raises(ValueError, match="bad item"):
        next(results)


def test_an_error_of_the_items_is_raised_too() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise OSError("the file broke off")

    results = one_ahead(str, items())
    assert next(results) == "0"
    with pytest.raises(OSError, match="broke off"):
        list(results)


def test_who_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    results = one_ahead(str, range(10))
    assert next(results) == "0"
    results.close()  # type: ignore[attr-defined]  # a generator
    assert threading.active_count() == before
