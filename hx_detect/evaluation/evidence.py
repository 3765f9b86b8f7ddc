"""Shown and annotated stretches -> how well they agree. In: code-point stretches. Out: word overlaps, token F1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hx_detect.evaluation.bootstrap import Floats
from hx_detect.evaluation.metrics import Bools, Ints
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.records import Score
from hx_detect.stages.clean import CleaningSpec, clean

Stretch = tuple[int, int]
_WORD = re.compile(r"\w+|[^\w\s]+")


@dataclass(frozen=True, slots=True)
class EvidenceAgreement:
    """Agreement per true positive (a text and a signal that is annotated and found), m of them.

    Attributes:
        text: (m,) index of the text, for resampling by text.
        signal: (m,) index of the signal.
        token_f1: (m,) F1 between the words shown and the words annotated, in [0, 1].
        overlaps: (m,) at least one word is both shown and annotated.
    """

    text: Ints
    signal: Ints
    token_f1: Floats
    overlaps: Bools


def words(text: str) -> list[Stretch]:
    """Where the words (and runs of signs, as emoji) of a text stand: code points, end exclusive."""
    return [match.span() for match in _WORD.finditer(text)]


def covered(places: Sequence[Stretch], stretches: Sequence[Stretch]) -> frozenset[int]:
    """Numbers of the words that share a code point with any of the stretches."""
    return frozenset(
        number
        for number, (start, end) in enumerate(places)
        if any(start < last and first < end for first, last in stretches)
    )


def token_f1(shown: frozenset[int], wanted: frozenset[int]) -> float:
    """F1 between two sets of words, in [0, 1] (DeYoung et al. 2020, "token F1"); 0 where they share none."""
    both = len(shown & wanted)
    return 2 * both / (len(shown) + len(wanted)) if both else 0.0


def annotated_stretches(example: Example) -> dict[int, list[Stretch]]:
    """Signal index -> its annotated stretches in the original text; ``Example.spans`` are of the cleaned one."""
    cleaned = clean(example.original, CleaningSpec())
    found: dict[int, list[Stretch]] = {}
    for signal, start, end in example.spans:
        if start < end:
            found.setdefault(signal, []).append(cleaned.original_span(start, end))
    return found


def agreement(examples: Sequence[Example], scores: Sequence[Score]) -> EvidenceAgreement:
    """Compare the evidence of every true positive with the annotation.

    Args:
        examples: annotated texts.
        scores: their scores, same order.
    """
    rows: list[tuple[int, int, float, bool]] = []
    for number, (example, score) in enumerate(zip(examples, scores, strict=True)):
        annotated = annotated_stretches(example)
        places = words(score.text)
        for signal in score.present:
            index = SIGNAL_NAMES.index(signal.name)
            if index in annotated:
                shown = covered(places, [(span.start, span.end) for span in signal.evidence])
                wanted = covered(places, annotated[index])
                rows.append((number, index, token_f1(shown, wanted), bool(shown & wanted)))
    return EvidenceAgreement(
        text=np.array([row[0] for row in rows], np.int64),
        signal=np.array([row[1] for row in rows], np.int64),
        token_f1=np.array([row[2] for row in rows], np.float64),
        overlaps=np.array([row[3] for row in rows], np.bool_),
    )
