"""The figures in plain sentences, no more certain than they are. In: ``ReportFigures``. Out: ``Verdict``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hx_detect.reporting.figure_records import CallFigures, Cause, CauseFigures, Estimate, ReportFigures, Share, Words
from hx_detect.reporting.page.bilingual import (
    and_range,
    both,
    decimal,
    label,
    percent,
    points_range,
    same,
    share_range,
    texts,
)
from hx_detect.reporting.page.changes import absolute, missing_reason, what_changed
from hx_detect.reporting.page.signal_words import first_step, heading

FEW: Final = 30
"""Below so many texts a share is only said with a warning."""
MANY_UNSUPPORTED: Final = 0.05
MANY_REPEATED: Final = 0.10
"""Shares from which a reader is warned."""


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One of the causes that cost most: what, how often, what it costs, and a figure to draw."""

    signal: str
    title: Words
    often: Words
    costs: Words
    clear: bool
    cost: Estimate | None
    share: Share


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one-minute summary.

    Attributes:
        headline: how much HX and CX.
        causes: at most three.
        causes_note: by what they are ordered, and that it is no proof.
        changed: what changed clearly, or one sentence that nothing did.
        steps: what to do first, most urgent first.
        cautions: what a reader must know before quoting a figure.
    """

    headline: Words
    causes: tuple[CauseLine, ...]
    causes_note: Words
    changed: tuple[Words, ...]
    steps: tuple[Words, ...]
    cautions: tuple[Words, ...]


def verdict(figures: ReportFigures) -> Verdict:
    """The summary of a report."""
    lines = cause_lines(figures.causes) if figures.causes else ()
    return Verdict(
        headline=_headline(figures),
        causes=lines,
        causes_note=_causes_note(figures.causes) if figures.causes else missing_reason(figures, "causes"),
        changed=what_changed(figures),
        steps=_steps(figures, lines),
        cautions=_cautions(figures),
    )


def _headline(figures: ReportFigures) -> Words:
    hx, cx = figures.overview.hx, figures.overview.cx
    if hx.of == 0:
        return Words("There is no text to judge.", "No hay ningún texto que valorar.")
    if hx.of < FEW:
        return both(
            "HX in {hx} of only {texts}, CX in {cx}: too few to say how it is for all customers.",
            "HX en {hx} de solo {texts}, CX en {cx}: demasiado pocos para decir cómo les va a todos los clientes.",
            hx=hx.count,
            cx=cx.count,
            texts=texts(hx.of),
        )
    return both(
        "{hx} of what customers wrote tells of an experience they hate (HX); {cx}, of one they cherish (CX).",
        "El {hx} de lo que escriben los clientes cuenta una experiencia que odian (HX); el {cx}, una que aprecian "
        "(CX).",
        hx=percent(hx.value),
        cx=percent(cx.value),
    )


def cause_lines(causes: CauseFigures) -> tuple[CauseLine, ...]:
    """The top causes with what they cost."""
    found = {cause.signal: cause for cause in causes.causes}
    return tuple(_line(found[name], causes) for name in causes.top if name in found)


def _line(cause: Cause, causes: CauseFigures) -> CauseLine:
    often = both(
        "in {share} of texts ({range})",
        "en el {share} de los textos ({range})",
        share=percent(cause.share.value),
        range=share_range(cause.share),
    )
    return CauseLine(
        signal=cause.signal,
        title=heading(cause.signal),
        often=often,
        costs=cost_words(cause, causes),
        clear=is_costly(cause),
        cost=cause.cost,
        share=cause.share,
    )


def is_costly(cause: Cause) -> bool:
    """Whether it may be said that a signal costs or earns: its effect is clear, and so is what it comes to overall."""
    return cause.cost is not None and cause.clear and not cause.cost.low <= 0 <= cause.cost.high


def cost_words(cause: Cause, causes: CauseFigures) -> Words:
    """What a cause costs, with its interval; that it is unclear where it is."""
    if cause.cost is None:
        return Words("its cost cannot be told", "no se puede saber cuánto cuesta")
    digits = 2 if causes.unit == "stars" else 1
    unit = outcome_unit(causes)
    if not is_costly(cause):
        return both(
            "its cost is not clear ({range} {unit})",
            "su coste no es claro ({range} {unit})",
            range=points_range(cause.cost, digits=digits, signed=True),
            unit=unit,
        )
    gain = cause.cost.value < 0
    shown = absolute(cause.cost) if gain else cause.cost
    return both(
        "{verb} {value} {unit} ({range})",
        "{verb} {value} {unit} ({range})",
        verb=Words("earns", "aporta") if gain else Words("costs", "cuesta"),
        value=decimal(shown.value, digits),
        unit=unit,
        range=points_range(shown, digits=digits),
    )


def outcome_unit(causes: CauseFigures) -> Words:
    """What costs are counted in."""
    if causes.unit == "stars":
        return Words("stars", "estrellas")
    if causes.basis == "implied":
        return Words("points of implied NPS", "puntos de NPS estimado")
    return Words("NPS points", "puntos de NPS")


def _causes_note(causes: CauseFigures) -> Words:
    if not causes.top:
        return Words("No cause stands out in these texts.", "Ninguna causa destaca en estos textos.")
    if not causes.top_by_cost:
        return Words(
            "Ordered by how often they are told: what each costs is not clear in these data.",
            "Ordenadas por frecuencia: lo que cuesta cada una no es claro en estos datos.",
        )
    source = {
        "answer": Words("the scores that customers gave", "las notas que dieron los clientes"),
        "stars": Words("the stars that customers gave", "las estrellas que dieron los clientes"),
        "implied": Words(
            "an NPS estimated from the words, as there are no scores", "un NPS estimado por las palabras, sin notas"
        ),
    }[causes.basis]
    return both(
        "Measured against {source}, in {n} texts; the other signals{group} held equal. An association, not a proof.",
        "Medido con {source}, en {n} textos; a igualdad de las demás señales{group}. Es una asociación, no una prueba.",
        source=source,
        n=causes.texts,
        group=Words(" and the group", " y del grupo") if causes.adjusted_for_group else same(""),
    )


def _steps(figures: ReportFigures, lines: tuple[CauseLine, ...]) -> tuple[Words, ...]:
    steps = []
    if lines:
        worst = lines[0].signal
        steps.append(both("{step}{where}", "{step}{where}", step=first_step(worst), where=_where(figures, worst)))
    if figures.calls and figures.calls.due:
        steps.append(_call_back(figures.calls))
    worse = (
        [row for row in figures.groups.rows if row.verdict == "worse"] if figures.groups and not figures.group else []
    )
    if worse:
        steps.append(
            both(
                "Look at {name} first: HX is between {range} there weighed by its {texts}; {all} overall.",
                "Empezar por {name}: ahí HX está entre {range}, según el peso de sus {texts}; en conjunto, {all}.",
                name=same(worse[0].name),
                range=and_range(worse[0].shrunk),
                texts=texts(worse[0].texts),
                all=percent(figures.groups.overall.value if figures.groups else 0.0),
            )
        )
    if len(lines) > 1:
        steps.append(first_step(lines[1].signal))
    return tuple(steps[:3])


def _where(figures: ReportFigures, signal: str) -> Words:
    """Where most of a signal is met: the stage with the most such texts, if enough texts tell of a stage."""
    journey = figures.journey
    if journey is None or signal not in journey.signals:
        return same("")
    index = journey.signals.index(signal)
    told = [row for row in journey.stages if row.stage != "none" and row.texts >= FEW]
    if len(told) < 2:
        return same("")
    stage = max(told, key=lambda row: row.signals[index].count)
    if not stage.signals[index].count:
        return same("")
    return both(
        " Most of it is told of {stage} ({texts}).",
        " Donde más se cuenta es en {stage} ({texts}).",
        stage=label(stage.stage),
        texts=texts(stage.signals[index].count),
    )


def _call_back(calls: CallFigures) -> Words:
    if len(calls.calls) == calls.due:
        return both(
            "Call back those who tell of a grievance, most urgent first: {due}, all listed below.",
            "Llamar a quienes cuentan un agravio, lo más urgente primero: {due}, todo abajo.",
            due=texts(calls.due),
        )
    return both(
        "Call back those who tell of a grievance: {due}, the {n} most urgent of them listed below.",
        "Llamar a quienes cuentan un agravio: {due}; abajo, los {n} más urgentes.",
        due=texts(calls.due),
        n=len(calls.calls),
    )


def _cautions(figures: ReportFigures) -> tuple[Words, ...]:
    found = []
    trust, overview = figures.trust, figures.overview
    few = [one.reason for one in figures.missing if one.section == "overview"]
    found += few
    if overview.hx.of < FEW * 3 and not few:
        found.append(both("Only {n}: intervals are wide.", "Solo {n}: los intervalos son anchos.",
                          n=texts(overview.hx.of)))  # fmt: skip
    rejected = sum(one.count for one in trust.rejected)
    if trust.rows and rejected > trust.rows / 20:
        found.append(
            both(
                "{n} of {rows} rows could not be read as texts and are not in these figures.",
                "{n} de {rows} filas no se pudieron leer como textos y no están en estas cifras.",
                n=rejected,
                rows=trust.rows,
            )
        )
    if trust.unsupported.value > MANY_UNSUPPORTED:
        found.append(
            both(
                "{share} of texts are in neither Spanish nor English: the model was not made for them.",
                "El {share} de los textos no está ni en español ni en inglés: el modelo no se hizo para ellos.",
                share=percent(trust.unsupported.value),
            )
        )
    if trust.repeated.value > MANY_REPEATED:
        found.append(
            both(
                "{share} of texts stand more than once: their weight is that of their copies.",
                "El {share} de los textos está repetido: pesan tanto como sus copias.",
                share=percent(trust.repeated.value),
            )
        )
    return tuple(found)
