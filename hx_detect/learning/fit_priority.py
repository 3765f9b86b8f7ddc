"""Validation texts and their urgency -> the priority curve. In: examples, noisy-or of conduct. Out: knots (x, y)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from hx_detect.labels import CONDUCT, SIGNAL_INDEX
from hx_detect.learning.examples import Example

FloatArray = npt.NDArray[np.float64]
IDENTITY = [[0.0, 0.0], [1.0, 1.0]]
FEWEST_PAIRS = 8
"""With fewer pairs in the validation data the curve stays as it is."""
KEPT_SEPARATION = 0.9
"""A curve must keep so much of the distance between wronged and not wronged texts that the plain urgency has."""
STEEPEST = 3.0
"""The curve rises at most so fast: a step would put every text at one of two priorities."""
_X = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_Y = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


def fit_priority_curve(examples: Sequence[Example], urgency: FloatArray) -> list[list[float]]:
    """The rising curve of two inner knots under which tone matters least while wronged texts still stand out.

    Two tellings of the same facts get somewhat different urgencies. Where those differences lie, the curve may run
    flat; where wronged texts part from others, it must rise. Any rising curve keeps the order of the call-back list.

    Args:
        examples: validation texts labelled for signals, calm/furious pairs among them.
        urgency: shape (n,), in [0, 1].

    Returns:
        Knots from (0, 0) to (1, 1); the straight line where there are fewer than ``FEWEST_PAIRS`` pairs.
    """
    calm, furious = _pairs(examples)
    wronged = np.array([bool(_CONDUCT & (example.signals or frozenset())) for example in examples], bool)
    if len(calm) < FEWEST_PAIRS or wronged.all() or not wronged.any():
        return [list(knot) for knot in IDENTITY]

    def separation(values: FloatArray) -> float:
        return float(values[wronged].mean() - values[~wronged].mean())

    enough = KEPT_SEPARATION * separation(urgency)
    best, best_gap = IDENTITY, float(np.abs(urgency[calm] - urgency[furious]).mean())
    for (x1, x2), (y1, y2) in product(_rising(_X), _rising(_Y)):
        if max(y1 / x1, (y2 - y1) / (x2 - x1), (1 - y2) / (1 - x2)) > STEEPEST + 1e-9:
            continue
        values = np.interp(urgency, (0.0, x1, x2, 1.0), (0.0, y1, y2, 1.0))
        gap = float(np.abs(values[calm] - values[furious]).mean())
        if gap < best_gap and separation(values) >= enough:
            best, best_gap = [[0.0, 0.0], [x1, y1], [x2, y2], [1.0, 1.0]], gap
    return [list(knot) for knot in best]


_CONDUCT = frozenset(SIGNAL_INDEX[name] for name in CONDUCT)


def _rising(steps: Sequence[float]) -> list[tuple[float, float]]:
    return [(low, high) for low in steps for high in steps if low < high]


def _pairs(examples: Sequence[Example]) -> tuple[list[int], list[int]]:
    """Places of the calm and of the furious telling of each complete pair."""
    places = {(example.group, example.role): place for place, example in enumerate(examples) if example.group}
    complete = [group for group, role in places if role == "calm" and (group, "furious") in places]
    return [places[group, "calm"] for group in complete], [places[group, "furious"] for group in complete]
