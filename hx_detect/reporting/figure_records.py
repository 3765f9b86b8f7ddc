"""A whole report, as frozen records. In: nothing. Out: ``ReportFigures`` and all its parts; ``to_dict``, ``of_dict``.

This is the one place to import a report's records from: small values, sections, groups, certainty, the whole.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, cast

from hx_detect.reporting.figure_values import (
    Change,
    Estimate,
    Mark,
    NamedChange,
    NamedShare,
    Quote,
    Share,
    Span,
    Words,
)
from hx_detect.reporting.section_records import (
    Call,
    CallFigures,
    Cause,
    CauseFigures,
    ChangePoint,
    Combination,
    JourneyFigures,
    NpsBands,
    NpsFigures,
    Overview,
    SeriesPoint,
    SignalQuotes,
    StageRow,
    StrengthFigures,
    TimeFigures,
    Turn,
)

__all__ = [
    "Call",
    "CallFigures",
    "Cause",
    "CauseFigures",
    "Change",
    "ChangePoint",
    "Combination",
    "Estimate",
    "GroupFigures",
    "GroupRow",
    "GroupSection",
    "JourneyFigures",
    "Mark",
    "Method",
    "MissingSection",
    "NamedChange",
    "NamedCount",
    "NamedShare",
    "NpsBands",
    "NpsFigures",
    "Overview",
    "Quote",
    "ReportFigures",
    "SeriesPoint",
    "Share",
    "SignalQuality",
    "SignalQuotes",
    "Span",
    "StageRow",
    "StrengthFigures",
    "TimeFigures",
    "TrustFigures",
    "Turn",
    "Words",
    "of_dict",
    "plain",
    "to_dict",
]


@dataclass(frozen=True, slots=True)
class NamedCount:
    """A count under a name (reject code, file …)."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group (shop, product, agent …).

    Attributes:
        hx, cx: observed shares.
        shrunk: HX share after empirical-Bayes shrinkage with its 95 % credible interval; what groups are ranked by.
        rank: 1 is the worst.
        verdict: ``worse`` or ``better`` where the credible interval leaves out the overall share, else ``usual``.
        nps: mean NPS points with interval (see ``GroupFigures.nps_basis``), None without.
        signals: up to three grievance signals that are most above the overall share, where clearly so.
        change: HX share, previous to current period; None without.
    """

    name: str
    texts: int
    hx: Share
    cx: Share
    shrunk: Estimate
    rank: int
    verdict: str
    nps: Estimate | None
    signals: tuple[str, ...]
    change: Change | None


@dataclass(frozen=True, slots=True)
class GroupSection:
    """One group's own page; ``signals`` all signals that occur, most frequent first; ``points`` empty without dates."""

    row: GroupRow
    levels: tuple[NamedShare, ...]
    signals: tuple[NamedShare, ...]
    stages: tuple[NamedShare, ...]
    points: tuple[SeriesPoint, ...]
    quotes: tuple[Quote, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Groups of ``column``, worst first.

    Attributes:
        overall: HX share of all texts that have a group.
        prior: alpha and beta of the beta distribution that shares are shrunk to; None where there is one group only.
        rows: every group (``--format json`` has them all; the page shows ends of the ranking).
        sections: groups with their own section: the worst, the best, the largest (bounded).
        nps_basis: ``answer``, ``stars`` or ``implied``; ``GroupRow.nps`` is mean stars where it is ``stars``.
    """

    column: str
    overall: Share
    prior: tuple[float, float] | None
    rows: tuple[GroupRow, ...]
    sections: tuple[GroupSection, ...]
    nps_basis: str


@dataclass(frozen=True, slots=True)
class SignalQuality:
    """How good the model is at one signal, by its bundle's measurements; None where not measured. ``weak``: warn."""

    signal: str
    f1: float | None
    precision: float | None
    recall: float | None
    ece: float | None
    examples: int
    weak: bool


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the report: what it is used for, its name, and its source (author, year, title)."""

    key: str
    used_for: Words
    name: Words
    source: str


@dataclass(frozen=True, slots=True)
class MissingSection:
    """A section that could not be made, or not in full, and why.

    Attributes:
        section: ``overview``, ``change`` (against the period before), ``time``, ``causes``, ``journey``, ``groups``,
            ``nps``, ``quotes``, ``strengths``, ``calls`` or ``trust``.
        reason: one sentence.
    """

    section: str
    reason: Words


@dataclass(frozen=True, slots=True)
class TrustFigures:
    """How sure the report is.

    Attributes:
        files: names of the inputs and their rows.
        rows: rows read; ``texts`` of them are scored and in the report.
        rejected: rows without a score, per reason.
        languages: share per language; ``unsupported``: in neither Spanish nor English.
        repeated: texts that stand more than once.
        dated: texts with a usable date; ``future`` after the last day that makes sense, ``unreadable`` dates.
        findings: what was found in the input by itself (columns, date order …), one sentence each.
        model: name and version; empty where the input does not say.
        signal_quality: measured quality of the signals, weak ones first; empty where the bundle is not at hand.
        calibration: expected calibration error of ``hx_probability`` per language code.
        masked: what was masked in quotes, and how thoroughly.
        command: the exact command that made the report.
    """

    files: tuple[NamedCount, ...]
    rows: int
    texts: int
    rejected: tuple[NamedCount, ...]
    languages: tuple[NamedShare, ...]
    unsupported: Share
    repeated: Share
    dated: Share | None
    future: int
    unreadable: int
    findings: tuple[Words, ...]
    model: str
    signal_quality: tuple[SignalQuality, ...]
    calibration: tuple[tuple[str, float], ...]
    masked: Words
    command: str


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """Everything a report says. A section that cannot be made is None and its reason stands in ``missing``.

    Attributes:
        title: as given, else made from the file names.
        group: the one group that the report is of (``--group``), None for all.
        span: first and last day of the texts, None without dates.
        texts_shown: False with ``--no-texts``: quotes and calls then have empty texts.
    """

    title: Words
    group: str | None
    span: Span | None
    texts_shown: bool
    overview: Overview
    time: TimeFigures | None
    causes: CauseFigures | None
    journey: JourneyFigures | None
    groups: GroupFigures | None
    nps: NpsFigures | None
    quotes: tuple[SignalQuotes, ...] | None
    strengths: StrengthFigures | None
    calls: CallFigures | None
    trust: TrustFigures
    methods: tuple[Method, ...]
    missing: tuple[MissingSection, ...]


def to_dict(figures: ReportFigures) -> dict[str, Any]:
    """The figures as plain JSON values: records become objects, tuples lists."""
    return cast(dict[str, Any], plain(figures))


def plain(record: object) -> object:
    """Any record of a report as plain JSON values."""
    if is_dataclass(record):
        return {field.name: plain(getattr(record, field.name)) for field in fields(record)}
    if isinstance(record, tuple | list):
        return [plain(item) for item in record]
    return record


def of_dict(values: Mapping[str, Any]) -> ReportFigures:
    """The figures that ``to_dict`` made JSON of; what an earlier release did not write yet has its default.

    Raises:
        KeyError: a field without a default is missing.
    """
    return cast(ReportFigures, _built(ReportFigures, values))


def _built(kind: object, value: object) -> object:
    if value is None:
        return None
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return _built(next(one for one in typing.get_args(kind) if one is not type(None)), value)
    if isinstance(value, list):
        kinds = typing.get_args(kind)
        each = kinds[:1] * len(value) if kinds[-1] is Ellipsis else kinds
        return tuple(_built(one, item) for one, item in zip(each, value, strict=True))
    if isinstance(value, Mapping) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        given = [field.name for field in fields(kind) if field.name in value or field.default is MISSING]
        return kind(**{name: _built(hints[name], value[name]) for name in given})
    return value
