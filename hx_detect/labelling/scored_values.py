"""A row of a scored table -> what the model said of it. In: column names, then rows. Out: ``ScoredValues`` or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hx_detect.io.ratings import number_of
from hx_detect.io.score_columns import NESTED
from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES
from hx_detect.records import Score

PREFIX: Final = "hx_p_"
OURS: Final = "hx_"
"""Names that begin so are columns of a score; ``hx`` is the nested one."""


@dataclass(frozen=True, slots=True)
class ScoredValues:
    """What the model said of one text.

    Attributes:
        signals: signal (built-in or own) -> probability; those it is silent about are missing.
        sentiment: probability of negative, neutral, positive; None where the table has none.
        stars: expected stars, 1 to 5, or None.
        language: ``es``, ``en``, ``mixed``, ``other`` or None.
        kind: the text's kind, or None.
    """

    signals: Mapping[str, float]
    sentiment: tuple[float, float, float] | None = None
    stars: float | None = None
    language: str | None = None
    kind: str | None = None

    @property
    def complete(self) -> bool:
        """Does it speak of all 18 signals?"""
        return all(name in self.signals for name in SIGNAL_NAMES)


Reader = Callable[[Mapping[str, Any]], ScoredValues | None]


def own_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that are not of a score: among them the text is to be looked for."""
    return tuple(name for name in columns if name != NESTED and not name.startswith(OURS))


def reader_of(columns: Sequence[str]) -> Reader | None:
    """How to read the scores of a table with these columns; None where it is not a scored one."""
    flat = {name.removeprefix(PREFIX): name for name in columns if name.startswith(PREFIX)}
    if flat:
        return lambda values: _flat(values, flat)
    return _nested if NESTED in columns else None


def of_score(score: Score) -> ScoredValues:
    """What a fresh score says."""
    return ScoredValues(
        {signal.name: signal.probability for signal in score.signals},
        score.sentiment_probabilities,
        score.stars_expected,
        score.language,
        score.kind,
    )


def _flat(values: Mapping[str, Any], names: Mapping[str, str]) -> ScoredValues | None:
    found = {signal: number_of(values.get(column)) for signal, column in names.items()}
    signals = {signal: number for signal, number in found.items() if number is not None}
    if not signals:
        return None
    return ScoredValues(
        signals,
        _three(number_of(values.get(f"hx_sentiment_{name}")) for name in SENTIMENTS),
        number_of(values.get("hx_stars_expected")),
        _word(values.get("hx_language")),
        _word(values.get("hx_kind")),
    )


def _nested(values: Mapping[str, Any]) -> ScoredValues | None:
    record = values.get(NESTED)
    if not isinstance(record, Mapping) or not isinstance(record.get("signals"), Sequence):
        return None
    signals = {
        str(signal["name"]): float(signal["probability"])
        for signal in record["signals"]
        if isinstance(signal, Mapping) and number_of(signal.get("probability")) is not None and "name" in signal
    }
    shares = _part(record, "sentiment", "probabilities")
    return ScoredValues(
        signals,
        _three(number_of(shares.get(name)) for name in SENTIMENTS) if isinstance(shares, Mapping) else None,
        number_of(_part(record, "stars", "expected")),
        _word(_part(record, "language", "code")),
        _word(_part(record, "kind", "label")),
    )


def _part(record: Mapping[str, Any], name: str, key: str) -> Any:  # noqa: ANN401 - a value of someone's JSON
    inner = record.get(name)
    return inner.get(key) if isinstance(inner, Mapping) else None


def _three(numbers: Any) -> tuple[float, float, float] | None:  # noqa: ANN401 - any iterable of three
    negative, neutral, positive = numbers
    if negative is None or neutral is None or positive is None:
        return None
    return negative, neutral, positive


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
