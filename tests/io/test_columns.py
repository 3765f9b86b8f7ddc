"""Columns are found by name and content, and named as people name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from small_table import TEXTS, table

from hx_detect.errors import ColumnError
from hx_detect.io.column_names import fold
from hx_detect.io.columns import find_roles, language_code
from hx_detect.wording import set_language


def text_column(columns: Mapping[str, Sequence[Any]]) -> str:
    return find_roles(table(columns), "a.csv", {})[0].text


@pytest.mark.parametrize(
    "name",
    ["texto", "Comentario", "OPINIÓN", "reseña", "review", "comment", "Feedback", "verbatim", "body", "reviewText",
     "respuesta", "message", "Comentario del cliente", "content", "¿Por qué nos has dado esa nota?", "columna rara"],
)  # fmt: skip
def test_text_column_is_found(name: str) -> None:
    columns: Mapping[str, Sequence[Any]] = {
        "id": ["1", "2", "3", "4"],
        "fecha": ["2024-01-02"] * 4,
        "tienda": ["Madrid centro", "Lima norte", "Quito sur", "Leeds"],
        name: TEXTS,
    }
    assert text_column(columns) == name


def test_titles_answers_of_the_company_and_questions_are_not_the_text() -> None:
    columns = {
        "title": ["Bad", "Great stay", "Charged twice", "Fine"],
        "question": ["What could we do better the next time you come to see us?"] * 4,
        "owner response": [f"Thank you for your kind words, see you again very soon {n}" for n in range(4)],
        "review": TEXTS,
    }
    assert text_column(columns) == "review"


def test_a_column_named_text_that_holds_numbers_is_passed_over() -> None:
    assert text_column({"text": ["1", "2", "3", "4"], "other": TEXTS}) == "other"


def test_no_text_column_lists_what_there_is() -> None:
    with pytest.raises(ColumnError, match="'id', 'shop'") as caught:
        text_column({"id": ["1", "2"], "shop": ["Lima", "Leeds"]})
    assert "--text-column" in caught.value.cure


@pytest.mark.parametrize("asked", ["Opinión", "opinion", "OPINIÓN", " opinión "])
def test_named_without_case_and_accents(asked: str) -> None:
    roles, reasons = find_roles(table({"Opinión": TEXTS, "otra": TEXTS}), "a.csv", {"text": asked})
    assert roles.text == "Opinión"
    assert "given" in reasons[0]


def test_exact_name_goes_before_a_similar_one() -> None:
    assert find_roles(table({"Text": TEXTS, "text": TEXTS}), "a.csv", {"text": "text"})[0].text == "text"


def test_unknown_column_names_the_nearest() -> None:
    with pytest.raises(ColumnError, match="Did you mean 'comentario'") as caught:
        find_roles(table({"comentario": TEXTS, "id": ["1"] * 4}), "a.csv", {"text": "comentaro"})
    assert "--text-column" in caught.value.what


def test_dotted_paths_only_in_json_and_parquet() -> None:
    columns = {"review": [{"text": text} for text in TEXTS]}
    for format in ("jsonl", "parquet"):
        assert find_roles(table(columns, format), "a", {"text": "review.text"})[0].text == "review.text"
    with pytest.raises(ColumnError):
        find_roles(table(columns, "csv"), "a.csv", {"text": "review.text"})


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_a_text_within_an_object_is_found(format: str) -> None:
    columns: Mapping[str, Sequence[Any]] = {
        "id": ["1", "2", "3", "4"],
        "reply": [{"text": "Dear customer, " + text} for text in TEXTS],
        "review": [{"lang": "es", "text": text} for text in TEXTS],
    }
    assert find_roles(table(columns, format), "a", {})[0].text == "review.text"


def test_other_roles_by_name_and_values() -> None:
    columns: Mapping[str, Sequence[Any]] = {
        "review_id": ["a", "b", "c", "d"],
        "NPS": ["10", "0", "", "7"],
        "estrellas": [5, 1, 2, None],
        "idioma": ["es", "es-MX", "en", "inglés"],
        "kind": ["review", "survey", "post", "review"],
        "texto": TEXTS,
    }
    roles, reasons = find_roles(table(columns), "a.csv", {})
    assert (roles.id, roles.answer, roles.stars) == ("review_id", "NPS", "estrellas")
    assert (roles.language, roles.kind) == ("idioma", "kind")
    assert len(reasons) == 6


def test_roles_are_not_guessed_from_values_out_of_range() -> None:
    columns: Mapping[str, Sequence[Any]] = {
        "nps": ["85", "90", "20", "11"],
        "rating": ["8", "9", "10", "7"],
        "text": TEXTS,
    }
    roles, _ = find_roles(table(columns), "a.csv", {})
    assert roles.answer is None
    assert roles.stars is None


@pytest.mark.parametrize(
    ("value", "code"),
    [("es", "es"), ("ES-mx", "es"), ("Español", "es"), ("en_US", "en"), ("fr", None), (3, None), ("", None)],
)
def test_language_code(value: object, code: str | None) -> None:
    assert language_code(value) == code


def test_fold() -> None:
    assert fold("Opinión del Cliente (máx.)") == "opinion_del_cliente_max"
    assert fold("reviewText") == "review_text"


def test_words_about_a_product_are_not_the_customers() -> None:
    columns: Mapping[str, Sequence[Any]] = {
        "product_description": [f"{text} {number} " * 12 for number, text in enumerate(TEXTS)],
        "review_body": TEXTS,
    }
    assert text_column(columns) == "review_body"


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("¿Recomendaría? (0-10)", ["10", "0", "", "7"], True),
        ("How likely are you to recommend us to a friend?", [10, 9, 3, 7], True),
        ("¿Con qué probabilidad nos recomendaría?", [10, 9, 3, 7], True),
        ("recomendaria", ["1", "0", "1", "1"], False),
        ("Would you recommend us?", ["1", "5", "4", "2"], False),
        ("nps", ["1", "0", "2", "2"], True),
        ("recommended", ["yes", "no", "no", "yes"], False),
        ("recomendaria", ["1/10", "2/10", "1/10", "5/10"], True),
        ("Would you recommend us?", ["1 of 5", "5 of 5", "4 of 5", "2 of 5"], False),
    ],
)
def test_the_question_whether_one_would_recommend(name: str, values: Sequence[Any], found: bool) -> None:
    roles, _ = find_roles(table({"texto": TEXTS, name: values}), "a.csv", {})
    assert roles.answer == (name if found else None)


@pytest.mark.parametrize("name", ["ResponseId", "Respondent ID", "ID respuesta"])
def test_identifiers_of_survey_tools(name: str) -> None:
    assert find_roles(table({name: ["a", "b", "c", "d"], "texto": TEXTS}), "a.csv", {})[0].id == name


@pytest.mark.parametrize("stars", [["4/5", "1/5", "", "3/5"], ["★★★★☆", "★☆☆☆☆", "★★★★★", "★★★"], ["4 estrellas"] * 4])
def test_stars_as_they_are_written_are_stars_and_no_text(stars: Sequence[str]) -> None:
    roles, _ = find_roles(table({"rating": stars, "otra": TEXTS}), "a.csv", {})
    assert (roles.stars, roles.text) == ("rating", "otra")


def test_stars_in_words_are_no_text_whatever_their_column_is_called() -> None:
    columns = {"review rating": [f"{n} out of 5 stars" for n in (4, 5, 1, 2)], "what happened": TEXTS}
    assert text_column(columns) == "what happened"
    with pytest.raises(ColumnError):
        text_column({"review rating": columns["review rating"]})


@pytest.mark.parametrize("mark", ["-", "N/A", "..."])
def test_a_text_column_with_mostly_no_texts_is_found(mark: str) -> None:
    assert text_column({"shop": ["Madrid centro"] * 20, "comentario": [*TEXTS, *[mark] * 16]}) == "comentario"


def blanks(*filled: int) -> list[str]:
    return [TEXTS[n] if n in filled else "" for n in range(4)]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"Positive review": blanks(0, 2), "Negative review": blanks(2, 3)}, [("Negative review", 1)]),
        ({"Comentario": blanks(0, 1), "¿Qué mejorarías?": TEXTS}, [("¿Qué mejorarías?", 2)]),
        ({"review": blanks(0), "Review title": TEXTS, "Cons": blanks(1)}, [("Cons", 1), ("Review title", 3)]),
        ({"review": blanks(0), **{f"Cons {n}": TEXTS for n in range(5)}}, [(f"Cons {n}", 3) for n in range(3)]),
        ({"review": TEXTS, "Review title": TEXTS}, []),
        ({"review": blanks(0), "title": blanks(0)}, []),
        ({"review": blanks(0), "owner response": TEXTS, "response": TEXTS, "address": TEXTS}, []),
        ({"review": blanks(0), "Review policy": ["read the whole policy"] * 4}, []),
    ],
)  # fmt: skip
def test_other_texts_are_told_where_the_chosen_one_is_blank(
    columns: Mapping[str, Sequence[str]], told: Sequence[tuple[str, int]]
) -> None:
    roles, reasons = find_roles(table(columns), "a.csv", {})
    assert reasons[1:] == [
        f"also text: {name!r}, filled in {count} of the first 4 rows, where {roles.text!r} is empty "
        "(choose with --text-column)"
        for name, count in told
    ]
    assert find_roles(table(columns), "a.csv", {"text": roles.text})[1][1:] == []


def test_other_texts_are_told_in_spanish() -> None:
    set_language("es")
    try:
        _, reasons = find_roles(table({"Pros": blanks(0, 2), "Cons": blanks(2, 3)}), "a.csv", {})
    finally:
        set_language("en")
    assert reasons[1].startswith("también texto: 'Cons', rellena en 1 de las primeras 4 filas, donde 'Pros' está")
