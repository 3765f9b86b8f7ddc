"""Calibration finds the scale and bias that logits were made with; thresholds are the best ones within their bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_training import row

from hx_detect.decision import Decision, plain_decision
from hx_detect.labels import KINDS, SENTIMENTS, SIGNAL_INDEX, SIGNAL_NAMES
from hx_detect.learning import fit_decision as module
from hx_detect.learning.examples import SENTIMENT_TARGETS, Example
from hx_detect.learning.fit_decision import PLAIN_MIXED_MINIMUM, Validation, best_threshold, fit_decision, fit_softmax
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.calibrate import sigmoid, softmax

FloatArray = npt.NDArray[np.float64]
LABELS = len(SIGNAL_NAMES)
IGNORED, KIND, LEAVING = SIGNAL_INDEX["ignored"], SIGNAL_INDEX["kind"], SIGNAL_INDEX["leaving"]
BIAS = {"es": -0.4, "en": -1.2}


def _logits(count: int, **given: FloatArray) -> BatchLogits:
    shapes = {"sentiment": (2, 3), "stars": (5,), "signals": (LABELS,), "stage": (7,), "kind": (4,), "hx": ()}
    plain: dict[str, Any] = {name: np.zeros((count, *shape)) for name, shape in shapes.items()}
    return BatchLogits(**(plain | given), evidence=[np.zeros((1, LABELS), np.float32)] * count)


def _drawn(random: np.random.Generator, p: FloatArray) -> npt.NDArray[np.intp]:
    """One class for each row of probabilities."""
    return np.asarray((p.cumsum(axis=1) < random.random((len(p), 1))).sum(axis=1), np.intp)


@pytest.fixture(scope="module")
def validation() -> Validation:
    """Texts whose labels were drawn from known scales and biases of their logits."""
    random = np.random.default_rng(8)
    count = 3000
    lang = ["es" if number % 2 else "en" for number in range(count)]
    bias = np.array([BIAS[name] for name in lang])
    logits = _logits(count, signals=random.normal(-1, 2, (count, LABELS)), sentiment=random.normal(0, 2, (count, 2, 3)),
                     stage=random.normal(0, 2, (count, 7)), kind=random.normal(0, 2, (count, 4)))  # fmt: skip
    told = random.random((count, LABELS)) < sigmoid(logits.signals * 1.6 + bias[:, None])
    told[:, LEAVING] = False
    kinds = [KINDS[k] for k in _drawn(random, softmax(logits.kind * 0.7))]
    group = np.array([0 if kind == "post" else 1 for kind in kinds])
    mood = _drawn(random, softmax(logits.sentiment[np.arange(count), group] * 0.5))
    stage = _drawn(random, softmax(logits.stage * 2.0))
    examples = [
        row(str(place), language=lang[place], kind=kinds[place], source="hx", stage=int(stage[place]),
            sentiment_label=SENTIMENTS[mood[place]], sentiment=SENTIMENT_TARGETS[SENTIMENTS[mood[place]]],
            signals=frozenset(int(label) for label in np.flatnonzero(told[place])))
        for place in range(count)
    ]  # fmt: skip
    logits.hx[:] = [2.0 * bool(example.is_hx) - 1 for example in examples] + random.normal(0, 0.7, count)
    return Validation(examples, logits)


@pytest.fixture(scope="module")
def tables(validation: Validation) -> dict[str, Any]:
    return fit_decision(validation, [0.3] * (LABELS + 6))


def test_a_known_temperature_and_bias_are_found() -> None:
    random = np.random.default_rng(2)
    logits = random.normal(0, 2, (5000, 4))
    bias = np.array([0.6, -0.6, 0.3, -0.3])
    found = fit_softmax(logits, _drawn(random, softmax(logits * 0.5 + bias)))
    assert found["scale"] == pytest.approx(0.5, abs=0.03)
    np.testing.assert_allclose(found["bias"], bias, atol=0.12)


def test_few_texts_hardly_move_a_fit() -> None:
    found = fit_softmax(np.array([[3.0, 0.0, 0.0]]), np.array([1]))
    assert 0.6 < found["scale"] < 1
    assert max(np.abs(found["bias"])) < 0.3
    assert fit_softmax(np.zeros((0, 3)), np.zeros(0, np.intp)) == {"scale": 1.0, "bias": [0.0] * 3}


def test_each_table_has_the_scale_of_its_logits(tables: dict[str, Any]) -> None:
    for lang in ("es", "en"):
        for group in ("post", "other"):
            assert tables["sentiment"][group][lang]["scale"] == pytest.approx(0.5, abs=0.08)
        assert tables["stage"][lang]["scale"] == pytest.approx(2.0, abs=0.2)
        for name in ("ignored", "kind", "rage"):
            table = tables["signals"][name][lang]
            assert table["scale"] == pytest.approx(1.6, abs=0.2)
            assert table["bias"] == pytest.approx(BIAS[lang], abs=0.25)
    assert tables["kind"]["scale"] == pytest.approx(0.7, abs=0.06)


def test_tables_are_a_decision(tables: dict[str, Any]) -> None:
    assert list(tables) == list(plain_decision())
    decision = Decision.from_dict(tables)
    assert decision.lexical_weight.tolist() == [0.3] * 24
    assert decision.signal_thresholds.min() >= 0.25
    assert decision.signal_thresholds.max() <= 0.65
    assert tables["signals"]["leaving"]["es"]["threshold"] == 0.5
    assert tables["priority"] == plain_decision()["priority"]


def test_hx_is_read_from_its_logit_and_the_signals(tables: dict[str, Any]) -> None:
    for lang in ("es", "en"):
        assert tables["hx"][lang]["weights"][0] > 0.8
        assert min(*tables["hx"][lang]["weights"], *tables["cx"][lang]["weights"]) >= 0
        assert 0.25 <= tables["hx"][lang]["threshold"] <= 0.65


def test_a_language_with_few_examples_takes_the_shared_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth as likely in English: the best cut there lies elsewhere, if it may be chosen on English alone."""
    values = np.concatenate([np.linspace(-3, 3, 400), np.linspace(-3, 3, 400)])
    told = np.concatenate([values[:400] > -0.4, values[400:] > 0.6])
    examples = [
        row(str(place), language="es" if place < 400 else "en", signals=frozenset({KIND} if told[place] else ()))
        for place in range(800)
    ]
    signals = np.zeros((800, LABELS))
    signals[:, KIND] = values

    def thresholds() -> tuple[float, float]:
        table = module._fit_signal(Validation(examples, _logits(800, signals=signals)), KIND)
        return table["es"]["threshold"], table["en"]["threshold"]

    own = thresholds()
    monkeypatch.setattr(module, "FEW_POSITIVES", 1000)
    shared = thresholds()
    assert own[0] < own[1]
    assert shared[0] == shared[1]


