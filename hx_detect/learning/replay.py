"""Old evidence without its texts. In: vectors, logits and labels of labelled texts. Out: a file of a bundle, and back.

Of a text it keeps the mean of what the encoder says of its tokens (one byte a number), the logits of the heads, and the
labels: enough to know what a changed head would say of it, and not the text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from hx_detect.errors import BundleDamagedError
from hx_detect.labels import KINDS, SENTIMENTS, SIGNAL_NAMES
from hx_detect.learning.examples import SENTIMENT_TARGETS, Example
from hx_detect.learning.quick_vectors import HEADS
from hx_detect.stage_records import BatchLogits, FloatArray
from hx_detect.wording import say

_LABELS: Final = (*SENTIMENTS, "mixed")
_ROLES: Final = ("", "calm", "furious")
_LANGUAGES: Final = ("es", "en")
_STEP: Final = 4.0 / 127
"""A byte of a standardised vector: four deviations are the most it can say."""
_UNKNOWN: Final = -1
_COLUMNS: Final = ("sentiment", "stars", "stage", "signals", "kind", "language", "role", "group", "source", "held")


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Vectors, logits and labels of n texts.

    Attributes:
        mean: (h,), of the vectors.
        deviation: (h,), above 0.
        vectors: (n, h), standardised.
        logits: of the shipped heads, without an adapter.
        examples: the labels, without texts.
        held: (n,), True where the encoder was not trained on the text: fit for calibration.
    """

    mean: FloatArray
    deviation: FloatArray
    vectors: FloatArray
    logits: BatchLogits
    examples: Sequence[Example]
    held: NDArray[np.bool_]


def replay_bytes(replay: Replay) -> bytes:
    """The file: safetensors, the same bytes for the same evidence."""
    tensors: dict[str, NDArray[Any]] = {
        "mean": replay.mean.astype(np.float32),
        "deviation": replay.deviation.astype(np.float32),
        "vectors": np.clip(np.rint(replay.vectors / _STEP), -127, 127).astype(np.int8),
    }
    tensors |= {f"logits.{name}": getattr(replay.logits, name).astype(np.float16) for name in HEADS}
    sources = sorted({example.source for example in replay.examples})
    groups = sorted({example.group for example in replay.examples if example.group})
    places = {name: place for place, name in enumerate(groups)}
    rows = [
        (
            _UNKNOWN if one.sentiment_label is None else _LABELS.index(one.sentiment_label),
            _UNKNOWN if one.stars is None else one.stars,
            _UNKNOWN if one.stage is None else one.stage,
            _UNKNOWN if one.signals is None else sum(1 << label for label in one.signals),
            KINDS.index(one.kind),
            _LANGUAGES.index(one.language),
            _ROLES.index(one.role) if one.role in _ROLES else 0,
            places.get(one.group, _UNKNOWN),
            sources.index(one.source),
            int(held),
        )
        for one, held in zip(replay.examples, replay.held, strict=True)
    ]
    tensors["labels"] = np.array(rows, np.int32).reshape(-1, len(_COLUMNS))
    return save(tensors, {"sources": json.dumps(sources)})


def read_replay(file: Path) -> Replay:
    """Read the file.

    Raises:
        BundleDamagedError: it is not to be read.
    """
    try:
        with safe_open(file, "numpy") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - no mapping
            sources = json.loads(opened.metadata()["sources"])
        logits = BatchLogits(**{name: tensors[f"logits.{name}"].astype(np.float64) for name in HEADS}, evidence=())
        return Replay(
            tensors["mean"].astype(np.float64),
            tensors["deviation"].astype(np.float64),
            tensors["vectors"].astype(np.float64) * _STEP,
            logits,
            [_example(number, row, sources) for number, row in enumerate(tensors["labels"].tolist())],
            tensors["labels"][:, _COLUMNS.index("held")].astype(bool),
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, IndexError) as error:
        raise BundleDamagedError(
            say(f"{file} is damaged: {error}", f"{file} está dañado: {error}"),
            cure=say("Install the model again", "Instale el modelo de nuevo"),
        ) from error


def _example(number: int, row: Sequence[int], sources: Sequence[str]) -> Example:
    values = dict(zip(_COLUMNS, row, strict=True))
    label = None if values["sentiment"] == _UNKNOWN else _LABELS[values["sentiment"]]
    bits = values["signals"]
    return Example(
        id=str(number),
        text="",
        language=_LANGUAGES[values["language"]],
        kind=KINDS[values["kind"]],
        source=sources[values["source"]],
        sentiment=None if label is None else SENTIMENT_TARGETS[label],
        sentiment_label=label,
        stars=None if values["stars"] == _UNKNOWN else values["stars"],
        signals=None if bits == _UNKNOWN else frozenset(k for k in range(len(SIGNAL_NAMES)) if bits >> k & 1),
        stage=None if values["stage"] == _UNKNOWN else values["stage"],
        group="" if values["group"] == _UNKNOWN else str(values["group"]),
        role=_ROLES[values["role"]],
    )
