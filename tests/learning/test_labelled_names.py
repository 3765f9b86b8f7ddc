"""Words of either language become our labels; marks, blanks and words for none are told apart."""

from __future__ import annotations

import pytest

from hx_detect.labels import SIGNALS, STAGES, display
from hx_detect.learning.labelled_names import (
    is_blank,
    kind_of,
    nearest_signal,
    says_none,
    sentiment_of,
    signal_of,
    stage_of,
    yes_or_no,
)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_is_known_by_all_its_names(signal: object) -> None:
    name = signal.name  # type: ignore[attr-defined] # ids need the parameter untyped
    for word in (name, signal.es, signal.en, signal.es.upper(), name.replace("_", " ").title()):  # type: ignore[attr-defined] # the same
        assert signal_of(word) == name


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_known_in_both_languages(stage: str) -> None:
    assert {stage_of(word) for word in (stage, display(stage, "es"), display(stage, "en"))} == {stage}


@pytest.mark.parametrize(
    ("word", "meant"),
    [("Negativo", "negative"), ("NEG", "negative"), ("positiva", "positive"), ("neutro", "neutral"),
     ("Mixto", "mixed"), ("so so", None), (3, None), (None, None)],
)  # fmt: skip
def test_sentiment_words(word: object, meant: str | None) -> None:
    assert sentiment_of(word) == meant


def test_kinds_in_spanish() -> None:
    assert [kind_of(word) for word in ("reseña", "queja", "tuit", "encuesta", "carta")] == [
        "review", "complaint", "post", "survey", None,
    ]  # fmt: skip


@pytest.mark.parametrize("mark", [1, 1.0, "1", "x", "X", "sí", "Si", "yes", "TRUE", True, "✓", "✔", "verdadero"])
def test_marks_that_say_yes(mark: object) -> None:
    assert yes_or_no(mark) is True


@pytest.mark.parametrize("mark", [0, 0.0, "0", "no", "No", "false", False, "falso"])
def test_marks_that_say_no(mark: object) -> None:
    assert yes_or_no(mark) is False


@pytest.mark.parametrize("mark", ["", None, "quizá", 2, 0.5, []])
def test_what_is_no_mark(mark: object) -> None:
    assert yes_or_no(mark) is None


def test_none_and_blank_are_not_the_same() -> None:
    assert all(says_none(word) for word in ("none", "Ninguna", "-", "—", "sin señales"))
    assert not any(says_none(word) for word in ("", "rabia", None))
    assert is_blank("  ")
    assert is_blank(None)
    assert not is_blank(0)


def test_a_misspelt_signal_has_a_nearest_one_and_a_new_label_has_none() -> None:
    assert nearest_signal("ignorrado") == "ignored"
    assert nearest_signal("promise-brokn") == "promise_broken"
    assert nearest_signal("app_crash") is None
