"""Training learns, can be killed at any step and goes on to the same weights; what it draws and how fast it learns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from small_training import annotated, row, word_tokenizer

from hx_detect.errors import LearningError
from hx_detect.labels import SIGNAL_INDEX
from hx_detect.learning import train as train_module
from hx_detect.learning.datasets import Datasets
from hx_detect.learning.network import Network, encoder_fresh
from hx_detect.learning.recipe import EncoderSettings, Phase, Recipe
from hx_detect.learning.stopping import Look
from hx_detect.learning.train import Training, auxiliary_classes, draw, make_optimiser, train

WEIGHTS = dict.fromkeys(("sentiment", "stars", "signals", "evidence", "hx", "stage", "kind", "auxiliary"), 1.0)
PHASES = (
    Phase("first", {"hx": 24, "toy.en": 12}, passes=2, learning_rate=4e-3, tokens=128, augment=0.2),
    Phase("second", {"hx": 30}, passes=2, learning_rate=2e-3, tokens=128, loss={"stars": 0.0}),
)
RECIPE = Recipe("toy", "0", PHASES, EncoderSettings("fresh", dropout=0.2), WEIGHTS, seed=3, checkpoint_minutes=0.0,
                average={"first": 0.25})  # fmt: skip
MOODS = ("joy", "anger", "fear")


class Killed(Exception):
    """Stands for a power cut."""


def _data() -> Datasets:
    moods = [row(f"a row {number}", stars=number % 5, auxiliary=("mood", MOODS[number % 3])) for number in range(15)]
    return Datasets(train={"hx": annotated(40, stars=2), "toy.en": moods})


def _training(folder: Path, recipe: Recipe = RECIPE, told: list[str] | None = None) -> Training:
    """Untrained, from the same random weights each time."""
    data = _data()
    tokenizer = word_tokenizer([example.text for some in data.train.values() for example in some])
    classes = auxiliary_classes(data)
    torch.manual_seed(11)
    encoder = encoder_fresh(tokenizer.get_vocab_size(), 2, recipe.encoder.dropout)
    network = Network(encoder, {task: len(names) for task, names in classes.items()}, recipe.encoder.dropout)
    say = (lambda _: None) if told is None else told.append
    return Training(recipe, data, network, tokenizer, classes, folder, say, device="cpu")


def _steps_then(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The power cut: step ``count`` + 1 is not made."""
    step: Callable[..., float] = train_module._step
    done = 0

    def counted(*arguments: Any) -> float:  # noqa: ANN401 - handed on as they are
        nonlocal done
        if done == count:
            raise Killed
        done += 1
        return step(*arguments)

    monkeypatch.setattr(train_module, "_step", counted)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small matrices are multiplied faster alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    """The weights of a training that nobody disturbed."""
    training = _training(tmp_path_factory.mktemp("unbroken"))
    train(training)
    assert not training.network.training
    return training.network.state_dict()


@pytest.mark.parametrize(("count", "minutes"), [(3, 0.0), (13, 0.0), (8, 60.0)])
def test_a_killed_training_goes_on_to_the_same_weights(
    count: int, minutes: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unbroken: dict[str, torch.Tensor]
) -> None:
    recipe = replace(RECIPE, checkpoint_minutes=minutes)
    with monkeypatch.context() as power:
        _steps_then(power, count)
        with pytest.raises(Killed):
            train(_training(tmp_path, recipe))
    (tmp_path / "checkpoint.tmp").write_bytes(b"half a checkpoint")
    told: list[str] = []
    resumed = _training(tmp_path, recipe, told)
    torch.manual_seed(99)
    train(resumed, resume=True)
    assert "resumed at phase" in told[0]
    for name, weights in resumed.network.state_dict().items():
        torch.testing.assert_close(weights, unbroken[name], rtol=0, atol=1e-5)


def test_the_kills_above_are_in_different_phases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = []
    for count in (3, 13):
        with monkeypatch.context() as power:
            _steps_then(power, count)
            with pytest.raises(Killed):
                train(_training(tmp_path))
        places.append(torch.load(tmp_path / "checkpoint.pt", weights_only=True)["position"])
    assert [place["phase"] for place in places] == [0, 1]
    assert places[0]["step"] == 3


def test_the_weights_it_began_with_can_be_mixed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = replace(RECIPE, phases=PHASES[1:], average={"base": 0.25})
    began = {name: values.clone() for name, values in _training(tmp_path, recipe).network.state_dict().items()}
    plain = _training(tmp_path / "plain", replace(recipe, average={}))
    train(plain)
    _steps_then(monkeypatch, 3)
    with pytest.raises(Killed):
        train(_training(tmp_path / "mixed", recipe))
    monkeypatch.undo()
    mixed = _training(tmp_path / "mixed", recipe)
    train(mixed, resume=True)
    for name, values in mixed.network.state_dict().items():
        if values.is_floating_point():
            torch.testing.assert_close(values, 0.25 * began[name] + 0.75 * plain.network.state_dict()[name])


def test_a_finished_training_is_left_as_it_is(tmp_path: Path) -> None:
    first, again = _training(tmp_path), _training(tmp_path)
    train(first)
    train(again, resume=True)
    for name, weights in again.network.state_dict().items():
        torch.testing.assert_close(weights, first.network.state_dict()[name], rtol=0, atol=0)


