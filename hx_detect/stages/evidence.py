"""Token logits of one text -> the stretches that prove its signals. In: logits, offsets. Out: spans of the original."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.decision import Decision
from hx_detect.records import Span
from hx_detect.stage_records import CleanText, FloatArray, Tokens

MOST_SPANS: Final = 3
_BRIDGE: Final = 2
_EDGE: Final = frozenset(" .,;:!?¡¿\"'`´()[]{}<>«»“”‘’…-–—/\\*_~|")
Run = tuple[int, int, float]
"""First token, last token + 1, strength in [0, 1]."""


def find_evidence(
    original: str,
    cleaned: CleanText,
    tokens: Tokens,
    logits: NDArray[np.float32],
    present: Sequence[bool],
    decision: Decision,
) -> list[tuple[Span, ...]]:
    """Up to three stretches for each signal that is present.

    Args:
        original: the text as it was given.
        cleaned: the same as the model read it.
        tokens: of the cleaned text.
        logits: shape (t, 18), of each token for each signal.
        present: 18 flags.
        decision: the bundle's tables.

    Returns:
        For each of the 18 signals its spans of ``original``, strongest first, at equal strength in text order; none for
        an absent signal. A present one has at least one span if the text has a token that is not a space.
    """
    found: list[tuple[Span, ...]] = [()] * len(present)
    if not any(present):
        return found
    blank = np.array([not cleaned.text[start:end].strip() for start, end in tokens.offsets], bool)
    if blank.all():
        return found
    for label in np.flatnonzero(present):
        scale, bias = decision.evidence.scale[label], decision.evidence.bias[label]
        scores = 1.0 / (1.0 + np.exp(-(logits[:, label].astype(np.float64) * scale + bias)))
        scores[blank] = 0.0
        runs = token_runs(scores, float(decision.evidence_thresholds[label]))
        found[label] = spans_of_runs(original, cleaned, tokens, runs)
    return found


def token_runs(scores: FloatArray, threshold: float) -> list[Run]:
    """Runs of tokens at or above the threshold, bridged over gaps of up to two tokens; at least the best token's.

    Args:
        scores: shape (t,), t at least 1, in [0, 1].
        threshold: in [0, 1].

    Returns:
        Runs in text order; their strength is that of their best token.
    """
    best = scores.argmax()
    chosen = np.flatnonzero(scores >= threshold) if scores[best] >= threshold else np.array([best])
    breaks = np.flatnonzero(np.diff(chosen) > _BRIDGE + 1)
    firsts = chosen[np.concatenate(([0], breaks + 1))]
    lasts = chosen[np.concatenate((breaks, [chosen.size - 1]))]
    return [(int(a), int(b) + 1, float(scores[a : b + 1].max())) for a, b in zip(firsts, lasts, strict=True)]


def spans_of_runs(original: str, cleaned: CleanText, tokens: Tokens, runs: Sequence[Run]) -> tuple[Span, ...]:
    """The strongest runs as spans; one that falls into a stronger one is left out.

    Args:
        original: the text as it was given.
        cleaned: the same as the model read it.
        tokens: of the cleaned text.
        runs: of its tokens.

    Returns:
        Up to three spans of ``original``, strongest first.
    """
    spans: list[Span] = []
    for first, last, _ in sorted(runs, key=lambda run: -run[2]):
        start, end = _whole_words(cleaned.text, tokens.offsets[first][0], tokens.offsets[last - 1][1])
        start, end = cleaned.original_span(start, end)
        if start < end and all(end <= span.start or span.end <= start for span in spans):
            spans.append(Span(start, end, original[start:end]))
        if len(spans) == MOST_SPANS:
            break
    return tuple(spans)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch grown to whole words, then without spaces and punctuation at its edges, unless nothing else is."""
    while start < end and text[start].isspace():
        start += 1
    while 0 < start < len(text) and _in_word(text[start]) and _in_word(text[start - 1]):
        start -= 1
    while 0 < end < len(text) and _in_word(text[end - 1]) and _in_word(text[end]):
        end += 1
    left, right = start, end
    while left < right and (text[left] in _EDGE or text[left].isspace()):
        left += 1
    while left < right and (text[right - 1] in _EDGE or text[right - 1].isspace()):
        right -= 1
    return (left, right) if left < right else (start, end)


def _in_word(character: str) -> bool:
    return character.isalnum() or bool(unicodedata.combining(character))
