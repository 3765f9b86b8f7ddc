"""Placeholders stand where personal data stood, and evidence stays on its words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_personal_data import PIECES

from hx_detect.serving.mask import PLACEHOLDERS, mask

TEXT = "Llamé del 612 34 56 78 y escribí a ana@example.com: nadie contesta."


def test_placeholders_say_what_stood_there() -> None:
    assert mask(TEXT).text == "Llamé del ‹phone› y escribí a ‹email›: nadie contesta."
    assert mask("nadie contesta").text == "nadie contesta"


def test_evidence_stays_on_its_words() -> None:
    masked = mask(TEXT)

    def moved(words: str) -> str:
        start = TEXT.index(words)
        new_start, new_end = masked.stretch(start, start + len(words))
        return masked.text[new_start:new_end]

    assert moved("Llamé") == "Llamé"
    assert moved("nadie contesta") == "nadie contesta"
    assert moved("y escribí") == "y escribí"
    assert moved("34 56") == "‹phone›"
    assert moved("del 612") == "del ‹phone›"
    assert moved("78 y escribí a ana@") == "‹phone› y escribí a ‹email›"
    assert moved(TEXT) == masked.text


@given(st.lists(PIECES, max_size=8))
def test_the_rest_of_the_text_is_unchanged(pieces: list[str]) -> None:
    text = " ".join(pieces)
    masked = mask(text)
    back, done = [], 0
    for one in masked.found:
        back += [text[done : one.start], PLACEHOLDERS[one.kind]]
        done = one.end
    assert masked.text == "".join(back) + text[done:]


@given(st.lists(PIECES, min_size=1, max_size=8), st.data())
def test_a_stretch_keeps_its_words_and_takes_whole_placeholders(pieces: list[str], data: st.DataObject) -> None:
    text = " ".join(pieces) + "."
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    masked = mask(text)
    touched = [one for one in masked.found if one.start < end and one.end > start]
    expected, place = [], start
    for one in touched:
        expected += [text[place : max(place, one.start)], PLACEHOLDERS[one.kind]]
        place = one.end
    expected.append(text[place : max(place, end)])
    new_start, new_end = masked.stretch(start, end)
    assert masked.text[new_start:new_end] == "".join(expected)
