"""Early stopping: a phase ends when it gets no better, with its best weights, and goes on as it was after a kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_training import annotated, word_tokenizer

from hx_detect.errors import LearningError
from hx_detect.learning.datasets import Datasets
from hx_detect.learning.network import Network, encoder_fresh
from hx_detect.learning.recipe import EarlyStopping, EncoderSettings, Phase, Recipe
from hx_detect.learning.stopping import Look, Stopping
from hx_detect.learning.train import Training, train

FIGURES = (0.2, 0.5, 0.4, 0.5, 0.3, 0.9)
"""What the looks give, one after the other: after steps 2 and 4, after the first pass of 5, after step 6 and so on."""
RECIPE = Recipe(
    "toy", "0", (Phase("only", {"hx": 40}, passes=6, learning_rate=4e-3, tokens=128),), EncoderSettings("fresh"),
    {"hx": 1.0}, checkpoint_minutes=60.0, early_stopping=EarlyStopping(patience=2, every_steps=2, metric="hx"),
)  # fmt: skip


class Killed(Exception):
    """Stands for a power cut."""


def _training(folder: Path, recipe: Recipe = RECIPE) -> tuple[Training, list[str]]:
    data = Datasets(train={"hx": annotated(40)})
    tokenizer = word_tokenizer([example.text for example in data.train["hx"]])
    torch.manual_seed(11)
    network = Network(encoder_fresh(tokenizer.get_vocab_size(), 1, 0.1), {}, 0.1)
    told: list[str] = []
    return Training(recipe, data, network, tokenizer, {}, folder, told.append, device="cpu"), told


def _looks(
    training: Training, kept: list[dict[str, torch.Tensor]], *, first: int = 0, most: int = 99
) -> Callable[[], Look]:
    """Gives the figures in turn and notes the weights at each look; the power is cut instead of look ``most``."""

    def look() -> Look:
        if first + len(kept) == most:
            raise Killed
        kept.append({name: values.clone() for name, values in training.network.state_dict().items()})
        return Look("a look", {"hx": FIGURES[first + len(kept) - 1]})

    return look


def _same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    for name, values in one.items():
        torch.testing.assert_close(values, other[name], rtol=0, atol=1e-5)


def test_it_stops_after_looks_that_are_no_better_and_takes_the_best_weights(tmp_path: Path) -> None:
    training, told = _training(tmp_path)
    kept: list[dict[str, torch.Tensor]] = []
    train(training, evaluate=_looks(training, kept))
    assert len(kept) == 4, "two in a row no better than the second"
    _same(training.network.state_dict(), kept[1])
    assert told[-1] == "only: best at step 4 of 6, its weights are taken"
    assert [path.name for path in tmp_path.glob("best-*")] == ["best-0-4.pt"]


@pytest.mark.parametrize("most", [2, 3])
def test_a_killed_training_goes_on_counting(most: int, tmp_path: Path) -> None:
    whole, _ = _training(tmp_path / "whole")
    train(whole, evaluate=_looks(whole, []))
    broken, _ = _training(tmp_path / "broken")
    with pytest.raises(Killed):
        train(broken, evaluate=_looks(broken, [], most=most))
    again, told = _training(tmp_path / "broken")
    kept: list[dict[str, torch.Tensor]] = []
    train(again, resume=True, evaluate=_looks(again, kept, first=most))
    assert len(kept) == 4 - most
    assert told[-1] == "only: best at step 4 of 6, its weights are taken"
    _same(again.network.state_dict(), whole.network.state_dict())
    train(again, resume=True, evaluate=_looks(again, kept, most=len(kept)))
    _same(again.network.state_dict(), whole.network.state_dict())


def test_what_it_goes_by_must_be_there(tmp_path: Path) -> None:
    training, _ = _training(tmp_path)
    with pytest.raises(LearningError, match="'hx'") as caught:
        train(training, evaluate=lambda: Look("nothing", {"stars": 0.5}))
    assert "stars" in caught.value.cure
    with pytest.raises(LearningError, match="evaluation"):
        train(training)


def test_without_it_nothing_is_kept_or_stopped(tmp_path: Path) -> None:
    training, told = _training(tmp_path, replace(RECIPE, early_stopping=None))
    kept: list[dict[str, torch.Tensor]] = []
    train(training, evaluate=_looks(training, kept))
    assert len(kept) == 6, "one after each pass"
    assert not list(tmp_path.glob("best-*"))
    _same(training.network.state_dict(), kept[-1])
    assert not [line for line in told if "best" in line]


def test_best_weights_that_are_gone(tmp_path: Path) -> None:
    lost = Stopping(EarlyStopping(), tmp_path, 0, {"best": 0.5, "best_step": 3, "worse": 1, "looked": 6})
    assert lost.state == {"best": 0.5, "best_step": 3, "worse": 1, "looked": 6}
    with pytest.raises(LearningError, match=r"best-0-3\.pt is gone"):
        lost.restore_best(torch.nn.Linear(1, 1))
