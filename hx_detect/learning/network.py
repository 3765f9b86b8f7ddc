"""Token ids -> logits of all heads. In: (n, t) ids and mask. Out: the tensors of the scorer's graph, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel, BertConfig, BertModel, PreTrainedModel

from hx_detect.errors import EncoderFileError
from hx_detect.labels import KINDS, SENTIMENTS, SIGNAL_NAMES, STAGES
from hx_detect.learning.base_encoder import BaseEncoder

SENTIMENT_GROUPS = 2
"""Sentiment logits are read twice: for posts and for all other kinds."""
OUTPUTS = ("sentiment", "stars", "signals", "evidence", "stage", "kind", "hx")
ATTENTION: dict[str, Any] = {"attention_probs_dropout_prob": 0.0, "attn_implementation": "eager"}
"""Settings of every encoder: on a CPU, attention written out is learned through twice as fast as fused attention."""


class SharedDropout(nn.Module):
    """Dropout with one mask per text and channel, shared by its tokens (Gal and Ghahramani 2016).

    On a CPU it draws t times fewer random numbers than plain dropout, which costs half of a training step there.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.p = probability

    def forward(self, hidden: Tensor) -> Tensor:
        """(n, ..., d) -> the same shape."""
        if not self.training or self.p == 0:
            return hidden
        shape = (hidden.shape[0], *(1,) * (hidden.dim() - 2), hidden.shape[-1])
        keep = (torch.rand(shape, device=hidden.device) >= self.p).to(hidden.dtype)
        return hidden * keep / (1 - self.p)


class Network(nn.Module):
    """One encoder and its heads.

    Signals: each label scores every token; the softmax of a label's scores pools the token vectors, and the label's
    logit is read from that pooled vector, the strongest token score and the mean vector. The annotated stretches
    supervise the token scores, so that what is shown as evidence is what the logit was read from.

    Args:
        encoder: a BERT or XLM-R model without pooling layer; its word table stays as it is.
        auxiliary: task -> number of classes, for heads that only shape the encoder.
        dropout: probability before the heads.
    """

    def __init__(self, encoder: PreTrainedModel, auxiliary: Mapping[str, int], dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        encoder.get_input_embeddings().requires_grad_(False)
        hidden: int = encoder.config.hidden_size
        labels = len(SIGNAL_NAMES)
        self.dropout = SharedDropout(dropout)
        self.sentiment = nn.Linear(2 * hidden, SENTIMENT_GROUPS * len(SENTIMENTS))
        self.stars = nn.Linear(2 * hidden, 5)
        self.stage = nn.Linear(2 * hidden, len(STAGES))
        self.kind = nn.Linear(2 * hidden, len(KINDS))
        self.hx = nn.Linear(2 * hidden + labels, 1)
        self.evidence = nn.Linear(hidden, labels)
        self.attention_gain = nn.Parameter(torch.ones(labels))
        self.strongest_gain = nn.Parameter(torch.full((labels,), 0.5))
        self.signal_pooled = nn.Parameter(torch.randn(labels, hidden) * 0.02)
        self.signal_mean = nn.Linear(2 * hidden, labels)
        self.auxiliary = nn.ModuleDict({task: nn.Linear(2 * hidden, classes) for task, classes in auxiliary.items()})

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """Logits by name (``OUTPUTS`` and ``aux:<task>``); shapes as in ``docs/architecture.md``."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        hidden = self.dropout(hidden)
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        document = torch.cat([hidden[:, 0], mean], dim=-1)
        evidence = self.evidence(hidden)
        signals = self._signals(hidden, evidence, document, mask)
        outputs = {
            "sentiment": self.sentiment(document).reshape(-1, SENTIMENT_GROUPS, len(SENTIMENTS)),
            "stars": self.stars(document),
            "signals": signals,
            "evidence": evidence,
            "stage": self.stage(document),
            "kind": self.kind(document),
            "hx": self.hx(torch.cat([document, signals], dim=-1)),
        }
        if self.training:
            outputs |= {f"aux:{task}": head(document) for task, head in self.auxiliary.items()}
        return outputs

    def _signals(self, hidden: Tensor, evidence: Tensor, document: Tensor, mask: Tensor) -> Tensor:
        inner = mask.clone()
        inner[:, 0] = 0.0
        blocked = (1.0 - inner) * -1e4
        attention = torch.softmax((evidence * self.attention_gain + blocked).float(), dim=1).to(hidden.dtype)
        pooled = torch.einsum("ntl,nth->nlh", attention, hidden)
        strongest = (evidence + blocked).amax(dim=1)
        mean: Tensor = self.signal_mean(document)
        return (pooled * self.signal_pooled).sum(-1) + self.strongest_gain * strongest + mean


def encoder_from_base(base: BaseEncoder, kept: tuple[int, ...], layers: int, dropout: float) -> BertModel:
    """The first ``layers`` layers of a packaged encoder, with the word table cut to the kept rows.

    Args:
        base: as read by ``read_base_encoder``.
        kept: for each new token id its row in the full word table; rows outside the table start as its last row.
        layers: how many of the lower layers to keep.
        dropout: inside the layers.
    """
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=base.hidden,
        num_hidden_layers=layers,
        num_attention_heads=base.heads,
        intermediate_size=base.feed_forward,
        max_position_embeddings=base.positions,
        type_vocab_size=base.types,
        layer_norm_eps=base.layer_norm_eps,
        hidden_dropout_prob=dropout,
        **ATTENTION,
    )
    encoder = BertModel(config, add_pooling_layer=False)
    table = base.weights["embeddings.word_embeddings.weight"]
    weights = {name: torch.from_numpy(values) for name, values in base.weights.items()}
    rows = [min(row, len(table) - 1) for row in kept]
    weights["embeddings.word_embeddings.weight"] = torch.from_numpy(table[rows])
    encoder.load_state_dict({name: weights[name] for name in encoder.state_dict()})
    share_dropout(encoder)
    return encoder


def encoder_fresh(vocabulary: int, layers: int, dropout: float) -> BertModel:
    """A small encoder with random weights (hidden 48, 4 heads), for recipes that only try out the way."""
    encoder = BertModel(
        BertConfig(
            vocab_size=vocabulary,
            hidden_size=48,
            num_hidden_layers=layers,
            num_attention_heads=4,
            intermediate_size=96,
            hidden_dropout_prob=dropout,
            **ATTENTION,
        ),
        add_pooling_layer=False,
    )
    share_dropout(encoder)
    return encoder


def encoder_from_hub(name: str, dropout: float) -> PreTrainedModel:
    """Any encoder of the BERT or XLM-R family by hub id or folder (its whole vocabulary is kept).

    Raises:
        EncoderFileError: it is not to be had.
    """
    try:
        encoder: PreTrainedModel = AutoModel.from_pretrained(
            name, add_pooling_layer=False, hidden_dropout_prob=dropout, **ATTENTION
        )
    except (OSError, ValueError) as error:
        raise EncoderFileError(
            f"encoder {name}: {str(error).splitlines()[0]}", cure="correct encoder.base in the recipe"
        ) from error
    share_dropout(encoder)
    return encoder


def share_dropout(module: nn.Module) -> None:
    """Replace every ``nn.Dropout`` inside by ``SharedDropout`` of the same probability."""
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            setattr(module, name, SharedDropout(child.p))
        else:
            share_dropout(child)
