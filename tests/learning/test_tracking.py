"""Trackers: only where a recipe asks, imported only then, and no training ends with them. In: stand-ins of both."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hx_detect.errors import LearningError, MissingExtraError
from hx_detect.learning.recipe import Phase, Recipe, Tracking
from hx_detect.learning.tracking import Silent, open_tracker

RECIPE = Recipe("toy", "1.2", (Phase("a, again", {"hx": 1}),), seed=7)


class Library(ModuleType):
    """Notes what is asked of it; stands for ``mlflow`` and for ``torch.utils.tensorboard``."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__("library")
        self.calls: list[tuple[Any, ...]] = []
        self._fails = fails

    def SummaryWriter(self, folder: Path) -> Library:
        self.calls.append(("writer", Path(folder)))
        return self

    def start_run(self, **words: str) -> Any:  # noqa: ANN401 - as the library's
        self.calls.append(("run", words))
        return SimpleNamespace(info=SimpleNamespace(run_id="r1"))

    def log_metrics(self, values: Mapping[str, float], step: int) -> None:
        if self._fails:
            raise ConnectionError("no server")
        self.calls.append(("metrics", dict(values), step))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any other function
        return lambda *values: self.calls.append((name, *values))


def recipe(to: str, at: str = "") -> Recipe:
    return replace(RECIPE, tracking=Tracking(to, at))


def test_no_tracker_where_none_is_asked_for(tmp_path: Path) -> None:
    assert isinstance(open_tracker(RECIPE, tmp_path, print), Silent)


@pytest.mark.parametrize(("to", "module"), [("tensorboard", "torch.utils.tensorboard"), ("mlflow", "mlflow")])
def test_a_library_that_is_not_installed(to: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=to) as caught:
        open_tracker(recipe(to), tmp_path, print)
    assert caught.value.cure.startswith(f"pip install {to}")


def test_tensorboard_gets_figures_by_phase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", library)
    tracker = open_tracker(recipe("tensorboard"), tmp_path, print)
    tracker.figures("a", 50, {"loss": 0.5, "hx": 0.25})
    tracker.close()
    assert library.calls == [
        ("writer", tmp_path / "tensorboard"), ("add_scalar", "a/loss", 0.5, 50), ("add_scalar", "a/hx", 0.25, 50),
        ("close",),
    ]  # fmt: skip


def test_mlflow_goes_on_with_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    monkeypatch.setitem(sys.modules, "mlflow", library)
    tracker = open_tracker(recipe("mlflow", "file:///runs"), tmp_path, print)
    tracker.figures("a, again", 50, {"loss": 0.5})
    tracker.close()
    open_tracker(recipe("mlflow"), tmp_path, print)
    assert library.calls == [
        ("set_tracking_uri", "file:///runs"), ("set_experiment", "hx-detect"), ("run", {"run_name": "toy 1.2"}),
        ("log_params", {"recipe": "toy", "version": "1.2", "seed": 7}), ("metrics", {"a again/loss": 0.5}, 50),
        ("end_run",), ("set_experiment", "hx-detect"), ("run", {"run_id": "r1"}),
    ]  # fmt: skip


def test_a_training_outlives_its_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", Library(fails=True))
    told: list[str] = []
    tracker = open_tracker(recipe("mlflow"), tmp_path, told.append)
    tracker.figures("a", 1, {"loss": 1.0})
    tracker.figures("a", 2, {"loss": 1.0})
    tracker.close()
    assert told == ["the tracker failed, training goes on without it: no server"]


def test_a_tracker_that_cannot_be_reached_is_said_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library()
    monkeypatch.setattr(library, "start_run", lambda **_: (_ for _ in ()).throw(ConnectionError("no server")))
    monkeypatch.setitem(sys.modules, "mlflow", library)
    with pytest.raises(LearningError, match="mlflow takes no figures: no server"):
        open_tracker(recipe("mlflow"), tmp_path, print)
