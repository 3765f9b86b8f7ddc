"""Rows that were held out -> how good old and new model are on them. In: logits, targets. Out: figures for the card."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score

from hx_detect.decision import Decision
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.quick_heads import calibrated
from hx_detect.learning.quick_rows import Targets
from hx_detect.stage_records import BatchLogits, FloatArray
from hx_detect.stages.adapt import ADAPTED
from hx_detect.stages.calibrate import sigmoid, softmax

FEWEST_POSITIVES: Final = 5
"""Signals that fewer held-out rows have are not counted in the macro average."""
FEWEST_ROWS: Final = 20
"""With fewer held-out rows that are labelled for a head, it is not measured."""
_SIDES: Final = ("before", "after")


def held_out_figures(
    old: Decision,
    new: dict[str, Any],
    logits: BatchLogits,
    changed: BatchLogits,
    targets: Targets,
    rows: NDArray[np.intp],
) -> dict[str, Any]:
    """Old against new model on the rows that neither learned from.

    Args:
        old: tables of the old model.
        new: ``decision.json`` of the new one.
        logits: of all rows by the old model.
        changed: by the new one.
        targets: of all rows.
        rows: which are held out.

    Returns:
        Their number, and for each figure its value ``before`` and ``after``: ``signals`` (mean average precision of
        those with enough positives), ``sentiment`` (macro F1 of three classes), ``stars_mae``; those that can be told.
    """
    sides = dict(zip(_SIDES, ((old, logits), (Decision.from_dict(new), changed)), strict=True))
    figures: dict[str, Any] = {"rows": len(rows)}
    for side, (decision, some) in sides.items():
        values = np.array([
            calibrated(some, targets.languages, targets.groups, decision, column)
            for column in range(ADAPTED["signals"].stop)
        ]).T[rows]  # fmt: skip
        truth = targets.values[rows]
        for name, value in _measured(values, truth).items():
            figures.setdefault(name, {})[side] = value
    return {"held_out": figures}


def _measured(values: FloatArray, truth: FloatArray) -> dict[str, float]:
    found = {}
    precision = signal_precision(sigmoid(values[:, ADAPTED["signals"]]), truth[:, ADAPTED["signals"]])
    if precision:
        found["signals"] = round(float(np.mean(list(precision.values()))), 4)
    known = ~np.isnan(truth[:, ADAPTED["sentiment"]]).any(axis=1)
    known &= np.nan_to_num(truth[:, ADAPTED["sentiment"]]).max(axis=1) == 1.0  # mixed is no class of the head
    if known.sum() >= FEWEST_ROWS:
        want, got = (some[known][:, ADAPTED["sentiment"]].argmax(axis=1) for some in (truth, values))
        found["sentiment"] = round(float(f1_score(want, got, average="macro", zero_division=0.0)), 4)
    known = ~np.isnan(truth[:, ADAPTED["stars"]]).any(axis=1)
    if known.sum() >= FEWEST_ROWS:
        expected = softmax(values[known][:, ADAPTED["stars"]]) @ np.arange(1.0, 6.0)
        found["stars_mae"] = round(
            float(np.abs(expected - truth[known][:, ADAPTED["stars"]] @ np.arange(1.0, 6.0)).mean()), 4
        )
    return found


def signal_precision(probabilities: FloatArray, truth: FloatArray) -> dict[str, float]:
    """Average precision of each signal that enough rows have.

    Args:
        probabilities: (n, 18).
        truth: (n, 18), NaN where unknown.

    Returns:
        Signal -> average precision in [0, 1].
    """
    found = {}
    for label, name in enumerate(SIGNAL_NAMES):
        known = ~np.isnan(truth[:, label])
        there = truth[known, label] > 0.5
        if there.sum() >= FEWEST_POSITIVES and not there.all():
            found[name] = float(average_precision_score(there, probabilities[known, label]))
    return found
