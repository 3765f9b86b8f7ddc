"""Cleaning. In: odd texts. Out: what the model reads, and offsets that always lead back to the original."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.errors import BundleError
from hx_detect.stages.clean import CleaningSpec, clean

SPEC = CleaningSpec()
CALM = settings(deadline=None)
ODD = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("aaaeñ é\u0301\u0308\u200b\u200d\ufeff\t\n@#&;:/.!👍🏽👨‍👩‍👧שלوم\x00\ud800")),
        st.characters(),
    ),
    max_size=60,
)
PIECES = st.lists(
    st.sampled_from(["&amp;", "&amp;lt;", "&#8203;", "&nbsp;", "@ana_p", "https://a.es/b?c=1.", "www.a.com", "jaaaaaa",
                     "cafe\u0301", "😡😡😡😡😡", " ", "\n\n", "#NoVuelvo", "1000000", "a@b.es"]), max_size=12,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("original", "cleaned"),
    [
        ("  Hola,\n\n  qué   tal ", "Hola, qué tal"),
        ("@Ana_P mira @x", "@user mira @user"),
        ("escribe a quejas@tienda.es", "escribe a quejas@tienda.es"),
        ("mira https://t.co/aB1?x=2.", "mira http."),
        ("(www.tienda.es/ofertas) y http://a.b", "(http) y http"),
        ("HTTPS://TIENDA.ES/X fin", "http fin"),
        ("sooooooo bad!!!!!!", "sooo bad!!!"),
        ("me cobran 1000000 euros", "me cobran 1000000 euros"),
        ("Tom &amp; Jerry &lt;3 &quot;ok&quot;", 'Tom & Jerry <3 "ok"'),
        ("doble &amp;lt;3 y &amp;amp; fin", "doble <3 y & fin"),
        ("&noexiste; queda", "&noexiste; queda"),
        ("a\u200bb\ufeffc\x00d\xade", "abcde"),
        ("cafe\u0301 an\u0303o", "café año"),
        ("#NoVuelvo #nunca", "#NoVuelvo #nunca"),
        ("😡😡😡😡😡", "😡😡😡"),
        ("roto \ud83d aquí", "roto \ufffd aquí"),
        ("\u200b \n", ""),
        ("", ""),
    ],
)
def test_what_the_model_reads(original: str, cleaned: str) -> None:
    assert clean(original, SPEC).text == cleaned


def test_spec_is_obeyed() -> None:
    spec = CleaningSpec(user="U", url="W", repeats=1)
    assert clean("@ana sooo http://a.es", spec).text == "U so W"


@CALM
@given(st.one_of(ODD, PIECES))
def test_offsets_lead_back_in_order(original: str) -> None:
    cleaned = clean(original, SPEC)
    assert len(cleaned.starts) == len(cleaned.ends) == len(cleaned.text)
    assert all(0 <= a < b <= len(original) for a, b in zip(cleaned.starts, cleaned.ends, strict=True))
    assert list(cleaned.starts) == sorted(cleaned.starts)
    assert list(cleaned.ends) == sorted(cleaned.ends)


@CALM
@given(st.one_of(ODD, PIECES))
def test_characters_that_stay_come_from_themselves(original: str) -> None:
    cleaned = clean(original, SPEC)
    for place, character in enumerate(cleaned.text):
        start, end = cleaned.original_span(place, place + 1)
        if end - start == 1 and not original[start].isspace():
            same = unicodedata.normalize("NFC", original[start])
            assert character in same or "\ud800" <= original[start] <= "\udfff"


@CALM
@given(st.one_of(ODD, PIECES))
def test_what_is_left_is_tidy(original: str) -> None:
    text = clean(original, SPEC).text
    assert text == text.strip()
    assert "  " not in text
    text.encode("utf-8")


@CALM
@given(ODD, st.integers(0, 60), st.integers(0, 60))
def test_spans_hold_all_their_characters(original: str, first: int, second: int) -> None:
    cleaned = clean(original, SPEC)
    start, end = sorted((min(first, len(cleaned.text)), min(second, len(cleaned.text))))
    left, right = cleaned.original_span(start, end)
    assert 0 <= left <= right <= len(original)
    assert all(left <= cleaned.starts[i] and cleaned.ends[i] <= right for i in range(start, end))


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (0, 5), (3, 2)])
def test_span_outside_the_text_is_an_error(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not inside"):
        clean("hola", SPEC).original_span(start, end)


def test_long_hostile_text_is_quick() -> None:
    text = "http://" + "." * 50_000 + "@" * 50_000 + "&amp;" * 10_000
    assert len(clean(text, SPEC).text) < 20_100


def test_spec_round_trip() -> None:
    spec = CleaningSpec(user="U", url="W", repeats=2)
    assert CleaningSpec.from_dict(spec.to_dict()) == spec
    assert CleaningSpec.from_dict({}) == SPEC


@pytest.mark.parametrize("values", [{"lower": True}, {"user": 3}, {"repeats": 0}, {"repeats": "3"}])
def test_spec_that_is_not_understood(values: dict[str, object]) -> None:
    with pytest.raises(BundleError, match="not understood"):
        CleaningSpec.from_dict(values)
