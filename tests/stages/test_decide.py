"""Verdicts. In: probabilities. Out: levels by the guideline's table, bands, mismatches, priorities blind to tone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.decision import Decision, plain_decision
from hx_detect.labels import CONDUCT, SIGNAL_INDEX, SIGNAL_NAMES
from hx_detect.records import Review
from hx_detect.stage_records import BatchProbabilities
from hx_detect.stages.decide import decide, level, nps, priority, round_to_one, sentiment_label

DECISION = Decision.from_dict(plain_decision())
CALM = settings(deadline=None)


def probabilities(**changes: object) -> BatchProbabilities:
    """One neutral text without signals, but for the changes."""
    arrays = {
        "sentiment": [0.1, 0.8, 0.1], "stars": [0.0, 0.0, 1.0, 0.0, 0.0], "signals": [0.0] * 18,
        "stage": [0.0] * 6 + [1.0], "kind": [0.7, 0.1, 0.1, 0.1],
    }  # fmt: skip
    rows = {name: np.array([changes.get(name, value)], np.float64) for name, value in arrays.items()}
    return BatchProbabilities(**rows, hx=np.array([0.123456]), cx=np.array([0.5]))


def signals(**values: float) -> list[float]:
    return [values.get(name, 0.0) for name in SIGNAL_NAMES]


@pytest.mark.parametrize(("present", "sentiment", "expected"), [
    (["ignored", "leaving"], "negative", "hx"),
    (["deceived", "rage"], "positive", "hx"),
    (["obstructed"], "negative", "hx_risk"),
    (["promise_broken", "kind"], "positive", "hx_risk"),
    (["warns_others"], "negative", "hx_voiced"),
    (["escalates", "failure"], "neutral", "hx_voiced"),
    (["rage"], "mixed", "hx_voiced"),
    (["leaving"], "negative", "dissatisfied"),
    (["failure", "overpriced"], "negative", "dissatisfied"),
    (["failure", "kind"], "mixed", "mixed"),
    (["kind"], "positive", "cx"),
    (["recommends"], "positive", "satisfied"),
    ([], "positive", "satisfied"),
    (["kind"], "neutral", "neutral"),
    (["leaving"], "neutral", "neutral"),
    ([], "neutral", "neutral"),
])  # fmt: skip
def test_the_first_rule_that_holds_gives_the_level(present: list[str], sentiment: str, expected: str) -> None:
    assert level(present, sentiment) == expected


@pytest.mark.parametrize(("three", "label"), [
    ((0.5, 0.2, 0.3), "mixed"), ((0.5, 0.21, 0.29), "negative"), ((0.1, 0.1, 0.8), "positive"),
    ((0.2, 0.6, 0.2), "neutral"),
])  # fmt: skip
def test_sentiment_label(three: tuple[float, float, float], label: str) -> None:
    assert sentiment_label(three, 0.3) == label


@pytest.mark.parametrize(("words", "answer", "expected"), [
    ("promoter", None, ("promoter", "text", None)),
    ("promoter", 0, ("detractor", "answer", True)),
    ("detractor", 9, ("promoter", "answer", True)),
    ("passive", 6, ("detractor", "answer", False)),
    ("detractor", 7, ("passive", "answer", False)),
    ("detractor", 6.5, ("detractor", "answer", False)),
    ("promoter", 10, ("promoter", "answer", False)),
])  # fmt: skip
def test_nps(words: str, answer: float | None, expected: tuple[str, str, bool | None]) -> None:
    assert nps(words, answer) == expected


@CALM
@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=7))
def test_rounded_probabilities_still_sum_to_one(values: list[float]) -> None:
    exact = np.array(values) / sum(values)
    rounded = round_to_one(exact)
    assert round(sum(rounded), 9) == 1
    assert all(value == round(value, 4) for value in rounded)
    assert max(abs(a - b) for a, b in zip(rounded, exact, strict=True)) < 0.0005


def test_a_verdict() -> None:
    stars = [0.5, 0.3, 0.1, 0.06, 0.04]
    got = decide(
        probabilities(signals=signals(ignored=0.91234, rage=0.49999), sentiment=[0.9, 0.06, 0.04], stars=stars),
        ["es"], [Review("x", answer=9)], DECISION,
    )[0]  # fmt: skip
    assert (got.level, got.sentiment, got.stage, got.kind, got.kind_given) == (
        "hx", "negative", "none", "review", False,
    )  # fmt: skip
    assert got.stars_expected == 1.84
    assert (got.nps_band, got.nps_text_band, got.nps_mismatch) == ("promoter", "detractor", True)
    assert got.hx_probability == 0.1235
    assert got.signal_probabilities[0] == 0.9123


def test_the_threshold_is_met_by_the_number_that_is_shown() -> None:
    shown = decide(probabilities(signals=signals(ignored=0.499951)), ["en"], [Review("x")], DECISION)[0]
    assert (shown.signal_probabilities[0], shown.present[0], shown.level) == (0.5, True, "hx_risk")


def test_the_given_kind_is_kept() -> None:
    got = decide(probabilities(), ["en"], [Review("x", kind="survey")], DECISION)[0]
    assert (got.kind, got.kind_given) == ("survey", True)


@CALM
@given(st.lists(st.floats(0, 1), min_size=18, max_size=18), st.floats(0, 1))
def test_priority_is_blind_to_rage(values: list[float], rage: float) -> None:
    calm = np.array([values])
    furious = calm.copy()
    furious[0, SIGNAL_INDEX["rage"]] = rage
    assert priority(calm, DECISION)[0] == priority(furious, DECISION)[0]


@CALM
@given(st.lists(st.floats(0, 1), min_size=18, max_size=18), st.sampled_from(CONDUCT))
def test_more_conduct_is_never_less_urgent(values: list[float], name: str) -> None:
    less = np.array([values])
    more = less.copy()
    more[0, SIGNAL_INDEX[name]] = 1.0
    assert 0 <= priority(less, DECISION)[0] <= priority(more, DECISION)[0] <= 1


def test_priority_goes_through_the_curve() -> None:
    tables = plain_decision()
    tables["priority"] = {"weights": {"ignored": 0.5}, "curve": [[0.0, 0.0], [0.5, 0.8], [1.0, 1.0]]}
    got = priority(np.array([signals(ignored=1.0), signals(ignored=0.5)]), Decision.from_dict(tables))
    assert got.tolist() == pytest.approx([0.8, 0.4])
