"""A shipped bundle's 8-bit graph is read back as a network that scores as the graph does, and can be trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from toy_bundle import write_toy_bundle

from hx_detect.bundle import Bundle, load_bundle
from hx_detect.bundle_places import shipped_bundle
from hx_detect.errors import EncoderFileError
from hx_detect.learning import bundle_weights as module
from hx_detect.learning.bundle_weights import bundle_tokenizer, network_from_bundle
from hx_detect.learning.export import check_parity
from hx_detect.learning.network import Network


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    """The model that is shipped."""
    folder = shipped_bundle("hx-es-en")
    assert folder is not None
    return load_bundle(folder)


@pytest.fixture(scope="module")
def network(shipped: Bundle) -> Network:
    """What is read from it."""
    return network_from_bundle(shipped, {"mood": 3}, 0.1)


def test_it_scores_as_the_graph_does(shipped: Bundle, network: Network) -> None:
    texts = [
        "Llevo tres semanas reclamando y nadie me contesta.",
        "Lovely staff, thank you!",
        "ok",
        "Se rió de mí. " * 9,
    ]
    ids = [np.array(encoding.ids, np.int64) for encoding in bundle_tokenizer(shipped).encode_batch(texts)]
    parity = check_parity(network.eval(), shipped.file("model.xml"), shipped.precision, ids)
    assert parity.mean_difference < 0.01
    assert parity.agreement > 0.98


def test_it_can_be_trained_on(network: Network) -> None:
    ids = torch.ones((2, 8), dtype=torch.int64)
    outputs = network.train()(ids, torch.ones_like(ids))
    assert outputs["aux:mood"].shape == (2, 3)
    torch.autograd.backward(outputs["hx"].sum())
    query = network.encoder.get_parameter("encoder.layer.0.attention.self.query.weight")
    assert query.grad is not None
    assert query.grad.abs().sum() > 0
    assert network.encoder.get_input_embeddings().weight.grad is None, "the word table stays as it is"


def test_weights_that_score_otherwise_are_refused(shipped: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if one part had been read wrongly."""
    read = module._read_graph

    def wrongly(bundle: object) -> object:
        weights, shape = read(bundle)  # type: ignore[arg-type]  # handed on as it is
        return weights | {"signal_mean.bias": weights["signal_mean.bias"] + 9}, shape

    monkeypatch.setattr(module, "_read_graph", wrongly)
    with pytest.raises(EncoderFileError, match="otherwise than its graph"):
        network_from_bundle(shipped, {}, 0.1)


def test_a_refitted_model_is_refused(shipped: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hx_detect.bundle.Bundle.adaptation", lambda _: object())
    with pytest.raises(EncoderFileError, match="was refitted") as caught:
        network_from_bundle(shipped, {}, 0.1)
    assert "refitted from" in caught.value.cure


def test_a_graph_of_another_kind_is_refused(tmp_path: Path) -> None:
    """The tests' own little graph has no encoder in it."""
    with pytest.raises(EncoderFileError, match="not of a network that this release trains") as caught:
        network_from_bundle(load_bundle(write_toy_bundle(tmp_path / "toy")), {}, 0.1)
    assert "hx-detect train" in caught.value.cure
