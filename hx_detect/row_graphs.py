"""One compiled graph per width -> raw outputs of lone windows, sooner. In: few rows of a width. Out: arrays by name.

A graph works out sizes node by node, and looks its kernels up anew, when a batch is not shaped as the last one was: a
quarter of a lone text's time. A graph that always sees one shape does that once
(docs/adr/0015-lone-texts-have-graphs-of-their-own.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.stage_records import IdArray

WIDTHS: Final = (16, 24, 32, 40, 48)
"""Tokens of the windows that have a graph of their own; each graph takes 70 MB."""
SIDE_BY_SIDE: Final = 2
"""Texts of one width that run at once, each on one core."""
SETTINGS: Final[Mapping[str, Any]] = {
    "NUM_STREAMS": SIDE_BY_SIDE,
    "INFERENCE_NUM_THREADS": SIDE_BY_SIDE,
    "CPU_RUNTIME_CACHE_CAPACITY": "0",  # a store of kernels is of no use where there is one shape
}
MOST_ROWS: Final = 2
"""More windows than these are quicker together than one by one."""
_INPUTS: Final = ("input_ids", "attention_mask")


class RowGraphs:
    """A compiled graph for each of some widths; several threads may run them.

    Args:
        openvino: the package.
        compile_graph: compiles the graph anew with ``SETTINGS``.
        outputs: names of the outputs to give.
        widths: tokens of the windows to come.
    """

    def __init__(
        self,
        openvino: ModuleType,
        compile_graph: Callable[[Mapping[str, Any]], Any],
        outputs: Sequence[str],
        widths: Sequence[int] = WIDTHS,
    ) -> None:
        self._idle: dict[int, SimpleQueue[_Row]] = {}
        for width in widths:
            compiled, self._idle[width] = compile_graph(SETTINGS), SimpleQueue()
            for _ in range(SIDE_BY_SIDE):
                self._idle[width].put(_Row(openvino, compiled.create_infer_request(), width, outputs))

    def take(self, batches: Sequence[tuple[IdArray, IdArray]]) -> bool:
        """Whether batches, ids and masks of (rows, tokens), are for these graphs: few rows, of these widths."""
        rows = sum(len(ids) for ids, _ in batches)
        return 0 < rows <= MOST_ROWS and all(ids.shape[1] in self._idle for ids, _ in batches)

    def run(self, ids: IdArray, mask: IdArray) -> Mapping[str, NDArray[np.float32]]:
        """The outputs of a batch that they take, row by row: the same numbers as all rows at once.

        Args:
            ids: (rows, tokens).
            mask: of the same shape.
        """
        idle = self._idle[ids.shape[1]]
        graph = idle.get()
        try:
            found = [graph.run(one, its_mask) for one, its_mask in zip(ids, mask, strict=True)]
        finally:
            idle.put(graph)
        return {name: np.concatenate([row[name] for row in found]) for name in found[0]}


class _Row:
    """A request whose inputs stay where they are."""

    def __init__(
        self,
        openvino: ModuleType,
        request: Any,  # noqa: ANN401 - a class of openvino, which is not imported here
        width: int,
        outputs: Sequence[str],
    ) -> None:
        self._request = request
        self._inputs = [np.ones((1, width), np.int64) for _ in _INPUTS]
        for name, values in zip(_INPUTS, self._inputs, strict=True):
            request.set_tensor(name, openvino.Tensor(values, shared_memory=True))
        self._outputs = outputs
        request.infer()  # its kernels are made now

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
        for place, values in zip(self._inputs, (ids, mask), strict=True):
            place[0] = values
        self._request.infer(share_outputs=True)
        return {name: self._request.get_tensor(name).data.copy() for name in self._outputs}
