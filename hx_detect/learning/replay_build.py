"""Labelled texts -> the replay file of a bundle. In: datasets, a bundle. Out: it, with ``replay.safetensors``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from hx_detect.bundle import FILES, Bundle, load_bundle, write_bundle
from hx_detect.learning.corpora import read_manifest
from hx_detect.learning.datasets import BORROWED, EXPERIENCE, Datasets, Sources, load_datasets
from hx_detect.learning.examples import Example
from hx_detect.learning.quick_vectors import frozen_model
from hx_detect.learning.replay import Replay, replay_bytes
from hx_detect.learning.splits import hash_text

LEARNED: Final = 4500
"""Texts that the encoder was trained on: annotated and authored ones."""
HELD: Final = 600
"""Of each other validation set at most so many; all of those that are labelled for signals."""
_REVIEWS: Final = ("marc.es", "marc.en")
_LEAST_DEVIATION: Final = 1e-6

Say = Callable[[str], None]


def add_replay(folder: Path, sources: Sources, say: Say) -> Path:
    """Give a bundle its replay file; all else of it stays as it is.

    Args:
        folder: the bundle.
        sources: where the data lie that it was trained on.
        say: gets a line now and then.

    Raises:
        LearningError: the data are not to be had.
        BundleError: the bundle cannot be used.
    """
    bundle = load_bundle(folder)
    there = read_manifest(sources.manifest)
    data = load_datasets(sources, wanted=[name for name in (*_REVIEWS, *BORROWED) if name in there])
    learned = _some(data.train.get(EXPERIENCE, []), LEARNED)
    held = chosen_held(data)
    say(f"replay: {len(learned)} texts that were learned, {len(held)} that were not")
    content = replay_bytes(replay_of(bundle, learned, held))
    names = [name for name in (*FILES.checked, FILES.adapter) if bundle.file(name).is_file()]
    contents: dict[str, bytes | Path] = {name: bundle.file(name).read_bytes() for name in names}
    return write_bundle(folder, contents | {FILES.replay: content})


def chosen_held(data: Datasets) -> list[Example]:
    """The validation texts that go into a replay."""
    found: list[Example] = []
    for _, examples in sorted(data.val.items()):
        labelled = any(example.signals is not None for example in examples)
        found += examples if labelled else _some(examples, HELD)
    return found


def _some(examples: Sequence[Example], count: int) -> list[Example]:
    """So many of them by the hash of their texts, in their order."""
    chosen = sorted(range(len(examples)), key=lambda place: hash_text(examples[place].text))[:count]
    return [examples[place] for place in sorted(chosen)]


def replay_of(bundle: Bundle, learned: Sequence[Example], held: Sequence[Example]) -> Replay:
    """The replay of a bundle.

    Args:
        bundle: the model.
        learned: texts it was trained on.
        held: texts it was not trained on.
    """
    examples = [*learned, *held]
    with frozen_model(bundle) as model:
        known = model.read([example.original or example.text for example in examples])
    mean = known.vectors.mean(axis=0, dtype=np.float64)
    deviation = np.maximum(known.vectors.std(axis=0, dtype=np.float64), _LEAST_DEVIATION)
    return Replay(
        mean=mean,
        deviation=deviation,
        vectors=(known.vectors - mean) / deviation,
        logits=known.logits,
        examples=[replace(example, text="", original="", spans=()) for example in examples],
        held=np.arange(len(examples)) >= len(learned),
    )
