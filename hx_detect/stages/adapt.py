"""Logits of the shipped heads -> logits of the refitted ones. In: logits, a text's vector. Out: logits, as many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES, STAGES
from hx_detect.stage_records import BatchLogits, FloatArray

_WIDTHS: Final = {"sentiment": len(SENTIMENTS), "stars": 5, "signals": len(SIGNAL_NAMES), "stage": len(STAGES), "hx": 1}
_ENDS: Final = dict(zip(_WIDTHS, accumulate(_WIDTHS.values()), strict=True))
ADAPTED: Final = {name: slice(_ENDS[name] - width, _ENDS[name]) for name, width in _WIDTHS.items()}
"""The heads that an adapter can change, and their columns in its arrays."""
COLUMNS: Final = sum(_WIDTHS.values())


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """A linear change of the heads, fitted on new labels while the encoder stays as it is.

    Attributes:
        mean: (h,), of the vectors it was fitted on.
        deviation: (h,), of the same, above 0.
        scale: (34,), factor of the old logits, columns as ``ADAPTED``.
        weights: (h, 34), on the standardised vector.
        bias: (34,).
    """

    mean: FloatArray
    deviation: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: FloatArray

    def standardise(self, vectors: NDArray[np.floating]) -> FloatArray:
        """``(vector - mean) / deviation``, for any number of rows."""
        return np.asarray((vectors.astype(np.float64) - self.mean) / self.deviation)


def text_vectors(hidden: Sequence[NDArray[np.float32]]) -> FloatArray:
    """The mean over a text's tokens of what the encoder says of them.

    Args:
        hidden: for each of n texts (t, h).

    Returns:
        (n, h); zeros for a text without tokens. A linear function of a vector is the mean of that function of its
        tokens, so what each token adds is known exactly.
    """
    rows = [text.mean(axis=0, dtype=np.float64) if len(text) else np.zeros(text.shape[1]) for text in hidden]
    return np.stack(rows) if rows else np.zeros((0, 0))


def adapt(logits: BatchLogits, standardised: FloatArray, adapter: Adapter) -> BatchLogits:
    """``scale * logit + vector @ weights + bias`` for every adapted head; row by row, so that company changes nothing.

    Args:
        logits: of n texts.
        standardised: (n, h), their vectors as ``Adapter.standardise`` gives them.
        adapter: the bundle's.

    Returns:
        The same with the heads of ``ADAPTED`` changed; both sentiment groups by the same amount.
    """
    columns = np.ascontiguousarray(adapter.weights.T)
    moved = np.array([columns @ row for row in standardised]).reshape(len(standardised), COLUMNS) + adapter.bias

    def of(name: str, old: FloatArray) -> FloatArray:
        return np.asarray(old * adapter.scale[ADAPTED[name]] + moved[:, ADAPTED[name]])

    change = moved[:, None, ADAPTED["sentiment"]]
    return replace(
        logits,
        sentiment=logits.sentiment * adapter.scale[ADAPTED["sentiment"]] + change,
        stars=of("stars", logits.stars),
        signals=of("signals", logits.signals),
        stage=of("stage", logits.stage),
        hx=of("hx", logits.hx[:, None])[:, 0],
    )


def identity(size: int) -> Adapter:
    """The adapter of vectors of ``size`` numbers that changes nothing."""
    return Adapter(np.zeros(size), np.ones(size), np.ones(COLUMNS), np.zeros((size, COLUMNS)), np.zeros(COLUMNS))
