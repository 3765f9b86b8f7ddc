"""Graphs of one width. In: few rows of a toy graph. Out: the numbers that the graph for all shapes gives."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
from toy_bundle import write_toy_graph

from hx_detect.read_network import read_network
from hx_detect.row_graphs import MOST_ROWS, RowGraphs
from hx_detect.stages.graph import OUTPUTS, Graph


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_graph(tmp_path_factory.mktemp("graph") / "model.xml")


@pytest.fixture(scope="module")
def graphs(model: Path) -> RowGraphs:
    network = read_network(openvino, model)

    def compile_graph(settings: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a class of openvino
        return openvino.Core().compile_model(network, "CPU", {**settings, "INFERENCE_PRECISION_HINT": "f32"})

    return RowGraphs(openvino, compile_graph, OUTPUTS, (8, 24))


def batch(rows: int, width: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    ids = (first + np.arange(rows * width).reshape(rows, width)) % 40
    mask = np.ones_like(ids)
    mask[:, width - 2 :] = 0
    return ids, mask


def same(some: Any, others: Any) -> bool:  # noqa: ANN401 - outputs by name
    return set(some) == set(others) and all(some[name].tobytes() == others[name].tobytes() for name in others)


def test_few_rows_of_their_widths_are_taken(graphs: RowGraphs) -> None:
    assert graphs.take([batch(1, 8)])
    assert graphs.take([batch(1, 24), batch(MOST_ROWS - 1, 8)])
    assert not graphs.take([batch(1, 24), batch(MOST_ROWS, 8)])
    assert not graphs.take([batch(1, 16)])
    assert not graphs.take([batch(1, 8), batch(1, 32)])
    assert not graphs.take([])


def test_they_give_what_the_graph_for_all_shapes_gives(model: Path, graphs: RowGraphs) -> None:
    plain = Graph(model, "f32", threads=2)
    for rows, width in ((1, 8), (2, 8), (1, 24), (3, 24), (1, 8)):
        given = batch(rows, width, first=rows)
        assert same(graphs.run(*given), plain.run([given])[0])


def test_what_they_gave_stays_when_they_run_again(graphs: RowGraphs) -> None:
    first = graphs.run(*batch(1, 8))
    kept = {name: values.copy() for name, values in first.items()}
    assert not same(graphs.run(*batch(1, 8, first=5)), kept)
    assert same(first, kept)


def test_threads_do_not_meet(graphs: RowGraphs) -> None:
    given = [batch(1, (8, 24)[number % 2], first=number) for number in range(60)]
    want = [graphs.run(*one) for one in given]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: graphs.run(*one), given))
    assert all(same(got, wanted) for got, wanted in zip(found, want, strict=True))


def test_a_row_that_fails_gives_its_graph_back(graphs: RowGraphs) -> None:
    ids, mask = batch(1, 8)
    for _ in range(5):
        with pytest.raises(ValueError, match="broadcast"):
            graphs.run(ids, mask[:, :3])
    assert graphs.run(ids, mask)["hx"].shape == (1, 1)
