"""Validation texts -> how much the wording counts. In: labels, deep and lexical logits. Out: a weight per column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.learning.fit_decision import fit_softmax
from hx_detect.learning.ranking import average_precision
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.calibrate import softmax
from hx_detect.stages.lexical import LEXICAL_COLUMNS

LEXICAL_STEPS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
_HX = len(SIGNAL_NAMES)

FloatArray = npt.NDArray[np.float64]


def choose_lexical_weight(examples: Sequence[Example], deep: BatchLogits, wording: FloatArray) -> FloatArray:
    """One weight for all signals, one for HX, both by average precision, and one for the stars, by likelihood.

    Args:
        examples: n validation texts.
        deep: what the encoder says of them.
        wording: (n, 24) what the linear part says of them.

    Returns:
        (24,) the best of ``LEXICAL_STEPS`` for each column; 0 where no text is labelled for it.
    """
    weight = np.zeros(len(LEXICAL_COLUMNS))
    rows = np.array([i for i, example in enumerate(examples) if example.signals is not None], np.intp)
    signals = [[k in (examples[i].signals or ()) for k in range(_HX)] for i in rows]
    truth = np.array(signals, bool).reshape(-1, _HX)
    is_hx = np.array([examples[i].is_hx for i in rows], bool)
    frequent = [k for k in range(_HX) if truth[:, k].any()]

    def signals_at(step: float) -> float:
        logits = deep.signals[rows] + step * wording[rows, :_HX]
        return float(np.mean([average_precision(truth[:, k], logits[:, k]) for k in frequent])) if frequent else 0.0

    def hx_at(step: float) -> float:
        return average_precision(is_hx, deep.hx[rows] + step * wording[rows, _HX]) if is_hx.any() else 0.0

    weight[:_HX] = max(LEXICAL_STEPS, key=signals_at)
    weight[_HX] = max(LEXICAL_STEPS, key=hx_at)
    weight[_HX + 1 :] = _star_weight(examples, deep.stars, wording[:, _HX + 1 :])
    return weight


def _star_weight(examples: Sequence[Example], deep: FloatArray, wording: FloatArray) -> float:
    """The weight under which the stars of balanced reviews are likeliest, once calibrated."""
    rows = [i for i, e in enumerate(examples) if e.stars is not None and e.source.startswith("marc")]
    target = np.array([examples[i].stars for i in rows], np.intp)

    def likelihood(step: float) -> float:
        logits = deep[rows] + step * wording[rows]
        table = fit_softmax(logits, target)
        p = softmax(logits * table["scale"] + np.array(table["bias"]))
        return float(np.log(p[np.arange(len(rows)), target] + 1e-12).sum())

    return max(LEXICAL_STEPS, key=likelihood) if rows else 0.0
