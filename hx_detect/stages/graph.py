"""Padded batches -> raw outputs of the model's graph. In: id and mask arrays. Out: float32 arrays by output name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from types import ModuleType
from typing import Any, Final
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from hx_detect.errors import BundleDamagedError
from hx_detect.read_network import read_network
from hx_detect.row_graphs import RowGraphs
from hx_detect.stage_records import IdArray
from hx_detect.wording import say

OUTPUTS: Final = ("sentiment", "stars", "signals", "evidence", "stage", "kind", "hx")
"""Outputs that the graph must have."""
HIDDEN: Final = "hidden"
"""One more, (n, t, h): what the encoder says of each token; in the graph of a model with an adapter."""
_MOST_STREAMS: Final = 16
_KEPT_KERNELS: Final = 2048
"""Kernels that each stream keeps ready, some 70 for each shape of its batches. With fewer they are looked up anew when
the shape changes, which it does from batch to batch: with 64, calls of 32 texts took a tenth to a fifth longer. Under
the runtime's own limit of 5,000, and shapes without number, a service grew without end."""
_ONEDNN: Final = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "4096"}
"""A setting of the runtime's kernels, which it reads from the environment when it needs the first of them. It holds
those of the 28 numbers of tokens that batches have (``encode.BATCH_ROWS``), 63 each, and of small ones on all cores."""
_SMALL_TOKENS: Final = 256
"""Batches of at most so many tokens, all in all, run one after the other, each on all cores: most of their time goes to
reading the weights, which the cores share out; kernels for more would not be worth their memory."""
_MOST_ACROSS: Final = 4
"""Cores that share a small batch: the more they are, the longer they wait for each other, 240 times a batch."""
_PATIENCE_SECONDS: Final = 5.0
_TELEMETRY: Final = "openvino_telemetry"


