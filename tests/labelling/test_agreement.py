"""How far people agree: Krippendorff's alpha per label."""

from __future__ import annotations

import random

import pytest
from labelling_tables import labelled_row

from hx_detect.errors import EvaluationError
from hx_detect.labelling.agreement import agreement


def test_perfect_agreement_is_one() -> None:
    rows = [
        labelled_row(f"texto {number}", *(["ignored"] if number % 2 else []), who=who,
                     sentiment=("negative", "positive")[number % 2])
        for number in range(10) for who in ("ana", "luis")
    ]  # fmt: skip
    found = {one.name: one for one in agreement(rows)}
    assert set(found) == {"sentiment", "ignored"}
    ignored = found["ignored"]
    assert (ignored.texts, ignored.used, ignored.same) == (10, 5, 1.0)
    assert (ignored.alpha, ignored.low, ignored.high) == (1.0, 1.0, 1.0)


def test_chance_is_near_nothing_and_its_interval_holds_it() -> None:
    draw = random.Random(3)
    rows = [
        labelled_row(f"texto {number}", *(["rage"] if draw.random() < 0.5 else []), who=who)
        for number in range(80) for who in ("ana", "luis")
    ]  # fmt: skip
    rage = next(one for one in agreement(rows, resamples=100) if one.name == "rage")
    assert rage.alpha is not None
    assert rage.low is not None
    assert rage.high is not None
    assert abs(rage.alpha) < 0.25
    assert rage.low <= rage.alpha <= rage.high
    assert rage == next(one for one in agreement(rows, resamples=100) if one.name == "rage")


def test_the_published_example_of_two_coders_is_met() -> None:
    """Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section A: binary, two observers, 0.095."""
    meg = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0)
    owen = (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)
    rows = [
        labelled_row(f"texto {number}", *(["leaving"] if value else []), who=who)
        for who, values in (("meg", meg), ("owen", owen)) for number, value in enumerate(values)
    ]  # fmt: skip
    leaving = next(one for one in agreement(rows, resamples=20) if one.name == "leaving")
    assert leaving.alpha == pytest.approx(0.095, abs=5e-4)
    assert leaving.same == 0.6


def test_three_people_and_gaps_are_counted() -> None:
    rows = [
        labelled_row("a", "kind", who="ana", stage="use"), labelled_row("a", "kind", who="luis"),
        labelled_row("a", who="eva"), labelled_row("b", who="ana"), labelled_row("b", who="eva"),
        labelled_row("c", "kind", who="ana"),
    ]  # fmt: skip
    found = {one.name: one for one in agreement(rows, resamples=20)}
    assert (found["kind"].texts, found["kind"].used, found["kind"].same) == (2, 1, 0.5)
    assert "stage" not in found


def test_the_last_answer_of_a_person_counts() -> None:
    rows = [labelled_row("a", "rage", who="ana"), labelled_row("a", who="ana"), labelled_row("a", who="luis"),
            labelled_row("b", "rage", who="ana"), labelled_row("b", "rage", who="luis")]  # fmt: skip
    rage = next(one for one in agreement(rows, resamples=20) if one.name == "rage")
    assert rage.alpha == 1.0
    assert rage.to_dict() == {
        "name": "rage", "texts": 2, "used": 1, "same": 1.0, "alpha": 1.0, "low": 1.0, "high": 1.0,
    }  # fmt: skip


def test_where_everybody_says_the_same_one_thing_there_is_no_alpha() -> None:
    rows = [labelled_row(text, "rage", who=who, sentiment="negative") for text in "abc" for who in ("ana", "luis")]
    found = {one.name: one for one in agreement(rows)}
    assert (found["rage"].alpha, found["rage"].low, found["sentiment"].alpha) == (None, None, None)


def test_one_person_alone_has_nobody_to_agree_with() -> None:
    with pytest.raises(EvaluationError, match="two people"):
        agreement([labelled_row("a"), labelled_row("b"), labelled_row("b")])
    with pytest.raises(EvaluationError, match="two people"):
        agreement([])
