"""When a phase has learned enough. In: looks at the validation sets. Out: whether to stop; the best weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from hx_detect.errors import LearningError
from hx_detect.learning.recipe import EarlyStopping


@dataclass(frozen=True)
class Look:
    """A training's figures on the validation sets.

    Attributes:
        text: one line for people.
        figures: those of ``recipe.METRICS`` that there are, in [0, 1]; more is better.
    """

    text: str
    figures: Mapping[str, float] = field(default_factory=dict)


class Stopping:
    """Follows one phase.

    Args:
        settings: of the recipe; None never stops and keeps no weights.
        folder: where the best weights are kept.
        phase: its number.
        state: of ``state``, to go on.
    """

    def __init__(
        self, settings: EarlyStopping | None, folder: Path, phase: int, state: Mapping[str, Any] | None = None
    ) -> None:
        given = state or {}
        self._settings, self._folder, self._phase = settings, folder, phase
        self.best: float | None = given.get("best")
        self.best_step: int = given.get("best_step", 0)
        self.worse: int = given.get("worse", 0)
        self.looked: int = given.get("looked", 0)

    @property
    def state(self) -> dict[str, float | int | None]:
        """What a checkpoint must hold."""
        return {"best": self.best, "best_step": self.best_step, "worse": self.worse, "looked": self.looked}

    def over(self) -> bool:
        """As many looks in a row as the recipe has patience for were no better."""
        return self._settings is not None and self.worse >= self._settings.patience

    def due(self, step: int) -> bool:
        """Is it time for a look after so many steps of the phase?"""
        every = self._settings.every_steps if self._settings else 0
        return every > 0 and step % every == 0

    def take(self, look: Look, step: int, network: nn.Module) -> None:
        """Hear of a look, and keep the weights if it is the best.

        Raises:
            LearningError: it lacks the figure that the recipe names.
        """
        self.looked = step
        if self._settings is None:
            return
        value = look.figures.get(self._settings.metric)
        if value is None:
            raise LearningError(
                f"early stopping: the validation texts give no figure {self._settings.metric!r}",
                cure=f"metric is one of: {', '.join(look.figures) or 'none; give labelled validation texts'}",
            )
        if self.best is not None and value <= self.best:
            self.worse += 1
            return
        self.best, self.best_step, self.worse = value, step, 0
        temporary = self._folder / "best.tmp"
        torch.save(network.state_dict(), temporary)
        temporary.replace(self._file())

    def tidy(self) -> None:
        """Remove weights that are not the best any more; only once a checkpoint names those that are."""
        for path in self._folder.glob("best-*.pt"):
            if path != self._file():
                path.unlink()

    def restore_best(self, network: nn.Module) -> None:
        """Put the best weights into the network; nothing without early stopping.

        Raises:
            LearningError: their file is gone.
        """
        if self.best is None:
            return
        if not self._file().is_file():
            raise LearningError(f"{self._file()} is gone", cure="start without --resume")
        network.load_state_dict(torch.load(self._file(), map_location="cpu", weights_only=True))

    def _file(self) -> Path:
        return self._folder / f"best-{self._phase}-{self.best_step}.pt"
