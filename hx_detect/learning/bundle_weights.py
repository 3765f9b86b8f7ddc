"""A bundle's 8-bit graph -> float32 weights to go on training from. In: a bundle. Out: a ``Network``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from hx_detect.bundle import FILES, Bundle
from hx_detect.errors import EncoderFileError
from hx_detect.learning.export import check_parity, encode_ids
from hx_detect.learning.network import ATTENTION, Network, share_dropout
from hx_detect.stages.graph import import_openvino

FloatArray = npt.NDArray[np.float32]

WORST_DIFFERENCE: Final = 0.02
"""Mean absolute difference of probabilities from which on the weights count as not understood."""
_EMBEDDINGS: Final = "encoder.embeddings."
_WORDS: Final = _EMBEDDINGS + "word_embeddings.weight"
_TYPES: Final = _EMBEDDINGS + "token_type_embeddings.weight"
_POSITIONS: Final = _EMBEDDINGS + "position_embeddings.weight"
_GAINS: Final = {"aten::mul/Multiply_1": "attention_gain", "aten::mul/Multiply_3": "signal_pooled",
                 "aten::mul/Multiply_4": "strongest_gain"}  # fmt: skip
_MODULE: Final = re.compile(r"__module\.network\.(.+?)/aten::(?:linear|layer_norm|embedding)")
_PLACE: Final = "__module.network/"


@dataclass(frozen=True)
class _Shape:
    """What the weights alone do not tell of an encoder."""

    heads: int
    epsilon: float


def network_from_bundle(bundle: Bundle, auxiliary: Mapping[str, int], dropout: float) -> Network:
    """The network that a bundle was exported from, as far as 8 bits tell: a training can go on from there.

    Args:
        bundle: one that ``hx-detect train`` wrote by a recipe.
        auxiliary: as for ``Network``; these heads are not in a bundle and start anew.
        dropout: inside the layers and before the heads.

    Raises:
        EncoderFileError: its graph is not of such a network, or what was read scores otherwise than the graph.
    """
    if bundle.adaptation() is not None:
        raise EncoderFileError(
            f"{bundle.name} {bundle.version} was refitted", cure="name the model that it was refitted from"
        )
    try:
        weights, shape = _read_graph(bundle)
        network = _network(weights, shape, auxiliary, dropout)
    except (KeyError, IndexError, ValueError, RuntimeError) as error:
        raise EncoderFileError(
            f"the graph of {bundle.path} is not of a network that this release trains: {error}",
            cure="name a bundle that hx-detect train wrote",
        ) from error
    _check(network, bundle)
    return network


def bundle_tokenizer(bundle: Bundle) -> Tokenizer:
    """The tokenizer of a bundle."""
    return Tokenizer.from_file(str(bundle.file(FILES.tokenizer)))


def _check(network: Network, bundle: Bundle) -> None:
    """Texts that the bundle is shipped with must score as its graph scores them."""
    texts = [golden["text"] for golden in bundle.golden()]
    ids = encode_ids(bundle_tokenizer(bundle), texts, bundle.window.tokens)
    network.eval()
    parity = check_parity(network, bundle.file(FILES.graph), bundle.precision, ids)
    if parity.mean_difference > WORST_DIFFERENCE:
        raise EncoderFileError(
            f"weights read from {bundle.path} score otherwise than its graph, by {parity.mean_difference:.3f}",
            cure="name a bundle that hx-detect train wrote",
        )


def _network(weights: dict[str, FloatArray], shape: _Shape, auxiliary: Mapping[str, int], dropout: float) -> Network:
    vocabulary, hidden = weights[_WORDS].shape
    layers = 1 + max(int(found[1]) for found in map(re.compile(r"encoder\.encoder\.layer\.(\d+)\.").match, weights)
                     if found)  # fmt: skip
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=shape.heads,
        intermediate_size=weights["encoder.encoder.layer.0.intermediate.dense.bias"].size,
        max_position_embeddings=len(weights[_POSITIONS]),
        type_vocab_size=len(weights[_TYPES]),
        layer_norm_eps=shape.epsilon,
        hidden_dropout_prob=dropout,
        **ATTENTION,
    )
    encoder = BertModel(config, add_pooling_layer=False)
    share_dropout(encoder)
    network = Network(encoder, auxiliary, dropout)
    wanted = network.state_dict()
    read = {
        name: torch.from_numpy(np.ascontiguousarray(weights[name])).reshape(values.shape)
        for name, values in wanted.items()
        if not name.startswith("auxiliary.")
    }
    network.load_state_dict(wanted | read)
    return network


def _read_graph(bundle: Bundle) -> tuple[dict[str, FloatArray], _Shape]:
    graph = import_openvino().Core().read_model(bundle.file(FILES.graph))
    weights: dict[str, FloatArray] = {}
    tables: list[FloatArray] = []
    heads, epsilon = 0, 0.0
    for node in graph.get_ordered_ops():
        kind, name = node.get_type_name(), node.get_friendly_name()
        if kind == "MatMul" and (matrix := _constant(_source(node, 1))) is not None:
            weights |= _linear(node, matrix)
        elif kind == "MVN":
            weights |= _norm(node)
            epsilon = float(node.get_attributes()["eps"])
        elif kind == "Gather" and (table := _constant(_source(node, 0))) is not None and table.ndim == 2:
            tables.append(table)
        elif kind == "ScaledDotProductAttention":
            heads = int(node.input(0).get_partial_shape()[1].get_length())
        elif name.startswith(_PLACE) and name.removeprefix(_PLACE) in _GAINS:
            weights[_GAINS[name.removeprefix(_PLACE)]] = _one_constant(node)
    types, positions, words = sorted(tables, key=len)
    return weights | {_TYPES: types, _POSITIONS: positions, _WORDS: words}, _Shape(heads, epsilon)


def _linear(node: Any, matrix: FloatArray) -> dict[str, FloatArray]:  # noqa: ANN401 - a node of openvino, which is imported late
    """Weight and bias of a linear layer; what SmoothQuant took from the weight and gave the input is given back."""
    name = _module(node)
    smooth = next((n for n in _upwards(node) if n.get_friendly_name().endswith("/nncf_smooth_quant")), None)
    if smooth is not None:
        matrix = matrix * _one_constant(smooth).reshape(1, -1)
    return {f"{name}.weight": matrix, f"{name}.bias": _one_constant(_follower(node, "Add"))}


def _norm(node: Any) -> dict[str, FloatArray]:  # noqa: ANN401 - a node of openvino, which is imported late
    """Gain and bias of a layer norm."""
    gain = _follower(node, "Multiply")
    return {
        f"{_module(node)}.weight": _one_constant(gain),
        f"{_module(node)}.bias": _one_constant(_follower(gain, "Add")),
    }


def _upwards(node: Any) -> Iterator[Any]:  # noqa: ANN401 - a node of openvino, which is imported late
    """What stands between a linear layer and its input: rounding, and the multiplication by SmoothQuant's scale."""
    above = _source(node, 0)
    while above.get_type_name() in ("FakeQuantize", "Multiply"):
        yield above
        if above.get_type_name() == "Multiply":
            return
        above = _source(above, 0)


