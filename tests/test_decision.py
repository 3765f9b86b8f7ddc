"""Calibration tables. In: decision.json, whole and spoilt. Out: arrays, or an error that names the place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hx_detect.decision import Decision, plain_decision
from hx_detect.errors import CalibrationError
from hx_detect.labels import SIGNAL_INDEX


def spoilt(path: str, value: object) -> dict[str, Any]:
    """The plain tables with another value at a dotted path."""
    tables = copy.deepcopy(plain_decision())
    *parents, last = path.split(".")
    inner: Any = tables
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return tables


def test_shapes() -> None:
    decision = Decision.from_dict(plain_decision())
    assert decision.sentiment.scale.shape == (2, 2, 1)
    assert decision.sentiment.bias.shape == (2, 2, 3)
    assert decision.stars.bias.shape == (2, 5)
    assert decision.stage.bias.shape == (2, 7)
    assert decision.kind.bias.shape == (4,)
    assert decision.signals.scale.shape == decision.signal_thresholds.shape == (2, 18)
    assert decision.hx.weights.shape == (2, 2)
    assert decision.evidence.scale.shape == (18,)
    assert decision.lexical_weight.shape == (24,)
    assert decision.priority_weights[SIGNAL_INDEX["rage"]] == 0


def test_values_find_their_place() -> None:
    decision = Decision.from_dict(spoilt("signals.kind", {
        "es": {"scale": 2.0, "bias": 3.0, "threshold": 0.25}, "en": {"scale": 4, "bias": 5, "threshold": 1},
    }))  # fmt: skip
    place = SIGNAL_INDEX["kind"]
    assert decision.signals.scale[:, place].tolist() == [2, 4]
    assert decision.signals.bias[:, place].tolist() == [3, 5]
    assert decision.signal_thresholds[:, place].tolist() == [0.25, 1]


@pytest.mark.parametrize(("path", "value", "named"), [
    ("signals.rage.es", {"scale": 0, "bias": 0, "threshold": 0.5}, "signals.rage.es.scale"),
    ("signals.rage.es", {"scale": 1, "bias": "0", "threshold": 0.5}, "signals.rage.es.bias"),
    ("signals.rage.es", {"scale": 1, "bias": 0}, "signals.rage.es.threshold"),
    ("signals.rage.es", {"scale": 1, "bias": 0, "threshold": 1.5}, "signals.rage.es.threshold"),
    ("signals.rage", {"es": {}}, "signals.rage.en"),
    ("sentiment.post.en", {"scale": float("nan"), "bias": [0, 0, 0]}, "sentiment.post.en.scale"),
    ("sentiment.post.en", {"scale": 1, "bias": [0, 0]}, "sentiment.post.en.bias"),
    ("sentiment.post.en", {"scale": True, "bias": [0, 0, 0]}, "sentiment.post.en.scale"),
    ("stars.es", {"scale": 1, "bias": [0, 0, float("inf"), 0, 0]}, "stars.es.bias.2"),
    ("kind", [], "kind.scale"),
    ("hx.es.weights", [1], "hx.es.weights"),
    ("mixed.en.minimum", -0.1, "mixed.en.minimum"),
    ("nps.passive", 4.9, "nps.passive"),
    ("nps.promoter", 6, "nps.promoter"),
    ("priority.weights", {"rage": 0.1}, "priority.weights.rage"),
    ("priority.weights", {"ignored": 2}, "priority.weights.ignored"),
    ("priority.weights", {"nothing": 0.5}, "priority.weights.nothing"),
    ("priority.curve", [[0, 0]], "priority.curve"),
    ("priority.curve", [[0, 0], [0, 1]], "priority.curve"),
    ("priority.curve", [[0, 0.5], [1, 0.2]], "priority.curve"),
    ("priority.curve", [[0, 0], [1, 1.2]], "priority.curve"),
    ("evidence.honest.scale", -1, "evidence.honest.scale"),
    ("lexical_weight", [0.0] * 18, "lexical_weight"),
])  # fmt: skip
def test_a_fault_is_named(path: str, value: object, named: str) -> None:
    with pytest.raises(CalibrationError, match=named.replace(".", r"\.")) as caught:
        Decision.from_dict(spoilt(path, value))
    assert caught.value.cure


def test_a_missing_table_is_named() -> None:
    tables = plain_decision()
    del tables["stage"]
    with pytest.raises(CalibrationError, match=r"decision\.json\.stage"):
        Decision.from_dict(tables)
