"""A column of dates as people write them -> days. In: a polars series. Out: ``DatesRead``: days, order, bad ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from hx_detect.reporting.figure_values import Words

_MONTHS: Final = {
    "ene": 1, "jan": 1, "feb": 2, "mar": 3, "abr": 4, "apr": 4, "may": 5, "jun": 6, "jul": 7, "ago": 8, "aug": 8,
    "sep": 9, "set": 9, "oct": 10, "nov": 11, "dic": 12, "dec": 12,
}  # fmt: skip
_TIME: Final = r"(?:[T ,]+\d{1,2}[:.h]\d{2}.*)?$"
_YEAR_FIRST: Final = r"^\s*(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})\s*" + _TIME
_COMPACT: Final = r"^\s*(?<y>(?:19|20)\d{2})(?<m>0[1-9]|1[0-2])(?<d>[0-3]\d)\s*$"
_YEAR_LAST: Final = r"^\s*(?<a>\d{1,2})[-/. ](?<b>\d{1,2})[-/. ](?<y>\d{4}|\d{2})\s*" + _TIME
_DAY_MONTH: Final = r"^\s*(?:\p{L}+,?\s+)?(?<d>\d{1,2})(?:st|nd|rd|th)?[-/. ]+(?:de +)?(?<n>\p{L}{3,})\.?[-/., ]+(?:de(?:l)? +)?(?<y>\d{4}|\d{2})\b.*$"  # noqa: E501 - one pattern
_MONTH_DAY: Final = (
    r"^\s*(?:\p{L}+,?\s+)?(?<n>\p{L}{3,})\.?[-/. ]+(?<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?:.*\s)?(?<y>\d{4})\b.*$"
)
_MONTH_YEAR: Final = r"^\s*(?<y>\d{4})[-/.](?<m>\d{1,2})\s*$"
_SECONDS: Final = r"^\s*(?<s>\d{10})(?:\.\d+)?\s*$"
_MILLISECONDS: Final = r"^\s*(?<s>\d{10})\d{3}\s*$"
_SERIAL: Final = r"^\s*(?<x>[2-6]\d{4})(?:[.,]\d+)?\s*$"
"""An Excel day number: 20000 (1954) to 69999 (2091)."""


@dataclass(frozen=True, slots=True)
class DatesRead:
    """Days of a column.

    Attributes:
        days: ``pl.Date``, null where there was none or it could not be read.
        unreadable: values that hold something that is no date.
        findings: how the column was read, where that had to be decided.
    """

    days: pl.Series
    unreadable: int
    findings: tuple[Words, ...]


def read_dates(values: pl.Series) -> DatesRead:
    """Tell the days of a column, whatever mixture of formats it holds.

    ``03/04/2025`` is told by the rest of the column: one value with a first number above 12 makes it day-first, one
    with a second number above 12 month-first; where there is neither, or both, day-first, and that is said.

    Args:
        values: strings, dates or times.
    """
    if values.dtype == pl.Date:
        return DatesRead(values, 0, ())
    if isinstance(values.dtype, pl.Datetime):
        return DatesRead(values.dt.date(), 0, ())
    text = values.cast(pl.String, strict=False)
    distinct = pl.DataFrame({"text": text}).unique(maintain_order=True).filter(
        pl.col("text").is_not_null() & (pl.col("text").str.strip_chars() != "")
    )  # fmt: skip
    day_first, ambiguous, findings = _order(distinct["text"])
    known = distinct.with_columns(day=_day(pl.col("text"), day_first=day_first))
    days = pl.DataFrame({"text": text}).join(known, on="text", how="left", maintain_order="left")["day"]
    filled = text.is_not_null() & (text.str.strip_chars() != "")
    return DatesRead(days.alias("date"), int((filled & days.is_null()).sum()), findings if ambiguous else ())


def dates_share(values: pl.Series, *, numbers: bool = False) -> float:
    """Share of the values, those that are not empty, that are dates.

    Args:
        values: strings, dates or times.
        numbers: a number that can be a date (Excel's days, seconds since 1970) counts as one.
    """
    if values.dtype.is_temporal():
        return 1.0
    text = values.cast(pl.String, strict=False).drop_nulls().str.strip_chars()
    text = text.filter(text != "")
    if not numbers:
        text = text.filter(~text.str.contains(r"^\d{1,9}(?:[.,]\d+)?$"))
    if text.is_empty():
        return 0.0
    return 1.0 - read_dates(text).unreadable / len(text)


def _order(text: pl.Series) -> tuple[bool, bool, tuple[Words, ...]]:
    """Day before month?, whether it had to be decided, and how it was."""
    parts = text.str.extract_groups(_YEAR_LAST).struct.unnest().drop_nulls()
    first = int((parts["a"].cast(pl.Int32) > 12).sum())
    second = int((parts["b"].cast(pl.Int32) > 12).sum())
    day_first = first >= second
    if first and second:
        why = Words("some dates can only be day/month, some only month/day",
                    "hay fechas que solo pueden ser día/mes y otras que solo mes/día")  # fmt: skip
    elif first or second:
        why = Words("as the whole column shows", "como muestra la columna entera")
    else:
        why = Words("assumed: no date tells", "supuesto: ninguna fecha lo aclara")
    en, es = ("day before month", "el día antes del mes") if day_first else ("month before day", "el mes antes del día")
    return day_first, parts.height > 0, (Words(f"dates read with the {en} ({why.en})",
                                               f"fechas leídas con {es} ({why.es})"),)  # fmt: skip


def _day(text: pl.Expr, *, day_first: bool) -> pl.Expr:
    """The first reading that gives a real day."""
    last = text.str.extract_groups(_YEAR_LAST).struct
    one, two = last.field("a"), last.field("b")
    day, month = (one, two) if day_first else (two, one)
    return pl.coalesce(
        *(_numbers(text, pattern) for pattern in (_YEAR_FIRST, _COMPACT)),
        _made(last.field("y"), month, day),
        _made(last.field("y"), day, month),  # 25/12 in a month-first column
        *(_named(text, pattern) for pattern in (_DAY_MONTH, _MONTH_DAY)),
        _made(text.str.extract(_MONTH_YEAR, 1), text.str.extract(_MONTH_YEAR, 2), pl.lit("1")),
        *(_since_1970(text, pattern) for pattern in (_SECONDS, _MILLISECONDS)),
        (text.str.extract(_SERIAL, 1).cast(pl.Int32) - 25_569).cast(pl.Date),
    )


def _numbers(text: pl.Expr, pattern: str) -> pl.Expr:
    parts = text.str.extract_groups(pattern).struct
    return _made(parts.field("y"), parts.field("m"), parts.field("d"))


def _named(text: pl.Expr, pattern: str) -> pl.Expr:
    parts = text.str.extract_groups(pattern).struct
    month = parts.field("n").str.to_lowercase().str.slice(0, 3).replace_strict(_MONTHS, default=None)
    return _made(parts.field("y"), month, parts.field("d"))


def _since_1970(text: pl.Expr, pattern: str) -> pl.Expr:
    return pl.from_epoch(text.str.extract(pattern, 1).cast(pl.Int64), time_unit="s").dt.date()


def _made(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The day of year, month and day, null where there is none; years of two digits are of 1970 to 2069."""
    number = year.cast(pl.Int32, strict=False)
    full = pl.when(number < 70).then(number + 2000).when(number < 100).then(number + 1900).otherwise(number)
    joined = pl.concat_str(
        full.cast(pl.String),
        month.cast(pl.Int32, strict=False).cast(pl.String).str.zfill(2),
        day.cast(pl.Int32, strict=False).cast(pl.String).str.zfill(2),
        separator="-",
    )
    return joined.str.to_date("%Y-%m-%d", strict=False)
