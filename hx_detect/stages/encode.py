"""Tokens of texts -> what the graph says of their windows. In: tokens, a graph. Out: window logits of each text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hx_detect.stage_records import IdArray, Tokens, WindowLogits

BUCKET: Final = 8
"""Windows are padded to a multiple of this, from their own length alone, so that company never changes a number."""
BATCH_ROWS: Final = {
    8: (64, 16, 4, 2, 1), 16: (64, 16, 4, 2, 1), 24: (40, 8, 4, 2, 1), 32: (32, 8, 4, 2, 1), 40: (24, 8, 4, 2, 1),
    48: (20, 4, 2, 1), 56: (16, 2, 1), 64: (16, 4, 2, 1), 72: (12, 2, 1), 80: (12, 4, 1),
}  # fmt: skip
"""Width -> rows that a batch may have; wider windows go alone. The runtime makes kernels anew, in the time of ten texts
and with 5 MB, for each number of tokens in a batch: so there are 28. Of some 200 tokens or of some 1,000: what lies
between gained nothing over the former."""
_MOST_FILL: Final = 0.25
"""Rows of a batch that may be there only to fill it up."""
_FRAME: Final = 2


def batch_shapes(longest: int) -> list[tuple[int, int]]:
    """Every shape (rows, width) that a batch of windows of at most so many tokens can have."""
    widths = range(BUCKET, longest + BUCKET, BUCKET)
    return [(rows, width) for width in widths for rows in BATCH_ROWS.get(width, (1,))]


class RunsGraph(Protocol):
    """What runs the graph on padded batches of ids and masks, both (n, t): outputs by name, in order."""

    def run(self, batches: Sequence[tuple[IdArray, IdArray]]) -> Sequence[Mapping[str, NDArray[np.float32]]]:
        """The outputs of each batch."""


class Frame(Protocol):
    """Ids of the special tokens around a window."""

    @property
    def begin(self) -> int:
        """Id before the first token."""

    @property
    def end(self) -> int:
        """Id after the last token."""

    @property
    def padding(self) -> int:
        """Id that fills up."""


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """How long texts are read: windows of ``tokens`` (special ones included), each ``overlap`` into the last."""

    tokens: int
    overlap: int

    def starts(self, count: int) -> list[int]:
        """The first token of each window of a text of ``count`` tokens; the last window ends with the text."""
        room = self.tokens - _FRAME
        if count <= room:
            return [0]
        return [*range(0, count - room, room - self.overlap), count - room]


@dataclass(frozen=True, slots=True)
class _Window:
    """One window: its text, its tokens from start to end, and how many of them are in no earlier window."""

    text: int
    start: int
    end: int
    fresh: int

    @property
    def width(self) -> int:
        """Its padded length, special tokens included."""
        return -(-(self.end - self.start + _FRAME) // BUCKET) * BUCKET


def encode(tokens: Sequence[Tokens], graph: RunsGraph, frame: Frame, spec: WindowSpec) -> list[list[WindowLogits]]:
    """Run the graph over all windows of all texts.

    Only windows of the same padded length share a batch, so that a text gets the same numbers alone or in company.

    Args:
        tokens: of n texts; may be empty ones.
        graph: the compiled model.
        frame: special tokens.
        spec: length and overlap of windows.

    Returns:
        The windows of each of the n texts, in order.
    """
    batches = list(_batches([window for text, t in enumerate(tokens) for window in _windows(text, t.ids.size, spec)]))
    found: list[list[WindowLogits]] = [[] for _ in tokens]
    for batch, outputs in zip(batches, graph.run([_padded(b, tokens, frame) for b in batches]), strict=True):
        for row, window in enumerate(batch):
            found[window.text].append(_logits(window, row, outputs))
    for windows in found:
        windows.sort(key=lambda window: window.start)
    return found


def _windows(text: int, count: int, spec: WindowSpec) -> Iterator[_Window]:
    done = 0
    for start in spec.starts(count):
        end = min(count, start + spec.tokens - _FRAME)
        yield _Window(text, start, end, end - done)
        done = end


def _batches(windows: Sequence[_Window]) -> Iterator[list[_Window]]:
    """Windows of one width together, longest first, in as many as a batch of that width may have, or a few less."""
    for width, group in groupby(sorted(windows, key=lambda window: -window.width), key=lambda window: window.width):
        same = list(group)
        while same:
            rows = rows_of_batch(len(same), width)
            yield same[:rows]
            del same[:rows]


def rows_of_batch(count: int, width: int) -> int:
    """Rows of the next batch, where so many windows of a width wait; more than wait where only few are to be filled."""
    return next(rows for rows in BATCH_ROWS.get(width, (1,)) if rows - count <= _MOST_FILL * rows)


def _padded(batch: Sequence[_Window], tokens: Sequence[Tokens], frame: Frame) -> tuple[IdArray, IdArray]:
    """Ids and mask; rows that fill up repeat the last."""
    width = batch[0].width
    rows = rows_of_batch(len(batch), width)
    ids = np.full((rows, width), frame.padding, np.int64)
    mask = np.zeros_like(ids)
    for row, window in enumerate(batch):
        length = window.end - window.start
        ids[row, 0] = frame.begin
        ids[row, 1 : length + 1] = tokens[window.text].ids[window.start : window.end]
        ids[row, length + 1] = frame.end
        mask[row, : length + _FRAME] = 1
    ids[len(batch) :], mask[len(batch) :] = ids[len(batch) - 1], mask[len(batch) - 1]
    return ids, mask


def _logits(window: _Window, row: int, outputs: Mapping[str, NDArray[np.float32]]) -> WindowLogits:
    inside = slice(1, window.end - window.start + 1)
    return WindowLogits(
        start=window.start,
        fresh=window.fresh,
        sentiment=outputs["sentiment"][row],
        stars=outputs["stars"][row],
        signals=outputs["signals"][row],
        evidence=outputs["evidence"][row, inside],
        stage=outputs["stage"][row],
        kind=outputs["kind"][row],
        hx=float(outputs["hx"][row, 0]),
        hidden=outputs["hidden"][row, inside] if "hidden" in outputs else None,
    )
