"""A model's file -> the runtime's network. In: ``model.xml``. Out: the network; tables stay as small as in the file."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any, Final

_TABLE: Final = ("Multiply", "Convert", "Constant")
"""Kinds of nodes, from the last to the first, that make real numbers of a table of 8-bit ones."""


def read_network(openvino: ModuleType, model: Path) -> Any:  # noqa: ANN401 - a class of openvino, which is not imported here
    """Read a network, and have rows of its 8-bit tables made real numbers after they are looked up, not before.

    The runtime would make the whole table real when it compiles, in four times the memory, for each graph. The numbers
    are the same: a row times its scale.

    Args:
        openvino: the package.
        model: the ``model.xml``; the weights lie beside it.

    Raises:
        RuntimeError: the runtime cannot read it.
    """
    network = openvino.Core().read_model(str(model))
    for node in network.get_ops():
        if node.get_type_name() == "Gather" and _looks_up_scaled_rows(node):
            _look_up_first(openvino.opset13, node)
    return network


def _looks_up_scaled_rows(gather: Any) -> bool:  # noqa: ANN401 - a class of openvino, which is not imported here
    """Whether rows are taken of a table of 8-bit numbers that has a scale for each row."""
    scaled, axis = gather.input_value(0).get_node(), gather.input_value(2).get_node()
    if _kinds_above(scaled) != _TABLE or axis.get_type_name() != "Constant" or axis.data.item() != 0:
        return False
    scale = scaled.input_value(1).get_partial_shape()
    return bool(scale.is_static and len(scale.to_shape()) and scale.to_shape()[0] == scaled.get_output_shape(0)[0])


def _kinds_above(node: Any) -> tuple[str, ...]:  # noqa: ANN401 - a class of openvino, which is not imported here
    """Kinds of a node, of what feeds its first input, and so on, as many as a table has."""
    kinds = [node.get_type_name()]
    while node.get_input_size() and len(kinds) < len(_TABLE):
        node = node.input_value(0).get_node()
        kinds.append(node.get_type_name())
    return tuple(kinds)


def _look_up_first(ops: ModuleType, gather: Any) -> None:  # noqa: ANN401 - a class of openvino, which is not imported here
    scaled, ids, axis = gather.input_value(0).get_node(), gather.input_value(1), gather.input_value(2)
    convert, scale = scaled.input_value(0).get_node(), scaled.input_value(1)
    rows = ops.convert(
        ops.gather(convert.input_value(0), ids, axis), convert.get_output_element_type(0).get_type_name()
    )
    found = ops.multiply(rows, ops.gather(scale, ids, axis))
    for reader in list(gather.output(0).get_target_inputs()):
        reader.replace_source_output(found.output(0))
