"""Changed logits -> ``decision.json``. In: old tables, new and replayed texts. Out: tables, anew for what changed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hx_detect.decision import TABLE_LANGUAGES
from hx_detect.labels import SIGNAL_INDEX, SIGNAL_NAMES
from hx_detect.learning.fit_decision import (
    FEW_POSITIVES,
    Validation,
    best_threshold,
    fit_curve,
    fit_mixed,
    fit_stacks,
)
from hx_detect.learning.fit_priority import IDENTITY
from hx_detect.learning.quick_heads import HeadsFit
from hx_detect.learning.quick_rows import Targets, examples_of
from hx_detect.learning.quick_vectors import joined_logits, rows_of
from hx_detect.learning.replay import Replay
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.calibrate import sigmoid


def refit_decision(
    tables: dict[str, Any],
    heads: HeadsFit,
    targets: Targets,
    presence: NDArray[np.bool_],
    replay: Replay,
    changed: BatchLogits,
) -> dict[str, Any]:
    """Thresholds, stacks and the priority curve anew, for the heads that changed.

    They are fitted on new texts, each with logits of a fit that did not see it, and on the replayed texts that the
    encoder was not trained on. Scales and biases stay: the change was fitted on calibrated logits, with a factor and a
    bias of its own, so that it leaves other texts as well calibrated as they were.

    Args:
        tables: ``decision.json`` of the model that is refitted.
        heads: the change.
        targets: of the new texts.
        presence: (n, 18), the signals that the old model took for present in the new texts.
        replay: old evidence.
        changed: logits of the replayed texts by the changed heads.
    """
    held = np.flatnonzero(replay.held)
    examples = [*(replay.examples[place] for place in held.tolist()), *examples_of(targets, presence)]
    validation = Validation(examples, joined_logits([rows_of(changed, held), heads.out_of_fold]))
    result = deepcopy(tables)
    signals = [name for name in SIGNAL_NAMES if heads.changed(name)]
    for name in signals:
        _fit_thresholds(validation, name, result["signals"][name])
    if heads.changed("sentiment"):
        result["mixed"] = {lang: {"minimum": fit_mixed(validation, result)} for lang in TABLE_LANGUAGES}
    if validation.where(lambda example: example.signals is not None).size and (signals or heads.changed("hx")):
        fit_stacks(validation, result)
    if signals:
        result["priority"]["curve"] = IDENTITY
        result["priority"]["curve"] = fit_curve(validation, result)
    return result


def _fit_thresholds(validation: Validation, name: str, tables: dict[str, dict[str, float]]) -> None:
    """The best threshold per language; on both together where one has few positives."""
    label = SIGNAL_INDEX[name]
    rows = validation.where(lambda example: example.signals is not None)
    examples = [validation.examples[row] for row in rows.tolist()]
    truth = np.array([label in (example.signals or ()) for example in examples], bool)
    language = np.array([example.language for example in examples], str)
    scale = np.array([tables[example.language]["scale"] for example in examples])
    bias = np.array([tables[example.language]["bias"] for example in examples])
    p = sigmoid(validation.logits.signals[rows, label] * scale + bias)
    shared = best_threshold(p, truth)
    for lang in TABLE_LANGUAGES:
        here = language == lang
        tables[lang]["threshold"] = (
            best_threshold(p[here], truth[here]) if truth[here].sum() >= FEW_POSITIVES else shared
        )
