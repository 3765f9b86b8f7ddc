"""``decision.json`` of a bundle -> typed tables. In: its dict. Out: calibration, thresholds, cut points as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hx_detect.errors import CalibrationError
from hx_detect.labels import CONDUCT, KINDS, SENTIMENTS, SIGNAL_NAMES, STAGES
from hx_detect.stage_records import FloatArray
from hx_detect.wording import say

TABLE_LANGUAGES: Final = ("es", "en")
"""Languages with tables of their own, in the order of the arrays' language axis."""
SENTIMENT_GROUPS: Final = ("post", "other")
"""The two sentiment heads, in the graph's order."""
_STARS: Final = 5
_WITHOUT_STARS: Final = len(SIGNAL_NAMES) + 1
_SHOUTED: Final = "rage"


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """``scale * logit + bias`` (Platt 1999; Guo et al. 2017 with bias); ``scale`` above 0."""

    scale: FloatArray
    bias: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Stacking:
    """A logistic regression on two inputs per language: weights (2, 2), bias (2,), threshold (2,) in [0, 1]."""

    weights: FloatArray
    bias: FloatArray
    threshold: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """All that turns logits into a verdict; the language axis is (es, en).

    Attributes:
        sentiment: scale (2 groups, 2 languages, 1), bias (2, 2, 3).
        stars: scale (2, 1), bias (2, 5).
        stage: scale (2, 1), bias (2, 7).
        kind: scale (1,), bias (4,).
        signals: scale and bias (2, 18).
        signal_thresholds: (2, 18), in [0, 1].
        hx: on the HX logit and the logit of the noisy-or of conduct and voiced outcomes.
        cx: on the logit of the noisy-or of CX signals and the logit of positive sentiment.
        mixed_minimum: (2,), the smaller of negative and positive from which a text is mixed.
        nps_promoter: expected stars from which a text is a promoter's.
        nps_passive: expected stars from which a text is a passive's; at most ``nps_promoter``.
        priority_weights: (18,), in [0, 1]; ``rage`` is 0.
        priority_curve: (k, 2) knots, x and y rising in [0, 1].
        evidence: scale and bias (18,).
        evidence_thresholds: (18,), in [0, 1].
        lexical_weight: (24,), 18 signals, then HX, then five star classes (0 where the file has none for them).
        own_names: names of the k signals that this bundle brings along.
        own: on what vector and wording say of them: weights (k, 2), bias (k,), threshold (k,).
    """

    sentiment: Scaling
    stars: Scaling
    stage: Scaling
    kind: Scaling
    signals: Scaling
    signal_thresholds: FloatArray
    hx: Stacking
    cx: Stacking
    mixed_minimum: FloatArray
    nps_promoter: float
    nps_passive: float
    priority_weights: FloatArray
    priority_curve: FloatArray
    evidence: Scaling
    evidence_thresholds: FloatArray
    lexical_weight: FloatArray
    own_names: tuple[str, ...]
    own: Stacking

    @classmethod
    def from_dict(cls, tables: Mapping[str, Any]) -> Decision:
        """Read and check ``decision.json``.

        Args:
            tables: its content, shaped as ``plain_decision`` gives it.

        Raises:
            CalibrationError: a value is missing or out of its range; the message names it.
        """
        root = _Table(tables, "decision.json")
        signals = [[root.at("signals", name, lang) for name in SIGNAL_NAMES] for lang in TABLE_LANGUAGES]
        evidence = [root.at("evidence", name) for name in SIGNAL_NAMES]
        promoter, passive = (root.at("nps").number(name, 1, _STARS) for name in ("promoter", "passive"))
        root.require(passive <= promoter, "nps.passive", passive)
        return cls(
            sentiment=_softmax_scaling(
                [[root.at("sentiment", group, lang) for lang in TABLE_LANGUAGES] for group in SENTIMENT_GROUPS],
                len(SENTIMENTS),
            ),
            stars=_softmax_scaling([root.at("stars", lang) for lang in TABLE_LANGUAGES], _STARS),
            stage=_softmax_scaling([root.at("stage", lang) for lang in TABLE_LANGUAGES], len(STAGES)),
            kind=_softmax_scaling(root.at("kind"), len(KINDS)),
            signals=Scaling(*(np.array([[t.number(k) for t in row] for row in signals]) for k in ("scale", "bias"))),
            signal_thresholds=np.array([[table.number("threshold", 0, 1) for table in row] for row in signals]),
            hx=_stacking([root.at("hx", lang) for lang in TABLE_LANGUAGES]),
            cx=_stacking([root.at("cx", lang) for lang in TABLE_LANGUAGES]),
            mixed_minimum=np.array([root.at("mixed", lang).number("minimum", 0, 1) for lang in TABLE_LANGUAGES]),
            nps_promoter=promoter,
            nps_passive=passive,
            priority_weights=_priority_weights(root.at("priority", "weights")),
            priority_curve=_curve(root.at("priority")),
            evidence=Scaling(*(np.array([table.number(k) for table in evidence]) for k in ("scale", "bias"))),
            evidence_thresholds=np.array([table.number("threshold", 0, 1) for table in evidence]),
            lexical_weight=_lexical_weight(root),
            own_names=_own_names(root),
            own=_stacking([root.at("own", name) for name in _own_names(root)]),
        )


