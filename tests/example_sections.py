"""Made-up sections of a report, for tests of the page. In: nothing. Out: shares, causes, journey, groups."""

from __future__ import annotations

import math
from dataclasses import replace

from hx_detect.labels import LEVELS, SIGNALS
from hx_detect.reporting.figure_records import (
    Call,
    Cause,
    Change,
    Estimate,
    GroupFigures,
    GroupRow,
    GroupSection,
    JourneyFigures,
    Mark,
    NamedShare,
    Quote,
    SeriesPoint,
    Share,
    StageRow,
    Turn,
)

TEXTS = 12_480
GROUP_OF = {signal.name: signal.group for signal in SIGNALS}
SHARES = {
    "ignored": 0.142,
    "deceived": 0.061,
    "obstructed": 0.083,
    "harassed": 0.012,
    "disrespected": 0.047,
    "promise_broken": 0.055,
    "failure": 0.201,
    "overpriced": 0.094,
    "warns_others": 0.071,
    "leaving": 0.066,
    "rage": 0.039,
    "escalates": 0.021,
    "responsive": 0.118,
    "honest": 0.033,
    "resolved": 0.084,
    "kind": 0.157,
    "delighted": 0.126,
    "recommends": 0.173,
}
EFFECTS = {
    "ignored": -46,
    "deceived": -62,
    "obstructed": -38,
    "harassed": -31,
    "disrespected": -41,
    "promise_broken": -27,
    "failure": -19,
    "overpriced": -15,
    "warns_others": -33,
    "leaving": -29,
    "rage": -12,
    "escalates": -24,
    "responsive": 24,
    "honest": 19,
    "resolved": 31,
    "kind": 22,
    "delighted": 37,
    "recommends": 41,
}


def share(value: float, of: int = TEXTS) -> Share:
    """A share with Wilson's interval."""
    count, z = round(value * of), 1.96
    p = count / of if of else 0.0
    if not of:
        return Share(0, 0, 0.0, 0.0, 1.0)
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return Share(count, of, p, max(0.0, middle - half), min(1.0, middle + half))


def change(before: float, after: float, of: int = TEXTS // 4, *, clear: bool | None = None) -> Change:
    """A change between two periods of ``of`` texts each."""
    half = 1.96 * math.sqrt((before * (1 - before) + after * (1 - after)) / of)
    difference = Estimate(after - before, after - before - half, after - before + half)
    told = abs(difference.value) > half if clear is None else clear
    return Change(share(before, of), share(after, of), difference, 0.0004 if told else 0.41, told)


def quote(row: int, text: str, evidence: dict[str, str], level: str, **known: object) -> Quote:
    """A quote with the evidence (signal -> words of the text) marked."""
    marks = tuple(Mark(text.index(words), text.index(words) + len(words), name) for name, words in evidence.items())
    values: dict[str, object] = {
        "group": "Sevilla Nervión",
        "date": "2025-05-12",
        "stars": None,
        "answer": 2.0,
        "language": "es",
    }
    return Quote(text=text, marks=tuple(sorted(marks, key=lambda mark: mark.start)), row=row, id=f"r-{row}",
                 level=level, signals=tuple(evidence), **(values | known))  # type: ignore[arg-type] # fmt: skip


def cause(signal: str, rank: int) -> Cause:
    effect = EFFECTS[signal]
    found = share(SHARES[signal])
    clear = signal not in ("rage", "harassed")
    half = 0.06 * abs(effect) + (0 if clear else abs(effect)) + 3
    told = Estimate(effect, effect - half, effect + half)
    cost = Estimate(-effect * found.value, -(effect + half) * found.value, (half - effect) * found.value)
    return Cause(signal, GROUP_OF[signal], found, told, told, cost, rank, clear, 0.001 if clear else 0.3)


def causes_of(cx: bool) -> tuple[Cause, ...]:
    names = [name for name in SHARES if (GROUP_OF[name] == "cx") == cx]
    names.sort(key=lambda name: -abs(EFFECTS[name] * SHARES[name]))
    return tuple(cause(name, rank) for rank, name in enumerate(names, 1))


def level_counts(hx: float, of: int) -> tuple[int, ...]:
    rest = 1 - hx
    parts = [hx * 0.5, hx * 0.35, hx * 0.15, rest * 0.14, rest * 0.11, rest * 0.36, rest * 0.17, rest * 0.22]
    counts = [round(part * of) for part in parts]
    counts[-1] += of - sum(counts)
    return tuple(counts)


def points_of(of: int, base: float = 0.21, jump: float = 0.06) -> tuple[SeriesPoint, ...]:
    points = []
    for week in range(26):
        start = 13 + 7 * week
        month, day = _date(start)
        end_month, end_day = _date(start + 6)
        hx = base + 0.012 * math.sin(week * 1.7) + (jump if week >= 15 else 0)
        levels = level_counts(hx, of + 20 * (week % 4))
        texts = sum(levels)
        points.append(
            SeriesPoint(
                f"2025-{month:02}-{day:02}",
                f"2025-{end_month:02}-{end_day:02}",
                texts,
                levels,
                share(sum(levels[:3]) / texts, texts),
                share(levels[5] / texts, texts),
                week == 25,
            )
        )
    return tuple(points)


def _date(day_of_year: int) -> tuple[int, int]:
    month = 1
    for length in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31):
        if day_of_year <= length:
            break
        day_of_year -= length
        month += 1
    return month, day_of_year


