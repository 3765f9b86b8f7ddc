"""Logits and targets -> one loss. In: network outputs, a batch. Out: the weighted sum over the labels there are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from hx_detect.learning.batches import UNKNOWN, Batch

STAR_STEPS = 4


def total_loss(
    outputs: Mapping[str, Tensor], batch: Batch, weights: Mapping[str, float], positive_weight: Tensor
) -> Tensor:
    """Masked multi-task loss, summed over heads, each text by its weight, and divided by the number of texts.

    Args:
        outputs: of ``Network.forward``.
        batch: its targets.
        weights: by head: sentiment, stars, signals, evidence, hx, stage, kind, auxiliary.
        positive_weight: (18,) how much more a present signal counts than an absent one.

    Returns:
        A scalar, at least 0.
    """
    losses = {
        "sentiment": _sentiment(outputs["sentiment"], batch),
        "stars": _stars(outputs["stars"], batch),
        "signals": _binary(outputs["signals"], _tensor(batch.signals), positive_weight).sum(dim=1) / 4,
        "evidence": _evidence(outputs["evidence"], _tensor(batch.evidence)),
        "hx": _binary(outputs["hx"].squeeze(-1), _tensor(batch.hx), None),
        "stage": _classes(outputs["stage"], batch.stage),
        "kind": _classes(outputs["kind"], batch.kind),
        "auxiliary": sum(
            (_classes(outputs[f"aux:{task}"], classes) for task, classes in batch.auxiliary.items()),
            torch.zeros(len(batch.ids)),
        ),
    }
    counts = _tensor(batch.weight)
    total = sum((weights.get(name, 0.0) * (loss * counts).sum() for name, loss in losses.items()), torch.zeros(()))
    return total / len(batch.ids)


def _tensor(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Tensor:
    return torch.from_numpy(values)


def _sentiment(logits: Tensor, batch: Batch) -> Tensor:
    chosen = logits.float()[torch.arange(len(logits)), torch.from_numpy(batch.group)]
    target = _tensor(batch.sentiment)
    log_p = functional.log_softmax(chosen + _tensor(batch.sentiment_prior), dim=-1)
    return -(target.nan_to_num() * log_p).sum(dim=-1)


def _stars(logits: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy and the ranked probability score (Epstein 1969), which knows that 1 is further from 5 than 4 is."""
    known = torch.from_numpy(batch.stars != UNKNOWN)
    adjusted = logits.float() + _tensor(batch.stars_prior)
    target = torch.from_numpy(batch.stars)
    entropy = functional.cross_entropy(adjusted, target, ignore_index=UNKNOWN, reduction="none")
    below = torch.softmax(adjusted, dim=-1).cumsum(-1)[:, :STAR_STEPS]
    truth = (target.unsqueeze(-1) <= torch.arange(STAR_STEPS)).float()
    return entropy + (below - truth).square().sum(dim=-1) * known


def _binary(logits: Tensor, target: Tensor, positive_weight: Tensor | None) -> Tensor:
    loss = functional.binary_cross_entropy_with_logits(
        logits.float(), target.nan_to_num(), pos_weight=positive_weight, reduction="none"
    )
    return loss * ~target.isnan()


def _evidence(logits: Tensor, target: Tensor) -> Tensor:
    """Mean over a text's tokens, summed over labels, so that a long text counts like a short one."""
    known = ~target.isnan()
    loss = functional.binary_cross_entropy_with_logits(
        logits.float(), target.nan_to_num(), pos_weight=torch.tensor(3.0), reduction="none"
    )
    return (loss * known).sum(dim=(1, 2)) / known.any(dim=2).sum(dim=1).clamp(min=1)


def _classes(logits: Tensor, target: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Tensor:
    return functional.cross_entropy(logits.float(), torch.from_numpy(target), ignore_index=UNKNOWN, reduction="none")
