"""A system's answers in one shape. In: scores. Out: arrays that every figure reads, whatever system they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Protocol

import numpy as np

from hx_detect.evaluation.bootstrap import Floats
from hx_detect.evaluation.metrics import Bools, Ints
from hx_detect.labels import SENTIMENTS, SIGNAL_INDEX, SIGNAL_NAMES, STAGES
from hx_detect.learning.examples import Example
from hx_detect.records import Review, RowFailure, Score

SENTIMENT_LABELS: Final = (*SENTIMENTS, "mixed")


class TextScorer(Protocol):
    """What an evaluation needs of a scorer (``hx_detect.scorer.Scorer`` has it)."""

    @property
    def model_name(self) -> str:
        """Name of the model."""
        ...

    @property
    def model_version(self) -> str:
        """Version of the model."""
        ...

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """One score, or what is wrong with it, for each review, in their order."""
        ...


def score_all(scorer: TextScorer, reviews: Iterable[Review]) -> list[Score | None]:
    """One score for each review, in their order; None where it cannot be scored."""
    return [result if isinstance(result, Score) else None for result in scorer.score_stream(reviews)]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a system says of n texts; None for what it does not speak of.

    Attributes:
        sentiment: (n,) negative, neutral or positive as index of ``labels.SENTIMENTS``.
        sentiment_probabilities: (n, 3), sums to 1.
        sentiment_label: (n,) index of ``SENTIMENT_LABELS``, ``mixed`` included.
        stars: (n,) most probable class, 0 to 4.
        stars_expected: (n,) expected value, 0 to 4.
        signals: (n, 18) probabilities or scores, more is likelier.
        signals_present: (n, 18) above the system's own threshold.
        hx: (n,) probability or score of HX.
        hx_present: (n,) the system calls it HX.
        stage: (n,) index of ``labels.STAGES``.
        calibrated: ``signals`` and ``hx`` are probabilities.
    """

    sentiment: Ints | None = None
    sentiment_probabilities: Floats | None = None
    sentiment_label: Ints | None = None
    stars: Ints | None = None
    stars_expected: Floats | None = None
    signals: Floats | None = None
    signals_present: Bools | None = None
    hx: Floats | None = None
    hx_present: Bools | None = None
    stage: Ints | None = None
    calibrated: bool = False

    def take(self, rows: Ints) -> Predictions:
        """The predictions of some of the texts, in the order of ``rows``."""
        values: dict[str, Any] = {
            entry.name: value[rows]
            for entry in fields(self)
            if isinstance(value := getattr(self, entry.name), np.ndarray)
        }
        return replace(self, **values)


def from_scores(scores: Sequence[Score]) -> Predictions:
    """The shipped scorer's answers."""
    probabilities = np.array([score.sentiment_probabilities for score in scores], np.float64).reshape(-1, 3)
    stars = np.array([score.stars_probabilities for score in scores], np.float64).reshape(-1, 5)
    signals = np.zeros((len(scores), len(SIGNAL_NAMES)))
    present = np.zeros_like(signals, np.bool_)
    for row, score in enumerate(scores):
        for signal in score.signals:
            column = SIGNAL_INDEX[signal.name]
            signals[row, column], present[row, column] = signal.probability, signal.present
    return Predictions(
        sentiment=probabilities.argmax(axis=1),
        sentiment_probabilities=probabilities,
        sentiment_label=np.array([SENTIMENT_LABELS.index(score.sentiment) for score in scores], np.int64),
        stars=stars.argmax(axis=1),
        stars_expected=np.array([score.stars_expected - 1 for score in scores], np.float64),
        signals=signals,
        signals_present=present,
        hx=np.array([score.hx_probability for score in scores], np.float64),
        hx_present=np.array([score.is_hx for score in scores], np.bool_),
        stage=np.array([STAGES.index(score.stage) for score in scores], np.int64),
        calibrated=True,
    )


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of n texts; None where not every one of them was labelled for it.

    Attributes:
        sentiment_label: (n,) index of ``SENTIMENT_LABELS``.
        stars: (n,) 0 to 4.
        signals: (n, 18).
        hx: (n,).
        stage: (n,) index of ``labels.STAGES``.
    """

    sentiment_label: Ints | None
    stars: Ints | None
    signals: Bools | None
    hx: Bools | None
    stage: Ints | None


def truth_of(examples: Sequence[Example]) -> Truth:
    """The labels of the examples as arrays."""
    sentiment = [example.sentiment_label for example in examples]
    stars = [example.stars for example in examples]
    stage = [example.stage for example in examples]
    signals = [example.signals for example in examples]
    flags: Bools | None = None
    if all(one is not None for one in signals):
        flags = np.array([[k in (one or ()) for k in range(len(SIGNAL_NAMES))] for one in signals], np.bool_)
    return Truth(
        sentiment_label=_ints([None if one is None else SENTIMENT_LABELS.index(one) for one in sentiment]),
        stars=_ints(stars),
        signals=flags,
        hx=None if flags is None else np.array([bool(example.is_hx) for example in examples], np.bool_),
        stage=_ints(stage),
    )


def _ints(values: Sequence[int | None]) -> Ints | None:
    known = [value for value in values if value is not None]
    return np.array(known, np.int64) if len(known) == len(values) else None