def journey() -> JourneyFigures:
    names = tuple(name for name in SHARES if name not in ("rage", "escalates"))
    bad = {"discovery": 0.4, "purchase": 0.7, "delivery": 1.3, "use": 1.0, "support": 1.9, "exit": 2.4, "none": 0.5}
    sizes = {
        "discovery": 610,
        "purchase": 1720,
        "delivery": 2110,
        "use": 3940,
        "support": 2240,
        "exit": 380,
        "none": 1480,
    }
    rows = []
    for stage, factor in bad.items():
        of = sizes[stage]
        signals = tuple(
            share(min(0.9, SHARES[name] * (1.7 / factor if GROUP_OF[name] == "cx" else factor)), of) for name in names
        )
        rows.append(StageRow(stage, of, share(0.22 * factor, of), share(min(0.6, 0.28 / factor), of), signals))
    return JourneyFigures(
        names,
        tuple(rows),
        (
            Turn("use", "support", Estimate(0.198, 0.174, 0.222), 1e-9),
            Turn("purchase", "delivery", Estimate(0.132, 0.106, 0.158), 1e-6),
        ),
    )


TOWNS = (
    "Sevilla Nervión",
    "Madrid Centro",
    "Lima Miraflores",
    "Bogotá Norte",
    "Valencia Puerto",
    "Quito Sur",
    "Barcelona Gràcia",
    "Málaga Este",
    "Bilbao Casco",
    "Córdoba",
    "Santiago Oeste",
    "Cusco",
)


def groups_of(quotes: tuple[Quote, ...], calls: tuple[Call, ...]) -> GroupFigures:
    rows = []
    for index, town in enumerate(TOWNS):
        value, of = 0.36 - 0.022 * index, (1900, 1400, 900, 60, 1500, 1200, 1300, 1100, 4, 1000, 1116, 1000)[index]
        seen = share(value, of)
        pull = of / (of + 150)
        middle = pull * value + (1 - pull) * 0.23
        half = 1.96 * math.sqrt(middle * (1 - middle) / (of + 150))
        verdict = "worse" if middle - half > 0.23 else "better" if middle + half < 0.23 else "usual"
        nps = Estimate(
            31 - 260 * (value - 0.1),
            31 - 260 * (value - 0.1) - 300 / math.sqrt(of),
            31 - 260 * (value - 0.1) + 300 / math.sqrt(of),
        )
        rows.append(
            GroupRow(
                town,
                of,
                seen,
                share(0.20 + 0.02 * index, of),
                Estimate(middle, middle - half, middle + half),
                index + 1,
                verdict,
                nps,
                ("ignored", "deceived") if verdict == "worse" else (),
                change(value - 0.02, value, max(2, of // 4)) if of > 100 else None,
            )
        )
    rows.sort(key=lambda row: -row.shrunk.value)
    ranked = tuple(replace(row, rank=rank) for rank, row in enumerate(rows, 1))
    sections = tuple(
        GroupSection(
            row,
            tuple(
                NamedShare(name, share(count / 100, row.texts))
                for name, count in zip(LEVELS, level_counts(row.hx.value, 100), strict=True)
            ),
            tuple(
                NamedShare(name, share(value * row.hx.value / 0.23 if GROUP_OF[name] != "cx" else value, row.texts))
                for name, value in sorted(SHARES.items(), key=lambda item: -item[1])
            ),
            (NamedShare("support", share(0.3, row.texts)), NamedShare("use", share(0.2, row.texts))),
            points_of(max(8, row.texts // 26), row.hx.value),
            quotes[:3] if row.texts > 100 else (),
            calls[:2] if row.texts > 100 else (),
        )
        for row in (*ranked[:4], *ranked[-2:])
    )
    return GroupFigures("tienda", share(0.231), (5.2, 17.4), ranked, sections, "answer")
