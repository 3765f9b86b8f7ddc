"""Personal data of Spain, Latin America, Britain, the United States and India are found; other numbers are left."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.serving.personal_data import find_personal_data

# All made up, or documented as examples by those who issue such numbers.
FOUND = [
    ("email", "Escríbanme a", "ana.ruiz+quejas@correo.example.com", "por favor"),
    ("email", "Mail", "o'neil_j@example.co.uk", ", thanks"),
    ("iban", "Mi cuenta es", "ES91 2100 0418 4502 0005 1332", "gracias por nada"),
    ("iban", "account", "GB82WEST12345698765432", "was charged"),
    ("card", "la tarjeta", "4111 1111 1111 1111", "12/27 fue cobrada"),
    ("card", "card", "5500-0000-0000-0004", "declined"),
    ("card", "amex", "378282246310005", "declined"),
    ("id", "con DNI", "12345678Z", "no me atienden"),
    ("id", "soy el titular", "12.345.678-Z", "desde 2010"),
    ("id", "NIE", "X1234567L", "rechazado"),
    ("id", "mi CURP", "BOXW310820HNERXN09", "está mal"),
    ("id", "RFC", "GODE561231GR8", "en la factura"),
    ("id", "CUIT", "20-05536168-2", "de la empresa"),
    ("id", "DNI", "27.456.789", "de mi madre"),
    ("id", "RUT", "12.531.909-2", "sin respuesta"),
    ("id", "cédula", "1.023.456.789", "y nada"),
    ("id", "NIT", "213.123.432-1", "mal escrito"),
    ("id", "mi RUC", "20512333797", "no figura"),
    ("id", "DNI número", "45678912", "en Lima"),
    ("id", "SSN", "078-05-1120", "leaked"),
    ("id", "my NI number", "AB 12 34 56 C", "was shown"),
    ("id", "Aadhaar", "2341 2341 2346", "asked twice"),
    ("id", "PAN", "ACUPA7085R", "rejected"),
    ("phone", "llamen al", "612 34 56 78", "cuando quieran"),
    ("phone", "call me on", "+44 20 7946 0958", "after six"),
    ("phone", "call", "(212) 736-5000", "now"),
    ("phone", "mi celular", "+52 55 1234 5678", "siempre"),
    ("phone", "desde el", "0034 912 345 678", "me llaman"),
    ("phone", "tel.", "456 7890", "ocupado"),
    ("phone", "mobile", "+91 98765 43210", "no answer"),
]
LEFT = [
    "Pagué 1.234.567 pesos y tardaron 15 días en 2024",
    "El pedido llegó el 12/03/2025 a las 14:30, no el 2025-03-10 10:15",
    "I paid $1,299.99 twice, 24/7 support is a lie",
    "Cuesta 300000000 pesos",
    "la versión 10.2.3.4 del router, habitación 1205, puerta B22",
    "me@ casa, @tienda y #queja, 5 estrellas de 5",
    "no me han devuelto ni un euro en 3 meses y 2 semanas",
]


@pytest.mark.parametrize(("kind", "before", "words", "after"), FOUND, ids=[f"{k} {w}" for k, _, w, _ in FOUND])
def test_it_is_found_whole_and_nothing_beside_it(kind: str, before: str, words: str, after: str) -> None:
    text = f"{before} {words} {after}"
    assert [(one.kind, text[one.start : one.end]) for one in find_personal_data(text)] == [(kind, words)]


@pytest.mark.parametrize("text", LEFT)
def test_other_numbers_stay(text: str) -> None:
    assert [text[one.start : one.end] for one in find_personal_data(text)] == []


def test_several_in_one_text() -> None:
    text = "Soy 12345678Z, 612345678 o ana@example.com; tarjeta 4111111111111111."
    assert [one.kind for one in find_personal_data(text)] == ["id", "phone", "email", "card"]


def test_a_number_that_fails_its_check_digit_stays() -> None:
    assert find_personal_data("referencia 12345678A") == []
    assert find_personal_data("referencia 4111 1111 1111 1112 0000 0000") == []


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([words for _, _, words, _ in FOUND]),
    st.text("0123456789 +-.()@ESXZk", max_size=30),
)


@given(st.lists(PIECES, max_size=12))
def test_stretches_are_in_order_apart_and_not_empty(pieces: list[str]) -> None:
    text = " ".join(pieces)
    end = 0
    for one in find_personal_data(text):
        assert end <= one.start < one.end <= len(text)
        end = one.end


@pytest.mark.timed
@pytest.mark.parametrize("text", ["1 " * 25_000, "a" * 50_000, "a.b" * 16_000 + "@", "612345679 " * 5_000,
                                  "ES91" * 12_500, "4 1 " * 12_500, "(+" * 25_000, "dni " * 12_500])  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    find_personal_data(text)
    assert time.process_time() - start < 10


def test_beyond_a_number_of_checks_all_that_looks_like_it_is_taken() -> None:
    text = "600000001 " * 1000
    assert find_personal_data(text)[-1].end == len(text) - 1
