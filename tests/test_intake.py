"""Intake. In: items of many lengths. Out: the same items in order, in blocks within the limits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.errors import RowError
from hx_detect.intake import BLOCK_CHARS, BLOCK_REVIEWS, blocks, check_review, failure_of
from hx_detect.records import Review


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["", "a" * 10, "b" * 300_000]), max_size=40))
def test_blocks_keep_all_in_order(items: list[str]) -> None:
    found = list(blocks(items))
    assert [item for block in found for item in block] == items
    for block in found:
        assert sum(map(len, block[:-1])) < BLOCK_CHARS


def test_blocks_have_a_most_reviews() -> None:
    sizes = [len(block) for block in blocks([Review("x")] * (BLOCK_REVIEWS * 2 + 1))]
    assert sizes == [BLOCK_REVIEWS, BLOCK_REVIEWS, 1]


def test_a_text_becomes_a_review() -> None:
    assert check_review("hola") == Review("hola")
    whole = Review("hola", id="1", language="es", kind="post", answer=0, stars=5.0)
    assert check_review(whole) is whole


def test_the_value_at_fault_is_shown_but_not_whole() -> None:
    failure = failure_of(Review("x" * 900, row=4), RowError("long", cure="cut", code="too_long"))
    assert (failure.row, failure.value, failure.cure) == (4, "x" * 200, "cut")
