"""Periods: how long they are, which are whole, and which two are compared."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from hx_detect.reporting.figure_values import Span
from hx_detect.reporting.periods import all_starts, choose_period, compared_spans, is_partial, next_start


def days(first: date, count: int, a_day: int = 10) -> pl.Series:
    return pl.Series([first + timedelta(days=number // a_day) for number in range(count * a_day)], dtype=pl.Date)


@pytest.mark.parametrize(
    ("length", "a_day", "period"),
    [(1, 10, "day"), (30, 20, "day"), (55, 1, "week"), (300, 2, "week"), (365, 1, "month"), (900, 5, "month"),
     (4_000, 1, "quarter")],
)  # fmt: skip
def test_period_by_span_and_texts(length: int, a_day: int, period: str) -> None:
    assert choose_period(days(date(2024, 1, 1), length, a_day), "auto") == period
    assert choose_period(days(date(2024, 1, 1), length, a_day), "month") == "month"


def test_next_starts() -> None:
    assert next_start(date(2024, 12, 1), "month") == date(2025, 1, 1)
    assert next_start(date(2024, 10, 1), "quarter") == date(2025, 1, 1)
    assert next_start(date(2024, 2, 26), "week") == date(2024, 3, 4)
    assert all_starts(date(2024, 2, 1), date(2024, 4, 5), "month") == [date(2024, month, 1) for month in (2, 3, 4)]


def test_the_last_two_whole_months_are_compared() -> None:
    found = compared_spans(days(date(2024, 1, 1), 105), "auto", None, None)  # to the 14th of April
    assert found == (Span("2024-03-01", "2024-03-31", 310), Span("2024-02-01", "2024-02-29", 290))


def test_the_days_asked_for_are_compared_with_as_many_before() -> None:
    found = compared_spans(days(date(2024, 1, 1), 105), "auto", date(2024, 2, 1), date(2024, 2, 10))
    assert found == (Span("2024-02-01", "2024-02-10", 100), Span("2024-01-22", "2024-01-31", 100))


def test_weeks_where_there_are_no_two_months_and_halves_where_nothing_else_fits() -> None:
    weeks = compared_spans(days(date(2024, 1, 1), 19), "auto", None, None)
    assert weeks is not None
    assert weeks[0] == Span("2024-01-08", "2024-01-14", 70)
    halves = compared_spans(days(date(2024, 1, 3), 9, 8), "week", None, None)
    assert halves == (Span("2024-01-08", "2024-01-11", 32), Span("2024-01-04", "2024-01-07", 32))


def test_too_few_texts_are_not_compared() -> None:
    assert compared_spans(days(date(2024, 1, 1), 40, 1), "auto", None, None) is None
    assert compared_spans(pl.Series([], dtype=pl.Date), "auto", None, None) is None
    assert compared_spans(days(date(2024, 1, 1), 9), "auto", None, date(2023, 1, 1)) is None


def test_partial_periods() -> None:
    data = days(date(2024, 1, 10), 60)
    assert is_partial(date(2024, 1, 1), date(2024, 1, 31), data)
    assert not is_partial(date(2024, 2, 1), date(2024, 2, 29), data)
