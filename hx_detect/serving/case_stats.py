"""Cases -> how well the loop is closed. In: ``CaseFact``. Out: counts, time to contact, customers won back.

Time to contact: Kaplan and Meier (1958), so that those who still wait count for as long as they have waited; the
median's interval by inverting the log-log band (Brookmeyer and Crowley 1982). Shares: Wilson (1927). All at 95 %.
"""

from __future__ import annotations

import threading
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from hx_detect.labels import HX_LEVELS
from hx_detect.serving.case_rules import STATES
from hx_detect.serving.store.case_pages import CaseFact

CONFIDENCE: Final = 0.95
_HOUR: Final = 3600.0
_WARNINGS: Final = threading.Lock()
"""Filters of warnings belong to the whole process."""
_MEDIAN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval; None where there is nothing to take it of."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Median:
    """Hours until half are reached.

    Attributes:
        hours: None where fewer than half have been reached so far.
        low: of the interval; None where it cannot be told.
        high: of the interval; None where it cannot be told: it may be for ever.
        reached: customers reached.
        of: all.
    """

    hours: float | None
    low: float | None
    high: float | None
    reached: int
    of: int


@dataclass(frozen=True, slots=True)
class CaseStats:
    """How well the loop is closed.

    Attributes:
        group: None for all together.
        cases: how many.
        states: state -> cases.
        time_to_contact: from the opening of a case, in hours.
        customers: whose case began with an HX text; without a customer's key each case counts as one.
        heard: of these, those of whom the end is known so far: they wrote again, or were given up as lost.
        won_back: of ``heard``, those whose latest text is not HX and who are not lost.
        won_back_of_all: the same of all ``customers``: at least so many.
    """

    group: str | None
    cases: int
    states: dict[str, int]
    time_to_contact: Median
    customers: int
    heard: int
    won_back: Share
    won_back_of_all: Share
    groups: list[CaseStats] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def stats_of(facts: Sequence[CaseFact], moment: datetime, *, by_group: bool = False) -> CaseStats:
    """Statistics of cases, and of each group where asked for (the largest first).

    Args:
        facts: of all cases wanted.
        moment: until when those not reached have waited.
        by_group: also of each group.
    """
    groups: list[CaseStats] = []
    if by_group:
        parts: dict[str, list[CaseFact]] = defaultdict(list)
        for fact in facts:
            parts[fact.group or ""].append(fact)
        ordered = sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))
        groups = [_stats(part, moment, name or None) for name, part in ordered]
    return _stats(facts, moment, None, groups)


def wilson(count: int, of: int) -> Share:
    """A share and its interval (Wilson 1927)."""
    if not of:
        return Share(count, of, None, None, None)
    from hx_detect.reporting import intervals

    low, high = intervals.wilson(count, of)
    return Share(count, of, _rounded(count / of), _rounded(low), _rounded(high))


def median_hours(facts: Iterable[CaseFact], moment: datetime) -> Median:
    """Hours from the opening of a case until its customer is reached; who was lost before stops to wait then."""
    reached: list[float] = []
    waited: list[float] = []
    for fact in facts:
        end = fact.contacted or (fact.closed if fact.state == "lost" else None) or moment
        hours = max((end - fact.created).total_seconds(), 0.0) / _HOUR
        (waited if fact.contacted is None else reached).append(hours)
    of = len(reached) + len(waited)
    if not reached:
        return Median(None, None, None, 0, of)
    middle, low, high = _median_of_survival(reached, waited)
    return Median(middle, low, high, len(reached), of)


def _median_of_survival(reached: list[float], waited: list[float]) -> tuple[float | None, float | None, float | None]:
    import numpy as np
    from scipy.stats import CensoredData, ecdf

    survival = ecdf(CensoredData(uncensored=reached, right=waited)).sf
    with _WARNINGS, warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # where nobody or everybody is reached there is no band
        band = survival.confidence_interval(CONFIDENCE, method="log-log")

    def first(values: Any) -> float | None:  # noqa: ANN401 - scipy has no types
        below = np.flatnonzero(np.asarray(values) <= _MEDIAN)
        return _rounded(float(survival.quantiles[below[0]])) if below.size else None

    return first(survival.probabilities), first(band.low.probabilities), first(band.high.probabilities)


def _stats(
    facts: Sequence[CaseFact], moment: datetime, group: str | None, groups: Sequence[CaseStats] = ()
) -> CaseStats:
    states = Counter(fact.state for fact in facts)
    people: dict[str, CaseFact] = {}
    for fact in facts:  # oldest first: of several cases of one customer the newest counts
        if fact.level in HX_LEVELS:
            people[f"c{fact.customer}" if fact.customer else f"i{fact.id}"] = fact
    heard = [fact for fact in people.values() if fact.last_level is not None or fact.state == "lost"]
    won = [fact for fact in heard if fact.state != "lost" and fact.last_level not in HX_LEVELS]
    return CaseStats(
        group=group,
        cases=len(facts),
        states={state: states[state] for state in STATES},
        time_to_contact=median_hours(facts, moment),
        customers=len(people),
        heard=len(heard),
        won_back=wilson(len(won), len(heard)),
        won_back_of_all=wilson(len(won), len(people)),
        groups=list(groups),
    )


def _rounded(value: float) -> float:
    return round(value, 4)
