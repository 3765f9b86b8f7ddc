"""Customers' words are told from a firm's, from dates and from labels, by names more than by length."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hx_detect.io.text_likeness import text_columns

COMPLAINTS = [f"The router number {n} died twice this week" for n in range(8)]
SHORT = [
    "Slow, never again",
    "Rude man",
    "Broken on arrival",
    "Nobody answers me",
    "Never came",
    "Bad food",
    "Too dear",
]
PRAISE = (
    "we are so sorry to hear this and will call you back as soon as we can, meanwhile write to us whenever you like"
)
REPLIES = [f"Dear Ana {n}, thank you for writing, {PRAISE}" for n in range(8)]
SHOPS = ["Madrid centro norte", "Lima centro sur", "Quito La Floresta plaza", "Leeds high street"] * 2
DATES = [f"May {n}, 2024 10:00 AM" for n in range(1, 9)]
ASKED = "¿Qué cambios tendría que hacer esta empresa para que le dieras una puntuación más alta?"


def best(*columns: tuple[str, Sequence[str]]) -> str | None:
    found = text_columns(dict(columns))
    return found[0].name if found else None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("first_user_message", "last_teammate_message"),
        ("Relato de los hechos", "Respuesta dada al cliente"),
        ("Queja del cliente", "Observaciones del asesor"),
        ("Description", "Case Comments"),
        ("customer_message", "support_message"),
        ("Comentario", "Comentario interno"),
        ("Reclamación", "Respuesta a la reclamación"),
        ("Review Content", "Merchant Response"),
        ("comment", "admin_comment"),
        ("Mensaje", "Mensaje del operador"),
        ("review", "response_text"),
        ("Descripción del problema", "Descripción de la solución"),
        ("Comentarios", "Comentario del gestor"),
        ("Comentarios", "Comentario de soporte"),
        ("Opinión de la empresa", "Respuesta de la empresa"),
        ("Property review", "Property response"),
        ("Comments about staff", "Staff comments"),
        ("Feedback on delivery date", "Order date comment"),
        ("Review", "Review title"),
    ],
)
@pytest.mark.parametrize("words", [COMPLAINTS, SHORT])
def test_longer_words_of_the_firm_are_not_the_text(theirs: str, ours: str, words: Sequence[str]) -> None:
    assert best((theirs, words), (ours, REPLIES)) == theirs
    assert best((ours, REPLIES), (theirs, words)) == theirs


@pytest.mark.parametrize("ours", ["Notes", "Message to customer", "Agent comment", "Contestación", "Solution"])
def test_not_even_where_the_name_of_the_text_says_nothing(ours: str) -> None:
    assert best(("Problem", COMPLAINTS), (ours, REPLIES)) == "Problem"


@pytest.mark.parametrize("name", ["Respuesta", "response", "Respuesta de la empresa", "Agent notes", "Resolución"])
def test_a_column_called_as_replies_are_is_taken_where_there_is_no_other(name: str) -> None:
    assert best(("shop", SHOPS), (name, COMPLAINTS)) == name


@pytest.mark.parametrize(
    ("question", "other"),
    [
        (ASKED, ("Fecha de inicio", DATES)),
        (ASKED.strip("¿?"), ("tienda", SHOPS)),
        ("What should our company do better?", ("Which store did you visit?", SHOPS)),
        ("what_should_our_company_do_better", ("store", SHOPS)),
        ("¿Qué le dirías a la empresa?", ("¿En qué tienda compraste?", SHOPS)),
        ("Was the date of your visit right for you?", ("store", SHOPS)),
    ],
)
def test_a_question_that_names_the_company_asks_the_customer(question: str, other: tuple[str, Sequence[str]]) -> None:
    assert best((question, COMPLAINTS), other) == question


@pytest.mark.parametrize(
    "date",
    ["05/01/2024 10:00:00 AM", "May 3, 2024 10:00 AM", "miércoles, 3 de mayo de 2024 a las 10:30", "3rd of June 2024",
     "Wed, 01 May 2024 10:30:00 GMT", "2024-05-01T10:30:00Z", "1 dic 2024, 10:30 a. m."],
)  # fmt: skip
def test_dates_are_no_text(date: str) -> None:
    assert best(("comment", [date, *DATES])) is None


@pytest.mark.parametrize(
    "text", ["I waited 3 hours on May 3", "El 3 de mayo no abrieron", "may be", "on the 3rd floor"]
)
def test_a_text_with_a_date_in_it_is_a_text(text: str) -> None:
    assert best(("comment", [text])) == "comment"


@pytest.mark.parametrize("name", ["Review Submit Date", "Fecha de la opinión", "review_url", "Link to comment"])
def test_names_of_dates_and_addresses_are_no_text(name: str) -> None:
    assert best((name, COMPLAINTS)) is None


def test_one_word_is_enough_in_a_column_called_as_texts_are() -> None:
    device, words = ["iPhone", "Android", "iPad", "Pixel"], ["Bien", "Mal", "¡Genial!", "Regular"]
    assert best(("Device", device), ("Review Submit Date", DATES[:4]), ("comentarios", words)) == "comentarios"
    assert best(("Device", words)) is None
    assert best(("comentarios", ["R1", "a@b.es", "x/y", "Q_7"])) is None


@pytest.mark.parametrize("name", ["Review author", "Nombre del autor del comentario", "Feedback category"])
def test_what_a_text_has_besides_its_words_is_not_the_text(name: str) -> None:
    people = [f"Ana García {letter}." for letter in "abcdefgh"]
    assert best((name, people), ("what happened", COMPLAINTS)) == "what happened"


@pytest.mark.parametrize(
    ("name", "customers"),
    [("Negative review", True), ("¿Qué mejorarías?", True), ("Review title", True), ("Cons", True), ("Address", False),
     ("owner response", False)],
)  # fmt: skip
def test_what_may_be_customers_by_its_name(name: str, customers: bool) -> None:
    assert [column.may_be_customers for column in text_columns({name: COMPLAINTS})] == [customers]
