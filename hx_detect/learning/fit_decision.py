"""Logits of validation texts -> ``decision.json``. In: logits and labels, by set. Out: calibration, thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from hx_detect.decision import SENTIMENT_GROUPS, TABLE_LANGUAGES, Decision, plain_decision
from hx_detect.labels import CONDUCT, CX_PROPER, KINDS, SENTIMENTS, SIGNAL_INDEX, SIGNAL_NAMES, VOICED
from hx_detect.learning.datasets import BORROWED
from hx_detect.learning.examples import Example
from hx_detect.learning.fit_priority import fit_priority_curve
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.calibrate import logit, noisy_or, sigmoid, softmax
from hx_detect.stages.decide import priority

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
PRIOR_WEIGHT = 2.0
"""Pull of every fit towards leaving the logits as they are, in texts: keeps rare labels from being overfitted."""
FEW_POSITIVES = 25
"""Below so many positives in one language a threshold is chosen on both languages together."""
PLAIN_MIXED_MINIMUM = 0.3
"""What is taken where no validation text is labelled for signals."""


@dataclass(frozen=True)
class Validation:
    """Validation texts and the logits that the exported graph gives them."""

    examples: Sequence[Example]
    logits: BatchLogits

    def where(self, keep: Callable[[Example], bool]) -> npt.NDArray[np.intp]:
        """Indices of the examples for which ``keep`` holds."""
        return np.array([i for i, example in enumerate(self.examples) if keep(example)], np.intp)


def fit_decision(validation: Validation, lexical_weight: Sequence[float]) -> dict[str, Any]:
    """Every number of ``decision.json``, from validation data only.

    Args:
        validation: all validation texts, lexical part included in their logits.
        lexical_weight: the 19 weights that were used for those logits.
    """
    tables = plain_decision()
    tables["lexical_weight"] = [float(weight) for weight in lexical_weight]
    for lang_index, lang in enumerate(TABLE_LANGUAGES):
        for group_index, group in enumerate(SENTIMENT_GROUPS):
            tables["sentiment"][group][lang] = _fit_sentiment(validation, lang, group_index)
        tables["stars"][lang] = _fit_stars(validation, lang)
        tables["stage"][lang] = _fit_stage(validation, lang_index)
    tables["kind"] = _fit_kind(validation)
    tables["signals"] = {name: _fit_signal(validation, index) for index, name in enumerate(SIGNAL_NAMES)}
    fit_stacks(validation, tables)
    tables["mixed"] = {lang: {"minimum": fit_mixed(validation, tables)} for lang in TABLE_LANGUAGES}
    tables["nps"] = _fit_nps(validation, tables)
    tables["priority"]["curve"] = fit_curve(validation, tables)
    return tables


def _fit_sentiment(validation: Validation, lang: str, group: int) -> dict[str, Any]:
    def usable(example: Example) -> bool:
        is_other = int(example.kind != "post")
        return example.language == lang and example.sentiment_label in SENTIMENTS and is_other == group

    rows = validation.where(lambda e: usable(e) and not e.source.startswith("marc"))
    target = np.array([SENTIMENTS.index(validation.examples[row].sentiment_label or "") for row in rows], np.intp)
    return fit_softmax(validation.logits.sentiment[rows, group], target)


def _fit_stars(validation: Validation, lang: str) -> dict[str, Any]:
    rows = validation.where(lambda e: e.language == lang and e.stars is not None and e.source.startswith("marc"))
    return fit_softmax(
        validation.logits.stars[rows], np.array([validation.examples[row].stars for row in rows], np.intp)
    )


def _fit_stage(validation: Validation, _lang: int) -> dict[str, Any]:
    rows = validation.where(lambda e: e.stage is not None)
    return fit_softmax(
        validation.logits.stage[rows], np.array([validation.examples[row].stage for row in rows], np.intp)
    )


def _fit_kind(validation: Validation) -> dict[str, Any]:
    rows = validation.where(lambda e: e.source not in BORROWED)  # so many posts would make a post of every text
    target = np.array([KINDS.index(validation.examples[row].kind) for row in rows], np.intp)
    return fit_softmax(validation.logits.kind[rows], target)


def fit_softmax(logits: FloatArray, target: npt.NDArray[np.intp]) -> dict[str, Any]:
    """Scale and bias of a softmax by penalised maximum likelihood (temperature and bias scaling, Guo et al. 2017).

    Args:
        logits: (n, k).
        target: (n,) classes.

    Returns:
        ``{"scale": above 0, "bias": k numbers}``; the identity where there is no text.
    """
    classes = logits.shape[1]
    if not len(target):
        return {"scale": 1.0, "bias": [0.0] * classes}

    def cost(parameters: FloatArray) -> float:
        scale, bias = np.exp(parameters[0]), parameters[1:]
        likelihood = softmax(logits * scale + bias)[np.arange(len(target)), target]
        return float(-np.log(likelihood + 1e-12).sum() + PRIOR_WEIGHT * (parameters**2).sum())

    found = minimize(cost, np.zeros(classes + 1), method="L-BFGS-B").x
    return {"scale": _number(np.exp(found[0])), "bias": [_number(value) for value in found[1:]]}


def _fit_signal(validation: Validation, index: int) -> dict[str, Any]:
    rows = validation.where(lambda e: e.signals is not None)
    truth = np.array([index in (validation.examples[row].signals or ()) for row in rows], bool)
    lang = np.array([TABLE_LANGUAGES.index(validation.examples[row].language) for row in rows])
    values = validation.logits.signals[rows, index]

    def cost(parameters: FloatArray) -> float:
        """One scale for both languages, a bias that may differ by language only as far as the data insist."""
        scale, bias, apart = parameters
        p = sigmoid(values * np.exp(scale) + bias + apart * (lang - 0.5))
        likelihood = np.where(truth, p, 1 - p)
        return float(-np.log(likelihood + 1e-12).sum() + PRIOR_WEIGHT * (scale**2 + 0.1 * bias**2 + 2 * apart**2))

    scale, bias, apart = minimize(cost, np.zeros(3), method="L-BFGS-B").x
    p = sigmoid(values * np.exp(scale) + bias + apart * (lang - 0.5))
    shared = best_threshold(p, truth)
    table: dict[str, Any] = {}
    for number, name in enumerate(TABLE_LANGUAGES):
        here = lang == number
        own = truth[here].sum() >= FEW_POSITIVES
        table[name] = {
            "scale": _number(np.exp(scale)),
            "bias": _number(bias + apart * (number - 0.5)),
            "threshold": best_threshold(p[here], truth[here]) if own else shared,
        }
    return table


def best_threshold(p: FloatArray, truth: BoolArray, low: float = 0.25, high: float = 0.65) -> float:
    """The threshold in [low, high] with the best F1; of equals the middle one. 0.5 where nothing is positive."""
    if not truth.any():
        return 0.5
    steps = np.round(np.arange(low, high + 1e-9, 0.01), 2)
    f1 = np.array([2 * (truth & (p >= t)).sum() / max(1, truth.sum() + (p >= t).sum()) for t in steps])
    best = np.flatnonzero(f1 >= f1.max() - 1e-9)
    return float(steps[best[len(best) // 2]])


def fit_stacks(validation: Validation, tables: dict[str, Any]) -> None:
    """``hx`` from the HX logit and the signals that make a text HX, ``cx`` from the CX signals and the sentiment.

    Args:
        validation: texts; those labelled for signals are used.
        tables: ``decision.json`` with signals and sentiment as they shall be; gets ``hx`` and ``cx``.
    """
    rows = validation.where(lambda e: e.signals is not None)
    examples = [validation.examples[row] for row in rows]
    p = np.zeros((len(rows), len(SIGNAL_NAMES)))
    positive = np.zeros(len(rows))
    for place, (row, example) in enumerate(zip(rows, examples, strict=True)):
        p[place] = [_signal(validation, row, index, tables) for index in range(len(SIGNAL_NAMES))]
        group = int(example.kind != "post")
        table = tables["sentiment"][SENTIMENT_GROUPS[group]][example.language]
        logits = validation.logits.sentiment[row, group] * table["scale"] + np.array(table["bias"])
        positive[place] = softmax(logits)[2]
    wronged = logit(noisy_or(p[:, [SIGNAL_INDEX[name] for name in (*CONDUCT, *VOICED)]]))
    pleased = logit(noisy_or(p[:, [SIGNAL_INDEX[name] for name in CX_PROPER]]))
    is_hx = np.array([example.is_hx for example in examples], bool)
    is_cx = np.array([_is_cx(example) for example in examples], bool)
    lang = np.array([example.language for example in examples], str)
    for name in TABLE_LANGUAGES:
        here = lang == name
        tables["hx"][name] = fit_stack(validation.logits.hx[rows][here], wronged[here], is_hx[here])
        tables["cx"][name] = fit_stack(pleased[here], logit(positive[here]), is_cx[here])


def _is_cx(example: Example) -> bool:
    cx = {SIGNAL_INDEX[name] for name in CX_PROPER}
    return example.sentiment_label == "positive" and not example.is_hx and bool(cx & (example.signals or frozenset()))


def fit_stack(first: FloatArray, second: FloatArray, truth: BoolArray) -> dict[str, Any]:
    """A calibrated logistic regression on two logits, neither of which may count against (Wolpert 1992, "Stacking").

    Args:
        first: (n,).
        second: (n,).
        truth: (n,).

    Returns:
        ``{"weights": two numbers, 0 to 4, "bias": …, "threshold": with the best F1}``.
    """

    def cost(parameters: FloatArray) -> float:
        p = sigmoid(parameters[0] * first + parameters[1] * second + parameters[2])
        likelihood = np.where(truth, p, 1 - p)
        pull = (parameters[0] - 0.5) ** 2 + (parameters[1] - 0.5) ** 2
        return float(-np.log(likelihood + 1e-12).sum() + PRIOR_WEIGHT * pull)

    w0, w1, bias = minimize(cost, np.array([0.5, 0.5, 0.0]), method="L-BFGS-B", bounds=[(0, 4), (0, 4), (-6, 6)]).x
    threshold = best_threshold(sigmoid(w0 * first + w1 * second + bias), truth)
    return {"weights": [_number(w0), _number(w1)], "bias": _number(bias), "threshold": threshold}


def _sentiment_probabilities(validation: Validation, rows: npt.NDArray[np.intp], tables: dict[str, Any]) -> FloatArray:
    found = []
    for row in rows:
        example = validation.examples[row]
        group = int(example.kind != "post")
        table = tables["sentiment"][SENTIMENT_GROUPS[group]][example.language]
        found.append(softmax(validation.logits.sentiment[row, group] * table["scale"] + np.array(table["bias"])))
    return np.array(found).reshape(-1, len(SENTIMENTS))


def fit_mixed(validation: Validation, tables: dict[str, Any]) -> float:
    """The minimum of the smaller side from which a text is called mixed: best macro-F1 over the four labels.

    Args:
        validation: texts; those labelled for signals are used.
        tables: ``decision.json`` with the sentiment as it shall be.
    """
    rows = validation.where(lambda e: e.signals is not None)
    if not len(rows):
        return PLAIN_MIXED_MINIMUM
    p = _sentiment_probabilities(validation, rows, tables)
    names = (*SENTIMENTS, "mixed")
    truth = np.array([names.index(validation.examples[row].sentiment_label or "neutral") for row in rows], np.intp)
    best, best_f1 = PLAIN_MIXED_MINIMUM, -1.0
    for minimum in np.round(np.arange(0.10, 0.46, 0.01), 2):
        guess = np.where(np.minimum(p[:, 0], p[:, 2]) >= minimum, 3, p.argmax(axis=1))
        f1 = np.mean([2 * ((guess == k) & (truth == k)).sum() / max(1, (guess == k).sum() + (truth == k).sum())
                      for k in range(len(names))])  # fmt: skip
        if f1 > best_f1 + 1e-9:
            best, best_f1 = float(minimum), float(f1)
    return best


def _fit_nps(validation: Validation, tables: dict[str, Any]) -> dict[str, float]:
    """Cut points on expected stars that best tell 5 stars (promoter) and 4 (passive) from fewer (detractor)."""
    rows = validation.where(lambda e: e.stars is not None and e.source.startswith("marc"))
    if not len(rows):
        return {"promoter": 4.2, "passive": 3.2}
    expected = np.array([_expected_stars(validation, row, tables) for row in rows])
    truth = np.array([validation.examples[row].stars for row in rows])
    steps = np.round(np.arange(2.5, 4.9, 0.05), 2)
    promoter = max(steps, key=lambda cut: float(((expected >= cut) == (truth == 4)).mean()))
    passive = max(steps[steps <= promoter], key=lambda cut: float(((expected >= cut) == (truth >= 3)).mean()))
    return {"promoter": float(promoter), "passive": float(passive)}


def _expected_stars(validation: Validation, row: int, tables: dict[str, Any]) -> float:
    table = tables["stars"][validation.examples[row].language]
    p = softmax(validation.logits.stars[row] * table["scale"] + np.array(table["bias"]))
    return float(p @ np.arange(1.0, 6.0))


def fit_curve(validation: Validation, tables: dict[str, Any]) -> list[list[float]]:
    """The priority curve over the urgency that these tables give; they must still hold the straight line.

    Args:
        validation: texts; those labelled for signals are used.
        tables: ``decision.json`` with the signals as they shall be.
    """
    rows = validation.where(lambda e: e.signals is not None)
    examples = [validation.examples[row] for row in rows]
    p = np.array([[_signal(validation, row, k, tables) for k in range(len(SIGNAL_NAMES))] for row in rows])
    urgency = priority(p.reshape(-1, len(SIGNAL_NAMES)), Decision.from_dict(tables))
    return fit_priority_curve(examples, urgency)


def _signal(validation: Validation, row: int, index: int, tables: dict[str, Any]) -> float:
    table = tables["signals"][SIGNAL_NAMES[index]][validation.examples[row].language]
    return float(sigmoid(np.array(validation.logits.signals[row, index] * table["scale"] + table["bias"])))


def _number(value: float) -> float:
    return round(float(value), 5)
