"""Windows, buckets and batches. In: token ids, a graph that repeats what it sees. Out: each window its own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hx_detect.stage_records import IdArray, Tokens
from hx_detect.stages.encode import BATCH_ROWS, BUCKET, WindowSpec, batch_shapes, encode, rows_of_batch
from hx_detect.stages.tokenise import SpecialTokens

FRAME = SpecialTokens(begin=0, end=2, padding=1)
SPEC = WindowSpec(tokens=20, overlap=4)
CALM = settings(deadline=None, max_examples=40)


class EchoGraph:
    """Gives back ids as evidence and their masked sum as every other logit; keeps the shapes it saw."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] = []

    def run(self, batches: Sequence[tuple[IdArray, IdArray]]) -> list[Mapping[str, NDArray[np.float32]]]:
        return [self._one(ids, mask) for ids, mask in batches]

    def _one(self, ids: IdArray, mask: IdArray) -> Mapping[str, NDArray[np.float32]]:
        rows, width = ids.shape
        self.shapes.append((rows, width))
        assert ((ids == FRAME.padding) == (mask == 0)).all()
        total = (ids * mask).sum(axis=1).astype(np.float32)
        widths = {"sentiment": (2, 3), "stars": (5,), "signals": (18,), "stage": (7,), "kind": (4,), "hx": (1,)}
        outputs = {name: np.broadcast_to(total.reshape(-1, *[1] * len(w)), (rows, *w)) for name, w in widths.items()}
        evidence = np.broadcast_to(ids[:, :, None].astype(np.float32), (rows, width, 18))
        return {name: array.copy() for name, array in (outputs | {"evidence": evidence}).items()}


def text(length: int, first: int = 10) -> Tokens:
    return Tokens(np.arange(first, first + length), [(place, place + 1) for place in range(length)])


@given(st.integers(0, 300))
def test_windows_hold_every_token_and_overlap(count: int) -> None:
    starts = SPEC.starts(count)
    held = [set(range(start, min(count, start + 18))) for start in starts]
    assert set().union(*held) == set(range(count))
    assert all(len(a & b) >= 4 for a, b in pairwise(held))
    assert len(held) == 1 or all(len(window) == 18 for window in held)


@CALM
@given(st.lists(st.integers(0, 90), max_size=12))
def test_each_window_gets_its_own_numbers(lengths: list[int]) -> None:
    texts = [text(length, first=10 + 7 * place) for place, length in enumerate(lengths)]
    graph = EchoGraph()
    for tokens, windows in zip(texts, encode(texts, graph, FRAME, SPEC), strict=True):
        assert [window.start for window in windows] == SPEC.starts(tokens.ids.size)
        assert sum(window.fresh for window in windows) == tokens.ids.size
        for window in windows:
            ids = tokens.ids[window.start : window.start + 18]
            assert window.evidence[:, 0].tolist() == ids.tolist()
            assert window.hx == window.stars[0] == ids.sum() + FRAME.end
    for rows, width in graph.shapes:
        assert width % BUCKET == 0
        assert rows in BATCH_ROWS.get(width, (1,))


@CALM
@given(st.lists(st.integers(0, 200), max_size=40))
def test_every_batch_has_one_of_the_shapes_that_are_foretold(lengths: list[int]) -> None:
    graph, spec = EchoGraph(), WindowSpec(tokens=160, overlap=32)
    encode([text(length) for length in lengths], graph, FRAME, spec)
    assert set(graph.shapes) <= set(batch_shapes(spec.tokens))


def test_the_width_depends_on_the_text_alone() -> None:
    lengths = [1, 6, 7, 14, 15, 18]
    alone = []
    for length in lengths:
        graph = EchoGraph()
        encode([text(length)], graph, FRAME, SPEC)
        alone += [width for _, width in graph.shapes]
    together = EchoGraph()
    encode([text(length) for length in lengths], together, FRAME, SPEC)
    assert alone == [8, 8, 16, 16, 24, 24]
    assert {width for _, width in together.shapes} == set(alone)


def test_many_texts_are_cut_into_batches() -> None:
    graph = EchoGraph()
    found = encode([text(3, first=10 + place) for place in range(39)], graph, FRAME, SPEC)
    assert graph.shapes == [(16, 8), (16, 8), (4, 8), (4, 8)], "the last holds three, and one to fill it up"
    assert [windows[0].evidence[0, 0] for windows in found] == [10 + place for place in range(39)]


@pytest.mark.parametrize(
    ("count", "width", "rows"),
    [
        *((1, 32, 1), (2, 32, 2), (3, 32, 4), (5, 32, 4), (6, 32, 8), (23, 32, 8), (24, 32, 32), (70, 32, 32)),
        *((11, 16, 4), (12, 16, 16), (9, 160, 1)),
    ],
)
def test_rows_that_wait_and_rows_of_the_batch(count: int, width: int, rows: int) -> None:
    assert rows_of_batch(count, width) == rows


def test_batches_have_few_numbers_of_tokens() -> None:
    tokens = {rows_of_batch(count, width) * width for width in range(BUCKET, 161, BUCKET) for count in range(1, 65)}
    assert len(tokens) == 28


@pytest.mark.parametrize("texts", [[], [text(0)]])
def test_nothing_to_read(texts: list[Tokens]) -> None:
    found = encode(texts, EchoGraph(), FRAME, SPEC)
    assert [len(windows) for windows in found] == [1] * len(texts)
