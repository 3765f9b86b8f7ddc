"""A whole report's figures, made up and rich, for tests of the page. In: nothing. Out: ``example_figures``."""

from __future__ import annotations

from dataclasses import replace

from example_sections import (
    GROUP_OF,
    SHARES,
    TEXTS,
    TOWNS,
    causes_of,
    change,
    groups_of,
    journey,
    level_counts,
    points_of,
    quote,
    share,
)
from example_texts import CALLS, PRAISE, QUOTES

from hx_detect.labels import LEVELS
from hx_detect.reporting.figure_records import (
    Call,
    CallFigures,
    CauseFigures,
    ChangePoint,
    Combination,
    Estimate,
    Method,
    NamedChange,
    NamedCount,
    NamedShare,
    NpsBands,
    NpsFigures,
    Overview,
    Quote,
    ReportFigures,
    SignalQuality,
    SignalQuotes,
    Span,
    StrengthFigures,
    TimeFigures,
    TrustFigures,
    Words,
)


def _bands(source: str, parts: tuple[float, float, float], of: int) -> NpsBands:
    score = 100 * (parts[0] - parts[2])
    return NpsBands(
        source,
        of,
        share(parts[0], of),
        share(parts[1], of),
        share(parts[2], of),
        Estimate(score, score - 1.8, score + 1.8),
    )


def _trust() -> TrustFigures:
    quality = (
        SignalQuality("honest", 0.41, 0.47, 0.36, 0.031, 61, True),
        SignalQuality("harassed", 0.48, 0.55, 0.43, 0.024, 74, True),
        *(
            SignalQuality(name, 0.62 + 0.01 * index, 0.65, 0.6, 0.018, 300, False)
            for index, name in enumerate(("ignored", "deceived", "obstructed", "failure", "kind", "recommends"))
        ),
    )
    return TrustFigures(
        files=(NamedCount("opiniones.xlsx", 12_611),),
        rows=12_611,
        texts=TEXTS,
        rejected=(NamedCount("empty", 118), NamedCount("too_long", 13)),
        languages=(NamedShare("es", share(0.81)), NamedShare("en", share(0.17)), NamedShare("other", share(0.02))),
        unsupported=share(0.02),
        repeated=share(0.034),
        dated=share(0.994),
        future=3,
        unreadable=72,
        findings=(
            Words("Dates stand in “fecha”, day before month.", "Las fechas están en «fecha», el día antes del mes."),
            Words("Answers 0–10 stand in “nota”.", "Las notas de 0 a 10 están en «nota»."),
        ),
        model="hx-es-en 1.1.0",
        signal_quality=quality,
        calibration=(("es", 0.021), ("en", 0.026)),
        masked=Words(
            "E-mail addresses, telephone and identity numbers are masked in quotes.",
            "En las citas se ocultan correos, teléfonos y números de identidad.",
        ),
        command="hx-detect report opiniones.xlsx -o informe.html --by tienda --date fecha --lang es",
    )


def _overview() -> Overview:
    counts = level_counts(0.231, TEXTS)
    changes = tuple(
        NamedChange(name, change(SHARES[name] * (0.78 if name == "ignored" else 1.0), SHARES[name])) for name in SHARES
    )
    return Overview(
        texts=TEXTS,
        hx=share(sum(counts[:3]) / TEXTS),
        cx=share(counts[5] / TEXTS),
        levels=tuple(NamedShare(name, share(count / TEXTS)) for name, count in zip(LEVELS, counts, strict=True)),
        sentiments=(
            NamedShare("negative", share(0.41)),
            NamedShare("neutral", share(0.13)),
            NamedShare("positive", share(0.39)),
            NamedShare("mixed", share(0.07)),
        ),
        signals=tuple(NamedShare(name, share(value)) for name, value in SHARES.items()),
        current=Span("2025-04-14", "2025-07-13", 6240),
        previous=Span("2025-01-13", "2025-04-13", 6240),
        hx_change=change(0.204, 0.258),
        cx_change=change(0.279, 0.274),
        signal_changes=tuple(sorted(changes, key=lambda one: not one.change.clear)),
    )