def test_nothing_to_go_on_from(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="no checkpoint") as caught:
        train(_training(tmp_path), resume=True)
    assert "--resume" in caught.value.cure


def test_another_recipe_cannot_go_on(tmp_path: Path) -> None:
    short = replace(RECIPE, phases=PHASES[:1])
    train(_training(tmp_path, short))
    with pytest.raises(LearningError, match="another recipe") as caught:
        train(_training(tmp_path, replace(short, seed=4)), resume=True)
    assert "--work" in caught.value.cure


WORD_TABLE = "encoder.embeddings.word_embeddings.weight"


def test_it_learns_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_module, "LOG_EVERY", 5)
    told: list[str] = []
    training = _training(tmp_path, replace(RECIPE, phases=(replace(PHASES[0], passes=6),)), told)
    before = training.network.state_dict()[WORD_TABLE].clone()
    train(training, evaluate=lambda: Look("looks well"))
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entry["step"] for entry in log] == list(range(5, log[-1]["step"] + 1, 5))
    assert log[-1]["loss"] < 0.7 * log[0]["loss"]
    assert [line for line in told if "looks well" in line] == [
        f"first pass {number}: looks well" for number in range(1, 7)
    ]
    assert any("tokens/s" in line and "min left" in line for line in told)
    torch.testing.assert_close(training.network.state_dict()[WORD_TABLE], before, rtol=0, atol=0)


def test_auxiliary_classes_are_sorted() -> None:
    assert auxiliary_classes(_data()) == {"mood": sorted(MOODS)}
    assert auxiliary_classes(Datasets()) == {}


def test_a_draw_repeats_nothing_until_all_are_used() -> None:
    corpora = {"a": annotated(10), "b": [row("x")]}
    drawn = Counter(example.id for example in draw(corpora, {"a": 25, "b": 0, "gone": 5}, seed=1))
    assert drawn.total() == 25
    assert sorted(drawn.values()) == [2] * 5 + [3] * 5
    few = [example.id for example in draw(corpora, {"a": 4}, seed=1)]
    assert len(set(few)) == 4
    assert few == [example.id for example in draw(corpora, {"a": 4}, seed=1)]
    assert any(few != [example.id for example in draw(corpora, {"a": 4}, seed=seed)] for seed in range(2, 9))


def test_a_draw_weighs_sources_before_corpora() -> None:
    corpora = {"a": [row("x", source="fine.es"), row("y")], "b": [row("z")]}
    drawn = draw(corpora, {"a": 2, "b": 1}, 1, {"a": 0.5, "fine.es": 3.0})
    assert {example.text: example.weight for example in drawn} == {"x": 3.0, "y": 0.5, "z": 1.0}


def test_rare_signals_weigh_more_within_bounds() -> None:
    weight = train_module._positive_weight(Datasets(train={"hx": annotated(40), "toy.en": [row("x")]}))
    assert weight.shape == (18,)
    assert float(weight[SIGNAL_INDEX["rage"]]) == 4
    assert float(weight[SIGNAL_INDEX["ignored"]]) == pytest.approx(3**0.5)
    assert (train_module._positive_weight(Datasets()) == 1).all()


def test_lower_layers_learn_slower_and_heads_faster(tmp_path: Path) -> None:
    training = _training(tmp_path)
    phase = replace(PHASES[0], learning_rate=1.0, head_factor=4.0, layer_decay=0.5)
    optimiser = make_optimiser(training.network, replace(RECIPE, weight_decay=0.3), phase)
    rates = {id(p): (g["peak"], g["weight_decay"]) for g in optimiser.param_groups for p in g["params"]}
    named = {name: rates.get(id(parameter)) for name, parameter in training.network.named_parameters()}
    assert named["encoder.embeddings.position_embeddings.weight"] == (0.25, 0.0)
    assert named["encoder.encoder.layer.0.output.dense.weight"] == (0.5, 0.3)
    assert named["encoder.encoder.layer.1.output.dense.weight"] == (1.0, 0.3)
    assert named["encoder.encoder.layer.1.output.LayerNorm.weight"] == (1.0, 0.0)
    assert named["stage.weight"] == (4.0, 0.3)
    assert named["stage.bias"] == (4.0, 0.0)
    assert [name for name, rate in named.items() if rate is None] == ["encoder.embeddings.word_embeddings.weight"]


def test_the_rate_rises_then_falls_to_nothing() -> None:
    optimiser = torch.optim.SGD([{"params": [torch.zeros(1)], "peak": 2.0}], lr=0.0)
    rates = []
    for step in range(25):
        train_module._set_rate(optimiser, step, 20, 0.2)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates[:4] == pytest.approx([0.5, 1.0, 1.5, 2.0])
    assert max(rates) == rates[4] == 2.0
    assert rates[4:21] == sorted(rates[4:21], reverse=True)
    assert rates[20:] == [0.0] * 5


def test_checkpoints_come_when_they_are_due(tmp_path: Path) -> None:
    seldom = _training(tmp_path, replace(RECIPE, checkpoint_minutes=60.0))
    assert not train_module._Meter(seldom, PHASES[0], 10, 0).tick(1.0)
    assert train_module._Meter(_training(tmp_path), PHASES[0], 10, 0).tick(1.0)
