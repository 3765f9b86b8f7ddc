"""Language identification, measured. In: our samples. Out: figures by group, and no worse than when chosen."""

from __future__ import annotations

import pytest

from hx_detect.evaluation.language_id import SAMPLES, LanguageFigure, measure_language_id


@pytest.fixture(scope="module")
def figures() -> list[LanguageFigure]:
    return measure_language_id()


def test_every_sample_is_counted_once(figures: list[LanguageFigure]) -> None:
    assert sum(figure.texts for figure in figures) == len(SAMPLES)
    assert all(0 <= figure.accuracy <= 1 for figure in figures)
    assert figures == sorted(figures, key=lambda figure: (figure.language, figure.shortest))


@pytest.mark.parametrize("language", ["es", "en", "other"])
def test_short_texts_are_told(figures: list[LanguageFigure], language: str) -> None:
    mine = [figure for figure in figures if figure.language == language]
    assert sum(figure.accuracy * figure.texts for figure in mine) >= 0.85 * sum(figure.texts for figure in mine)


def test_given_rows_are_grouped_by_cleaned_length() -> None:
    rows = [("@a_very_long_handle ok gracias", "es"), ("Nobody ever answers the phone here", "en")]
    assert [(f.language, f.shortest, f.texts) for f in measure_language_id(rows)] == [("en", 30, 1), ("es", 15, 1)]