def _module(node: Any) -> str:  # noqa: ANN401 - a node of openvino, which is imported late
    found = _MODULE.match(node.get_friendly_name())
    if found is None:
        raise ValueError(f"unknown part {node.get_friendly_name()}")
    return found[1]


def _source(node: Any, place: int) -> Any:  # noqa: ANN401 - a node of openvino, which is imported late
    return node.input(place).get_source_output().get_node()


def _follower(node: Any, kind: str) -> Any:  # noqa: ANN401 - a node of openvino, which is imported late
    followers = [target.get_node() for target in node.output(0).get_target_inputs()]
    return next(one for one in followers if one.get_type_name() == kind)


def _one_constant(node: Any) -> FloatArray:  # noqa: ANN401 - a node of openvino, which is imported late
    """The constant of the two inputs of a node."""
    found = [values for place in (0, 1) if (values := _constant(_source(node, place))) is not None]
    return found[0]


def _constant(node: Any) -> FloatArray | None:  # noqa: ANN401 - a node of openvino, which is imported late
    """What a node always gives: a constant, perhaps kept in 8 bits; None for what hangs on the input."""
    kind = node.get_type_name()
    if kind == "Constant":
        values: FloatArray = np.asarray(node.data).astype(np.float32)
        return values
    if kind == "Convert":
        return _constant(_source(node, 0))
    if kind in ("Multiply", "Subtract"):
        left, right = _constant(_source(node, 0)), _constant(_source(node, 1))
        if left is None or right is None:
            return None
        return left * right if kind == "Multiply" else left - right
    return None
