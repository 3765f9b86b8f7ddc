"""Rows become reviews, or failures that say why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hx_detect.io.columns import Roles
from hx_detect.io.reviews import prepare
from hx_detect.io.rows import Row
from hx_detect.records import RowFailure
from hx_detect.wording import set_language

ROLES = Roles(text="text", id="id", answer="nps", stars="stars", language="lang", kind="kind")


def test_all_fields() -> None:
    row = Row(7, {"text": "Bien", "id": 12, "nps": "9", "stars": 4, "lang": "es-AR", "kind": " Survey "})
    review = prepare(row, ROLES).review
    assert review is not None
    assert (review.text, review.id, review.row) == ("Bien", "12", 7)
    assert (review.answer, review.stars, review.language, review.kind) == (9.0, 4.0, "es", "survey")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (None, "empty"), ("  \n\t", "empty"), (5, "not_text"), (["a"], "not_text"), ("x" * 51, "too_long"),
     ("a\0b", "nul_byte"), ("\0", "nul_byte"), ("N/A", "empty"), (" NULL ", "empty"), ("...", "empty"), ("-", "empty")],
)  # fmt: skip
def test_texts_that_cannot_be_scored(text: object, code: str) -> None:
    prepared = prepare(Row(3, {"text": text, "id": "a"}), ROLES, max_chars=50)
    assert prepared.review is None
    (failure,) = prepared.failures
    assert (failure.code, failure.field, failure.row, failure.id) == (code, "text", 3, "a")
    assert failure.message
    assert failure.cure


@pytest.mark.parametrize(
    ("values", "code"),
    [({"id": "id", "text": "text", "stars": "stars"}, "header_again"), ({"id": "", "text": "text"}, "header_again"),
     ({"id": "id", "text": "text", "text_2": "text"}, "header_again"), ({"id": "7", "text": "text"}, None),
     ({"id": "id", "text": "the text"}, None), ({"id": "Total", "text": "8", "stars": "3,2"}, "total"),
     ({"id": "TOTAL GENERAL:", "text": None, "stars": 3.2}, "total"), ({"id": "Total", "text": "un desastre"}, None),
     ({"text": "Total"}, None), ({"id": "12", "text": "8"}, None)],
)  # fmt: skip
def test_lines_that_no_customer_wrote(values: dict[str, object], code: str | None) -> None:
    prepared = prepare(Row(4, values), Roles(text="text", id="id"))
    assert [failure.code for failure in prepared.failures] == ([code] if code else [])
    assert (prepared.review is None) is (code is not None)


def test_an_object_in_place_of_a_text_shows_its_fields() -> None:
    (failure,) = prepare(Row(1, {"review": {"text": "Bien", "lang": "es"}}), Roles(text="review")).failures
    assert failure.message == "The text is not text but an object of the fields text, lang"
    assert failure.cure == "Name one of its fields, as --text-column review.text"


@pytest.mark.parametrize(
    ("value", "sort"),
    [(["a"], "una lista"), (5, "un número"), (True, "verdadero o falso"), (date(2024, 1, 2), "una fecha u hora")],
)
def test_what_a_cell_is_instead_of_text_is_said_in_words(value: object, sort: str) -> None:
    set_language("es")
    try:
        (failure,) = prepare(Row(1, {"text": value}), ROLES).failures
    finally:
        set_language("en")
    assert failure.message == f"El texto no es texto, sino {sort}"


@pytest.mark.parametrize("text", ["Nada", "Nothing", "ninguno", "👎", "!!!", "10", "none", ":("])
def test_short_texts_are_scored(text: str) -> None:
    review = prepare(Row(1, {"text": text}), ROLES).review
    assert review is not None
    assert review.text == text


def test_a_mark_for_no_text_is_reported_as_a_blank_cell_is() -> None:
    (blank,), (mark,) = (prepare(Row(1, {"text": text}), ROLES).failures for text in ("  ", "N/A"))
    assert replace(mark, value="  ") == blank
    assert mark.value == "N/A"


def test_longest_text_allowed_is_scored() -> None:
    assert prepare(Row(1, {"text": "x" * 50}), ROLES, max_chars=50).review is not None


def test_value_of_a_failure_is_short() -> None:
    (failure,) = prepare(Row(1, {"text": "x" * 10_000_000}), ROLES).failures
    assert failure.value == "x" * 200


@pytest.mark.parametrize("answer", ["11", "-1", "ten", "nan", 10.5])
def test_bad_answer_is_reported_and_the_text_scored(answer: object) -> None:
    prepared = prepare(Row(2, {"text": "Good", "nps": answer}), ROLES)
    assert prepared.review is not None
    assert prepared.review.answer is None
    assert [failure.code for failure in prepared.failures] == ["bad_answer"]


@pytest.mark.parametrize("answer", ["0", 10, "7,5"])
def test_good_answers(answer: object) -> None:
    assert prepare(Row(2, {"text": "Good", "nps": answer}), ROLES).failures == ()


def test_stars_and_answers_with_their_scale() -> None:
    prepared = prepare(Row(2, {"text": "Good", "nps": "9 de 10", "stars": "★★★★☆"}), ROLES)
    assert prepared.review is not None
    assert (prepared.review.answer, prepared.review.stars, prepared.failures) == (9.0, 4.0, ())


def test_another_scale_is_reported() -> None:
    prepared = prepare(Row(2, {"text": "Good", "nps": "4/5", "stars": "9/10"}), ROLES)
    assert [(failure.code, failure.value) for failure in prepared.failures] == [
        ("bad_answer", "4/5"), ("bad_stars", "9/10"),
    ]  # fmt: skip
    assert prepared.failures[1].message == "stars is not a number from 1 to 5"


def test_blank_answer_is_no_answer() -> None:
    assert prepare(Row(2, {"text": "Good", "nps": " ", "stars": None, "kind": ""}), ROLES).failures == ()


def test_bad_stars_and_kind_are_remarks() -> None:
    prepared = prepare(Row(2, {"text": "Good", "stars": 6, "kind": "novel"}), ROLES, kind="post")
    assert [failure.code for failure in prepared.failures] == ["bad_stars", "bad_kind"]
    assert prepared.review is not None
    assert prepared.review.kind == "post"


def test_a_kind_column_goes_before_the_kind_of_all() -> None:
    review = prepare(Row(2, {"text": "Good", "kind": "complaint"}), ROLES, kind="post").review
    assert review is not None
    assert review.kind == "complaint"


def test_failure_of_reading_is_handed_on() -> None:
    failure = RowFailure(4, "row", "ragged", "m", "c")
    assert prepare(Row(4, {}, failure), ROLES).failures == (failure,)


def test_messages_in_spanish() -> None:
    set_language("es")
    (failure,) = prepare(Row(1, {"text": ""}), ROLES).failures
    assert failure.message == "El texto está vacío"
