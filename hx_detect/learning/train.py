"""Recipe and data -> trained network. In: recipe, datasets, work folder. Out: the network, its tokenizer, a log."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn

from hx_detect.bundle import Bundle
from hx_detect.errors import LearningError
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.averaging import average_phases, keep_phase
from hx_detect.learning.batches import Batch, Priors, batches, source_priors
from hx_detect.learning.checkpoint import Position, Resumed, restore, save
from hx_detect.learning.datasets import Datasets
from hx_detect.learning.examples import Example
from hx_detect.learning.losses import total_loss
from hx_detect.learning.network import Network
from hx_detect.learning.recipe import BASE, Phase, Recipe
from hx_detect.learning.stopping import Look, Stopping
from hx_detect.learning.tracking import Silent, Tracker

Say = Callable[[str], None]
LOG_EVERY = 50


@dataclass
class Training:
    """A training under way.

    Attributes:
        network: the model; tokenizer: its tokenizer.
        classes: auxiliary task -> class names.
        folder: for checkpoints and ``log.jsonl``.
        device: ``cuda`` where there is one, else ``cpu``.
        tracker: takes the figures.
        base: the trained model that it goes on from, if any.
    """

    recipe: Recipe
    data: Datasets
    network: Network
    tokenizer: Tokenizer
    classes: dict[str, list[str]]
    folder: Path
    say: Say
    device: str = field(default_factory=lambda: "cuda" if torch.cuda.is_available() else "cpu")
    tracker: Tracker = field(default_factory=Silent)
    base: Bundle | None = None


def auxiliary_classes(data: Datasets) -> dict[str, list[str]]:
    """Class names of each auxiliary task, in a fixed order."""
    found: dict[str, set[str]] = {}
    for examples in data.train.values():
        for example in examples:
            if example.auxiliary is not None:
                found.setdefault(example.auxiliary[0], set()).add(example.auxiliary[1])
    return {task: sorted(names) for task, names in sorted(found.items())}


def train(training: Training, *, resume: bool = False, evaluate: Callable[[], Look] | None = None) -> None:
    """Run all phases; with ``resume`` go on from the last checkpoint; at the end mix in the weights of some phases.

    Args:
        training: network and data; the network is changed in place.
        resume: take up ``folder/checkpoint.pt``, which must be of the same recipe.
        evaluate: called after each pass, and as often as early stopping looks; what it returns is logged.

    Raises:
        LearningError: there is no checkpoint to resume from, or it is of another recipe; or nothing is there for early
            stopping to go by.
    """
    if training.recipe.early_stopping and evaluate is None:
        raise LearningError("early stopping needs an evaluation", cure="give one, or take it out of the recipe")
    training.folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(training.recipe.seed)
    training.network.to(training.device)
    if BASE in training.recipe.average and not resume:
        keep_phase(training.network, BASE, training.folder)
    start = restore(training) if resume else Resumed(Position())
    priors = source_priors([example for examples in training.data.train.values() for example in examples])
    for number in range(start.position.phase, len(training.recipe.phases)):
        if number != start.position.phase:
            start = Resumed(Position(phase=number))
        _run_phase(training, start, priors, evaluate)
        if training.recipe.phases[number].name in training.recipe.average:
            keep_phase(training.network, training.recipe.phases[number].name, training.folder)
    average_phases(training.network, training.recipe.average, training.folder)
    training.network.eval()


def _run_phase(training: Training, start: Resumed, priors: Priors, evaluate: Callable[[], Look] | None) -> None:
    position = start.position
    phase = training.recipe.phases[position.phase]
    optimiser = make_optimiser(training.network, training.recipe, phase)
    if start.optimiser is not None:
        optimiser.load_state_dict(start.optimiser)
    stopping = Stopping(training.recipe.early_stopping, training.folder, position.phase, start.stopping)
    steps = phase.passes * sum(1 for _ in _pass_batches(training, phase, position.phase, 0, priors))
    meter = _Meter(training, phase, steps, position.step)
    weights = training.recipe.loss | phase.loss
    positive_weight = _positive_weight(training.data)
    for pass_ in range(position.pass_, phase.passes):
        if stopping.over():
            break
        skip = position.batch if pass_ == position.pass_ else 0
        position.pass_, position.batch = pass_, skip
        found = enumerate(_pass_batches(training, phase, position.phase, pass_, priors))
        for number, batch in islice(found, skip, None):
            _set_rate(optimiser, position.step, steps, phase.warmup)
            loss = _step(training, batch, optimiser, weights, positive_weight)
            position.step += 1
            position.batch = number + 1
            due = meter.tick(loss)
            if evaluate is not None and stopping.due(position.step):
                _look(training, phase, f"step {position.step}", position.step, evaluate, stopping)
                due = True
            if due:
                save(training, position, optimiser, stopping)
            if stopping.over():
                break
        if evaluate is not None and stopping.looked != position.step:
            _look(training, phase, f"pass {pass_ + 1}", position.step, evaluate, stopping)
        position.pass_, position.batch = pass_ + 1, 0
        save(training, position, optimiser, stopping)
    if stopping.best is not None:
        training.say(f"{phase.name}: best at step {stopping.best_step} of {position.step}, its weights are taken")
    stopping.restore_best(training.network)


def _look(
    training: Training, phase: Phase, when: str, step: int, evaluate: Callable[[], Look], stopping: Stopping
) -> None:
    training.network.eval()
    look = evaluate()
    training.say(f"{phase.name} {when}: {look.text}")
    training.tracker.figures(phase.name, step, look.figures)
    stopping.take(look, step, training.network)


def _step(
    training: Training,
    batch: Batch,
    optimiser: torch.optim.Optimizer,
    weights: dict[str, float],
    positive_weight: torch.Tensor,
) -> float:
    training.network.train()
    device = training.device
    with torch.autocast(device, torch.bfloat16, enabled=_bf16_is_fast(device)):
        outputs = training.network(torch.from_numpy(batch.ids).to(device), torch.from_numpy(batch.mask).to(device))
    loss = total_loss({name: values.cpu() for name, values in outputs.items()}, batch, weights, positive_weight)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(training.network.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad()
    return float(loss.detach())


def _bf16_is_fast(device: str) -> bool:
    return device == "cuda" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def _pass_batches(training: Training, phase: Phase, phase_number: int, pass_: int, priors: Priors) -> Iterator[Batch]:
    seed = training.recipe.seed * 1_000_003 + phase_number * 1009 + pass_
    return batches(
        draw(training.data.train, phase.rows, seed, training.recipe.weights),
        training.tokenizer,
        priors,
        training.classes,
        tokens=phase.tokens,
        longest=phase.longest,
        seed=seed,
        augment=phase.augment,
    )


def draw(
    train: Mapping[str, list[Example]], rows: Mapping[str, int], seed: int, weights: Mapping[str, float] | None = None
) -> list[Example]:
    """``rows`` examples of each corpus, without repeats until a corpus is used up; each with its weight.

    Args:
        train: corpus -> examples.
        rows: corpus -> how many.
        seed: of the draw.
        weights: source or corpus -> weight in the loss, 1 where not named.
    """
    rng = random.Random(seed)
    drawn: list[Example] = []
    for name, count in sorted(rows.items()):
        examples = train.get(name, [])
        whole, rest = divmod(count, len(examples)) if examples else (0, 0)
        some = examples * whole + rng.sample(examples, rest)
        drawn += [_weighted(example, name, weights) for example in some] if weights else some
    return drawn


def _weighted(example: Example, corpus: str, weights: Mapping[str, float]) -> Example:
    weight = weights.get(example.source, weights.get(corpus, 1.0))
    return example if weight == example.weight else replace(example, weight=weight)


def _positive_weight(data: Datasets) -> torch.Tensor:
    """Square root of absent over present, 1 to 4: rare signals are heard without drowning the rest."""
    labelled = [e.signals for examples in data.train.values() for e in examples if e.signals is not None]
    counts = torch.tensor([sum(label in some for some in labelled) for label in range(len(SIGNAL_NAMES))])
    return ((len(labelled) - counts) / counts.clamp(min=1)).sqrt().clamp(1, 4)


def make_optimiser(network: Network, recipe: Recipe, phase: Phase) -> torch.optim.AdamW:
    """AdamW with a lower rate for lower layers; no weight decay on biases, norms and embeddings."""
    layers: int = network.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("encoder.embeddings"):
            factor = phase.layer_decay**layers
        elif name.startswith("encoder.encoder.layer."):
            factor = phase.layer_decay ** (layers - 1 - int(name.split(".")[3]))
        else:
            factor = phase.head_factor
        plain = parameter.dim() < 2 or "embeddings" in name
        groups.setdefault((factor, 0.0 if plain else recipe.weight_decay), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "lr": 0.0, "peak": phase.learning_rate * factor, "weight_decay": decay}
            for (factor, decay), parameters in groups.items()
        ],
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )


def _set_rate(optimiser: torch.optim.Optimizer, step: int, steps: int, warmup: float) -> None:
    """Linear up over the first ``warmup`` of the steps, then linear down to 0."""
    rising = max(1, int(steps * warmup))
    share = (step + 1) / rising if step < rising else max(0.0, (steps - step) / max(1, steps - rising))
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


class _Meter:
    """Counts steps, logs loss, rate and time left, and says when a checkpoint is due."""

    def __init__(self, training: Training, phase: Phase, steps: int, done: int) -> None:
        self.training, self.phase, self.steps, self.done = training, phase, steps, done
        self.losses: list[float] = []
        self.since = self.saved = time.monotonic()

    def tick(self, loss: float) -> bool:
        self.done += 1
        self.losses.append(loss)
        now = time.monotonic()
        if len(self.losses) == LOG_EVERY:
            rate = LOG_EVERY / (now - self.since)
            mean = sum(self.losses) / LOG_EVERY
            left = (self.steps - self.done) / rate / 60
            self.training.say(
                f"{self.phase.name} step {self.done}/{self.steps} loss {mean:.3f} "
                f"{rate * self.phase.tokens:.0f} tokens/s, {left:.0f} min left"
            )
            self._log(mean)
            self.losses, self.since = [], now
        if now - self.saved < self.training.recipe.checkpoint_minutes * 60:
            return False
        self.saved = now
        return True

    def _log(self, loss: float) -> None:
        self.training.tracker.figures(self.phase.name, self.done, {"loss": loss})
        with (self.training.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"phase": self.phase.name, "step": self.done, "loss": round(loss, 5)}) + "\n")
