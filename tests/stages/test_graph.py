"""The compiled graph. In: the toy graph. Out: outputs by name in order, a cache that may fail, faults that are told."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
from openvino import opset13 as ops
from toy_bundle import write_toy_graph

from hx_detect.errors import BundleDamagedError
from hx_detect.stages import graph as graph_module
from hx_detect.stages.graph import OUTPUTS, Graph

CAPACITY = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_graph(tmp_path_factory.mktemp("graph") / "model.xml")


def batch(rows: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    ids = np.arange(rows * width).reshape(rows, width) % 40
    return ids, np.ones_like(ids)


def test_outputs_come_by_name_and_in_order(model: Path) -> None:
    batches = [batch(rows, width) for rows, width in ((1, 8), (3, 16), (2, 8), (5, 24), (1, 8))]
    graph = Graph(model, "f32", threads=2)
    found = graph.run(batches)
    for (ids, _), outputs in zip(batches, found, strict=True):
        assert set(outputs) == set(OUTPUTS)
        assert outputs["evidence"].shape == (*ids.shape, 18)
        assert outputs["sentiment"].shape == (len(ids), 2, 3)
        assert outputs["hx"].shape == (len(ids), 1)
    for name in OUTPUTS:
        assert found[0][name].tobytes() == found[4][name].tobytes()
        np.testing.assert_array_equal(graph.run(batches[1:2])[0][name], found[1][name])


def test_small_batches_get_the_same_numbers_on_all_cores(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, plain = Graph(model, "f32", threads=2, resident=[(1, 8), (4, 24)]), Graph(model, "f32", threads=2)
    some = [batch(rows, width) for rows, width in ((1, 8), (1, 32), (2, 32), (4, 24), (1, 160), (8, 64))]
    small, want = [[one] for one in some[:-1]] + [some[:3]], [plain.run([one])[0] for one in some]
    for one, wanted in zip(some, want, strict=True):
        got = graph.run([one])[0]
        assert all(got[name].tobytes() == wanted[name].tobytes() for name in OUTPUTS)
    for got, wanted in zip(graph.run(some[:3]), want, strict=False):
        assert all(got[name].tobytes() == wanted[name].tobytes() for name in OUTPUTS)
    assert graph.run([]) == []
    monkeypatch.setattr(graph, "_run_together", lambda batches: pytest.fail(f"{len(batches)} together"))
    for batches in small:
        graph.run(batches)
    for batches in ([some[-1]], [some[3]] * 3):
        with pytest.raises(pytest.fail.Exception, match=f"{len(batches)} together"):
            graph.run(batches)
    monkeypatch.setattr(graph, "_runs", 1)
    with pytest.raises(pytest.fail.Exception, match="1 together"):
        graph.run([batch(1, 8)])


def test_small_batches_of_many_threads_all_come_back(model: Path) -> None:
    graph = Graph(model, "f32", threads=2, resident=[(1, 8), (4, 24)])
    want = graph.run([batch(1, 16)])[0]["evidence"].tobytes()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: graph.run([batch(1, 16)])[0]["evidence"].tobytes(), range(200)))
    assert found == [want] * 200
    assert graph._runs == 0


def test_threads_take_turns(model: Path) -> None:
    """A thread with a thousand batches does not keep one with a single batch waiting for all of them."""
    graph = Graph(model, "f32", threads=1)
    many, one = [batch(8, 64)] * 1000, [batch(1, 8)]
    alone = graph.run(one)[0]
    begun, ended = threading.Event(), threading.Event()

    def long() -> int:
        begun.set()
        found = graph.run(many)
        ended.set()
        return len({outputs["signals"].tobytes() for outputs in found})

    with ThreadPoolExecutor(1) as pool:
        different = pool.submit(long)
        begun.wait(60)
        turns = 0
        while not ended.is_set() and turns < 5:
            assert graph.run(one)[0]["evidence"].tobytes() == alone["evidence"].tobytes()
            turns += not ended.is_set()
        assert different.result(120) == 1
    assert turns == 5


def test_settings_of_the_kernels_are_for_this_runtime_alone(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CAPACITY, raising=False)
    seen: list[str | None] = []
    compile_graph = graph_module._compile

    def noted(*given: Any) -> Any:  # noqa: ANN401 - a class of openvino
        seen.append(os.environ.get(CAPACITY))
        return compile_graph(*given)

    monkeypatch.setattr(graph_module, "_compile", noted)
    Graph(model, "f32", threads=1)
    assert CAPACITY not in os.environ
    monkeypatch.setenv(CAPACITY, "99")
    Graph(model, "f32", threads=1)
    assert seen == ["4096", "99"], "what the user set stays"
    assert os.environ[CAPACITY] == "99"


def test_a_graph_that_nobody_has_any_more_is_freed(model: Path) -> None:
    graph = Graph(model, "f32", threads=1)
    graph.run([batch(2, 8)])
    gone = weakref.ref(graph)
    del graph
    gc.collect()
    assert gone() is None, "a service that takes up a new model would keep the old one"


def test_the_process_ends_well_while_the_runtime_still_tidies_up(model: Path) -> None:
    code = f"""
import time
from pathlib import Path
import numpy as np
from hx_detect.stages import graph
collect = graph._collect
def slow(request, user):
    collect(request, user)
    time.sleep(0.2)
graph._collect = slow
ids = np.ones((1, 8), np.int64)
graph.Graph(Path({str(model)!r}), "f32", threads=2).run([(ids, ids)])
KEPT = graph.Graph(Path({str(model)!r}), "f32", threads=2)
KEPT.run([(ids, ids)])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_batches(model: Path) -> None:
    assert Graph(model, None).run([]) == []


def test_the_mask_hides_tokens(model: Path) -> None:
    ids, mask = batch(1, 8)
    short = Graph(model, "f32").run([(ids[:, :5].copy(), mask[:, :5].copy())])[0]
    mask[:, 5:] = 0
    padded = Graph(model, "f32").run([(ids, mask)])[0]
    np.testing.assert_allclose(short["signals"], padded["signals"], rtol=1e-6)


def test_the_cache_is_written_and_read(model: Path, tmp_path: Path) -> None:
    first = Graph(model, "f32", cache=tmp_path / "cache").run([batch(2, 8)])[0]
    assert list((tmp_path / "cache").iterdir())
    second = Graph(model, "f32", cache=tmp_path / "cache").run([batch(2, 8)])[0]
    assert all(first[name].tobytes() == second[name].tobytes() for name in OUTPUTS)


def test_a_cache_that_cannot_be_written_is_not_needed(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert Graph(model, "f32", cache=tmp_path / "file" / "cache").run([batch(1, 8)])[0]["hx"].shape == (1, 1)


def test_a_file_that_is_no_graph(tmp_path: Path) -> None:
    (tmp_path / "model.xml").write_text("<net/>")
    with pytest.raises(BundleDamagedError, match=r"model\.xml"):
        Graph(tmp_path / "model.xml", None)


def test_a_graph_without_the_outputs(tmp_path: Path) -> None:
    ids = ops.parameter([-1, -1], np.int64, name="input_ids")
    result = ops.result(ops.convert(ids, np.float32))
    result.output(0).set_names({"hx"})
    openvino.save_model(openvino.Model([result], [ids], "poor"), tmp_path / "model.xml")
    with pytest.raises(BundleDamagedError, match="sentiment, stars"):
        Graph(tmp_path / "model.xml", None)
