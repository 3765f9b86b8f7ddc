"""Windows of texts -> one set of logits per text. In: window logits, lexical logits. Out: a batch of logits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hx_detect.labels import KINDS, SENTIMENTS, SIGNAL_NAMES, STAGES
from hx_detect.stage_records import BatchLogits, FloatArray, WindowLogits

_STARS = 5
_HX = len(SIGNAL_NAMES)
_MEANS = {"sentiment": (2, len(SENTIMENTS)), "stars": (_STARS,), "stage": (len(STAGES),), "kind": (len(KINDS),)}


def combine_windows(
    texts: Sequence[Sequence[WindowLogits]], lexical: NDArray[np.float32], lexical_weight: FloatArray
) -> BatchLogits:
    """One set of logits per text.

    A thing reported anywhere in a text is reported: signals, their evidence and HX are the maximum over windows.
    Sentiment, stars, stage and kind are means over windows, weighted by the tokens that a window is the first to hold.

    Args:
        texts: the windows of each text, at least one, in order.
        lexical: shape (n, 24), what the wording says: 18 signals, then HX, then five star classes.
        lexical_weight: shape (24,), how much it counts.

    Returns:
        The logits of n texts.
    """
    words = lexical.astype(np.float64) * lexical_weight
    signals = _gather([np.maximum.reduce([window.signals for window in text]) for text in texts], (len(SIGNAL_NAMES),))
    hx = np.array([max(window.hx for window in text) for text in texts], np.float64)
    means = {name: _gather([_weighted_mean(name, text) for text in texts], shape) for name, shape in _MEANS.items()}
    means["stars"] = means["stars"] + words[:, _HX + 1 :]
    return BatchLogits(
        signals=signals + words[:, :_HX],
        hx=hx + words[:, _HX],
        evidence=[_join_evidence(text) for text in texts],
        hidden=[_join_hidden(text) for text in texts if text[0].hidden is not None],
        **means,
    )


def _gather(rows: Sequence[NDArray[np.floating]], shape: tuple[int, ...]) -> FloatArray:
    return np.stack(rows).astype(np.float64) if rows else np.zeros((0, *shape))


def _weighted_mean(name: str, text: Sequence[WindowLogits]) -> NDArray[np.floating]:
    if len(text) == 1:
        return getattr(text[0], name)  # type: ignore[no-any-return]  # the four names are arrays of WindowLogits
    weights = np.array([window.fresh for window in text], np.float64)
    values = np.array([getattr(window, name) for window in text], np.float64)
    return np.tensordot(weights / weights.sum(), values, axes=1)


def _join_evidence(text: Sequence[WindowLogits]) -> NDArray[np.float32]:
    """The token logits of the whole text; where windows overlap, the larger."""
    if len(text) == 1:
        return text[0].evidence
    joined = np.full((sum(window.fresh for window in text), len(SIGNAL_NAMES)), -np.inf, np.float32)
    for window in text:
        stretch = joined[window.start : window.start + len(window.evidence)]
        np.maximum(stretch, window.evidence, out=stretch)
    return joined


def _join_hidden(text: Sequence[WindowLogits]) -> NDArray[np.float32]:
    """What the encoder says of each token of the whole text, in the first window that holds it."""
    parts = [window.hidden[len(window.hidden) - window.fresh :] for window in text if window.hidden is not None]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
