"""Reviews and scores go between processes and come back the same."""

from __future__ import annotations

import json

from fake_scorer import fake_score
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.records import Review, RowFailure
from hx_detect.serving.job_wire import line_of
from hx_detect.serving.score_wire import result_from_wire, result_to_wire, review_from_wire, review_to_wire

REVIEWS = st.builds(
    Review,
    text=st.text(min_size=1) | st.sampled_from(["no me contesta nadie", "gracias 💛\u2028"]),
    id=st.none() | st.text(),
    language=st.sampled_from([None, "es", "en"]),
    kind=st.sampled_from([None, "review", "survey"]),
    answer=st.none() | st.floats(0, 10),
    stars=st.none() | st.floats(1, 5),
    row=st.integers(0, 10**9),
)


@given(REVIEWS)
def test_reviews_and_scores_survive(review: Review) -> None:
    assert review_from_wire(json.loads(line_of(review_to_wire(review)))) == review
    score = fake_score(review)
    assert result_from_wire(json.loads(line_of(result_to_wire(score))), review) == score


def test_failures_survive() -> None:
    failure = RowFailure(7, "text", "empty", "nichts", "nada", "x", "\udc80")
    assert result_from_wire(json.loads(line_of(result_to_wire(failure))), Review(" ")) == failure
