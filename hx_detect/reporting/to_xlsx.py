"""Figures -> an Excel workbook, one sheet per section. In: ``ReportFigures``, a language. Out: bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from hx_detect.labels import DISPLAY, LEVELS, SIGNAL_INDEX, Lang, display
from hx_detect.reporting.figure_records import (
    Cause,
    Change,
    Estimate,
    NamedShare,
    Quote,
    ReportFigures,
    Share,
    Words,
)
from hx_detect.reporting.workbook import Sheet, workbook

Row = Sequence[Any]
_HEADERS: Final = {
    "what": "qué", "name": "nombre", "texts": "textos", "count": "cuenta", "of": "de", "share": "proporción",
    "low": "desde", "high": "hasta", "group": "grupo", "rank": "orden", "from": "desde el", "to": "hasta el",
    "before": "antes", "after": "después", "change": "cambio", "p": "p", "clear": "claro", "period": "periodo",
    "signal": "señal", "kind": "tipo", "effect": "efecto", "effect low": "efecto desde", "effect high": "efecto hasta",
    "total effect": "efecto total", "cost": "coste", "cost low": "coste desde", "cost high": "coste hasta",
    "expected": "esperado", "lift": "veces lo esperado", "stage": "etapa", "HX": "HX", "CX": "CX",
    "shrunk": "ajustada", "verdict": "veredicto", "score": "nota", "signals": "señales", "level": "nivel",
    "text": "texto", "evidence": "evidencia", "row": "fila", "id": "id", "date": "fecha", "stars": "estrellas",
    "answer": "respuesta", "language": "idioma", "priority": "prioridad", "reason": "motivo", "value": "valor",
    "method": "método", "source": "fuente", "section": "sección", "series": "serie", "partial": "incompleto",
    "worse": "peor", "usual": "normal", "better": "mejor", "promoters": "promotores", "passives": "pasivos",
    "detractors": "detractores", "mean stars": "media de estrellas", "contradictions": "contradicciones",
    "files": "ficheros", "rows": "filas", "rejected": "rechazadas", "dated": "con fecha", "repeated": "repetidos",
    "unsupported": "otra lengua", "unreadable dates": "fechas ilegibles", "future dates": "fechas futuras",
    "model": "modelo", "command": "orden", "masked": "ocultado", "calibration error": "error de calibración",
    "precision": "precisión", "recall": "exhaustividad", "F1": "F1", "examples": "ejemplos", "weak": "débil",
    "NPS of answers": "NPS de las respuestas", "NPS of the words": "NPS de las palabras", "found": "hallado",
    "times": "veces",
}  # fmt: skip
"""English -> Spanish, of headers and fixed cells."""


def figures_xlsx(figures: ReportFigures, lang: Lang) -> bytes:
    """The workbook.

    Args:
        figures: of a report.
        lang: of sheet names, headers and labels.
    """
    return workbook([sheet for make in _SHEETS for sheet in make(figures, _Namer(lang))])


class _Namer:
    """Words of one language."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def say(self, words: Words) -> str:
        """A sentence."""
        return words.es if self.lang == "es" else words.en

    def label(self, name: str) -> str:
        """A label, level, stage …; a customer's own as it is."""
        return display(name, self.lang) if name in SIGNAL_INDEX or name in DISPLAY else self.word(name)

    def word(self, english: str) -> str:
        """A header or fixed cell."""
        return _HEADERS.get(english, english) if self.lang == "es" else english

    def sheet(self, en: str, es: str, columns: Sequence[str], rows: Iterable[Row], shares: Sequence[int] = ()) -> Sheet:
        """A sheet with headers in the language; ``shares`` are columns of fractions."""
        return Sheet(es if self.lang == "es" else en, [self.word(name) for name in columns], list(rows), tuple(shares))


def _share(share: Share) -> Row:
    return (share.count, share.of, share.value, share.low, share.high)


def _three(estimate: Estimate | None) -> Row:
    return (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)


def _changed(change: Change | None) -> Row:
    if change is None:
        return (None,) * 7
    return (change.before.value, change.after.value, *_three(change.difference), change.p_value, change.clear)


