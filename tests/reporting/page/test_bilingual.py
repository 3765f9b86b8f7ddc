"""Numbers, dates and lists as Spanish and English write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.labels import DISPLAY, LEVELS
from hx_detect.reporting.figure_records import Estimate, Words
from hx_detect.reporting.page.bilingual import (
    both,
    day,
    decimal,
    joined,
    label,
    percent,
    percent_range,
    points_range,
    same,
    short_level,
    span,
    whole,
)

THIN = "\u202f"


@pytest.mark.parametrize(
    ("value", "en", "es"),
    [(7, "7", "7"),
     (1234, "1,234", "1234"), (12345, "12,345", f"12{THIN}345"), (1234567, "1,234,567", f"1{THIN}234{THIN}567")],
)  # fmt: skip
def test_whole_numbers(value: int, en: str, es: str) -> None:
    assert whole(value) == Words(en, es)


@pytest.mark.parametrize(
    ("value", "en", "es"),
    [(0.0, "0%", f"0{THIN}%"),
     (0.0123, "1.2%", f"1,2{THIN}%"), (0.2349, "23%", f"23{THIN}%"), (1.0, "100%", f"100{THIN}%")],
)  # fmt: skip
def test_shares_have_as_many_digits_as_they_bear(value: float, en: str, es: str) -> None:
    assert percent(value) == Words(en, es)


def test_minus_is_a_minus_and_nothing_is_minus_nought() -> None:
    assert decimal(-3.25).en == "−3.2"
    assert decimal(-0.04).en == "0.0"
    assert decimal(0.0, signed=True).es == "0,0"
    assert decimal(2.5, signed=True) == Words("+2.5", "+2,5")


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_both_languages_write_the_same_number(value: float, digits: int) -> None:
    words = decimal(value, digits)
    plain = words.en.replace(",", "").replace("−", "-")
    assert float(plain) == pytest.approx(round(value, digits), abs=10**-digits / 2 + 1e-9)
    assert words.es.replace(THIN, "").replace(",", ".").replace("−", "-") == plain


def test_ranges() -> None:
    assert percent_range(0.18, 0.244).en == "18 to 24%"
    assert percent_range(0.012, 0.031).es == f"1,2 a 3,1{THIN}%"
    assert points_range(Estimate(5, 7, 3)).en == "3.0 to 7.0"
    assert points_range(Estimate(0.05, 0.031, 0.074), scale=100, signed=True).es == "+3,1 a +7,4"


def test_days() -> None:
    assert day("2025-04-03") == Words("3 Apr 2025", "3 abr 2025")
    assert day("2025-04-03T10:00:00").en == "3 Apr 2025"
    assert day("spring") == same("spring")
    assert span("2025-04-03", "2025-04-03").en == "3 Apr 2025"
    assert span("2025-01-01", "2025-01-31").es == "1 ene 2025 – 31 ene 2025"


def test_lists_have_their_conjunction() -> None:
    names = [Words("ignored", "ignorado"), Words("deceived", "engañado"), Words("rage", "rabia")]
    assert joined(names) == Words("ignored, deceived and rage", "ignorado, engañado y rabia")
    assert joined([names[2], names[0]]).es == "rabia e ignorado"
    assert joined(names[:1]).en == "ignored"
    assert joined([]).en == ""


def test_sentences_take_their_parts_in_their_own_language() -> None:
    assert both("{n} of {what}", "{n} de {what}", n=12000, what=Words("texts", "textos")) == Words(
        "12,000 of texts", f"12{THIN}000 de textos"
    )


def test_labels_and_a_customers_own() -> None:
    assert label("ignored") == Words("ignored", "ignorado")
    assert label("long_queue") == same("long queue")
    assert {short_level(name).en for name in LEVELS} >= {"HX", "CX", "HX at risk", "neutral"}
    assert all(label(name).en and label(name).es for name in DISPLAY)
