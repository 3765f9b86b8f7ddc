"""The network: shapes, masks, dropout, and encoders taken from a file, from nothing and from a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from hx_detect.errors import EncoderFileError
from hx_detect.labels import KINDS, SIGNAL_NAMES, STAGES
from hx_detect.learning.base_encoder import BaseEncoder
from hx_detect.learning.network import (
    OUTPUTS,
    Network,
    SharedDropout,
    encoder_fresh,
    encoder_from_base,
    encoder_from_hub,
    share_dropout,
)
from hx_detect.stages import graph

PIECES = 40
LABELS = len(SIGNAL_NAMES)


def _network(dropout: float = 0.0) -> Network:
    torch.manual_seed(2)
    return Network(encoder_fresh(PIECES, 1, dropout), {"mood": 3}, dropout)


def _texts(*lengths: int) -> tuple[Tensor, Tensor]:
    """Ids and mask, padded to the longest."""
    ids = torch.ones((len(lengths), max(lengths)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, length in enumerate(lengths):
        ids[place, :length] = torch.arange(length) * (place + 3) % (PIECES - 4) + 4
        mask[place, :length] = 1
    return ids, mask


def _base(layers: int = 2) -> BaseEncoder:
    """A tiny encoder as it would be read from a file."""
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=6, hidden_size=8, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=20, type_vocab_size=1, layer_norm_eps=1e-7,
    )  # fmt: skip
    weights = {name: values.numpy() for name, values in BertModel(config, add_pooling_layer=False).state_dict().items()}
    return BaseEncoder(8, layers, 2, 16, 6, 20, 1, 1e-7, weights)


def test_outputs_are_those_of_the_scorers_graph() -> None:
    network = _network().eval()
    with torch.no_grad():
        outputs = network(*_texts(5, 9))
    assert tuple(outputs) == OUTPUTS
    assert set(OUTPUTS) == set(graph.OUTPUTS)
    assert {name: tuple(values.shape) for name, values in outputs.items()} == {
        "sentiment": (2, 2, 3), "stars": (2, 5), "signals": (2, LABELS), "evidence": (2, 9, LABELS),
        "stage": (2, len(STAGES)), "kind": (2, len(KINDS)), "hx": (2, 1),
    }  # fmt: skip


def test_auxiliary_heads_speak_in_training_only() -> None:
    outputs = _network().train()(*_texts(5, 9))
    assert outputs["aux:mood"].shape == (2, 3)


def test_padding_changes_nothing() -> None:
    network = _network().eval()
    ids, mask = _texts(6, 15)
    with torch.no_grad():
        alone, padded = network(ids[:1, :6], mask[:1, :6]), network(ids, mask)
    for name in OUTPUTS:
        here = padded[name][:1, :6] if name == "evidence" else padded[name][:1]
        torch.testing.assert_close(here, alone[name], rtol=1e-4, atol=1e-5)


def test_signals_follow_the_strongest_token() -> None:
    network = _network().eval()
    with torch.no_grad():
        before = network(*_texts(6, 6))
        network.strongest_gain.add_(1.0)
        after = network(*_texts(6, 6))
    risen = after["signals"] - before["signals"]
    torch.testing.assert_close(risen, before["evidence"][:, 1:].amax(dim=1), rtol=1e-3, atol=1e-5)


def test_the_word_table_is_not_trained() -> None:
    network = _network()
    fixed = [name for name, parameter in network.named_parameters() if not parameter.requires_grad]
    assert fixed == ["encoder.embeddings.word_embeddings.weight"]


def test_dropout_takes_a_channel_from_all_tokens_of_a_text() -> None:
    torch.manual_seed(0)
    dropout = SharedDropout(0.25).train()
    dropped = dropout(torch.ones(60, 7, 50))
    assert sorted(dropped.unique().tolist()) == pytest.approx([0, 1 / 0.75])
    assert (dropped == dropped[:, :1]).all()
    assert (dropped[0] != dropped[1]).any()
    assert float(dropped.mean()) == pytest.approx(1, abs=0.05)
    assert dropout(torch.ones(4, 9)).shape == (4, 9)


def test_no_dropout_outside_training() -> None:
    hidden = torch.randn(2, 3, 4)
    assert SharedDropout(0.5).eval()(hidden) is hidden
    assert SharedDropout(0.0).train()(hidden) is hidden
    share = _network(0.4).eval()
    with torch.no_grad():
        torch.testing.assert_close(share(*_texts(7))["hx"], share(*_texts(7))["hx"])


def test_every_dropout_of_an_encoder_is_replaced() -> None:
    module = nn.Sequential(nn.Dropout(0.3), nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.2)))
    share_dropout(module)
    assert [part.p for part in module.modules() if isinstance(part, SharedDropout)] == [0.3, 0.2]
    kinds = {type(part) for encoder in (encoder_fresh(9, 1, 0.1), encoder_from_base(_base(), (0, 1), 1, 0.1))
             for part in encoder.modules()}  # fmt: skip
    assert SharedDropout in kinds
    assert nn.Dropout not in kinds


def test_lower_layers_and_kept_rows_of_a_file() -> None:
    base = _base(layers=2)
    encoder = encoder_from_base(base, (5, 0, 3, 99), 1, 0.0)
    table = base.weights["embeddings.word_embeddings.weight"]
    weights = encoder.state_dict()
    np.testing.assert_array_equal(weights["embeddings.word_embeddings.weight"], table[[5, 0, 3, 5]])
    assert encoder.config.num_hidden_layers == 1
    assert encoder.config.layer_norm_eps == 1e-7
    assert not any(name.startswith("encoder.layer.1.") for name in weights)
    name = "encoder.layer.0.attention.self.query.weight"
    np.testing.assert_array_equal(weights[name], base.weights[name])


def test_an_encoder_from_a_folder(tmp_path: Path) -> None:
    torch.manual_seed(4)
    saved = BertModel(
        BertConfig(vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    )
    saved.save_pretrained(tmp_path)
    encoder = encoder_from_hub(str(tmp_path), 0.2)
    assert not any(name.startswith("pooler") for name in encoder.state_dict())
    name = "encoder.layer.0.output.dense.weight"
    torch.testing.assert_close(encoder.state_dict()[name], saved.state_dict()[name])
    assert {part.p for part in encoder.modules() if isinstance(part, SharedDropout)} == {0.2, 0.0}
    with torch.no_grad():
        assert Network(encoder, {}).eval()(torch.tensor([[1, 2, 3]]), torch.ones(1, 3, dtype=torch.long))[
            "hx"
        ].shape == (1, 1)


def test_a_folder_without_an_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderFileError, match=tmp_path.name) as caught:
        encoder_from_hub(str(tmp_path), 0.1)
    assert "encoder.base" in caught.value.cure