class Graph:
    """The compiled graph: one stream per core, each batch on one core, so that a text's numbers do not depend on it.

    Args:
        model: its ``model.xml``; the weights lie beside it.
        precision: ``f32``, ``bf16`` or None for the runtime's own choice.
        threads: cores to use; None for all that this process may use.
        cache: folder for the compiled graph, which makes the next load faster; None for no cache.
        outputs: names of the outputs to give.
        resident: shapes (rows, tokens) that batches will have, for a process that stays: kernels for all of them are
            made now, and the graph is compiled again, across the cores, for a few short windows that have them to
            themselves, and for lone ones by width: the same numbers, sooner. Empty for neither, and a quick start.

    Raises:
        BundleDamagedError: the file is no graph, or has not the outputs.
    """

    def __init__(
        self,
        model: Path,
        precision: str | None,
        threads: int | None = None,
        cache: Path | None = None,
        outputs: Sequence[str] = OUTPUTS,
        resident: Sequence[tuple[int, int]] = (),
    ) -> None:
        openvino = import_openvino()
        cores = min(threads or _usable_cores(), _MOST_STREAMS)
        settings: dict[str, Any] = {
            "NUM_STREAMS": cores,
            "INFERENCE_NUM_THREADS": cores,
            "CPU_RUNTIME_CACHE_CAPACITY": str(_KEPT_KERNELS),
        }
        if precision is not None:
            settings["INFERENCE_PRECISION_HINT"] = precision
        self._lock = Lock()
        self._turn = Lock()
        self._across: Any = None
        self._rows: RowGraphs | None = None
        self._across_turn = Lock()
        self._counting = Lock()
        self._runs = 0
        with _environment(_ONEDNN):
            try:
                network = read_network(openvino, model)
                compiled = _compile(openvino, network, settings, cache)
            except RuntimeError as error:
                raise _damaged(model, str(error).strip().splitlines()[-1]) from error
            places = {name: index for index, output in enumerate(compiled.outputs) for name in output.get_names()}
            missing = [name for name in outputs if name not in places]
            if missing:
                raise _damaged(model, f"{', '.join(missing)} missing")
            self._places = {name: places[name] for name in outputs}
            self._queue: Any = openvino.AsyncInferQueue(compiled)
            self._queue.set_callback(_collect)
            finalize(self, _settle, self._queue)
            if resident and cores > 1:
                shared = settings | {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": min(cores, _MOST_ACROSS)}
                self._across = _compile(openvino, network, shared, cache).create_infer_request()
                self._rows = RowGraphs(
                    openvino, lambda own: _compile(openvino, network, {**settings, **own}, cache), outputs
                )
            for shape in resident or [(1, 8)]:
                self._make_kernels(shape, cores)

    def _make_kernels(self, shape: tuple[int, int], streams: int) -> None:
        """Run a batch of a shape on every stream, a small one across them too: kernels are made when first needed."""
        batch = (np.ones(shape, np.int64), np.ones(shape, np.int64))
        self._run_together([batch] * streams)
        if self._across is not None and _are_small([batch]):
            self._run_across([batch])

    def run(self, batches: Sequence[tuple[IdArray, IdArray]]) -> list[Mapping[str, NDArray[np.float32]]]:
        """Run batches side by side; several threads may call it: their batches take turns.

        Args:
            batches: ``input_ids`` and ``attention_mask`` of each, both of shape (n, t).

        Returns:
            The outputs of each batch by name, in order.
        """
        if self._rows is not None and self._rows.take(batches):
            return [self._rows.run(ids, mask) for ids, mask in batches]
        with self._counting:
            across = self._across is not None and not self._runs and _are_small(batches)
            self._runs += not across
        if across:
            return self._run_across(batches)
        try:
            return self._run_together(batches)
        finally:
            with self._counting:
                self._runs -= 1

    def _run_across(self, batches: Sequence[tuple[IdArray, IdArray]]) -> list[Mapping[str, NDArray[np.float32]]]:
        """Each batch on all cores: they share its rows and sums of whole numbers, so that its numbers are the same."""
        found: list[Mapping[str, NDArray[np.float32]]] = []
        with self._across_turn:
            for ids, mask in batches:
                self._across.infer({"input_ids": ids, "attention_mask": mask})
                found.append(_outputs(self._across, self._places))
        return found

    def _run_together(self, batches: Sequence[tuple[IdArray, IdArray]]) -> list[Mapping[str, NDArray[np.float32]]]:
        """Batches side by side, each on one core."""
        found: list[Mapping[str, NDArray[np.float32]]] = [{} for _ in batches]
        done: SimpleQueue[int] = SimpleQueue()
        for place, (ids, mask) in enumerate(batches):
            with self._turn:  # who waits for the lock holds the turn, so that it is not taken again before them
                self._lock.acquire()
            try:
                self._queue.start_async({"input_ids": ids, "attention_mask": mask}, (found, place, self._places, done))
            finally:
                self._lock.release()
        for _ in batches:
            self._wait(done)
        return found

    def _wait(self, done: SimpleQueue[int]) -> None:
        """Wait for one batch; one that failed never tells, but the queue then raises its error."""
        while True:
            try:
                done.get(timeout=_PATIENCE_SECONDS)
            except Empty:
                with self._lock:
                    self._queue.wait_all()
                    if done.empty():
                        raise RuntimeError("a batch was not finished") from None
            else:
                return


def _are_small(batches: Sequence[tuple[IdArray, IdArray]]) -> bool:
    return sum(ids.size for ids, _ in batches) <= _SMALL_TOKENS


def _collect(
    request: Any,  # noqa: ANN401 - a class of openvino, which is not imported here
    user: tuple[list[Mapping[str, NDArray[np.float32]]], int, Mapping[str, int], SimpleQueue[int]],
) -> None:
    """Take a batch's outputs. A function, as a method would keep its graph alive for ever."""
    found, place, places, done = user
    found[place] = _outputs(request, places)
    done.put(place)


def _outputs(
    request: Any,  # noqa: ANN401 - a class of openvino, which is not imported here
    places: Mapping[str, int],
) -> Mapping[str, NDArray[np.float32]]:
    """Copies of a request's outputs by name: the next batch overwrites its own."""
    return {name: request.get_output_tensor(index).data.copy() for name, index in places.items()}


def _settle(queue: Any) -> None:  # noqa: ANN401 - a class of openvino, which is not imported here
    """Let the runtime's threads end before the interpreter does, or they abort the process."""
    with suppress(RuntimeError):  # of a batch that failed; whoever asked for it was told
        queue.wait_all()


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for a while; those that the user set stay. Torch must not find them."""
    added = [name for name in settings if name not in os.environ]
    os.environ.update({name: settings[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _compile(openvino: ModuleType, network: Any, settings: dict[str, Any], cache: Path | None) -> Any:  # noqa: ANN401 - classes of openvino, which is not imported here
    core = openvino.Core()
    if cache is not None:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            return core.compile_model(network, "CPU", settings | {"CACHE_DIR": str(cache)})
        except (OSError, RuntimeError):  # a cache that cannot be written or read is not needed
            core = openvino.Core()
    return core.compile_model(network, "CPU", settings)


def import_openvino(package: str = "openvino") -> ModuleType:
    """Import OpenVINO without its telemetry package, which would report the import over the network.

    A module that is None in ``sys.modules`` counts as not installed; OpenVINO then uses its own silent stand-in.

    Args:
        package: ``openvino``, or another that reports in the same way: ``nncf``.
    """
    hidden = package not in sys.modules and _TELEMETRY not in sys.modules
    if hidden:
        sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # how the import system marks "not installed"
    try:
        return import_module(package)
    finally:
        if hidden:
            del sys.modules[_TELEMETRY]


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _damaged(model: Path, why: str) -> BundleDamagedError:
    return BundleDamagedError(
        say(f"{model} is not a usable graph: {why}", f"{model} no es un grafo que sirva: {why}"),
        cure=say("Install the model again", "Instale el modelo de nuevo"),
    )
