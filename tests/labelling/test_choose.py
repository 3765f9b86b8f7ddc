"""Which texts are chosen, and in what order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.labelling.choose import Weights, choose, entropy
from hx_detect.labelling.pool import Floats, Pool, text_vectors

NAMES = ("ignored", "rage")


def pool(
    probabilities: list[list[float]], disagreement: list[float] | None = None, vectors: Floats | None = None
) -> Pool:
    n = len(probabilities)
    return Pool(
        NAMES,
        np.array(probabilities, np.float64).reshape(n, len(NAMES)),
        np.zeros(n) if disagreement is None else np.array(disagreement),
        np.eye(n) if vectors is None else vectors,
    )


def test_entropy_is_one_where_even_and_nothing_where_decided() -> None:
    assert entropy(np.array([0.5, 0.0, 1.0])) == pytest.approx([1, 0, 0], abs=1e-4)


def test_the_undecided_come_first() -> None:
    picks = choose(pool([[0.01, 0.01], [0.5, 0.01], [0.2, 0.01]]), 3)
    assert [pick.index for pick in picks] == [1, 2, 0]
    assert picks[0].undecided == ("ignored",)
    assert picks[0].uncertainty > picks[0].rarity > picks[0].disagreement == 0


def test_a_signal_with_few_labels_counts_more() -> None:
    even = pool([[0.5, 0.0], [0.0, 0.5]])
    assert choose(even, 1, labelled=np.array([100.0, 0.0]))[0].index == 1
    assert choose(even, 1, labelled=np.array([0.0, 100.0]))[0].index == 0


def test_what_the_chosen_promise_counts_less_for_the_next() -> None:
    picks = choose(pool([[0.9, 0.0], [0.9, 0.0], [0.0, 0.6]]), 2, weights=Weights(uncertainty=0.0, rarity=1.0))
    assert [pick.index for pick in picks] == [0, 2]


def test_contradictions_break_a_tie() -> None:
    assert choose(pool([[0.3, 0.3], [0.3, 0.3]], [0.1, 0.9]), 1)[0].index == 1


def test_texts_like_a_chosen_or_labelled_one_lose_worth() -> None:
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    alike = pool([[0.5, 0.5], [0.5, 0.5], [0.45, 0.45]], vectors=vectors)
    assert [pick.index for pick in choose(alike, 3, weights=Weights(need=0.0))] == [0, 2, 1]
    first = choose(alike, 1, covered=np.array([[1.0, 0.0]]))[0]
    assert (first.index, first.similarity) == (2, 0.0)


def test_sparse_vectors_do_the_same() -> None:
    texts = ["nadie contesta nunca", "nadie contesta nunca jamás", "llegó roto ayer"]
    sparse = text_vectors(texts)
    chances = [[0.5, 0.5], [0.5, 0.5], [0.45, 0.45]]
    found = [
        [pick.index for pick in choose(pool(chances, vectors=vectors), 3, covered=vectors[:1])]
        for vectors in (sparse, sparse.toarray())
    ]
    assert found[0] == found[1]
    assert found[0][0] == 2


def test_what_is_refused_is_left_out() -> None:
    picks = choose(pool([[0.5, 0.5], [0.4, 0.4], [0.3, 0.3]]), 2, accept=lambda index: index != 0)
    assert [pick.index for pick in picks] == [1, 2]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=12), st.integers(0, 15))
def test_every_text_at_most_once_and_always_the_same(rows: list[tuple[float, float]], count: int) -> None:
    given_pool = pool([list(row) for row in rows])
    picks = choose(given_pool, count)
    assert len(picks) == min(count, len(rows))
    assert len({pick.index for pick in picks}) == len(picks)
    assert picks == choose(given_pool, count)
