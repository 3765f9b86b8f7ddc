"""Delimiters and headers are told from the first rows."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.io.dialect import NO_DELIMITER, header_row, sniff

TABLE = [["id", "date", "shop", "nps", "text"], *[[n, "2/3/2024", "Lima", 9, "some words"] for n in range(5)]]


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "^"])
def test_delimiter_is_found(sign: str) -> None:
    text = f"id{sign}text{sign}nps\n1{sign}a good day{sign}9\n2{sign}a bad one{sign}2\n3{sign}so so{sign}7\n"
    assert sniff(lines(text)).delimiter == sign


def test_commas_in_the_texts_do_not_hide_the_semicolon() -> None:
    text = "id;texto\n1;Hola, qué tal, bien, gracias\n2;No, nunca, jamás\n3;Sí, claro, ya\n"
    assert sniff(lines(text)).delimiter == ";"


def test_faces_are_no_separators() -> None:
    text = "texto\nGracias ^^\nTodo bien\nMe encantó ^_^\nNo volveré\n"
    assert sniff(lines(text)).delimiter == NO_DELIMITER


def test_one_column_with_commas_is_one_column() -> None:
    text = "texto\nHola, qué tal\nBien\nNo, nunca, jamás, de verdad\n"
    assert sniff(lines(text)).delimiter == NO_DELIMITER


@pytest.mark.parametrize(
    "texts",
    [
        ["Muy malo, no vuelvo", "Pésimo, nadie contesta", "Todo bien, gracias", "Tardaron mucho, y mal"] * 5,
        ["Nadie contesta, nunca", "Bien", "Caro, lento, y encima sucio, de verdad", "Tarde; mal; nunca"] * 5,
    ],
)
def test_commas_of_sentences_are_no_separators(texts: list[str]) -> None:
    assert sniff(lines("comentario\n" + "\n".join(texts) + "\n")).delimiter == NO_DELIMITER


def test_lines_without_a_header_are_one_column() -> None:
    texts = ["Me gustó, sí, mucho", "Bien", "Nada", "No, jamás", "Tarde, mal, nunca, de verdad", "Caro", "Ni hablar"]
    assert sniff(lines("\n".join(texts) + "\n")).delimiter == NO_DELIMITER


def test_ragged_rows_below_a_header_stay_rows() -> None:
    text = "id,text,city\n1,Muy mal, no vuelvo, nunca,Lima\n2,Nadie, nadie, nadie, contesta,Quito\n3,Bien,Lima\n"
    assert sniff(lines(text + "4,Mal, caro, sucio, y lento, todo,Lima\n")).delimiter == ","


def test_a_blank_between_separator_and_quote() -> None:
    text = 'id, text, stars\n1, "Slow, rude, late", 1\n2, "Fine", 4\n3, "Never again, ever", 1\n'
    dialect = sniff(lines(text))
    assert list(csv.reader(lines(text), **dialect.options()))[1] == ["1", "Slow, rude, late", "1"]


def test_the_users_choice_wins() -> None:
    assert sniff(lines("a,b\n1,2\n"), ";").delimiter == ";"


def test_backslash_quotes() -> None:
    dialect = sniff(lines('id,text\n1,"he said \\"no\\", twice"\n2,"and \\"never\\" again"\n'))
    assert next(csv.reader(['1,"he said \\"no\\", twice"\n'], **dialect.options())) == ["1", 'he said "no", twice']


@given(
    st.sampled_from([",", ";", "\t", "|"]),
    st.lists(st.lists(st.text(st.characters(codec="ascii", categories=("L", "P", "Zs")), max_size=20), min_size=3,
                      max_size=3), min_size=4, max_size=20),
)  # fmt: skip
def test_what_the_csv_module_quotes_is_read_back(sign: str, rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sign, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["id", "text", "nps"])
    writer.writerows(rows)
    dialect = sniff(lines(out.getvalue()), sign)
    read = list(csv.reader(lines(out.getvalue()), delimiter=dialect.delimiter))
    assert read[1:] == rows


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["id", "text"], ["1", "hello"]], 0),
        ([["id", "2024"], ["1", "hello there"]], 0),
        ([["Report of opinions", ""], ["", ""], ["id", "text"], ["1", "hello"]], 2),
        ([["1", "hello"], ["2", "bye"]], None),
        ([["2024-01-02", "hello"], ["2024-01-03", "bye"]], None),
        ([["The waiter never came back."], ["We left."]], None),
        ([["¿Qué podríamos mejorar en su próxima visita?"], ["El precio"]], 0),
        ([[None, None], ["id", "text"], [1, "hello"]], 1),
        ([[3, "hello"], [4, "bye"]], None),
        ([["Report"], ["From:", "1/3/2024"], ["By:", "Ana"], [], *TABLE], 4),
        ([["Period", "January"], [], *TABLE], 2),
        ([["Date", "1/3/2024"], ["id", "text", "nps"], *[["1", "some words", "9"]] * 3], 1),
        ([["By:", "Ana"], ["shop", "text", "city"], *[["A", "some words", "Lima"]] * 3], 1),
        ([["shop", None, "text"], *[["A", "Lima", "some words"]] * 3], 0),
        ([["shop", "text"], *[["Lima", "Late", " rude", " dirty"], ["Quito", "Dear", " slow", " cold"]] * 3], 0),
        ([["Score", "Tell us why you gave it."], ["9", "They called back."], ["2", "Nobody did."]], 0),
        ([["Shop", "Tell us why you gave it."], ["Lima", "They called back."], ["Quito", "Nobody did."]], None),
    ],
)
def test_header_row(rows: list[list[object]], place: int | None) -> None:
    assert header_row(rows) == place
