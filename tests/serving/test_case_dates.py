"""Dates of a column are read alike: day or month first is told by all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.errors import UsageError
from hx_detect.serving.case_dates import DateColumn, moment_of


def column(*values: object) -> DateColumn:
    found = DateColumn()
    for value in values:
        found.note(value)
    return found


@pytest.mark.parametrize(
    ("others", "month"), [(("25/12/2025",), 4), (("12/25/2025",), 3), ((), 4), (("x", None, "2025-01-13"), 4)]
)
def test_one_clear_date_settles_the_others(others: tuple[object, ...], month: int) -> None:
    read = column(*others).read("03/04/2025")
    assert read is not None
    assert (read.year, read.month) == (2025, month)


@pytest.mark.parametrize(
    ("value", "read"),
    [("2025-05-01", datetime(2025, 5, 1, tzinfo=UTC)),
     ("2025-05-01T10:30:00Z", datetime(2025, 5, 1, 10, 30, tzinfo=UTC)),
     ("2015-02-24 11:35:52 -0800", datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)),
     ("1.5.25", datetime(2025, 5, 1, tzinfo=UTC)), ("01-05-2025 9:05", datetime(2025, 5, 1, 9, 5, tzinfo=UTC)),
     ("13/5/2025 12:10 a.m.", datetime(2025, 5, 13, 0, 10, tzinfo=UTC)), ("2025/5/1", datetime(2025, 5, 1, tzinfo=UTC)),
     ("13/5/2025, 3:10 PM", datetime(2025, 5, 13, 15, 10, tzinfo=UTC)),
     (date(2025, 5, 1), datetime(2025, 5, 1, tzinfo=UTC)),
     (datetime(2025, 5, 1, 9), datetime(2025, 5, 1, 9, tzinfo=UTC)), ("31/02/2025", None), ("ayer", None), ("", None),
     (None, None), (7, None), (datetime(2025, 5, 1, 1, tzinfo=timezone(timedelta(hours=2))),
      datetime(2025, 4, 30, 23, tzinfo=UTC))],
)  # fmt: skip
def test_forms_of_dates(value: object, read: datetime | None) -> None:
    assert column(value).read(value) == read


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d-%m-%y", "%Y-%m-%d", "%Y.%m.%d"])
)
def test_what_is_written_day_first_is_read_so(day: date, form: str) -> None:
    read = column(day.strftime(form)).read(day.strftime(form))
    assert read is not None
    assert read.date() == day or (form.startswith("%d") and day.day <= 12 < day.month)


@given(st.text(max_size=30))
def test_nothing_breaks_it(value: str) -> None:
    read = column(value).read(value)
    assert read is None or read.tzinfo is not None


@pytest.mark.parametrize("value", ["ayer", "2999-01-01"])
def test_a_moment_that_has_not_been(value: str) -> None:
    with pytest.raises(UsageError, match="no time that has been"):
        moment_of(value)
