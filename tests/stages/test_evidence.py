"""Evidence. In: token logits. Out: spans that are whole words of the original, strongest first."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.decision import Decision, plain_decision
from hx_detect.records import Span
from hx_detect.stage_records import Tokens
from hx_detect.stages.clean import CleaningSpec, clean
from hx_detect.stages.evidence import find_evidence, token_runs

DECISION = Decision.from_dict(plain_decision())
CALM = settings(deadline=None)


def spans(original: str, strengths: dict[str, float], pattern: str = r" ?\S+") -> tuple[Span, ...]:
    """The spans of the first signal where the tokens of ``pattern`` have these logits (others -5)."""
    cleaned = clean(original, CleaningSpec())
    found = [(match.span(), match.group().strip()) for match in re.finditer(pattern, cleaned.text)]
    logits = np.full((len(found), 18), -5, np.float32)
    logits[:, 0] = [strengths.get(word, -5) for _, word in found]
    tokens = Tokens(np.arange(len(found)), [place for place, _ in found])
    present = [True] + [False] * 17
    got = find_evidence(original, cleaned, tokens, logits, present, DECISION)
    assert not any(got[1:])
    return got[0]


def test_span_points_into_the_original() -> None:
    original = "Hola &amp; adiós:   NADIE\n me   contestaaaaaaa!!!!! @ana"
    (span,) = spans(original, {"NADIE": 3, "me": 2, "contestaaa!!!": 2})
    assert span.text == "NADIE\n me   contestaaaaaaa"
    assert original[span.start : span.end] == span.text


def test_strongest_first_and_three_at_most() -> None:
    words = " . . . . ".join(["uno", "dos", "tres", "cuatro", "cinco"])
    got = spans(words, {"uno": 1, "dos": 4, "tres": 2, "cuatro": 4, "cinco": 3})
    assert [span.text for span in got] == ["dos", "cuatro", "cinco"]


def test_small_gaps_are_bridged() -> None:
    assert [s.text for s in spans("no me han querido dar nada", {"no": 3, "querido": 3})] == ["no me han querido"]
    assert len(spans("no me lo han querido dar", {"no": 3, "querido": 3})) == 2


def test_the_best_token_stands_where_none_reaches_the_threshold() -> None:
    assert [s.text for s in spans("muy mala idea", {"mala": -2})] == ["mala"]
    assert [s.text for s in spans("todo igual aquí", {})] == ["todo"]


def test_parts_of_words_grow_to_the_whole() -> None:
    assert [s.text for s in spans("los (infiernos), sí", {"fier": 2}, r"\(|in|fier|nos|[^ ()]+|.")] == ["infiernos"]
    assert [s.text for s in spans("un cafe\u0301x\u0302 malo", {"fé": 2}, r"ca|fé|[^ ]+| ")] == ["cafe\u0301x\u0302"]


def test_punctuation_alone_may_be_evidence() -> None:
    assert [s.text for s in spans("bien !!! ok", {"!!!": 2})] == ["!!!"]


def test_spaces_are_never_evidence() -> None:
    assert [s.text for s in spans("muy 😡 mal", {"": 5, "😡": 1}, r" |[^ ]+")] == ["😡"]


def test_no_tokens_no_evidence() -> None:
    cleaned = clean("x", CleaningSpec())
    nothing = np.zeros((0, 18), np.float32)
    got = find_evidence("x", cleaned, Tokens(np.zeros(0, np.int64), []), nothing, [True] * 18, DECISION)
    assert got == [()] * 18


@CALM
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0, 1))
def test_runs(values: list[float], threshold: float) -> None:
    scores = np.array(values)
    runs = token_runs(scores, threshold)
    assert runs == sorted(runs)
    assert any(first <= int(scores.argmax()) < last for first, last, _ in runs)
    inside = {place for first, last, _ in runs for place in range(first, last)}
    assert {place for place, value in enumerate(values) if value >= threshold} <= inside
    for (_, end, _), (start, _, _) in pairwise(runs):
        assert start - end > 2
    assert all(strength == max(values[first:last]) for first, last, strength in runs)


@CALM
@given(st.text(alphabet="ab é\u0301@#.&;👍!\u200b\nש", min_size=1, max_size=40))
def test_any_text_any_logits(original: str) -> None:
    cleaned = clean(original, CleaningSpec())
    places = [match.span() for match in re.finditer(r" ?\S{1,3}", cleaned.text)]
    noise = np.random.default_rng(len(original))
    logits = noise.normal(0, 4, (len(places), 18)).astype(np.float32)
    tokens = Tokens(np.arange(len(places)), places)
    for found in find_evidence(original, cleaned, tokens, logits, [True] * 18, DECISION):
        assert bool(found) == bool(places)
        assert len(found) <= 3
        assert all(original[span.start : span.end] == span.text != "" for span in found)
        ordered = sorted(found, key=lambda span: span.start)
        assert all(a.end <= b.start for a, b in pairwise(ordered))


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_extreme_thresholds(threshold: float) -> None:
    assert token_runs(np.array([0.2, 0.9]), threshold)[0][:2] == ((0, 2) if threshold == 0 else (1, 2))
