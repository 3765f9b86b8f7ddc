"""Marks for "no text" are blank; whatever says anything is a text, however short."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.io.blank_text import is_blank_text

MARKERS = ["N/A", "n/a", "#N/A", "NA", "NULL", "null", "None", "NaN", "nan", "<NA>", r"\N", "(null)", "(en blanco)",
           "(blank)", "NS/NC", "N/D", "n/d", "#N/D", "#REF!", "#¡REF!", "#VALUE!", "#¡VALOR!", "#NAME?", "#¿NOMBRE?",
           "#DIV/0!", "#¡DIV/0!", "#NUM!", "#¡NUM!", "[deleted]", "[removed]", "undefined"]  # fmt: skip
ANY = st.characters(codec="utf-8")
SAYS = ANY.filter(lambda char: unicodedata.category(char)[0] in "LNS" or char in "!¡")


@pytest.mark.parametrize(
    "cell", [None, "", " \n\t\u00a0", "\u200b", ".", "...", "…", "-", "--", "—", "?", "¿?", "* * *", "(-)", *MARKERS]
)
def test_blank(cell: str | None) -> None:
    assert is_blank_text(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "<br/>",
        "<p></p>",
        "<BR>",
        '<p class="a">&nbsp;</p>',
        "<div>\n<br />\n</div>",
        "<p>N/A</p>",
        "<p>-</p>",
        "&nbsp;",
    ],
)
def test_tags_without_words_are_blank(cell: str) -> None:
    assert is_blank_text(cell)


@pytest.mark.parametrize(
    "cell",
    ["<p>Bien</p>", "<p>👍</p>", "<br/>!!!", "<3", "<nada>", "a < b > c", "p", "<p", "N & D", "deleted", "[Deleted]",
     "ns/nc", "(bien)", "#REF", "Undefined", "N", "en blanco"],
)  # fmt: skip
def test_words_beside_tags_and_marks_in_other_spellings_are_texts(cell: str) -> None:
    assert not is_blank_text(cell)


@pytest.mark.parametrize(
    "cell",
    ["Nada", "Nothing", "ninguno", "none", "NONE", "Null", "na", "N/A.", "no", "👎", "❤️", "!!!", "¡!", "?!", "10", "5",
     ":)", ":-(", "(:", "<3", "+", "$", "好", "\0", "\ufffd", 0, False, [], {}],
)  # fmt: skip
def test_not_blank(cell: object) -> None:
    assert not is_blank_text(cell)


@given(st.sampled_from(MARKERS), st.text(" \t\n\r\u00a0", max_size=3))
def test_white_space_around_a_marker_changes_nothing(marker: str, around: str) -> None:
    assert is_blank_text(around + marker + around)


@given(st.text(".…,-–—_?¿\"'«»“”· \n\u200b"))
def test_dots_dashes_and_questions_alone_say_nothing(text: str) -> None:
    assert is_blank_text(text)


@given(st.text(ANY), SAYS, st.text(ANY))
def test_a_letter_digit_or_symbol_says_something(before: str, sign: str, after: str) -> None:
    text = before + sign + after
    assert not is_blank_text(text) or text.strip() in MARKERS or "<" in text or "&" in text
