"""Quotes: typical, unlike each other, masked, cut at words, marks where the evidence is; calls by priority."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import loaded_of, simulate

from hx_detect.reporting import masking
from hx_detect.reporting.calls import call_figures, due_calls
from hx_detect.reporting.figure_values import Mark
from hx_detect.reporting.masking import Shown, cut, how_masked, masked
from hx_detect.reporting.quotes import quote, quotes_of, signal_quotes
from hx_detect.reporting.typical import typical


def test_typical_is_the_middle_and_no_two_are_alike() -> None:
    texts = [
        "the courier never rang the bell",
        "zebra quantum violin",
        "the courier never came to the door",
        "courier never rang, never came, the parcel is lost",
        "the courier never rang the bell!",
        "",
    ]
    chosen = typical(texts, 3)
    assert chosen[0] in (0, 2, 3, 4)
    assert not {0, 4} <= set(chosen)
    assert 1 not in chosen[:2]
    assert 5 not in typical(texts, 10)
    assert typical([], 3) == []
    assert typical(["same words"] * 5, 3) == [0]


@pytest.fixture(params=[True, False])
def thorough(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With the packages that check numbers, and without."""
    monkeypatch.setattr(masking, "thorough", lambda: request.param)
    return bool(request.param)


def test_personal_data_is_masked_and_marks_move_along(thorough: bool) -> None:
    text = "Soy ana.perez@example.com, tel. 612 345 678, y nadie me contesta desde hace 14 días"
    start = text.index("nadie")
    shown = masked(text, [Mark(start, start + 22, "ignored"), Mark(-1, 3, "rage"), Mark(5, 900, "rage")])
    assert "example.com" not in shown.text
    assert "612" not in shown.text
    assert "14 días" in shown.text
    assert [shown.text[mark.start : mark.end] for mark in shown.marks] == ["nadie me contesta desd"]
    assert ("extra serve" in how_masked().en) == (not thorough)


def test_a_mark_over_masked_words_holds_the_placeholder(thorough: bool) -> None:
    text = "Llamen al +34 612 345 678 ya"
    shown = masked(text, [Mark(10, 20, "ignored"), Mark(0, 25, "leaving")])
    found = {mark.signal: shown.text[mark.start : mark.end] for mark in shown.marks}
    placeholder = "‹phone›" if thorough else "‹number›"
    assert found["ignored"].strip() == placeholder
    assert found["leaving"].endswith(placeholder)


@settings(max_examples=60)
@given(st.text(alphabet="ab \n", min_size=60, max_size=300), st.integers(0, 299), st.integers(1, 60))
def test_cutting_keeps_the_marked_words(text: str, start: int, length: int) -> None:
    marks = (Mark(start, min(len(text), start + length), "rage"),) if start < len(text) else ()
    shown = cut(Shown(text, marks), 80)
    assert len(shown.text) <= 80 + 4
    for mark, given_mark in zip(shown.marks, marks, strict=False):
        words = text[given_mark.start : given_mark.end].replace("\n", " ")
        assert words.startswith(shown.text[mark.start : mark.end])
        assert mark.end > mark.start
    assert len(text) > 80 or shown.text == text.replace("\n", " ")


def test_quotes_of_signals_have_their_evidence() -> None:
    loaded = simulate(500, 1)
    found = signal_quotes(loaded.frame, loaded.signals, 2)
    assert [one.signal for one in found] == ["ignored", "failure", "kind"]
    for one in found:
        assert 1 <= len(one.quotes) <= 2
        for shown in one.quotes:
            assert {mark.signal for mark in shown.marks} == {one.signal}
            assert shown.row > 0
            assert shown.group in ("Norte", "Sur", "Este")
            assert shown.date is not None


def test_texts_all_alike_give_one_quote() -> None:
    row = simulate(1, 1).frame.row(0, named=True)
    same = {**row, "text": "nadie contesta nunca al teléfono", "signals": "ignored", "level": "hx_risk",
            "evidence": [{"signal": "ignored", "start": 0, "end": 14}]}  # fmt: skip
    loaded = loaded_of([{**same, "row": number} for number in range(1, 41)])
    found = signal_quotes(loaded.frame, loaded.signals, 3)
    assert [len(one.quotes) for one in found] == [1]
    assert quotes_of(loaded.frame.head(0), None, 3) == ()


def test_a_repeated_text_is_called_for_once() -> None:
    loaded = simulate(400, 2)
    due = loaded.frame.filter(pl.col("level").cast(pl.String) == "hx_risk").head(8)
    told = [
        "Nadie me\u00a0contesta ",
        "Nadie me contesta",
        "nadie me contesta",
        "Nadie  me\ncontesta",
        "",
        "  ",
        None,
        None,
    ]
    frame = due.with_columns(
        text=pl.Series(told), row=pl.Series(range(1, 9), dtype=pl.UInt32),
        group=pl.Series(["Sur", "Sur", "Sur", None, "Sur", "Sur", "Sur", "Sur"]),
        priority=pl.Series([0.5, 0.9, 0.4, 0.3, 0.2, 0.2, 0.2, 0.2]),
    )  # fmt: skip
    found = due_calls(frame)
    assert found.columns == [*frame.columns, "times", "again"]
    assert found["row"].to_list() == [2, 3, 4, 5, 6, 7, 8]
    assert found["times"].to_list() == [2, 1, 1, 1, 1, 1, 1]
    assert [one["row"] for one in found["again"][0]] == [1]
    figures = call_figures(frame, 3, texts=False)
    assert figures is not None
    assert (figures.due, figures.repeated) == (7, 1)
    assert [call.times for call in figures.calls] == [2, 1, 1]
    assert found.sort("row")["group"].null_count() == 1
    together = due_calls(frame.with_columns(group=pl.lit(None, pl.String)))
    assert together["times"].to_list()[0] == 3


def test_calls_come_by_priority_with_their_reason() -> None:
    loaded = simulate(400, 2)
    found = call_figures(loaded.frame, 5, texts=True)
    assert found is not None
    assert [call.rank for call in found.calls] == [1, 2, 3, 4, 5]
    priorities = [call.priority for call in found.calls]
    assert priorities == sorted(priorities, reverse=True)
    assert found.due == due_calls(loaded.frame).height < 400
    assert found.calls[0].reason.en.startswith("ignored")
    assert found.calls[0].reason.es.endswith("(atención)")
    assert found.calls[0].quote.marks
    bare = call_figures(loaded.frame, 5, texts=False)
    assert bare is not None
    assert bare.calls[0].quote.text == ""
    assert bare.calls[0].quote.marks == ()
    assert call_figures(loaded.frame.filter(pl.col("level") == "neutral"), 5, texts=True) is None


def test_an_identifier_that_is_an_address_is_masked() -> None:
    row = simulate(1, 1).frame.row(0, named=True)
    assert quote({**row, "id": "ana.perez@example.com"}).id == "‹email›"
    assert quote({**row, "id": "612345678"}).id == "612345678"
    assert quote({**row, "id": None}).id is None


@pytest.mark.parametrize("start", [0, 150, 292])
def test_a_long_text_is_cut_around_its_evidence(start: int) -> None:
    text = "palabra " * 38
    (mark,) = cut(Shown(text, (Mark(start, start + 7, "rage"),)), 80).marks
    shown = cut(Shown(text, (Mark(start, start + 7, "rage"),)), 80)
    assert shown.text[mark.start : mark.end] == text[start : start + 7]
    assert shown.text.startswith("… ") == (start > 80)
    assert shown.text.endswith(" …") == (start < 200)
    assert not {word for word in shown.text.split() if word not in ("…", "palabra")}