def _overview(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    found = figures.overview
    heads: list[tuple[str, Share, Change | None]] = [
        ("HX", found.hx, found.hx_change), ("CX", found.cx, found.cx_change)
    ]  # fmt: skip
    changes = {one.name: one.change for one in found.signal_changes}
    rows = [(word, *_share(share), *_changed(change)) for word, share, change in heads]
    rows += [
        (name.label(one.name), *_share(one.share), *_changed(None)) for one in _named(found.levels, found.sentiments)
    ]
    rows += [(name.label(one.name), *_share(one.share), *_changed(changes.get(one.name))) for one in found.signals]
    columns = ("what", "count", "of", "share", "low", "high", "before", "after", "change", "low", "high", "p", "clear")
    yield name.sheet("Overview", "Resumen", columns, rows, (3, 4, 5, 6, 7, 8, 9, 10))


def _named(*lists: Sequence[NamedShare]) -> list[NamedShare]:
    return [one for each in lists for one in each]


def _time(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    if figures.time is None:
        return
    rows = [
        (
            point.start,
            point.end,
            point.texts,
            *_share(point.hx)[2:],
            *_share(point.cx)[2:],
            *point.levels,
            point.partial,
        )
        for point in figures.time.points
    ]
    columns = ("from", "to", "texts", "HX", "low", "high", "CX", "low", "high")
    yield name.sheet("Over time", "En el tiempo", (*columns, *(name.label(level) for level in LEVELS), "partial"), rows,
                     range(3, 9))  # fmt: skip
    changed = [
        (
            name.label(point.series),
            point.at,
            point.before.value,
            point.after.value,
            *_three(point.difference),
            point.p_value,
        )
        for point in figures.time.change_points
    ]
    heads = ("series", "date", "before", "after", "change", "low", "high", "p")
    yield name.sheet("Change points", "Puntos de cambio", heads, changed, range(2, 7))


def _cause_row(cause: Cause, name: _Namer) -> Row:
    return (cause.rank, name.label(cause.signal), cause.group, *_share(cause.share), *_three(cause.effect),
            cause.total.value if cause.total else None, *_three(cause.cost), cause.p_value, cause.clear)  # fmt: skip


_CAUSE: Final = (
    "rank", "signal", "kind", "count", "of", "share", "low", "high", "effect", "effect low", "effect high",
    "total effect", "cost", "cost low", "cost high", "p", "clear",
)  # fmt: skip


def _causes(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    if figures.causes is not None:
        rows = [_cause_row(cause, name) for cause in figures.causes.causes]
        yield name.sheet("Causes", "Causas", _CAUSE, rows, (5, 6, 7))
        together = [
            (" + ".join(name.label(signal) for signal in one.signals), *_share(one.share), one.expected,
             *_three(one.lift), one.p_value)
            for one in figures.causes.combinations
        ]  # fmt: skip
        yield name.sheet("Combinations", "Combinaciones",
                         ("signals", "count", "of", "share", "low", "high", "expected", "lift", "low", "high", "p"),
                         together, (3, 4, 5, 6))  # fmt: skip
    if figures.strengths is not None:
        rows = [_cause_row(cause, name) for cause in figures.strengths.strengths]
        yield name.sheet("Strengths", "Fortalezas", _CAUSE, rows, (5, 6, 7))


def _journey(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    if figures.journey is None:
        return
    columns = ("stage", "texts", "HX", "CX", *(name.label(signal) for signal in figures.journey.signals))
    rows = [
        (name.label(row.stage), row.texts, row.hx.value, row.cx.value, *(share.value for share in row.signals))
        for row in figures.journey.stages
    ]
    yield name.sheet("Journey", "Recorrido", columns, rows, range(2, len(columns)))


def _groups(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    if figures.groups is None:
        return
    rows = [
        (row.rank, row.name, row.texts, *_share(row.hx)[2:], *_three(row.shrunk), name.word(row.verdict), row.cx.value,
         *_three(row.nps), ", ".join(name.label(signal) for signal in row.signals), *_changed(row.change))
        for row in figures.groups.rows
    ]  # fmt: skip
    columns = ("rank", "group", "texts", "HX", "low", "high", "shrunk", "low", "high", "verdict", "CX", "score", "low",
               "high", "signals", "before", "after", "change", "low", "high", "p", "clear")  # fmt: skip
    yield name.sheet("Groups", "Grupos", columns, rows, (3, 4, 5, 6, 7, 8, 10, 15, 16, 17, 18, 19))


def _nps(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    found = figures.nps
    if found is None:
        return
    rows: list[Row] = []
    for title, bands in (("NPS of answers", found.answers), ("NPS of the words", found.words)):
        if bands is not None:
            rows.append((name.word(title), bands.texts, *_three(bands.score)))
            parts = (("promoters", bands.promoters), ("passives", bands.passives), ("detractors", bands.detractors))
            rows += [
                (f"{name.word(title)}: {name.word(word)}", *_share(share)[:1], *_share(share)[2:])
                for word, share in parts
            ]
    if found.change is not None and found.before and found.after:
        rows.append((f"{name.word('before')}", found.before.texts, *_three(found.before.score)))
        rows.append((f"{name.word('after')}", found.after.texts, *_three(found.after.score)))
        rows.append((name.word("change"), None, *_three(found.change)))
    if found.stars is not None:
        rows.append((name.word("mean stars"), None, *_three(found.stars)))
    if found.contradictions is not None:
        rows.append((name.word("contradictions"), found.contradictions.count, *_share(found.contradictions)[2:]))
    rows += [(f"{name.word('answer')} {answer}", count) for answer, count in enumerate(found.histogram)]
    yield name.sheet(
        "NPS", "NPS", ("what", "texts", "value", "low", "high"), [(*row, None, None, None)[:5] for row in rows]
    )


def _quote(quote: Quote, name: _Namer) -> Row:
    marked = " | ".join(quote.text[mark.start : mark.end] for mark in quote.marks)
    return (quote.text, marked, quote.row, quote.id, name.label(quote.level), quote.group, quote.date, quote.answer,
            quote.stars, quote.language)  # fmt: skip


_QUOTE: Final = ("text", "evidence", "row", "id", "level", "group", "date", "answer", "stars", "language")


def _quotes(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    every = [*(figures.quotes or ()), *(figures.strengths.quotes if figures.strengths else ())]
    rows = [(name.label(one.signal), *_quote(quote, name)) for one in every for quote in one.quotes]
    if rows:
        yield name.sheet("Quotes", "Citas", ("signal", *_QUOTE), rows)
    if figures.calls is not None:
        called = [
            (call.rank, call.priority, name.say(call.reason), name.label(call.stage), *_quote(call.quote, name),
             call.times)
            for call in figures.calls.calls
        ]  # fmt: skip
        columns = ("rank", "priority", "reason", "stage", *_QUOTE, "times")
        yield name.sheet("Call back first", "Llamar primero", columns, called)


def _trust(figures: ReportFigures, name: _Namer) -> Iterable[Sheet]:
    found = figures.trust
    rows: list[Row] = [(name.word("files"), f"{one.name}: {one.count}") for one in found.files]
    rows += [(name.word("rows"), found.rows), (name.word("texts"), found.texts)]
    rows += [(f"{name.word('rejected')}: {one.name}", one.count) for one in found.rejected]
    rows += [(f"{name.word('language')}: {name.label(one.name)}", one.share.value) for one in found.languages]
    rows += [(name.word("unsupported"), found.unsupported.value), (name.word("repeated"), found.repeated.value)]
    if found.dated is not None:
        rows.append((name.word("dated"), found.dated.value))
    rows += [(name.word("future dates"), found.future), (name.word("unreadable dates"), found.unreadable)]
    rows += [(name.word("found"), name.say(finding)) for finding in found.findings]
    rows += [(name.word("model"), found.model), (name.word("masked"), name.say(found.masked))]
    rows += [(f"{name.word('calibration error')} ({code})", value) for code, value in found.calibration]
    rows += [(name.word("command"), found.command)]
    rows += [(f"{name.word('section')}: {one.section}", name.say(one.reason)) for one in figures.missing]
    yield name.sheet("How sure", "Certeza", ("what", "value"), rows)
    measured = [
        (name.label(one.signal), one.f1, one.precision, one.recall, one.ece, one.examples, one.weak)
        for one in found.signal_quality
    ]
    if measured:
        columns = ("signal", "F1", "precision", "recall", "calibration error", "examples", "weak")
        yield name.sheet("Model", "Modelo", columns, measured)
    methods = [(name.say(one.used_for), name.say(one.name), one.source) for one in figures.methods]
    yield name.sheet("Methods", "Métodos", ("what", "method", "source"), methods)


_SHEETS: Final[tuple[Callable[[ReportFigures, _Namer], Iterable[Sheet]], ...]] = (
    _overview, _time, _causes, _journey, _groups, _nps, _quotes, _trust,
)  # fmt: skip
