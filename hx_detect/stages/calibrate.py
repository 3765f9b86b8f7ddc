"""Logits of a batch -> calibrated probabilities. In: logits, languages, kinds. Out: probabilities in [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hx_detect.decision import TABLE_LANGUAGES, Decision, Stacking
from hx_detect.labels import CONDUCT, CX_PROPER, KINDS, SENTIMENTS, SIGNAL_INDEX, VOICED
from hx_detect.stage_records import BatchLogits, BatchProbabilities, FloatArray

_HX_COLUMNS = [SIGNAL_INDEX[name] for name in (*CONDUCT, *VOICED)]
_CX_COLUMNS = [SIGNAL_INDEX[name] for name in CX_PROPER]
_POSITIVE = SENTIMENTS.index("positive")
_LEAST = 1e-6


def calibrate(
    logits: BatchLogits, languages: Sequence[str], kinds: Sequence[str | None], decision: Decision
) -> BatchProbabilities:
    """Scale logits by language and turn them into probabilities.

    The sentiment head is chosen by the kind: given, or else the likeliest.

    Args:
        logits: of n texts, finite.
        languages: ``es`` or ``en`` for each text.
        kinds: the kind that the caller gave for each text, or None.
        decision: the bundle's tables.

    Returns:
        The probabilities of n texts.
    """
    lang = np.array([TABLE_LANGUAGES.index(code) for code in languages], np.intp)
    kind = softmax(logits.kind * decision.kind.scale + decision.kind.bias)
    group = np.array(
        [0 if (given or KINDS[best]) == "post" else 1 for given, best in zip(kinds, kind.argmax(axis=1), strict=True)],
        np.intp,
    )
    chosen = logits.sentiment[np.arange(len(lang)), group]
    sentiment = softmax(chosen * decision.sentiment.scale[group, lang] + decision.sentiment.bias[group, lang])
    signals = sigmoid(logits.signals * decision.signals.scale[lang] + decision.signals.bias[lang])
    wronged = logit(noisy_or(signals[:, _HX_COLUMNS]))
    pleased = logit(noisy_or(signals[:, _CX_COLUMNS]))
    return BatchProbabilities(
        sentiment=sentiment,
        stars=softmax(logits.stars * decision.stars.scale[lang] + decision.stars.bias[lang]),
        signals=signals,
        stage=softmax(logits.stage * decision.stage.scale[lang] + decision.stage.bias[lang]),
        kind=kind,
        hx=_stack(logits.hx, wronged, decision.hx, lang),
        cx=_stack(pleased, logit(sentiment[:, _POSITIVE]), decision.cx, lang),
    )


def _stack(first: FloatArray, second: FloatArray, table: Stacking, lang: NDArray[np.intp]) -> FloatArray:
    weights = table.weights[lang]
    return sigmoid(weights[:, 0] * first + weights[:, 1] * second + table.bias[lang])


def softmax(logits: FloatArray) -> FloatArray:
    """Softmax over the last axis.

    Args:
        logits: shape (..., k), finite.

    Returns:
        The same shape, the last axis sums to 1.
    """
    powers: FloatArray = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(logits: FloatArray) -> FloatArray:
    """``1 / (1 + exp(-logits))`` for any shape, without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -logits)))


def logit(probabilities: FloatArray) -> FloatArray:
    """``ln(p / (1 - p))`` for any shape; p is first held within [1e-6, 1 - 1e-6]."""
    held = np.clip(probabilities, _LEAST, 1.0 - _LEAST)
    return np.asarray(np.log(held) - np.log1p(-held))


def noisy_or(probabilities: FloatArray) -> FloatArray:
    """The probability that at least one of independent causes holds (Pearl 1988): ``1 - product(1 - p)``.

    Args:
        probabilities: shape (n, k), in [0, 1].

    Returns:
        Shape (n,).
    """
    return np.asarray(1.0 - np.prod(1.0 - probabilities, axis=-1))
