"""The same text twice, labelled otherwise, or in an evaluation set: each is named with the row it clashes with."""

from __future__ import annotations

from dataclasses import replace

from labelled_judge import row

from hx_detect.learning.label_overlaps import leaks_into, overlaps
from hx_detect.learning.label_problems import Problem
from hx_detect.learning.label_tasks import label_tasks
from hx_detect.learning.labelled_row import LabelledRow

LONG = "Llevo tres semanas esperando la caldera y en la tienda nadie sabe decirme cuándo llega de verdad"
OTHER = "El fontanero vino a la hora y lo dejó todo limpio antes de marcharse a otra casa"


def found(rows: list[LabelledRow]) -> list[Problem]:
    return list(overlaps(rows, label_tasks(rows)))


def test_the_minority_is_named() -> None:
    rows = [row(1, LONG, "negative"), row(2, LONG, "negative"), row(3, LONG, "positive"), row(4, OTHER, "positive")]
    wrong, twice = sorted(found(rows), key=lambda problem: -problem.certainty)
    assert (wrong.kind, wrong.row, wrong.field, wrong.value, wrong.suggestion) == (
        "contradiction", 3, "sentiment", "positive", "negative",
    )  # fmt: skip
    assert "row 1 of some.csv" in wrong.why
    assert "2 of 3" in wrong.why
    assert (twice.kind, twice.row) == ("duplicate", 2)


def test_one_against_one_suggests_nothing() -> None:
    (problem,) = found([row(1, LONG, signals=["ignored"]), row(2, LONG, signals=[])])
    assert (problem.row, problem.field, problem.value, problem.suggestion) == (2, "ignored", "0", "")


def test_nearly_the_same() -> None:
    near = LONG.upper() + "!!"
    (wrong,) = found([row(1, LONG, "negative"), row(2, near, "positive")])
    assert wrong.kind == "near_contradiction"
    (twice,) = found([row(1, LONG, "negative"), row(2, near, "negative")])
    assert twice.kind == "near_duplicate"


def test_a_row_that_does_not_say_contradicts_nobody() -> None:
    (problem,) = found([row(1, LONG, "negative"), row(2, LONG)])
    assert problem.kind == "duplicate"


def test_two_people_who_agree_are_no_duplicate() -> None:
    rows = [replace(row(1, LONG, "negative"), who="ana"), replace(row(2, LONG, "negative"), who="luis")]
    assert found(rows) == []
    rows[1] = replace(rows[1], sentiment="positive")
    assert [problem.kind for problem in found(rows)] == ["contradiction"]


def test_texts_that_have_little_in_common() -> None:
    assert found([row(1, LONG, "negative"), row(2, OTHER, "positive")]) == []


def test_leaks() -> None:
    rows = [row(1, LONG), row(2, OTHER), row(3, LONG.replace("tres", "seis"))]
    problems = list(leaks_into(rows, {"frozen": ["otra cosa", LONG], "mine": []}))
    assert [(problem.row, problem.kind) for problem in problems] == [(1, "leak"), (3, "leak")]
    assert "It is text 2 of frozen" in problems[0].why
    assert "It is nearly text 2 of frozen" in problems[1].why
    assert list(leaks_into(rows, {})) == []