def test_marc_decides_stars_and_net_promoter_bands() -> None:
    random = np.random.default_rng(5)
    logits = random.normal(0, 2, (1500, 5))
    stars = _drawn(random, softmax(logits * 1.5))
    examples = [row(str(place), language="es", source="marc.es", stars=int(star), sentiment_label="negative")
                for place, star in enumerate(stars)]  # fmt: skip
    tables = fit_decision(Validation(examples, _logits(1500, stars=logits)), [0.0] * 24)
    assert tables["stars"]["es"]["scale"] == pytest.approx(1.5, abs=0.15)
    assert tables["stars"]["en"] == {"scale": 1.0, "bias": [0.0] * 5}
    assert tables["sentiment"]["other"]["es"]["scale"] == 1.0
    assert 2.5 < tables["nps"]["passive"] < tables["nps"]["promoter"] < 4.9


def test_mixed_texts_set_the_minimum() -> None:
    def mixed_from(minimum: float) -> float:
        """Texts whose smaller side lies at or above ``minimum`` are mixed."""
        side = np.repeat(np.linspace(0.05, 0.45, 41).round(2), 2)
        p = np.stack([side, np.full_like(side, 0.05), 0.95 - side], axis=1)
        labels = ["mixed" if value >= minimum else "positive" for value in side]
        examples = [row(str(n), signals=frozenset(), sentiment_label=label) for n, label in enumerate(labels)]
        logits = _logits(len(side), sentiment=np.repeat(np.log(p)[:, None], 2, axis=1))
        return module.fit_mixed(Validation(examples, logits), plain_decision())

    assert mixed_from(0.20) == pytest.approx(0.20, abs=0.011)
    assert mixed_from(0.35) == pytest.approx(0.35, abs=0.011)


def test_no_texts_leave_everything_in_the_middle() -> None:
    tables = fit_decision(Validation([], _logits(0)), [0.0] * 24)
    Decision.from_dict(tables)
    plain = plain_decision()
    for name in ("sentiment", "stars", "stage", "kind", "signals", "nps", "lexical_weight"):
        assert tables[name] == plain[name], name
    assert tables["mixed"] == {lang: {"minimum": PLAIN_MIXED_MINIMUM} for lang in ("es", "en")} == plain["mixed"]
    assert tables["hx"]["es"]["threshold"] == tables["cx"]["en"]["threshold"] == 0.5


def test_one_language_alone_is_enough() -> None:
    examples: list[Example] = [
        row(str(n), language="es", signals=frozenset({IGNORED} if n % 2 else ())) for n in range(9)
    ]
    Decision.from_dict(fit_decision(Validation(examples, _logits(9)), [0.0] * 24))


def test_best_threshold_by_hand() -> None:
    p = np.array([0.1, 0.3, 0.45, 0.55, 0.9])
    assert 0.3 < best_threshold(p, np.array([False, False, True, True, True])) <= 0.45
    assert best_threshold(p, np.array([False, False, False, False, True])) > 0.55
    assert best_threshold(np.array([0.1, 0.9]), np.array([False, True])) == 0.45
    assert best_threshold(p, np.zeros(5, bool)) == 0.5
    assert best_threshold(np.zeros(0), np.zeros(0, bool)) == 0.5


@settings(max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=30), st.floats(0.05, 0.4), st.floats(0.45, 0.9))
def test_no_step_within_the_bounds_is_better(pairs: list[tuple[bool, float]], low: float, high: float) -> None:
    truth, p = np.array([pair[0] for pair in pairs], bool), np.array([pair[1] for pair in pairs], np.float64)
    chosen = best_threshold(p, truth, low, high)
    if not truth.any():
        assert chosen == 0.5
        return

    def f1(threshold: float) -> float:
        return float(2 * (truth & (p >= threshold)).sum() / (truth.sum() + (p >= threshold).sum()))

    assert low - 0.006 <= chosen <= high + 0.006
    assert f1(chosen) == pytest.approx(max(f1(step) for step in np.round(np.arange(low, high + 1e-9, 0.01), 2)))
