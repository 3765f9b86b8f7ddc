"""Counts, quotes, NPS and the call-back list, and how they are told in both languages."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from fake_scorer import fake_score
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.labels import LEVELS
from hx_detect.records import Review, RowFailure
from hx_detect.summary import CALL_BACK, Summary, excerpt, nps_dict
from hx_detect.summary_text import render
from hx_detect.wording import number

HATED, LOVED, PLAIN = "nadie contesta", "muchas gracias", "normal"


def added(texts: list[str], answers: list[float | None] | None = None) -> Summary:
    summary = Summary()
    for row, text in enumerate(texts, start=1):
        score = fake_score(Review(text, id=f"r{row}", answer=answers[row - 1] if answers else None))
        summary.add(row, text, score.to_dict(all_signals=True), words_band=score.nps_text_band)
    return summary


def record(priority: float, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a record
    return {**fake_score(Review(HATED)).to_dict(all_signals=True), "priority": priority, **changes}


def test_counts() -> None:
    summary = added([HATED, HATED, LOVED, PLAIN])
    assert summary.hx == 2
    assert summary.to_dict()["levels"] == {**dict.fromkeys(LEVELS, 0), "hx_risk": 2, "cx": 1, "neutral": 1}
    assert summary.to_dict()["signals"][0] == {"name": "ignored", "texts": 2, "example": {"row": 1, "text": "nadie"}}
    json.dumps(summary.to_dict())


def test_nps_from_words_and_answers_on_the_same_texts() -> None:
    nps = added([HATED, LOVED, LOVED, PLAIN], [10, 9, None, 0]).to_dict()["nps"]
    assert nps["from_words"] == {"score": 25.0, "texts": 4, "promoter": 2, "passive": 1, "detractor": 1}
    assert nps["from_answers"] == {"score": 33.3, "texts": 3, "promoter": 2, "passive": 0, "detractor": 1}
    assert nps["mismatches"] == 2


def test_no_answers_no_nps_from_them() -> None:
    assert added([HATED]).to_dict()["nps"]["from_answers"] is None
    assert nps_dict({}) is None


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_call_back_is_the_same_as_sorting_everything(priorities: list[int], shuffled: random.Random) -> None:
    rows = list(enumerate(priorities, start=1))
    expected = [row for row, _ in sorted(rows, key=lambda item: (-item[1], item[0]))][:CALL_BACK]
    shuffled.shuffle(rows)
    summary = Summary()
    for row, priority in rows:
        summary.add(row, "words", record(priority / 20))
    assert [call.row for call in summary.calls()] == expected


def test_content_customers_are_not_called_back() -> None:
    assert [call.row for call in added([LOVED, HATED, PLAIN]).calls()] == [2]


def test_quote_is_the_most_probable_of_readable_length() -> None:
    def with_evidence(words: str, probability: float) -> dict[str, Any]:
        span = {"start": 0, "end": len(words), "text": words}
        signal = {"name": "ignored", "group": "hx", "probability": probability, "evidence": [span], "present": True}
        return record(0.5, signals=[signal])

    summary = Summary()
    for row, (words, probability) in enumerate(
        [
            ("no one", 0.99),
            ("no one ever called me back", 0.8),
            ("they never answered my mail", 0.9),
            ("x " * 200, 0.95),
        ],
        1,
    ):
        summary.add(row, words, with_evidence(words, probability))
    assert summary.quotes()["ignored"].text == "they never answered my mail"
    assert summary.quotes()["ignored"].row == 3


def test_failures_and_languages() -> None:
    summary = added([HATED])
    summary.add(2, "bonjour", record(0.1, language={"code": "other", "probability": 0.9, "supported": False}))
    summary.add_failure(RowFailure(3, "text", "empty", "m", "c"), scored=False)
    summary.add_failure({"code": "bad_answer"}, scored=True)
    found = summary.to_dict()
    assert (found["unsupported"], found["rejected"], found["remarked"]) == (1, {"empty": 1}, {"bad_answer": 1})
    text = render(summary, "en", rejects="out.rejects.jsonl")
    assert "Spanish 50.0 %, other 50.0 %" in text
    assert "Warning" in text
    assert "Rejected rows: 1 (empty 1) -> out.rejects.jsonl" in text
    assert "0-10 answer 1" in text


def test_rendered_in_spanish() -> None:
    summary = added([HATED, LOVED], [2, 10])
    summary.seconds, summary.scored_now = 0.001, 2
    text = render(summary, "es", title="a.csv")
    assert text.startswith("a.csv: 2 textos puntuados, 2.000 textos/s\n")
    assert "HX en total" in text
    assert "ignorado" in text
    assert "«nadie» (fila 1)" in text
    assert "NPS según las respuestas: 0,0 (2 textos: 50,0 % promotores, 0,0 % pasivos, 50,0 % detractores)" in text
    assert "A quién llamar primero\n  1. fila 1 · r1 · 0,90 · HX en riesgo" in text


def test_rendered_in_english() -> None:
    text = render(added([HATED, LOVED]), "en")
    assert "“nadie” (row 1)" in text
    assert "NPS from the words: 0.0" in text
    assert "NPS from the answers" not in text


def test_nothing_scored() -> None:
    assert render(Summary(), "en") == "0 texts scored\nNo text could be scored.\n"


@pytest.mark.parametrize(
    ("value", "lang", "text"), [(1234.5, "es", "1.234,5"), (1234.5, "en", "1,234.5"), (-7, "es", "-7,0")]
)
def test_number(value: float, lang: Any, text: str) -> None:  # noqa: ANN401 - a Lang
    assert number(value, lang, 1) == text


@given(st.text(max_size=500), st.integers(5, 80))
def test_excerpt_is_one_short_line(text: str, length: int) -> None:
    short = excerpt(text, length)
    assert len(short) <= length + 2
    assert len(short.splitlines()) <= 1


def test_rate_counts_this_run_only() -> None:
    summary = added([HATED] * 10)
    assert summary.rate is None
    summary.scored_now, summary.seconds = 4, 2.0
    assert summary.rate == 2.0
