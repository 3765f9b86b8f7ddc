"""What ``watch`` says. In: nothing. Out: frozen records of alarms; ``to_dict`` is the JSON of command and webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from hx_detect.reporting.figure_values import Share

HX_SHARE: Final = "hx_share"
"""Name of the stream "this text is HX", beside those of the signals."""

Status = Literal["learning", "quiet", "alarm"]


@dataclass(frozen=True, slots=True)
class AlarmText:
    """A text of an alarm, masked; row 1 is the first row of its file."""

    id: str | None
    row: int
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A share that rose beyond chance; days are ISO dates.

    Attributes:
        key: stable name of this alarm, for those who must not act twice.
        group: value of the group column, or None for all texts together.
        signal: ``hx_share``, or the name of a signal.
        since, since_low, since_high: likeliest day of the change, and the days it lies between (95 % of the evidence).
        found: day on which it was certain enough.
        texts_until_found: texts of the stream from the change until then.
        ended: first day back at the usual share, or None where it goes on.
        share: of the texts from the change to its end (Wilson's interval, which takes the day of the change as given).
        usual: share that was expected of the same weekdays.
        extra: texts above what was expected.
        evidence: e-value, as a power of ten.
        new: not told before.
        texts: examples, of those that were read this time.
    """

    key: str
    group: str | None
    signal: str
    since: str
    since_low: str
    since_high: str
    found: str
    texts_until_found: int
    ended: str | None
    share: Share
    usual: float
    extra: float
    evidence: float
    new: bool = True
    texts: tuple[AlarmText, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The alarm as JSON."""
        return {
            "key": self.key,
            "group": self.group,
            "signal": self.signal,
            "since": {"date": self.since, "from": self.since_low, "to": self.since_high},
            "found": self.found,
            "texts_until_found": self.texts_until_found,
            "ended": self.ended,
            "share": {
                "value": round(self.share.value, 4),
                "low": round(self.share.low, 4),
                "high": round(self.share.high, 4),
                "hits": self.share.count,
                "texts": self.share.of,
            },
            "usual": round(self.usual, 4),
            "extra": round(self.extra, 1),
            "evidence_log10": round(self.evidence, 2),
            "new": self.new,
            "texts": [{"id": text.id, "row": text.row, "date": text.date, "text": text.text} for text in self.texts],
        }


@dataclass(frozen=True, slots=True)
class WatchResult:
    """What was watched and what was found.

    Attributes:
        first, last: days of the first and last text; watched_from: first day that could raise an alarm.
        texts, undated, repeated: texts watched; left out for want of a date; left out as read before.
        groups, streams: groups watched; shares watched.
        alpha: probability of a false alarm in a year, over all streams.
        alarms: those that go on and the new ones first, then by day.
        notes: what the reader must know, in the user's language.
    """

    first: str | None
    last: str | None
    watched_from: str | None
    texts: int
    undated: int
    repeated: int
    groups: int
    streams: int
    alpha: float
    alarms: tuple[Alarm, ...]
    notes: tuple[str, ...] = ()
    learning: bool = False

    @property
    def status(self) -> Status:
        """``alarm`` where an alarm is new or goes on, ``learning`` where there is too little history yet."""
        if any(alarm.new or alarm.ended is None for alarm in self.alarms):
            return "alarm"
        return "learning" if self.learning else "quiet"

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        return {
            "status": self.status,
            "first": self.first,
            "last": self.last,
            "watched_from": self.watched_from,
            "texts": self.texts,
            "undated": self.undated,
            "repeated": self.repeated,
            "groups": self.groups,
            "streams": self.streams,
            "alpha_a_year": self.alpha,
            "alarms": [alarm.to_dict() for alarm in self.alarms],
            "notes": list(self.notes),
        }
