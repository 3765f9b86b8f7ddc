"""What changed, in sentences that leave open what the figures leave open. In: ``ReportFigures``. Out: ``Words``."""

from __future__ import annotations

from typing import Final

from hx_detect.reporting.figure_records import Change, ChangePoint, Estimate, ReportFigures, Words
from hx_detect.reporting.page.bilingual import both, day, decimal, label, percent, points_range, same, sentence

MOST_CHANGES: Final = 4


def what_changed(figures: ReportFigures) -> tuple[Words, ...]:
    """The clear changes, the weightiest first; one sentence where there are none or they cannot be told."""
    nps = figures.nps.change if figures.nps else None
    found = [_nps_changed(nps)] if nps and (nps.low > 0 or nps.high < 0) else []
    if figures.time:
        found += [point_sentence(point) for point in reversed(figures.time.change_points) if point.series == "hx"][:1]
    overview = figures.overview
    told = len(found) > (1 if nps and (nps.low > 0 or nps.high < 0) else 0)
    for name, change in (("HX", overview.hx_change), ("CX", overview.cx_change)):
        if change and is_clear(change) and not (told and name == "HX"):
            found.append(change_sentence(same(name), change))
    found += [change_sentence(quoted(one.name), one.change) for one in overview.signal_changes if is_clear(one.change)]
    if found:
        return tuple(found[:MOST_CHANGES])
    if overview.hx_change is None and figures.time is None:
        return (missing_reason(figures, "change"),)
    if overview.hx_change is None:
        return (Words("No clear change over the time covered.", "Ningún cambio claro en el tiempo cubierto."),)
    return (
        sentence(change_sentence(same("HX"), overview.hx_change)),
        Words("Nor did any signal change clearly.", "Tampoco cambia con claridad ninguna señal."),
    )


def missing_reason(figures: ReportFigures, section: str) -> Words:
    """Why a section is not there."""
    for one in figures.missing:
        if one.section == section:
            return one.reason
    return Words("The data do not tell.", "Los datos no lo dicen.")


def is_clear(change: Change) -> bool:
    """Whether a direction may be told: significant after correction, and the interval leaves out 0."""
    return change.clear and not change.difference.low <= 0 <= change.difference.high


def change_sentence(name: Words, change: Change) -> Words:
    """How a share moved, with its interval; never a direction that the interval leaves open."""
    if not is_clear(change):
        return both(
            "no clear change in {name} (between {low} and {high} points).",
            "sin cambio claro en {name} (entre {low} y {high} puntos).",
            name=name,
            low=decimal(100 * change.difference.low, signed=True),
            high=decimal(100 * change.difference.high, signed=True),
        )
    return both(
        "{name} {verb} from {before} to {after}: {size} points ({range}).",
        "{name} {verb} del {before} al {after}: {size} puntos ({range}).",
        name=name,
        verb=_verb(change.difference),
        before=percent(change.before.value),
        after=percent(change.after.value),
        size=decimal(100 * abs(change.difference.value)),
        range=points_range(absolute(change.difference), scale=100),
    )


def change_note(change: Change) -> Words:
    """The same beside a figure that already has its name."""
    if not is_clear(change):
        return both(
            "no clear change ({low} to {high} points)",
            "sin cambio claro ({low} a {high} puntos)",
            low=decimal(100 * change.difference.low, signed=True),
            high=decimal(100 * change.difference.high, signed=True),
        )
    return both(
        "{size} points ({range})",
        "{size} puntos ({range})",
        size=decimal(100 * change.difference.value, signed=True),
        range=points_range(change.difference, scale=100, signed=True),
    )


def point_sentence(point: ChangePoint) -> Words:
    """One tested change of level."""
    return both(
        "Since {day} {name} is at {after}, against {before} before ({range} points).",
        "Desde el {day} {name} está en el {after}, frente al {before} anterior ({range} puntos).",
        day=day(point.at),
        name=same(point.series.upper()) if point.series in ("hx", "cx") else quoted(point.series),
        before=percent(point.before.value),
        after=percent(point.after.value),
        range=points_range(point.difference, scale=100, signed=True),
    )


def quoted(signal: str) -> Words:
    """The name of a signal in quotation marks."""
    return both("“{name}”", "«{name}»", name=label(signal))


def absolute(estimate: Estimate) -> Estimate:
    """An estimate without its sign, for sentences whose verb tells it; its interval must leave out 0."""
    low, high = sorted((abs(estimate.low), abs(estimate.high)))
    return Estimate(abs(estimate.value), low, high)


def _verb(difference: Estimate) -> Words:
    return Words("rose", "subió") if difference.value > 0 else Words("fell", "bajó")


def _nps_changed(change: Estimate) -> Words:
    return both(
        "NPS {verb} by {size} points ({range}).",
        "El NPS {verb} {size} puntos ({range}).",
        verb=_verb(change),
        size=decimal(abs(change.value)),
        range=points_range(absolute(change)),
    )
