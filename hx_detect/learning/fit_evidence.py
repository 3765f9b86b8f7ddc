"""Token logits -> evidence thresholds. In: annotated texts, their logits. Out: evidence of ``decision.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.stage_records import Tokens
from hx_detect.stages.calibrate import sigmoid

STEPS = np.round(np.arange(0.10, 0.75, 0.05), 2)


def fit_evidence(
    examples: Sequence[Example], tokens: Sequence[Tokens], logits: Sequence[npt.NDArray[np.float32]]
) -> dict[str, Any]:
    """For each signal the threshold on token scores with the best token F1; for rare ones that of all signals together.

    Args:
        examples: validation texts; those with annotated stretches are used.
        tokens: of the same texts.
        logits: for each text (t, 18).
    """
    counts = np.zeros((len(SIGNAL_NAMES), len(STEPS), 3))
    for example, text, scores in zip(examples, tokens, logits, strict=True):
        for label in example.signals or ():
            truth = _annotated(example, text, label)
            chosen = sigmoid(scores[:, label].astype(np.float64))[None, :] >= STEPS[:, None]
            counts[label] += np.stack(
                [(chosen & truth).sum(1), chosen.sum(1), np.full(len(STEPS), truth.sum())], axis=1
            )
    shared = _best(counts.sum(axis=0))
    rare = counts[:, 0, 2] < RARE_TOKENS
    return {
        name: {"scale": 1.0, "bias": 0.0, "threshold": shared if rare[label] else _best(counts[label])}
        for label, name in enumerate(SIGNAL_NAMES)
    }


RARE_TOKENS = 60
"""Below so many annotated tokens a signal takes the shared threshold."""
PLAIN_THRESHOLD = 0.5
"""The shared threshold where no token is annotated."""


def _annotated(example: Example, tokens: Tokens, label: int) -> npt.NDArray[np.bool_]:
    truth = np.zeros(len(tokens.offsets), bool)
    for index, start, end in example.spans:
        if index == label:
            truth |= np.array([a < end and b > start for a, b in tokens.offsets], bool)
    return truth


def _best(counts: npt.NDArray[np.float64]) -> float:
    hit, chosen, wanted = counts.T
    if not wanted.any():
        return PLAIN_THRESHOLD
    return float(STEPS[int(np.argmax(2 * hit / np.maximum(1, chosen + wanted)))])
