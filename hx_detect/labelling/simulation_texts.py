"""Labelled texts -> what a simulation plays with. In: files, or corpora. Out: ``Labelled``, the model's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hx_detect.errors import EvaluationError
from hx_detect.labelling.simulate import Labelled
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.learning.datasets import Sources


@dataclass(frozen=True, slots=True)
class GivenText:
    """A text, the names of the signals that hold, and its sentiment (None where not said)."""

    text: str
    signals: frozenset[str]
    sentiment: str | None


def texts_of_files(files: Sequence[str]) -> list[GivenText]:
    """Labelled rows that speak of all 18 signals, each text once.

    Raises:
        InputError: a file cannot be read.
    """
    from hx_detect.learning.labelled_tables import read_labelled

    rows = {row.text_hash: row for row in read_labelled(files).rows if row.known_signals >= set(SIGNAL_NAMES)}
    return [GivenText(row.text, frozenset(row.signals or ()), row.sentiment) for row in rows.values()]


def texts_of_sources(sources: Sources) -> list[GivenText]:
    """The annotated and authored texts that are held out from every training.

    Args:
        sources: where they lie.

    Raises:
        CorpusError: a source is missing or damaged.
    """
    from hx_detect.learning.datasets import EXPERIENCE, load_datasets

    sets = load_datasets(sources, wanted=())
    examples = [e for side in (sets.val, sets.test) for name in (EXPERIENCE, "authored") for e in side.get(name, [])]
    return [
        GivenText(one.original, frozenset(SIGNAL_NAMES[place] for place in one.signals or ()), one.sentiment_label)
        for one in examples
    ]


def labelled_of(texts: Sequence[GivenText], model: str | None) -> tuple[Labelled, str]:
    """What the model's frozen encoder knows of the texts, and their labels; and the model's name and version.

    Raises:
        EvaluationError: there are no texts.
        BundleError: the model cannot be used.
    """
    from hx_detect.bundle import load_bundle
    from hx_detect.bundle_places import default_bundle
    from hx_detect.learning.quick_vectors import frozen_model

    if not texts:
        raise EvaluationError(
            say("There is no labelled text", "No hay ningún texto etiquetado"),
            cure=say(
                "Give texts that are labelled for all signals", "Indique textos etiquetados para todas las señales"
            ),
        )
    bundle = load_bundle(Path(model) if model else default_bundle())
    with frozen_model(bundle) as frozen:
        vectors = frozen.read([one.text for one in texts]).vectors.astype(np.float64)
    signals = np.array([[name in one.signals for name in SIGNAL_NAMES] for one in texts], np.bool_)
    tones = np.array(
        [[one.sentiment in ("negative", "mixed"), one.sentiment in ("positive", "mixed")] for one in texts], np.bool_
    )
    return Labelled(SIGNAL_NAMES, vectors, signals, tones), f"{bundle.name} {bundle.version}"
