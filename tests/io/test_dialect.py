"""Delimiters and headers are told from the first rows."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.io.dialect import NO_DELIMITER, header_row, sniff


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_found(sign: str) -> None:
    text = f"id{sign}text{sign}nps\n1{sign}a good day{sign}9\n2{sign}a bad one{sign}2\n3{sign}so so{sign}7\n"
    assert sniff(lines(text)).delimiter == sign


def test_commas_in_the_texts_do_not_hide_the_semicolon() -> None:
    text = "id;texto\n1;Hola, qué tal, bien, gracias\n2;No, nunca, jamás\n3;Sí, claro, ya\n"
    assert sniff(lines(text)).delimiter == ";"


def test_one_column_with_commas_is_one_column() -> None:
    text = "texto\nHola, qué tal\nBien\nNo, nunca, jamás, de verdad\n"
    assert sniff(lines(text)).delimiter == NO_DELIMITER


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
    ],
)
def test_header_row(rows: list[list[object]], place: int | None) -> None:
    assert header_row(rows) == place
