"""What the model said of texts -> arrays to choose by. In: ``ScoredValues`` and texts. Out: a ``Pool``."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.labelling.scored_values import ScoredValues
from hx_detect.labels import SIGNAL_NAMES, SIGNALS

Floats = NDArray[np.float64]
BUCKETS: Final = 1 << 15
_WORD: Final = re.compile(r"\w+")
GRIEVANCES: Final = tuple(signal.name for signal in SIGNALS if signal.group != "cx")
PRAISE: Final = tuple(signal.name for signal in SIGNALS if signal.group == "cx")


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Texts to choose from.

    Attributes:
        names: of the k signals, built-in ones first.
        probabilities: (n, k), in [0, 1].
        disagreement: (n,), in [0, 1]: how far apart what the model's parts (and the customer's own figure) say lies.
        vectors: (n, d) sparse or dense, rows of Euclidean length 1 (or 0): what tells texts apart.
    """

    names: tuple[str, ...]
    probabilities: Floats
    disagreement: Floats
    vectors: Any


def signal_names(values: Sequence[ScoredValues]) -> tuple[str, ...]:
    """All signals that the texts were scored for: the 18, then own ones by name."""
    own = {name for one in values for name in one.signals} - set(SIGNAL_NAMES)
    return (*SIGNAL_NAMES, *sorted(own))


def probabilities_of(values: Sequence[ScoredValues], names: Sequence[str]) -> Floats:
    """(n, k); 0 where a text was not scored for a signal."""
    found = [[one.signals.get(name, 0.0) for name in names] for one in values]
    return np.clip(np.array(found, np.float64).reshape(len(values), len(names)), 0.0, 1.0)


def disagreement(values: ScoredValues, stars: float | None, answer: float | None) -> float:
    """How far apart the signals, the sentiment, the stars and the customer's own figures stand, 0 to 1.

    Each is put on a scale from -1 (bad) to 1 (good); the figure is half the distance between the outermost two.

    Args:
        values: what the model said.
        stars: the customer's, 1 to 5, or None.
        answer: the customer's 0-10 answer, or None; 7.5 is the middle, as 9 promotes and 6 detracts.
    """
    signals = values.signals
    tones = [
        max((signals.get(name, 0.0) for name in PRAISE), default=0.0)
        - max((signals.get(name, 0.0) for name in GRIEVANCES), default=0.0)
    ]
    if values.sentiment is not None:
        tones.append(values.sentiment[2] - values.sentiment[0])
    tones += [(given - 3.0) / 2.0 for given in (values.stars, stars) if given is not None]
    if answer is not None:
        tones.append(float(np.clip((answer - 7.5) / 2.5, -1.0, 1.0)))
    return (max(tones) - min(tones)) / 2.0


def text_vectors(texts: Sequence[str]) -> Any:  # noqa: ANN401 - scipy is untyped
    """(n, BUCKETS) sparse: hashed words and pairs of words, each once, rows of length 1 ("hashing trick")."""
    from scipy.sparse import csr_matrix

    columns: list[NDArray[np.int64]] = []
    values: list[Floats] = []
    for text in texts:
        words = _WORD.findall(text.lower())
        grams = {*words, *(f"{first} {second}" for first, second in pairwise(words))}
        places = np.unique(np.fromiter((zlib.crc32(gram.encode()) % BUCKETS for gram in grams), np.int64, len(grams)))
        columns.append(places)
        values.append(np.full(places.size, 1.0 / np.sqrt(max(1, places.size))))
    ends = np.cumsum([0, *(one.size for one in columns)])
    empty = np.zeros(0)
    return csr_matrix(
        (np.concatenate([empty, *values]), np.concatenate([empty.astype(np.int64), *columns]), ends),
        shape=(len(texts), BUCKETS),
    )