COMBINATIONS = (
    Combination(("ignored", "obstructed", "leaving"), share(0.021), 0.0008, Estimate(26.9, 21.0, 33.1), 1e-12),
    Combination(("deceived", "escalates"), share(0.011), 0.0013, Estimate(8.6, 6.9, 10.7), 1e-10),
    Combination(("promise_broken", "ignored"), share(0.024), 0.0078, Estimate(3.1, 2.6, 3.6), 1e-8),
)
JUMP = ChangePoint("hx", "2025-04-28", share(0.21, 7000), share(0.268, 5000), Estimate(0.058, 0.042, 0.074), 1e-5)
METHODS = (
    Method(
        "wilson",
        Words("intervals of shares", "intervalos de proporciones"),
        Words("Wilson's score interval", "intervalo de Wilson"),
        "Wilson (1927), Probable inference, the law of succession, and statistical inference",
    ),
    Method(
        "ols",
        Words("what a cause costs", "lo que cuesta una causa"),
        Words("least squares with robust errors", "mínimos cuadrados con errores robustos"),
        "MacKinnon and White (1985), Some heteroskedasticity-consistent covariance matrix estimators",
    ),
)


def _nps(quotes: tuple[Quote, ...], praise: tuple[Quote, ...]) -> NpsFigures:
    return NpsFigures(
        answers=_bands("answer", (0.36, 0.25, 0.39), 11_902),
        words=_bands("text", (0.33, 0.27, 0.40), TEXTS),
        histogram=(1180, 640, 512, 430, 395, 702, 780, 1420, 1556, 1604, 2683),
        stars=None,
        before=_bands("answer", (0.38, 0.25, 0.37), 5900),
        after=_bands("answer", (0.34, 0.25, 0.41), 6002),
        change=Estimate(-8.0, -11.2, -4.8),
        contradictions=share(0.032, 11_902),
        praised=praise[:1],
        blamed=quotes[:2],
    )


def _by_signal(quotes: tuple[Quote, ...]) -> tuple[SignalQuotes, ...]:
    told = {name: tuple(one for one in quotes if name in one.signals) for name in SHARES}
    return tuple(SignalQuotes(name, GROUP_OF[name], found) for name, found in told.items() if found)


def _calls() -> tuple[Call, ...]:
    return tuple(
        Call(
            rank,
            round(0.97 - 0.011 * rank, 4),
            Words(*reason),
            stage,
            quote(100 + rank, text, evidence, level, group=TOWNS[rank % 5], date=f"2025-07-{1 + rank % 12:02}"),
        )
        for rank, (text, evidence, level, stage, reason) in enumerate(CALLS * 4, 1)
    )


def _root_causes() -> CauseFigures:
    causes = causes_of(cx=False)
    top = tuple(one.signal for one in causes if one.group in ("hx", "cause"))[:3]
    return CauseFigures("answer", "nps", 11_902, True, causes, top, True, COMBINATIONS, 0.47)


def example_figures() -> ReportFigures:
    """A report with every section."""
    quotes = tuple(quote(row, *told) for row, told in enumerate(QUOTES, 11))
    praise = tuple(quote(row, *told, answer=10.0) for row, told in enumerate(PRAISE, 51))
    promoters = (NamedShare("kind", share(0.31, 4285)), NamedShare("resolved", share(0.18, 4285)))
    return ReportFigures(
        title=Words("What our customers told us", "Lo que nos dijeron los clientes"),
        group=None,
        span=Span("2025-01-13", "2025-07-13", TEXTS),
        texts_shown=True,
        overview=_overview(),
        time=TimeFigures("week", points_of(440), (JUMP,), ("hx", "cx", "ignored")),
        causes=_root_causes(),
        journey=journey(),
        groups=groups_of(quotes, _calls()),
        nps=_nps(quotes, praise),
        quotes=_by_signal(quotes),
        strengths=StrengthFigures(causes_of(cx=True), promoters, _by_signal(praise)),
        calls=CallFigures(2204, _calls()),
        trust=_trust(),
        methods=METHODS,
        missing=(),
    )


def slim(figures: ReportFigures) -> ReportFigures:
    """The same kinds of things, fewer of each: what axe goes through in seconds."""
    assert figures.groups is not None
    assert figures.time is not None
    assert figures.quotes is not None
    assert figures.calls is not None
    groups = replace(figures.groups, rows=figures.groups.rows[:4], sections=figures.groups.sections[:1])
    return replace(
        figures,
        groups=groups,
        time=replace(figures.time, points=figures.time.points[-14:]),
        quotes=figures.quotes[:3],
        calls=replace(figures.calls, calls=figures.calls.calls[:5]),
    )
