"""Weights at the ends of phases -> their weighted mean. In: a network, a work folder, shares. Out: the network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from hx_detect.errors import LearningError


def keep_phase(network: nn.Module, phase: str, folder: Path) -> None:
    """Keep the weights that a network has at the end of a phase."""
    temporary = folder / "phase.tmp"
    torch.save(network.state_dict(), temporary)
    temporary.replace(_place(phase, folder))


def average_phases(network: nn.Module, shares: Mapping[str, float], folder: Path) -> None:
    """Mix kept weights into those that the network has ("model soups", Wortsman et al. 2022).

    Weights along one training lie in one basin: their mean is often better than either end.

    Args:
        network: holds the last weights; is changed in place.
        shares: phase -> its share in [0, 1], together below 1; the last weights have the rest.
        folder: where ``keep_phase`` kept them.

    Raises:
        LearningError: a phase was not kept.
    """
    mixed = {name: values.detach().clone() for name, values in network.state_dict().items()}
    floating = [name for name, values in mixed.items() if values.is_floating_point()]
    for name in floating:
        mixed[name] *= 1 - sum(shares.values())
    for phase, share in shares.items():
        place = _place(phase, folder)
        if not place.is_file():
            raise LearningError(f"the weights of phase {phase!r} are not in {folder}", cure="train without --resume")
        kept = torch.load(place, map_location="cpu", weights_only=True)
        for name in floating:
            mixed[name] += share * kept[name].to(mixed[name].device)
    network.load_state_dict(mixed)


def _place(phase: str, folder: Path) -> Path:
    return folder / f"phase-{''.join(c if c.isalnum() else '-' for c in phase)}.pt"
