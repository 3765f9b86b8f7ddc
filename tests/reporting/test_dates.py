"""Dates as people write them: formats mixed in one column, day before month or after it, and what is no date."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hx_detect.reporting.dates import dates_share, read_dates

DAY = date(2025, 3, 4)


@pytest.mark.parametrize(
    "written",
    [
        "2025-03-04", "2025-03-04T10:00:00Z", "2025-03-04 23:59:59.123+02:00", "2025/3/4", "20250304", "04/03/2025",
        "4/3/25", "04.03.2025 10:30", "4-3-2025", "4 de marzo de 2025", "martes, 4 de marzo de 2025", "4 mar 2025",
        "4-Mar-25", "March 4, 2025", "Mar 4th, 2025", "Tue Mar 04 12:05:12 +0000 2025", "1741082400", "1741082400000",
        "45720", "45720.5", " 2025-03-04 ",
    ],
)  # fmt: skip
def test_ways_of_writing_a_day(written: str) -> None:
    assert read_dates(pl.Series([written])).days.to_list() == [DAY]


def test_three_formats_in_one_column_and_what_is_none() -> None:
    found = read_dates(pl.Series(["2025-03-04", "25/12/2024", "3 de abril de 2025", "ayer", "31/02/2025", "", None]))
    assert found.days.to_list()[:3] == [DAY, date(2024, 12, 25), date(2025, 4, 3)]
    assert found.days.to_list()[3:] == [None] * 4
    assert found.unreadable == 2


def test_the_whole_column_tells_whether_the_month_comes_first() -> None:
    american = read_dates(pl.Series(["03/04/2025", "12/25/2024"]))
    assert american.days.to_list() == [DAY.replace(month=3, day=4), date(2024, 12, 25)]
    assert "month before day" in american.findings[0].en
    spanish = read_dates(pl.Series(["04/03/2025", "25/12/2024"]))
    assert spanish.days.to_list() == [DAY, date(2024, 12, 25)]
    assert "el día antes del mes" in spanish.findings[0].es
    unsure = read_dates(pl.Series(["04/03/2025"]))
    assert unsure.days.to_list() == [DAY]
    assert "assumed" in unsure.findings[0].en
    assert read_dates(pl.Series(["2025-03-04"])).findings == ()


def test_real_dates_and_times_are_taken_as_they_are() -> None:
    assert read_dates(pl.Series([DAY])).days.to_list() == [DAY]
    assert read_dates(pl.Series([datetime(2025, 3, 4, 23, 59)])).days.to_list() == [DAY]
    assert read_dates(pl.Series([None, None], dtype=pl.String)).days.to_list() == [None, None]


@settings(max_examples=20)
@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_iso_days_are_read_as_they_are(day: date) -> None:
    assert read_dates(pl.Series([day.isoformat()])).days.to_list() == [day]


@pytest.mark.parametrize(
    ("values", "share"),
    [(["2025-03-04", "hola"], 0.5), (["1", "2", "3"], 0.0), ([], 0.0), (["04/03/2025", ""], 1.0)],
)
def test_share_of_dates(values: list[str], share: float) -> None:
    assert dates_share(pl.Series(values, dtype=pl.String)) == share


def test_share_of_real_dates() -> None:
    assert dates_share(pl.Series([DAY])) == 1.0
