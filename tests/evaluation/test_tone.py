"""Tone gap. In: pairs and their priorities. Out: furious minus calm, pair by pair."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_scorer import fake_score
from labelled import labelled

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.tone import tone_gap
from hx_detect.learning.examples import Example
from hx_detect.records import Review, Score


def pair(role: str, priority: float, group: str = "p1", lang: str = "es") -> tuple[Example, Score]:
    return (
        labelled("algo", lang, group=group, role=role),
        replace(fake_score(Review("algo")), priority=priority),
    )


def test_gap_is_signed_and_means_are_taken_within_a_role() -> None:
    rows = [pair("calm", 0.4), pair("furious", 0.5), pair("furious", 0.6), pair("furious", 0.1, "p2", "en"),
            pair("calm", 0.3, "p2", "en"), pair("calm", 0.9, "alone")]  # fmt: skip
    gap = tone_gap([example for example, _ in rows], [score for _, score in rows])
    assert gap.signed.tolist() == pytest.approx([0.15, -0.2])
    assert (gap.groups, gap.languages, gap.incomplete) == (("p1", "p2"), ("es", "en"), ("alone",))


def test_a_pair_across_languages_is_refused() -> None:
    rows = [pair("calm", 0.4), pair("furious", 0.5, lang="en")]
    with pytest.raises(EvaluationError, match="two languages"):
        tone_gap([example for example, _ in rows], [score for _, score in rows])