@dataclass(frozen=True, slots=True)
class _Table:
    """An object of the file and its place in it, for messages."""

    values: Any
    place: str

    def at(self, *names: str) -> _Table:
        table = self
        for name in names:
            if not isinstance(table.values, Mapping) or name not in table.values:
                raise _fault(f"{table.place}.{name}", say("missing", "falta"))
            table = _Table(table.values[name], f"{table.place}.{name}")
        return table

    def require(self, holds: bool, name: str, value: object) -> None:
        if not holds:
            raise _fault(f"{self.place}.{name}", value)

    def number(self, name: str, low: float = -np.inf, high: float = np.inf) -> float:
        value = self.at(name).values
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        fine = fine and bool(np.isfinite(value)) and low <= value <= high
        self.require(fine and (name != "scale" or value > 0), name, value)
        return float(value)

    def numbers(self, name: str, count: int) -> FloatArray:
        value = self.at(name).values
        self.require(isinstance(value, list) and len(value) == count, name, value)
        row = _Table({str(index): item for index, item in enumerate(value)}, f"{self.place}.{name}")
        return np.array([row.number(str(index)) for index in range(count)], np.float64)


def _fault(place: str, value: object) -> CalibrationError:
    return CalibrationError(
        say(f"{place} is out of its range: {value!r}", f"{place} está fuera de su rango: {value!r}"),
        cure=say("Install the model again, or correct its decision.json",
                 "Instale el modelo de nuevo o corrija su decision.json"),
    )  # fmt: skip


def _softmax_scaling(tables: _Table | Sequence[Any], classes: int) -> Scaling:
    """Nested lists of tables -> arrays of the same nesting, with one more axis for the classes."""
    if isinstance(tables, _Table):
        return Scaling(np.array([tables.number("scale")]), tables.numbers("bias", classes))
    inner = [_softmax_scaling(table, classes) for table in tables]
    return Scaling(np.stack([part.scale for part in inner]), np.stack([part.bias for part in inner]))


def _stacking(tables: Sequence[_Table]) -> Stacking:
    return Stacking(
        np.array([table.numbers("weights", 2) for table in tables]).reshape(-1, 2),
        np.array([table.number("bias") for table in tables]),
        np.array([table.number("threshold", 0, 1) for table in tables]),
    )


def _lexical_weight(root: _Table) -> FloatArray:
    """The first models say nothing of stars in their linear part: their weights for it are 0."""
    given = root.values.get("lexical_weight")
    if isinstance(given, Sequence) and len(given) == _WITHOUT_STARS:
        return np.pad(root.numbers("lexical_weight", _WITHOUT_STARS), (0, _STARS))
    return root.numbers("lexical_weight", _WITHOUT_STARS + _STARS)


def _own_names(root: _Table) -> tuple[str, ...]:
    """Only a bundle that was refitted may have signals of its own; no built-in one among them."""
    given = root.values.get("own", {})
    root.require(isinstance(given, Mapping) and not set(given) & set(SIGNAL_NAMES), "own", given)
    return tuple(given)


def _priority_weights(table: _Table) -> FloatArray:
    """Weights by label name, others 0; a weight on rage would reward shouting."""
    weights = np.zeros(len(SIGNAL_NAMES))
    if not isinstance(table.values, Mapping):
        raise _fault(table.place, table.values)
    for name in table.values:
        table.require(name in SIGNAL_NAMES and name != _SHOUTED, name, table.values[name])
        weights[SIGNAL_NAMES.index(name)] = table.number(name, 0, 1)
    return weights


def _curve(table: _Table) -> FloatArray:
    knots = table.at("curve").values
    table.require(isinstance(knots, list) and len(knots) > 1, "curve", knots)
    listed = _Table({str(index): knot for index, knot in enumerate(knots)}, f"{table.place}.curve")
    curve = np.stack([listed.numbers(str(index), 2) for index in range(len(knots))])
    steps = np.diff(curve, axis=0)
    rising = bool((steps[:, 0] > 0).all() and (steps[:, 1] >= 0).all() and (curve >= 0).all() and (curve <= 1).all())
    table.require(rising, "curve", knots)
    return curve


def plain_decision() -> dict[str, Any]:
    """A ``decision.json`` that leaves every logit as it is; training starts from it."""

    def softmax(classes: int) -> dict[str, Any]:
        return {"scale": 1.0, "bias": [0.0] * classes}

    def by_language(table: dict[str, Any]) -> dict[str, Any]:
        return {lang: deepcopy(table) for lang in TABLE_LANGUAGES}

    sigmoid = {"scale": 1.0, "bias": 0.0, "threshold": 0.5}
    return {
        "sentiment": {group: by_language(softmax(len(SENTIMENTS))) for group in SENTIMENT_GROUPS},
        "stars": by_language(softmax(_STARS)),
        "stage": by_language(softmax(len(STAGES))),
        "kind": softmax(len(KINDS)),
        "signals": {name: by_language(sigmoid) for name in SIGNAL_NAMES},
        "hx": by_language({"weights": [1.0, 0.0], "bias": 0.0, "threshold": 0.5}),
        "cx": by_language({"weights": [0.5, 0.5], "bias": 0.0, "threshold": 0.5}),
        "mixed": by_language({"minimum": 0.3}),
        "nps": {"promoter": 4.2, "passive": 3.2},
        "priority": {
            "weights": dict.fromkeys(CONDUCT, 0.8) | {"leaving": 0.3, "escalates": 0.3},
            "curve": [[0.0, 0.0], [1.0, 1.0]],
        },
        "evidence": {name: deepcopy(sigmoid) for name in SIGNAL_NAMES},
        "lexical_weight": [0.0] * (_WITHOUT_STARS + _STARS),
    }
