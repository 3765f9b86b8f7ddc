"""Evidence figures. In: shown and annotated stretches. Out: overlaps by word, in the original text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from fake_scorer import fake_score
from hypothesis import given
from hypothesis import strategies as st
from labelled import labelled

from hx_detect.evaluation.evidence import agreement, annotated_stretches, covered, token_f1, words
from hx_detect.records import Review


def test_words_are_runs_of_letters_or_of_signs() -> None:
    assert [("¡Nadie, en 3 días! 😡"[start:end]) for start, end in words("¡Nadie, en 3 días! 😡")] == [
        "¡", "Nadie", ",", "en", "3", "días", "!", "😡",
    ]  # fmt: skip


@given(st.text())
def test_words_are_in_order_and_hold_no_space(text: str) -> None:
    places = words(text)
    assert all(a[1] <= b[0] for a, b in pairwise(places))
    assert not any(character.isspace() for start, end in places for character in text[start:end])


def test_a_word_is_covered_by_any_of_its_characters() -> None:
    assert covered([(0, 5), (6, 10), (11, 14)], [(4, 7)]) == {0, 1}
    assert covered([(0, 5), (6, 10)], [(5, 6)]) == frozenset()


def test_token_f1() -> None:
    assert token_f1(frozenset({1, 2, 3}), frozenset({2, 3, 4, 5})) == pytest.approx(4 / 7)
    assert token_f1(frozenset(), frozenset({1})) == 0


def test_annotated_stretches_point_into_the_original() -> None:
    text = "@tienda   mirad: &amp; sooooooo   nadie contesta  https://example.org"
    stretches = annotated_stretches(labelled(text, labels={"ignored": ["nadie contesta"]}))
    assert [text[start:end] for ((start, end),) in stretches.values()] == ["nadie contesta"]


def test_only_true_positives_count() -> None:
    examples = [
        labelled("y nadie contesta al correo", labels={"ignored": ["nadie contesta"]}),
        labelled("nadie aquí, y allí no contestan", labels={"ignored": ["no contestan"]}),
        labelled("nadie fue grosero"),
        labelled("silencio total", labels={"ignored": ["silencio total"]}),
    ]
    found = agreement(examples, [fake_score(Review(example.original)) for example in examples])
    assert found.text.tolist() == [0, 1]
    assert found.overlaps.tolist() == [True, False]
    assert found.token_f1.tolist() == [pytest.approx(2 / 3), 0.0]
