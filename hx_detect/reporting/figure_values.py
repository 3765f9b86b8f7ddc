"""Small values that figures are made of. In: nothing. Out: frozen records: shares, intervals, quotes, words.

Shares are fractions of 1, NPS points run from -100 to 100, dates are ISO strings, intervals are 95 %. Labels (signals,
levels, stages, bands, languages) are their stable names; a signal outside ``labels.SIGNAL_NAMES`` is a customer's own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    en: str
    es: str


def counted(en: str, es: str, count: int) -> Words:
    """A sentence with a number in it, as each language writes it; ``{}`` marks its place.

    Args:
        en: the sentence in English.
        es: the same in Spanish.
        count: the number.
    """
    grouped = f"{count:,}"
    return Words(
        en.replace("{}", grouped), es.replace("{}", grouped.replace(",", ".") if count > 9_999 else str(count))
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of`` texts; ``value`` with its 95 % interval (Wilson), fractions. All 0 to 1 where ``of`` is 0."""

    count: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NamedShare:
    """The share of one label (level, sentiment, language, signal …)."""

    name: str
    share: Share


@dataclass(frozen=True, slots=True)
class Change:
    """A share in two periods; ``clear`` where the corrected p-value is below 0.05."""

    before: Share
    after: Share
    difference: Estimate
    p_value: float
    clear: bool


@dataclass(frozen=True, slots=True)
class NamedChange:
    """The change of one signal's share."""

    name: str
    change: Change


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``start`` to ``end``, both included, and the texts dated in them."""

    start: str
    end: str
    texts: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a shown text: ``text[start:end]`` is the evidence of ``signal``."""

    start: int
    end: int
    signal: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A customer's words, cut to length and masked. ``group``, ``date``, ``stars``, ``answer`` where known."""

    text: str
    marks: tuple[Mark, ...]
    row: int
    id: str | None
    level: str
    signals: tuple[str, ...]
    group: str | None
    date: str | None
    stars: float | None
    answer: float | None
    language: str
