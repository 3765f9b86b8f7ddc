"""One sentence at the head of each section. In: the section's figures. Out: ``Words``."""

from __future__ import annotations

from typing import Final

from hx_detect.reporting.figure_records import (
    CauseFigures,
    GroupFigures,
    GroupRow,
    JourneyFigures,
    NpsFigures,
    StrengthFigures,
    TimeFigures,
    TrustFigures,
    Words,
)
from hx_detect.reporting.page.bilingual import (
    and_range,
    both,
    decimal,
    joined,
    label,
    percent,
    points_range,
    same,
    sentence,
    whole,
)
from hx_detect.reporting.page.changes import point_sentence
from hx_detect.reporting.page.signal_words import in_sentence
from hx_detect.reporting.page.verdict import is_costly

FEW_PERIODS: Final = 12
"""Below so many periods nothing found is no sign that nothing changed."""


def time(figures: TimeFigures) -> Words:
    """Whether HX changed its level, and when last."""
    hx = [point for point in figures.change_points if point.series == "hx"]
    if not hx and len(figures.points) < FEW_PERIODS:
        return both(
            "{n} periods are too few to tell a lasting change of HX from its ups and downs.",
            "{n} periodos son pocos para distinguir un cambio duradero de HX de su vaivén.",
            n=len(figures.points),
        )
    if not hx:
        return Words(
            "HX moves up and down; no lasting change of level stands out from that.",
            "HX sube y baja; ningún cambio duradero de nivel destaca sobre ese vaivén.",
        )
    return point_sentence(hx[-1])


def causes(figures: CauseFigures) -> Words:
    """The causes to begin with."""
    if not figures.top:
        return Words("No cause stands out.", "Ninguna causa destaca.")
    costly = [one.signal for one in figures.causes if one.signal in figures.top and is_costly(one)]
    if figures.top_by_cost and costly:
        names = sentence(joined([in_sentence(name) for name in costly]))
        return both("{names}: what costs most.", "{names}: lo que más cuesta.", names=names)
    names = sentence(joined([in_sentence(name) for name in figures.top]))
    return both("{names}: what is told most often.", "{names}: lo que más se cuenta.", names=names)


def journey(figures: JourneyFigures) -> Words:
    """Where good experience turns, if it clearly does."""
    rises = [turn for turn in figures.turns if turn.difference.low > 0]
    if not rises:
        return Words(
            "HX does not rise clearly from any stage to the next.",
            "HX no sube con claridad de ninguna etapa a la siguiente.",
        )
    turn = rises[0]
    return both(
        "It turns between {a} and {b}: HX is {range} points higher there.",
        "Se tuerce entre {a} y {b}: HX es {range} puntos más alta.",
        a=label(turn.from_stage),
        b=label(turn.to_stage),
        range=points_range(turn.difference, scale=100, digits=0),
    )


def groups(figures: GroupFigures) -> Words:
    """How many groups stand out, and which is worst."""
    if len(figures.rows) == 1:
        return _one_group(figures.rows[0], figures)
    worse = [row for row in figures.rows if row.verdict == "worse"]
    better = [row for row in figures.rows if row.verdict == "better"]
    if not worse and not better:
        return Words(
            "No group differs from the rest more than its number of texts explains.",
            "Ningún grupo se aparta del resto más de lo que explica su número de textos.",
        )
    if not worse and len(better) == 1:
        return both(
            "One of {all} is clearly better than the rest: {name}; none is clearly worse.",
            "Uno de {all} está claramente mejor que el resto: {name}; ninguno, claramente peor.",
            all=len(figures.rows),
            name=same(better[0].name),
        )
    if len(worse) == 1:
        return both(
            "One of {all} is clearly worse than the rest: {name}, with HX between {range}.",
            "Uno de {all} está claramente peor que el resto: {name}, con HX entre {range}.",
            all=len(figures.rows),
            name=same(worse[0].name),
            range=and_range(worse[0].shrunk),
        )
    if not worse:
        return both(
            "{n} of {all} are clearly better than the rest; none is clearly worse.",
            "{n} de {all} están claramente mejor que el resto; ninguno, claramente peor.",
            n=len(better),
            all=len(figures.rows),
        )
    return both(
        "{n} of {all} are clearly worse than the rest; {name} most, with HX between {range}.",
        "{n} de {all} están claramente peor que el resto; el que más, {name}, con HX entre {range}.",
        n=len(worse),
        all=len(figures.rows),
        name=same(worse[0].name),
        range=and_range(worse[0].shrunk),
    )


def _one_group(row: GroupRow, figures: GroupFigures) -> Words:
    """Where the report is of one group only."""
    return both(
        "{name}: HX between {range}, {standing}; {all} in all groups.",
        "{name}: HX entre {range}, {standing}; {all} en todos los grupos.",
        name=same(row.name),
        range=and_range(row.shrunk),
        standing={
            "worse": Words("clearly worse than the rest", "claramente peor que el resto"),
            "better": Words("clearly better than the rest", "claramente mejor que el resto"),
        }.get(row.verdict, Words("not clearly apart from the rest", "sin apartarse con claridad del resto")),
        all=percent(figures.overall.value),
    )


def nps(figures: NpsFigures) -> Words:
    """The score with its interval, and what it rests on."""
    bands = figures.answers or figures.words
    if bands is None:
        return Words("There is no score.", "No hay puntuación.")
    basis = (
        Words("by the scores that customers gave", "según las notas de los clientes")
        if bands.source == "answer"
        else Words("estimated from the words, as there are no scores", "estimado por las palabras, sin notas")
    )
    low, high = decimal(bands.score.low, 0, signed=True), decimal(bands.score.high, 0, signed=True)
    return both("NPS {score} (between {low} and {high}), {basis}.", "NPS {score} (entre {low} y {high}), {basis}.",
                score=decimal(bands.score.value, 0, signed=True), low=low, high=high, basis=basis)  # fmt: skip


def strengths(figures: StrengthFigures) -> Words:
    """What is praised most."""
    best = [one for one in figures.strengths if one.signal != "recommends" and one.share.count][:3]
    if not best:
        return Words("These texts praise nothing in particular.", "Estos textos no alaban nada en particular.")
    names = sentence(joined([in_sentence(one.signal) for one in best]))
    if any(one.clear for one in best):
        return both("{names}: what earns most.", "{names}: lo que más aporta.", names=names)
    return both("{names}: what is praised most.", "{names}: lo que más se alaba.", names=names)


def trust(figures: TrustFigures) -> Words:
    """What was read, and how much of it counts."""
    return both(
        "{texts} of {rows} rows are in these figures ({share}).",
        "{texts} de {rows} filas están en estas cifras ({share}).",
        texts=whole(figures.texts),
        rows=whole(figures.rows),
        share=percent(figures.texts / figures.rows if figures.rows else 0.0),
    )
