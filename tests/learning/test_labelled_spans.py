"""Evidence is found however it was written; what is not in the text is None."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.learning.labelled_spans import find_span
from hx_detect.records import Span

TEXT = "😀 Nadie me contesta.\nY NADIE   ayuda"


@pytest.mark.parametrize(
    ("stretch", "start"),
    [
        ("Nadie me contesta", 2),
        ("nadie ayuda", 23),
        ("«Nadie".strip("«"), 2),
        ("me contesta…", 8),
        ([2, 7], 2),
        ((2.0, 7.0), 2),
        ({"start": 2, "end": 7}, 2),
        ({"start": 2, "end": 7, "text": "Nadie"}, 2),
        ({"start": 3, "end": 8, "text": "Nadie"}, 2),
        ({"start": 30, "end": 35, "text": "contesta"}, 11),
    ],
)
def test_a_stretch_is_found(stretch: object, start: int) -> None:
    span = find_span(TEXT, stretch)
    assert span is not None
    assert span.start == start
    assert TEXT[span.start : span.end] == span.text


@pytest.mark.parametrize(
    "stretch",
    ["no está", "", "  ", [5, 2], [0, 99], [True, 3], ["a", "b"], {"start": 1}, {"text": "otra cosa"}, 7, None],
)
def test_what_is_not_in_the_text_is_not_found(stretch: object) -> None:
    assert find_span(TEXT, stretch) is None


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\t "), min_size=1, max_size=30), st.data())
def test_offsets_of_a_browser_become_code_points(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    units = [len(text[:place].encode("utf-16-le")) // 2 for place in (start, end)]
    span = find_span(text, {"start": units[0], "end": units[1], "text": text[start:end]})
    assert span is not None
    assert span.text == text[start:end]
    if units != [start, end] and text.count(text[start:end]) == 1:
        assert span == Span(start, end, text[start:end])
