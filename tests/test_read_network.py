"""Reading a network. In: small graphs with tables. Out: 8-bit tables that are looked up first, the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openvino
import pytest
from openvino import opset13 as ops

from hx_detect.read_network import read_network

ROWS = 40
TABLE = np.random.default_rng(1).integers(-127, 127, (ROWS, 6)).astype(np.int8)
PER_ROW = np.random.default_rng(2).random((ROWS, 1)).astype(np.float32)
PER_COLUMN = np.random.default_rng(3).random((1, 6)).astype(np.float32)


def saved(folder: Path, table: openvino.Node, axis: int = 0) -> Path:
    ids = ops.parameter([-1, -1], np.int64, name="input_ids")
    result = ops.result(ops.gather(table, ids, ops.constant(axis, np.int64)))
    openvino.save_model(openvino.Model([result], [ids], "one table"), folder / "model.xml", compress_to_fp16=False)
    return folder / "model.xml"


def scaled(scale: np.ndarray) -> openvino.Node:
    return ops.multiply(ops.convert(ops.constant(TABLE), np.float32), ops.constant(scale))


def outcome(network: openvino.Model) -> np.ndarray:
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    found = openvino.Core().compile_model(network, "CPU", settings)([np.array([[0, 3, 5], [5, 1, 2]])])[0]
    return np.array(found)


def source_kind(network: openvino.Model) -> str:
    """What gives the result: a product where the table was looked up first."""
    return str(network.get_results()[0].input_value(0).get_node().get_type_name())


def test_an_8_bit_table_is_looked_up_first(tmp_path: Path) -> None:
    path = saved(tmp_path, scaled(PER_ROW))
    plain, read = openvino.Core().read_model(path), read_network(openvino, path)
    assert (source_kind(plain), source_kind(read)) == ("Gather", "Multiply")
    assert outcome(plain).tobytes() == outcome(read).tobytes()
    tables = [node for node in read.get_ops() if tuple(node.get_output_partial_shape(0)) == TABLE.shape]
    assert {node.get_type_name() for node in tables} == {"Constant"}, "the table itself is never made real numbers"


@pytest.mark.parametrize(
    ("table", "axis"),
    [
        (scaled(PER_COLUMN), 0),
        (scaled(np.array(0.5, np.float32)), 0),
        (scaled(PER_ROW), 1),
        (ops.constant(PER_ROW * TABLE), 0),
    ],
    ids=["a scale for each column", "one scale", "columns are looked up", "real numbers"],
)
def test_other_tables_stay_as_they_are(tmp_path: Path, table: openvino.Node, axis: int) -> None:
    path = saved(tmp_path, table, axis)
    assert source_kind(read_network(openvino, path)) == "Gather"
