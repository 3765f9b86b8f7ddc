"""Records. In: plain values. Out: the JSON of the contract, and nothing that can be changed."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from hx_detect.records import Review, RowFailure, Score, Signal, Span

LOUD = Signal("ignored", "hx", 0.91, (Span(5, 10, "nadie"),))
FAINT = Signal("rage", "outcome", 0.2, present=False)


def score(**changes: object) -> Score:
    values: dict[str, Any] = {
        "id": None, "text": "hola nadie", "language": "es", "language_probability": 0.99, "supported": True,
        "sentiment": "negative", "sentiment_probabilities": (0.9, 0.06, 0.04), "level": "hx_risk",
        "hx_probability": 0.8, "cx_probability": 0.1, "signals": (LOUD, FAINT), "stage": "support",
        "stage_probability": 0.7, "stars_expected": 1.4, "stars_probabilities": (0.7, 0.2, 0.1, 0.0, 0.0),
        "nps_band": "detractor", "nps_source": "text", "nps_mismatch": None, "priority": 0.5, "kind": "review",
        "kind_given": False, "tokens": 2, "truncated": False, "model_name": "m", "model_version": "1",
    }  # fmt: skip
    values.update(changes)
    return Score(**values)


def test_the_shape_of_the_contract() -> None:
    assert score().to_dict() == {
        "id": None,
        "language": {"code": "es", "probability": 0.99},
        "sentiment": {"label": "negative", "probabilities": {"negative": 0.9, "neutral": 0.06, "positive": 0.04}},
        "experience": {"level": "hx_risk", "hx_probability": 0.8, "cx_probability": 0.1},
        "signals": [{"name": "ignored", "group": "hx", "probability": 0.91,
                     "evidence": [{"start": 5, "end": 10, "text": "nadie"}]}],
        "stage": {"label": "support", "probability": 0.7},
        "stars": {"expected": 1.4, "probabilities": [0.7, 0.2, 0.1, 0.0, 0.0]},
        "nps": {"band": "detractor", "source": "text"},
        "priority": 0.5,
        "kind": {"label": "review", "given": False},
        "tokens": 2,
        "truncated": False,
        "model": {"name": "m", "version": "1"},
    }  # fmt: skip


def test_all_signals_on_request() -> None:
    signals = score().to_dict(all_signals=True)["signals"]
    assert [(signal["name"], signal["present"]) for signal in signals] == [("ignored", True), ("rage", False)]


def test_what_is_only_said_where_it_matters() -> None:
    record = score(supported=False, language="other", nps_mismatch=True, nps_source="answer").to_dict()
    assert record["language"]["supported"] is False
    assert record["nps"] == {"band": "detractor", "source": "answer", "mismatch": True}


@pytest.mark.parametrize(("level", "hx"), [("hx", True), ("hx_risk", True), ("hx_voiced", True), ("cx", False),
                                           ("dissatisfied", False)])  # fmt: skip
def test_is_hx(level: str, hx: bool) -> None:
    assert score(level=level).is_hx is hx


def test_present() -> None:
    assert score().present == (LOUD,)


def test_a_failure_as_json() -> None:
    failure = RowFailure(3, "text", "empty", "The text is empty", "Nothing to score")
    assert json.loads(json.dumps(failure.to_dict())) == {
        "row": 3, "id": None, "field": "text", "code": "empty", "message": "The text is empty",
        "cure": "Nothing to score", "value": None,
    }  # fmt: skip


@pytest.mark.parametrize("record", [Review("x"), Span(0, 1, "x"), LOUD, score()])
def test_records_do_not_change(record: Review | Span | Signal | Score) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, "other")
