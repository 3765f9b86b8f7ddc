"""The records that pass between stages and leave none of them. In: plain values, arrays. Out: frozen, typed records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hx_detect.labels import Lang

FloatArray = NDArray[np.float64]
IdArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text that still knows where each of its characters came from.

    Attributes:
        text: the cleaned text.
        starts: for each character of ``text`` the first code point of the original that it stands for.
        ends: the same, last code point + 1.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stood in the original text: code points, end exclusive.

        Args:
            start: first character, 0 to ``len(text)``.
            end: last character + 1, ``start`` to ``len(text)``; an empty stretch gives an empty stretch.

        Raises:
            ValueError: the stretch is not inside the cleaned text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"stretch {start}:{end} is not inside a text of {len(self.text)} characters")
        if start == end:
            place = self.starts[start] if start < len(self.text) else (self.ends[-1] if self.ends else 0)
            return place, place
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """The language of a text.

    Attributes:
        code: ``es``, ``en``, ``mixed`` or ``other``.
        probability: of ``code``, in [0, 1].
        nearer: of Spanish and English the likelier one: whose calibration is used.
    """

    code: str
    probability: float
    nearer: Lang


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A text in model tokens.

    Attributes:
        ids: (t,) int64 without special tokens.
        offsets: for each token its first character in the cleaned text and its last + 1.
    """

    ids: IdArray
    offsets: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class WindowLogits:
    """What the graph says of one window of a text.

    Attributes:
        start: the window's first token, counted in the text's tokens.
        fresh: how many of its tokens no earlier window of the text held: its weight in means.
        sentiment: (2, 3): for posts and for other kinds; negative, neutral, positive.
        stars: (5,).
        signals: (18,).
        evidence: (w, 18), for the w tokens of the window, special tokens left out.
        stage: (7,).
        kind: (4,).
        hx: one number.
        hidden: (w, h), what the encoder says of each token; None where the graph does not give it.
    """

    start: int
    fresh: int
    sentiment: NDArray[np.float32]
    stars: NDArray[np.float32]
    signals: NDArray[np.float32]
    evidence: NDArray[np.float32]
    stage: NDArray[np.float32]
    kind: NDArray[np.float32]
    hx: float
    hidden: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BatchLogits:
    """One set of logits per text.

    Attributes:
        sentiment: (n, 2, 3).
        stars: (n, 5).
        signals: (n, 18).
        stage: (n, 7).
        kind: (n, 4).
        hx: (n,).
        evidence: for each text (t, 18) float32, t its number of tokens.
        hidden: for each text (t, h) float32; empty where the graph does not give it.
    """

    sentiment: FloatArray
    stars: FloatArray
    signals: FloatArray
    stage: FloatArray
    kind: FloatArray
    hx: FloatArray
    evidence: Sequence[NDArray[np.float32]]
    hidden: Sequence[NDArray[np.float32]] = ()


@dataclass(frozen=True, slots=True, eq=False)
class BatchProbabilities:
    """Calibrated probabilities of a batch, all in [0, 1].

    Attributes:
        sentiment: (n, 3), rows sum to 1.
        stars: (n, 5), rows sum to 1.
        signals: (n, 18).
        stage: (n, 7), rows sum to 1.
        kind: (n, 4), rows sum to 1.
        hx: (n,).
        cx: (n,).
    """

    sentiment: FloatArray
    stars: FloatArray
    signals: FloatArray
    stage: FloatArray
    kind: FloatArray
    hx: FloatArray
    cx: FloatArray


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from the probabilities of one text; fields as in ``records.Score``, probabilities 4 decimals.

    Attributes:
        signal_probabilities: 18, in label order.
        present: 18, in label order.
    """

    sentiment: str
    sentiment_probabilities: tuple[float, float, float]
    level: str
    hx_probability: float
    cx_probability: float
    signal_probabilities: tuple[float, ...]
    present: tuple[bool, ...]
    stage: str
    stage_probability: float
    stars_expected: float
    stars_probabilities: tuple[float, float, float, float, float]
    nps_band: str
    nps_source: str
    nps_mismatch: bool | None
    nps_text_band: str
    priority: float
    kind: str
    kind_given: bool
