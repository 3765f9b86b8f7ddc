"""What the charts are drawn from. In: ``ReportFigures``. Out: plain values for the page's script, texts as (en, es)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hx_detect.labels import LEVELS
from hx_detect.reporting.figure_records import (
    Cause,
    CauseFigures,
    ChangePoint,
    Estimate,
    GroupFigures,
    GroupRow,
    JourneyFigures,
    ReportFigures,
    Share,
    TimeFigures,
    Words,
)
from hx_detect.reporting.page.bilingual import label, percent, short_level, span
from hx_detect.reporting.page.changes import point_sentence
from hx_detect.reporting.page.verdict import is_costly, outcome_unit
from hx_detect.reporting.tally import group_of

MOST_GROUPS: Final = 30
"""Rows of the ranking in the page: half from its bad end, half from its good end."""

Pair = tuple[str, str]


def chart_data(figures: ReportFigures) -> dict[str, Any]:
    """One entry per chart that the page draws."""
    data: dict[str, Any] = {}
    if figures.time and len(figures.time.points) > 1:
        data["time"] = _time(figures.time)
    if figures.causes and any(cause.share.count for cause in figures.causes.causes):
        data["causes"] = _costs(figures.causes.causes, figures.causes, 1.0)
        data["harmful"] = sum(1 for row in data["causes"]["rows"] if row["effect"] and row["effect"][0] > 0)
    if figures.strengths and any(cause.share.count for cause in figures.strengths.strengths):
        data["strengths"] = _costs(figures.strengths.strengths, figures.causes, -1.0)
    if figures.journey:
        data["journey"] = _journey(figures.journey)
    if figures.groups and len(figures.groups.rows) > 1:
        data["groups"] = _groups(figures.groups)
    if figures.nps and any(figures.nps.histogram):
        data["answers"] = {"counts": list(figures.nps.histogram)}
    return data


def shown_rows(groups: GroupFigures) -> tuple[GroupRow, ...]:
    """The rows of the ranking that the page shows: all, or both ends of it."""
    if len(groups.rows) <= MOST_GROUPS:
        return groups.rows
    half = MOST_GROUPS // 2
    return groups.rows[:half] + groups.rows[-half:]


def _pair(words: Words) -> Pair:
    return words.en, words.es


def _three(value: Share | Estimate, scale: float = 1.0) -> list[float]:
    low, high = sorted((value.low * scale, value.high * scale))
    return [round(value.value * scale, 5), round(low, 5), round(high, 5)]


def _time(time: TimeFigures) -> dict[str, Any]:
    return {
        "levels": [_pair(short_level(name)) for name in LEVELS],
        "points": [
            {
                "when": _pair(span(point.start, point.end)),
                "start": point.start,
                "n": point.texts,
                "levels": list(point.levels),
                "hx": _three(point.hx),
                "cx": _three(point.cx),
                "partial": point.partial,
            }
            for point in time.points
        ],
        "changes": [
            change
            for point in time.change_points
            if point.series in ("hx", "cx") and (change := _change(point, time)) is not None
        ],
    }


def _change(point: ChangePoint, time: TimeFigures) -> dict[str, Any] | None:
    """A change with the first period that begins at or after it; None where no such period is shown."""
    index = next((at for at, one in enumerate(time.points) if one.end >= point.at), None)
    if index is None:
        return None
    return {
        "series": point.series,
        "index": index,
        "before": round(point.before.value, 5),
        "after": round(point.after.value, 5),
        "words": _pair(point_sentence(point)),
        "points": round(100 * point.difference.value, 1),
    }


def _costs(causes: Iterable[Cause], figures: CauseFigures | None, sign: float) -> dict[str, Any]:
    """Causes (``sign`` 1: points lost) or strengths (-1: points gained)."""
    rows = [
        {
            "name": _pair(label(cause.signal)),
            "group": cause.group,
            "share": _three(cause.share),
            "n": cause.share.count,
            "effect": _three(cause.effect, -sign) if cause.effect else None,
            "cost": _three(cause.cost, sign) if cause.cost else None,
            "clear": is_costly(cause),
        }
        for cause in causes
        if cause.share.count
    ]
    stars = figures is not None and figures.unit == "stars"
    unit = outcome_unit(figures) if figures else Words("NPS points", "puntos de NPS")
    return {"unit": _pair(unit), "digits": 2 if stars else 1, "rows": rows}


def _journey(journey: JourneyFigures) -> dict[str, Any]:
    stages = [stage for stage in journey.stages if stage.texts]
    return {
        "signals": [{"name": _pair(label(name)), "group": group_of(name)} for name in journey.signals],
        "stages": [{"name": _pair(label(stage.stage)), "n": stage.texts} for stage in stages],
        "cells": [
            [column, row, round(share.value, 4), share.count]
            for column, stage in enumerate(stages)
            for row, share in enumerate(stage.signals)
        ],
        "hx": [_three(stage.hx) for stage in stages],
    }


def _groups(groups: GroupFigures) -> dict[str, Any]:
    rows = shown_rows(groups)
    return {
        "overall": round(groups.overall.value, 5),
        "overall_words": _pair(percent(groups.overall.value)),
        "cut": len(groups.rows) - len(rows),
        "rows": [
            {"name": row.name, "rank": row.rank, "n": row.texts, "shrunk": _three(row.shrunk),
             "seen": round(row.hx.value, 5), "verdict": row.verdict}
            for row in rows
        ],
    }  # fmt: skip
