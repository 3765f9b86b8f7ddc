"""Dates as files have them -> points in time. In: values of one column. Out: UTC times; day or month first is told.

Whether 03/04 is in April or in March is decided by the whole column: one 25/04 or 04/25 in it settles the matter.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from hx_detect.errors import UsageError
from hx_detect.wording import say

_PARTS: Final = re.compile(
    r"\s*(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})"
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap]\.?m\.?)?)?\s*Z?\s*",
    re.IGNORECASE,
)
_OFFSET: Final = re.compile(r"\s+([+-]\d{2}:?\d{2})$")
_LARGEST_MONTH: Final = 12
_CENTURY: Final = 2000
_NOON: Final = 12


class DateColumn:
    """Reads the dates of one column. First show it every value by ``note``, then ``read`` them.

    Attributes:
        day_first: seen values with a day above 12 in front.
        month_first: seen values with a day above 12 in second place.
    """

    def __init__(self) -> None:
        self.day_first = 0
        self.month_first = 0

    def note(self, value: object) -> None:
        """Learn what a value says of the order of day and month."""
        found = _PARTS.fullmatch(value) if isinstance(value, str) else None
        if found is None or len(found[1]) > 2:
            return
        first, second = int(found[1]), int(found[2])
        self.day_first += first > _LARGEST_MONTH >= second
        self.month_first += second > _LARGEST_MONTH >= first

    @property
    def is_month_first(self) -> bool:
        """Month before day; where no value tells, the day comes first."""
        return self.month_first > self.day_first

    def read(self, value: object) -> datetime | None:
        """The point in time; what has no zone is taken as UTC. None where it cannot be read."""
        if isinstance(value, datetime):
            return _with_zone(value)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if not isinstance(value, str):
            return None
        try:
            return _with_zone(datetime.fromisoformat(_OFFSET.sub(r"\1", value.strip())))
        except ValueError:
            return self._by_parts(value)

    def _by_parts(self, value: str) -> datetime | None:
        found = _PARTS.fullmatch(value)
        if found is None:
            return None
        first, second, third = (int(found[place]) for place in (1, 2, 3))
        if len(found[1]) > 2:
            year, month, day = first, second, third
        else:
            year = third if len(found[3]) > 2 else _CENTURY + third
            month, day = (first, second) if self._month_leads(first, second) else (second, first)
        hour, minute, seconds = (int(found[place] or 0) for place in (4, 5, 6))
        if found[7]:
            hour = hour % _NOON + (_NOON if found[7][0].lower() == "p" else 0)
        try:
            return datetime(year, month, day, hour, minute, seconds, tzinfo=UTC)
        except ValueError:
            return None

    def _month_leads(self, first: int, second: int) -> bool:
        if second > _LARGEST_MONTH:
            return True
        return self.is_month_first and first <= _LARGEST_MONTH


def moment_of(value: str) -> datetime:
    """The point in time that a person names, such as 2026-05-01 or 01/05/2026 10:30.

    Raises:
        UsageError: it cannot be read, or is yet to come.
    """
    moment = DateColumn().read(value)
    if moment is not None and moment <= datetime.now(UTC):
        return moment
    raise UsageError(
        say(f"{value!r} is no time that has been", f"{value!r} no es un momento ya pasado"),
        cure=say("Write it as 2026-05-01 10:30", "Escríbalo como 2026-05-01 10:30"),
    )


def _with_zone(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
