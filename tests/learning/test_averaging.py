"""The finished network is the weighted mean of its weights at the ends of phases."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from hx_detect.errors import LearningError
from hx_detect.learning.averaging import average_phases, keep_phase


def _network(weight: float) -> nn.Module:
    """One weight, one running mean and one whole number."""
    linear = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        linear.weight.fill_(weight)
    return nn.Sequential(linear, nn.BatchNorm1d(1))


def test_shares_are_of_the_kept_weights(tmp_path: Path) -> None:
    keep_phase(_network(10.0), "one / first", tmp_path)
    keep_phase(_network(20.0), "two", tmp_path)
    network = _network(100.0)
    average_phases(network, {"one / first": 0.5, "two": 0.25}, tmp_path)
    assert network.state_dict()["0.weight"].item() == 5 + 5 + 25
    assert network.state_dict()["1.num_batches_tracked"].item() == 0


def test_no_shares_change_nothing(tmp_path: Path) -> None:
    network = _network(3.0)
    average_phases(network, {}, tmp_path)
    assert network.state_dict()["0.weight"].item() == 3


def test_a_phase_that_was_not_kept(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="'lost'") as caught:
        average_phases(_network(3.0), {"lost": 0.5}, tmp_path)
    assert caught.value.cure
