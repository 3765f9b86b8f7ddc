"""A training under way <-> a file. In: network, optimiser, place in the data. Out: ``checkpoint.pt``, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import torch

from hx_detect.errors import LearningError

if TYPE_CHECKING:
    from hx_detect.learning.stopping import Stopping
    from hx_detect.learning.train import Training

CHECKPOINT: Final = "checkpoint.pt"


@dataclass
class Position:
    """How far a training has come: phase and pass (from 0), batches done in the pass, steps done in the phase."""

    phase: int = 0
    pass_: int = 0
    batch: int = 0
    step: int = 0


@dataclass(frozen=True)
class Resumed:
    """Where to go on: the place, the states of the optimiser and of early stopping."""

    position: Position
    optimiser: dict[str, Any] | None = None
    stopping: dict[str, Any] | None = None


def save(training: Training, position: Position, optimiser: torch.optim.Optimizer, stopping: Stopping) -> None:
    """Write a checkpoint in the place of the last one."""
    temporary = training.folder / "checkpoint.tmp"
    state = {
        "recipe": repr(training.recipe),
        "network": training.network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "random": torch.get_rng_state(),
        "position": vars(position),
        "stopping": stopping.state,
    }
    torch.save(state, temporary)
    temporary.replace(training.folder / CHECKPOINT)
    stopping.tidy()


def restore(training: Training) -> Resumed:
    """Read the checkpoint into the network.

    Raises:
        LearningError: there is none, or it is of another recipe.
    """
    path = training.folder / CHECKPOINT
    if not path.is_file():
        raise LearningError(f"no checkpoint in {training.folder}", cure="start without --resume")
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["recipe"] != repr(training.recipe):
        raise LearningError("the checkpoint is of another recipe", cure="give the same recipe or another --work folder")
    training.network.load_state_dict(state["network"])
    torch.set_rng_state(state["random"])
    training.say(f"resumed at phase {state['position']['phase'] + 1}, step {state['position']['step']}")
    return Resumed(Position(**state["position"]), state["optimiser"], state.get("stopping"))
