"""Dates -> periods: which length, their bounds, and which two are compared. In: days. Out: period names, spans."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from hx_detect.reporting.figure_values import Span

_EVERY: Final = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q"}
_DAYS: Final = {"day": 1, "week": 7, "month": 30, "quarter": 91}
_MOST_POINTS: Final = 60
_FEWEST_POINTS: Final = 6
_TEXTS_A_POINT: Final = 10
_TEXTS_COMPARED: Final = 30
_ORDER: Final = ("month", "quarter", "week")
"""What a manager compares, the first that has enough texts; two single days would compare weekdays."""
_TOLERATED: Final = 0.1
"""Share of a period that may be missing at an end of the data and it still counts as whole."""


def choose_period(days: pl.Series, wanted: str) -> str:
    """The length of the periods of a series: fine enough to see, coarse enough to hold texts.

    Args:
        days: dates without nulls, at least one.
        wanted: one of the four, or ``auto``.
    """
    if wanted in _EVERY:
        return wanted
    span = (_last(days) - _first(days)).days + 1
    fitting = [name for name in _EVERY if span / _DAYS[name] <= _MOST_POINTS]
    for name in fitting:
        points = span / _DAYS[name]
        if len(days) >= _TEXTS_A_POINT * points or points < 2 * _FEWEST_POINTS:
            return name
    return fitting[-1] if fitting else "quarter"


def starts(period: str) -> pl.Expr:
    """The first day of the period that ``date`` lies in; weeks begin on Monday."""
    return pl.col("date").dt.truncate(_EVERY[period])


def next_start(start: date, period: str) -> date:
    """The first day of the next period."""
    if period in ("day", "week"):
        return start + timedelta(days=_DAYS[period])
    months = start.month - 1 + (1 if period == "month" else 3)
    return date(start.year + months // 12, months % 12 + 1, 1)


def all_starts(first: date, last: date, period: str) -> list[date]:
    """The first days of all periods from one that begins at ``first`` to the one that holds ``last``."""
    found = [first]
    while (following := next_start(found[-1], period)) <= last:
        found.append(following)
    return found


def is_partial(start: date, end: date, days: pl.Series) -> bool:
    """Do the data begin or end well inside the period?"""
    room = max(1.0, _TOLERATED * ((end - start).days + 1)) if end > start else 0.0
    return (_first(days) - start).days > room or (end - _last(days)).days > room


def compared_spans(days: pl.Series, wanted: str, start: date | None, end: date | None) -> tuple[Span, Span] | None:
    """The current period and the one before it.

    With ``start``, they are the days asked for and as many days before. Else the last two whole months (or what
    ``wanted`` says; quarters or weeks where there are no two months with texts enough), else the halves of the data.

    Args:
        days: all dates, also those before ``start``.
        wanted: period name or ``auto``.
        start: first day asked for, None for no limit.
        end: last day asked for.

    Returns:
        (current, previous), or None where either would be without texts enough to compare.
    """
    if days.is_empty():
        return None
    if start is not None:
        last = end or _last(days)
        length = (last - start).days + 1
        return _enough(days, (start, last), (start - timedelta(days=length), start - timedelta(days=1)))
    within = days if end is None else days.filter(days <= end)
    if within.is_empty():
        return None
    for period in (wanted,) if wanted in _EVERY else _ORDER:
        found = _last_two(within, period)
        if found is not None:
            return found
    first, last = _first(within), _last(within)
    half = ((last - first).days + 1) // 2
    middle = last - timedelta(days=half - 1)
    return _enough(within, (middle, last), (middle - timedelta(days=half), middle - timedelta(days=1)))


def _last_two(days: pl.Series, period: str) -> tuple[Span, Span] | None:
    frame = pl.DataFrame({"date": days.unique().sort()}).with_columns(start=starts(period))
    found = frame["start"].unique().sort().to_list()
    bounds = [(start, next_start(start, period) - timedelta(days=1)) for start in found[-3:]]
    whole = [bound for bound in bounds if not is_partial(*bound, days)]
    if len(whole) < 2:
        return None
    current, previous = whole[-1], whole[-2]
    if previous[1] + timedelta(days=1) != current[0]:
        return None
    return _enough(days, current, previous)


def _enough(days: pl.Series, current: tuple[date, date], previous: tuple[date, date]) -> tuple[Span, Span] | None:
    spans = [span_of(days, *bounds) for bounds in (current, previous)]
    return (spans[0], spans[1]) if min(span.texts for span in spans) >= _TEXTS_COMPARED else None


def span_of(days: pl.Series, start: date, end: date) -> Span:
    """The days between, both included, and the texts in them."""
    return Span(start.isoformat(), end.isoformat(), int(days.is_between(start, end).sum()))


def within(frame: pl.DataFrame, span: Span) -> pl.DataFrame:
    """The texts of a span."""
    return frame.filter(pl.col("date").is_between(date.fromisoformat(span.start), date.fromisoformat(span.end)))


def _first(days: pl.Series) -> date:
    found = days.min()
    assert isinstance(found, date)
    return found


def _last(days: pl.Series) -> date:
    found = days.max()
    assert isinstance(found, date)
    return found
