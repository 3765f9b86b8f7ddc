"""The exported graph says what the network says, alone or in company, and parity tells when it does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from small_training import word_tokenizer

from hx_detect.learning.export import IntArray, check_parity, encode_ids, export, pad
from hx_detect.learning.network import OUTPUTS, Network, encoder_fresh
from hx_detect.stages.graph import Graph

PIECES = 60


def _texts(count: int, seed: int = 1) -> list[IntArray]:
    random = np.random.default_rng(seed)
    return [np.array([0, *random.integers(4, PIECES, random.integers(1, 30)), 2], np.int64) for _ in range(count)]


@pytest.fixture(scope="module")
def network() -> Network:
    """Random, with heads that are loud enough to disagree."""
    torch.manual_seed(6)
    network = Network(encoder_fresh(PIECES, 1, 0.2), {"mood": 3}, 0.2)
    with torch.no_grad():
        for head in (network.sentiment, network.stars, network.signal_mean, network.hx, network.evidence):
            head.weight *= 8
    return network


@pytest.fixture(scope="module")
def graph(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    network.train()
    return export(network, _texts(24), tmp_path_factory.mktemp("export"))


def test_texts_are_cut_to_one_window_that_ends_as_it_should() -> None:
    texts = ["a b c", "a " * 158, "a " * 159, "b " * 500]
    ids = encode_ids(word_tokenizer(["a b c"]), texts, 160)
    assert [len(some) for some in ids] == [5, 160, 160, 160]
    assert all(some[0] == 0 and some[-1] == 2 and 2 not in some[:-1] for some in ids)


def test_parity_of_a_tiny_network(network: Network, graph: Path) -> None:
    assert not network.training
    parity = check_parity(network, graph, "f32", _texts(70, seed=2))
    assert parity.texts == 70
    assert parity.mean_difference < 0.02
    assert parity.agreement > 0.95


def test_parity_tells_another_network(graph: Path) -> None:
    torch.manual_seed(7)
    other = Network(encoder_fresh(PIECES, 1, 0.0), {}, 0.0).eval()
    with torch.no_grad():
        other.hx.bias.add_(9)
        other.stars.bias.add_(torch.tensor([9.0, 0, 0, 0, 0]))
    parity = check_parity(other, graph, "f32", _texts(10))
    assert parity.mean_difference > 0.05
    assert parity.agreement < 0.95


def test_the_graph_reads_any_number_of_any_length(graph: Path) -> None:
    compiled = Graph(graph, "f32", threads=1)
    texts = _texts(5)
    (together,) = compiled.run([pad(texts)])
    assert {name: len(values) for name, values in together.items()} == dict.fromkeys(OUTPUTS, 5)
    ids, _ = pad(texts)
    assert together["evidence"].shape == (5, ids.shape[1], 18)
    for place, text in enumerate(texts):
        (alone,) = compiled.run([pad([text])])
        np.testing.assert_allclose(alone["stars"][0], together["stars"][place], atol=0.02)


def test_weights_take_a_byte(network: Network, graph: Path) -> None:
    numbers = sum(parameter.numel() for parameter in network.parameters())
    assert graph.with_suffix(".bin").stat().st_size < 2 * numbers


def test_padding_is_the_scorers() -> None:
    ids, mask = pad([np.array([0, 5, 2]), np.arange(9)])
    assert ids.shape == mask.shape == (2, 16)
    assert ids[0].tolist() == [0, 5, 2, *[1] * 13]
    assert mask.sum(axis=1).tolist() == [3, 9]
    assert pad([np.arange(8)])[0].shape == (1, 8)


def test_parity_does_not_depend_on_the_order(network: Network, graph: Path) -> None:
    texts = _texts(12, seed=3)
    one, other = (check_parity(network, graph, "f32", some) for some in (texts, texts[::-1]))
    assert one.texts == other.texts == 12
    assert (one.mean_difference, one.agreement) == pytest.approx((other.mean_difference, other.agreement))
