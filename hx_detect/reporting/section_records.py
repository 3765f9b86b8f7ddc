"""The sections of a report, as frozen records. In: nothing. Out: overview, time, causes, journey, NPS, calls."""

from __future__ import annotations

from dataclasses import dataclass

from hx_detect.reporting.figure_values import (
    Change,
    Estimate,
    NamedChange,
    NamedShare,
    Quote,
    Share,
    Span,
    Words,
)


@dataclass(frozen=True, slots=True)
class Overview:
    """How much HX and CX. ``current`` and ``previous`` are the compared periods; None where there are none."""

    texts: int
    hx: Share
    cx: Share
    levels: tuple[NamedShare, ...]
    sentiments: tuple[NamedShare, ...]
    signals: tuple[NamedShare, ...]
    current: Span | None
    previous: Span | None
    hx_change: Change | None
    cx_change: Change | None
    signal_changes: tuple[NamedChange, ...]
    """All signals, the clear ones first, then by size; Holm-corrected. Empty without a previous period."""


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One period. ``levels`` are counts in the order of ``labels.LEVELS``; ``partial`` where data do not fill it."""

    start: str
    end: str
    texts: int
    levels: tuple[int, ...]
    hx: Share
    cx: Share
    partial: bool


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A tested change of level: ``at`` is the first day after it; ``series`` is ``hx``, ``cx`` or a signal."""

    series: str
    at: str
    before: Share
    after: Share
    difference: Estimate
    p_value: float


@dataclass(frozen=True, slots=True)
class TimeFigures:
    """HX and CX over time; ``period`` is day, week, month or quarter; only significant ``change_points`` are kept."""

    period: str
    points: tuple[SeriesPoint, ...]
    change_points: tuple[ChangePoint, ...]
    tested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """How often a signal is and what it costs.

    Attributes:
        group: ``hx``, ``cause``, ``outcome``, ``cx`` or ``custom``.
        share: of all texts of the report.
        effect: points that a text with the signal has more (negative: less) than one without, all else equal; None
            where it cannot be told.
        total: the same without adjusting for outcome signals (what follows from the signal counts as its effect).
        cost: points of the whole score lost (positive) or gained (negative) by it: ``-effect`` times its share of
            the texts that have the score.
        rank: 1 is the most costly of its list; by ``cost``, else by share.
        clear: the interval of ``effect`` excludes 0 after Holm's correction.
    """

    signal: str
    group: str
    share: Share
    effect: Estimate | None
    total: Estimate | None
    cost: Estimate | None
    rank: int
    clear: bool
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Combination:
    """Signals that go together beyond chance, in the order of the journey: conduct, cause, outcome."""

    signals: tuple[str, ...]
    share: Share
    expected: float
    lift: Estimate
    p_value: float


@dataclass(frozen=True, slots=True)
class CauseFigures:
    """What hurts and what it costs.

    Attributes:
        basis: ``answer`` (real 0-10), ``stars`` (real stars) or ``implied`` (NPS band told from the words).
        unit: ``nps`` (points, -100 to 100) or ``stars`` (1 to 5).
        texts: texts with such an outcome.
        adjusted_for_group: whether the group column is in the model.
        causes: grievance signals (hx, cause, outcome, custom), most costly first.
        top: up to three conduct or cause signals that cost most, with a clear effect; else the most frequent.
        top_by_cost: False where ``top`` is by frequency only.
        explained: share of the outcome's variance that signals and groups explain (R squared), None where not fitted.
    """

    basis: str
    unit: str
    texts: int
    adjusted_for_group: bool
    causes: tuple[Cause, ...]
    top: tuple[str, ...]
    top_by_cost: bool
    combinations: tuple[Combination, ...]
    explained: float | None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of the journey; ``signals`` are shares among the stage's texts, in the order of ``JourneyFigures``."""

    stage: str
    texts: int
    hx: Share
    cx: Share
    signals: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the experience turns: the HX share rises (or falls) clearly from one stage to the next."""

    from_stage: str
    to_stage: str
    difference: Estimate
    p_value: float


@dataclass(frozen=True, slots=True)
class JourneyFigures:
    """Stages (in the journey's order, ``none`` last) by signals; ``turns`` tested and Holm-corrected, rises first."""

    signals: tuple[str, ...]
    stages: tuple[StageRow, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class NpsBands:
    """Promoters, passives, detractors; ``score`` in points with its interval; ``source`` is ``answer`` or ``text``."""

    source: str
    texts: int
    promoters: Share
    passives: Share
    detractors: Share
    score: Estimate


@dataclass(frozen=True, slots=True)
class NpsFigures:
    """NPS of real answers and as the words suggest it; ``histogram`` counts answers 0 to 10, empty without answers.

    ``change`` is the score of the current period minus that of the previous one. ``praised`` are contradictions whose
    words praise and whose score is low; ``blamed`` the other way round.
    """

    answers: NpsBands | None
    words: NpsBands | None
    histogram: tuple[int, ...]
    stars: Estimate | None
    before: NpsBands | None
    after: NpsBands | None
    change: Estimate | None
    contradictions: Share | None
    praised: tuple[Quote, ...]
    blamed: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class SignalQuotes:
    """Typical, unlike quotes of one signal."""

    signal: str
    group: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class StrengthFigures:
    """CX signals like causes (``cost`` negative: points gained), what promoters praise, and quotes."""

    strengths: tuple[Cause, ...]
    promoters: tuple[NamedShare, ...]
    quotes: tuple[SignalQuotes, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One text to call back for, ``rank`` from 1; ``reason`` in words; ``quote`` has the text with its evidence.

    ``times`` rows of the group have this very text; the quote is of the one with the highest priority.
    """

    rank: int
    priority: float
    reason: Words
    stage: str
    quote: Quote
    times: int = 1


@dataclass(frozen=True, slots=True)
class CallFigures:
    """The call-back list: ``due`` texts with a grievance in all, the first ``calls`` of them here.

    ``repeated`` more rows have the text of one of them, in the same group, and are not listed again.
    """

    due: int
    calls: tuple[Call, ...]
    repeated: int = 0
