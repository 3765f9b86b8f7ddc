"""A model's graph -> the same, also giving what its encoder says of each token. In: model.xml. Out: another."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from hx_detect.errors import LearningError
from hx_detect.stages.graph import HIDDEN, import_openvino
from hx_detect.wording import say

_HEAD: Final = "evidence"
"""The head that reads every token: what it reads is the encoder's last layer."""
_PASSED: Final = ("FakeQuantize", "Convert", "Multiply")
"""What quantisation puts between the last layer and its heads."""
_DIMENSIONS: Final = 3


def with_hidden(model: Path, target: Path) -> Path:
    """Add the output ``hidden`` (n, t, h) to a graph; nothing else of it changes.

    Args:
        model: ``model.xml``, its weights beside it.
        target: where the new ``model.xml`` and ``model.bin`` go; not the place of ``model``.

    Returns:
        ``target``.

    Raises:
        LearningError: the graph has no layer that all tokens' evidence is read from.
    """
    openvino = import_openvino()
    graph = openvino.Core().read_model(str(model))
    if not any(HIDDEN in output.get_names() for output in graph.outputs):
        added = graph.add_outputs([_last_layer(graph, model)])[0]
        added.get_tensor().set_names({HIDDEN})
        added.get_node().set_friendly_name(f"{HIDDEN}_result")  # the library's own name counts on from graph to graph
    openvino.save_model(graph, str(target), compress_to_fp16=False)
    return target


def _last_layer(graph: Any, model: Path) -> Any:  # noqa: ANN401 - classes of openvino, which is imported late
    """The layer that the head of evidence multiplies with its weights."""
    (head,) = [output for output in graph.outputs if _HEAD in output.get_names()]
    found = head.get_node().input_value(0)
    while found.get_node().get_type_name() != "MatMul":
        if not found.get_node().inputs():
            raise _no_layer(model)
        found = found.get_node().input_value(0)
    found = found.get_node().input_value(0)
    while found.get_node().get_type_name() in _PASSED:
        found = found.get_node().input_value(0)
    if found.get_partial_shape().rank.get_length() != _DIMENSIONS:
        raise _no_layer(model)
    return found


def _no_layer(model: Path) -> LearningError:
    return LearningError(
        say(f"{model}: no layer was found that the evidence is read from",
            f"{model}: no se encuentra la capa de la que se leen las pruebas"),
        cure=say("Start from a model that hx-detect trained", "Parta de un modelo entrenado por hx-detect"),
    )  # fmt: skip
