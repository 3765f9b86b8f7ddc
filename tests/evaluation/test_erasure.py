"""Erasure. In: a scorer that reads one word. Out: its evidence is needed and enough, random words are neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from fake_scorer import FakeScorer, fake_score
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.evaluation.erasure import erase, kept, random_stretches
from hx_detect.evaluation.evidence import words
from hx_detect.records import Review, RowFailure, Score

LONG = "En la tienda de la calle mayor nadie me supo decir nada de aquel pedido de marzo"


def test_faithful_evidence_is_needed_and_enough(fake_scorer: FakeScorer) -> None:
    found = erase(fake_scorer, [fake_score(Review(LONG)) for _ in range(20)])
    assert found.comprehensiveness == pytest.approx(np.full(20, 0.86))
    assert found.sufficiency == pytest.approx(np.zeros(20))
    assert found.random_comprehensiveness.mean() < 0.3
    assert found.random_sufficiency.mean() > 0.6
    assert found.whole == 0


def test_language_and_kind_of_the_whole_text_are_kept() -> None:
    seen: list[Review] = []

    class Listening(FakeScorer):
        def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
            seen.extend(reviews)
            return super().score_stream(seen)

    erase(Listening(), [fake_score(Review(LONG, language="en", kind="post"))])
    assert {(review.language, review.kind) for review in seen} == {("en", "post")}
    assert [review.text for review in seen][1] == "nadie"


def test_a_text_that_is_all_evidence_is_counted_apart(fake_scorer: FakeScorer) -> None:
    found = erase(fake_scorer, [fake_score(Review("nadie")), fake_score(Review("una tienda"))])
    assert (found.text.size, found.whole) == (0, 1)


def test_a_cut_that_cannot_be_scored_is_counted_apart(fake_scorer: FakeScorer) -> None:
    found = erase(fake_scorer, [fake_score(Review("nadie UNSCORABLE"))])
    assert (found.comprehensiveness.size, found.whole) == (0, 1)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(0, 12), st.integers(0, 99))
def test_random_stretches_have_as_many_words_and_stay_inside(lengths: list[int], slack: int, seed: int) -> None:
    count = sum(lengths) + slack
    chosen = random_stretches(count, lengths, np.random.default_rng(seed))
    assert len(chosen) == sum(lengths)
    assert min(chosen) >= 0
    assert max(chosen) < count


def test_kept_words_keep_what_stands_between_them() -> None:
    text = "uno, dos  tres cuatro"
    places = words(text)
    assert kept(text, places, frozenset(range(len(places)))) == text
    assert kept(text, places, frozenset({0, 1, 4})) == "uno, cuatro"
