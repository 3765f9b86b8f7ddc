"""Figures of a training -> TensorBoard or MLflow, where asked for. In: recipe, figures. Out: a ``Tracker``."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from hx_detect.errors import LearningError, MissingExtraError
from hx_detect.learning.recipe import Recipe
from hx_detect.wording import say

EXPERIMENT: Final = "hx-detect"
RUN: Final = "mlflow_run.txt"
"""In the work folder: which run of MLflow a resumed training goes on with."""


class Tracker(Protocol):
    """Takes figures."""

    def figures(self, phase: str, step: int, values: Mapping[str, float]) -> None:
        """Figures after so many steps of a phase."""
        ...

    def close(self) -> None:
        """The training has ended."""
        ...


class Silent:
    """Takes figures and does nothing with them."""

    def figures(self, phase: str, step: int, values: Mapping[str, float]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def open_tracker(recipe: Recipe, work: Path, tell: Callable[[str], None]) -> Tracker:
    """The tracker that the recipe names; a training goes on without it if it fails later.

    Args:
        recipe: its ``tracking``.
        work: the work folder.
        tell: is told once if the tracker fails.

    Raises:
        MissingExtraError: its library is not installed.
        LearningError: it cannot be reached.
    """
    if recipe.tracking is None:
        return Silent()
    try:
        return _Guarded(_MAKERS[recipe.tracking.to](recipe, recipe.tracking.at, work), tell)
    except MissingExtraError:
        raise
    except Exception as error:  # whatever a tracker's client raises
        raise LearningError(
            say(f"{recipe.tracking.to} takes no figures: {error}", f"{recipe.tracking.to} no admite cifras: {error}"),
            cure=say("Look at [tracking] in the recipe, or take it out", "Revise [tracking] en la receta, o quítelo"),
        ) from error


class _Guarded:
    """Days of training do not end because a tracking server does."""

    def __init__(self, tracker: Tracker, tell: Callable[[str], None]) -> None:
        self._tracker, self._tell = tracker, tell

    def figures(self, phase: str, step: int, values: Mapping[str, float]) -> None:
        self._try(lambda: self._tracker.figures(phase, step, values))

    def close(self) -> None:
        self._try(self._tracker.close)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # whatever a tracker's client raises
            self._tracker = Silent()
            self._tell(say(f"the tracker failed, training goes on without it: {error}",
                           f"el seguimiento ha fallado; el entrenamiento sigue sin él: {error}"))  # fmt: skip


class _TensorBoard:
    def __init__(self, recipe: Recipe, at: str, work: Path) -> None:  # noqa: ARG002 - as of all trackers
        self._writer: Any = _library("torch.utils.tensorboard", "tensorboard").SummaryWriter(at or work / "tensorboard")

    def figures(self, phase: str, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._writer.add_scalar(f"{phase}/{name}", value, step)

    def close(self) -> None:
        self._writer.close()


class _MLflow:
    def __init__(self, recipe: Recipe, at: str, work: Path) -> None:
        self._mlflow = _library("mlflow", "mlflow")
        if at:
            self._mlflow.set_tracking_uri(at)
        self._mlflow.set_experiment(EXPERIMENT)
        known = work / RUN
        if known.is_file():
            self._mlflow.start_run(run_id=known.read_text(encoding="utf-8").strip())
            return
        run = self._mlflow.start_run(run_name=f"{recipe.name} {recipe.version}")
        known.write_text(run.info.run_id, encoding="utf-8")
        self._mlflow.log_params({"recipe": recipe.name, "version": recipe.version, "seed": recipe.seed})

    def figures(self, phase: str, step: int, values: Mapping[str, float]) -> None:
        plain = re.sub(r"[^\w\-. ]", "", phase)  # names of metrics may hold nothing else
        self._mlflow.log_metrics({f"{plain}/{name}": value for name, value in values.items()}, step=step)

    def close(self) -> None:
        self._mlflow.end_run()


_MAKERS: Final[dict[str, Callable[[Recipe, str, Path], Tracker]]] = {"tensorboard": _TensorBoard, "mlflow": _MLflow}


def _library(module: str, package: str) -> Any:  # noqa: ANN401 - a library without types here
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            say(f"the recipe asks for tracking with {package}, which is not installed",
                f"la receta pide seguimiento con {package}, que no está instalado"),
            cure=say(f"pip install {package}, or take [tracking] out of the recipe",
                     f"pip install {package}, o quite [tracking] de la receta"),
        ) from error  # fmt: skip
