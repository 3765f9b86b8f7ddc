"""The file itself: one, whole, the same each time, small, and honest where sections are missing."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from example_figures import example_figures

from hx_detect.reporting.figure_records import (
    Call,
    Mark,
    MissingSection,
    Quote,
    ReportFigures,
    Words,
    of_dict,
    to_dict,
)
from hx_detect.reporting.page import render
from hx_detect.reporting.page.charts import MOST_GROUPS, shown_rows
from hx_detect.reporting.page.markup import marked, sparkline
from hx_detect.reporting.page.render import FONTS, HERE, SCRIPTS, STYLES

MEGABYTE = 1_000_000
SECTIONS = ("time", "causes", "journey", "groups", "nps", "quotes", "strengths", "calls")
VOID = {"meta", "input", "img", "br", "link"}


class Balance(HTMLParser):
    """Elements that were opened and not closed, or the other way round; and every id."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass  # as in SVG

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def without_scripts(page: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)


def bare(figures: ReportFigures) -> ReportFigures:
    """Three rows without dates, groups or scores: every section but the verdict is missing, with a reason."""
    reasons = tuple(
        MissingSection(name, Words(f"No {name}: why.", f"Sin {name}: motivo.")) for name in (*SECTIONS, "change")
    )
    overview = dataclasses.replace(
        figures.overview, current=None, previous=None, hx_change=None, cx_change=None, signal_changes=()
    )
    trust = dataclasses.replace(
        figures.trust, signal_quality=(), calibration=(), rejected=(), dated=None, model="", findings=()
    )
    without: dict[str, Any] = dict.fromkeys(SECTIONS)
    return dataclasses.replace(
        figures, overview=overview, trust=trust, span=None, missing=reasons, methods=(), **without
    )


def test_the_same_figures_give_the_same_bytes() -> None:
    figures = example_figures()
    again = of_dict(json.loads(json.dumps(to_dict(figures))))
    assert render(figures, "es") == render(again, "es")


@pytest.mark.parametrize("figures", [example_figures(), bare(example_figures())], ids=["rich", "bare"])
def test_the_page_is_well_formed_and_names_nothing_twice(figures: ReportFigures) -> None:
    balance = Balance()
    balance.feed(without_scripts(render(figures, "en")))
    assert (balance.open, balance.wrong) == ([], [])
    assert len(balance.ids) == len(set(balance.ids))


def test_missing_sections_say_why_in_both_languages() -> None:
    page = render(bare(example_figures()), "es")
    for name in SECTIONS:
        section = page.partition(f'<section id="{name}"')[2].partition("</section>")[0]
        assert f"No {name}: why." in section
        assert f"Sin {name}: motivo." in section
    assert "No change: why." in page.partition('<section id="verdict"')[2].partition("</section>")[0]
    assert 'data-chart="' not in page.partition("<script")[0]


def test_nothing_is_fetched_and_only_its_own_scripts_run() -> None:
    page = render(example_figures(), "en")
    own = page.replace(FONTS.joinpath("newsreader.woff2").name, "")
    assert re.findall(r'(?:src|href)\s*=\s*["\'](?!#|data:)[^"\']+', without_scripts(own)) == []
    assert re.findall(r"url\((?!data:|#)[^)]+\)|@import", page) == []
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', page)[0])
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.partition("style-src")[0].count("sha256-") == 2
    assert "connect-src" not in policy


def test_a_text_that_came_several_times_says_so() -> None:
    figures = example_figures()
    assert figures.calls is not None
    assert figures.groups is not None
    assert "×" not in render(figures, "en")
    first, *rest = figures.calls.calls
    repeated = dataclasses.replace(first, times=3)
    section = dataclasses.replace(figures.groups.sections[0], calls=(repeated,))
    page = render(
        dataclasses.replace(
            figures,
            calls=dataclasses.replace(figures.calls, calls=(repeated, *rest), repeated=2),
            groups=dataclasses.replace(figures.groups, sections=(section,)),
        ),
        "es",
    )
    assert page.count('<span aria-hidden="true">×3</span>') == 2
    assert page.count('title="3 textos de los datos dicen exactamente esto"') == 2
    assert "2 textos no se enumeran de nuevo" in page
    assert "2 texts are not listed again" in page
    assert 'data-times="3"' in page


def test_figures_of_an_earlier_release_are_read() -> None:
    figures = example_figures()
    values = to_dict(figures)
    for call in values["calls"]["calls"]:
        del call["times"]
    del values["calls"]["repeated"]
    assert of_dict(values) == figures
    del values["calls"]["due"]
    with pytest.raises(KeyError, match="due"):
        of_dict(values)


def test_texts_left_out_stay_out() -> None:
    figures = example_figures()

    def emptied(quote: Quote) -> Quote:
        return dataclasses.replace(quote, text="", marks=())

    assert figures.quotes is not None
    assert figures.calls is not None
    quotes = tuple(
        dataclasses.replace(one, quotes=tuple(emptied(quote) for quote in one.quotes)) for one in figures.quotes
    )
    calls = dataclasses.replace(
        figures.calls, calls=tuple(dataclasses.replace(one, quote=emptied(one.quote)) for one in figures.calls.calls)
    )
    page = render(
        dataclasses.replace(
            figures, texts_shown=False, quotes=quotes, calls=calls, nps=None, strengths=None, groups=None
        ),
        "en",
    )
    assert "Text left out." in page
    assert "tres semanas" not in page


def test_a_large_report_stays_small() -> None:
    """Bounded texts: as much as a report of 100,000 rows or 10,000 groups puts into the page."""
    figures = example_figures()
    assert figures.calls is not None
    assert figures.groups is not None
    assert figures.time is not None
    text = "Palabras de un cliente que nadie ha escuchado todavía. " * 9
    call = figures.calls.calls[0]
    calls: tuple[Call, ...] = tuple(
        dataclasses.replace(call, rank=rank, quote=dataclasses.replace(call.quote, text=text, row=rank))
        for rank in range(1, 301)
    )
    rows = tuple(dataclasses.replace(figures.groups.rows[0], name=f"Tienda {n}", rank=n) for n in range(1, 10_001))
    sections = tuple(
        dataclasses.replace(figures.groups.sections[0], row=row, calls=calls[:5], quotes=(call.quote,) * 6)
        for row in rows[:40]
    )
    large = dataclasses.replace(
        figures,
        calls=dataclasses.replace(figures.calls, due=40_000, calls=calls),
        groups=dataclasses.replace(figures.groups, rows=rows, sections=sections),
        time=dataclasses.replace(figures.time, points=figures.time.points * 14),
    )
    page = render(large, "es")
    assert len(page.encode()) < 3 * MEGABYTE
    assert large.groups is not None
    shown = shown_rows(large.groups)
    assert len(shown) == MOST_GROUPS
    assert (shown[0].rank, shown[-1].rank) == (1, 10_000)
    assert "los 15 peores y los 15 mejores" in page


def quote_of(text: str, *marks: Mark) -> Quote:
    return Quote(text, marks, 1, None, "hx", (), None, None, None, None, "es")


def plain(markup: str) -> str:
    """What is read of marked words, without what only a screen reader says."""
    bare_text = re.sub(r'<span class="unseen">.*?\)</span>', "", markup)
    return html.unescape(re.sub(r"<[^>]+>", "", bare_text))


def test_evidence_is_marked_also_where_it_overlaps() -> None:
    said = quote_of("nadie <me> llama", Mark(0, 10, "ignored"), Mark(6, 16, "promise_broken"))
    found = marked(said)
    assert plain(found) == "nadie <me> llama"
    assert found.count("<mark") == 3
    assert [
        words for words in ("ignored", "ignored, promise broken", "promise broken") if f'"en">{words}<' in found
    ] == [
        "ignored",
        "ignored, promise broken",
        "promise broken",
    ]


def test_evidence_beyond_the_text_does_no_harm() -> None:
    assert plain(marked(quote_of("corto", Mark(2, 99, "failure")))) == "corto"
    assert plain(marked(quote_of(""))) == ""


def test_a_sparkline_needs_three_points() -> None:
    figures = example_figures()
    assert figures.time is not None
    shares = [point.hx for point in figures.time.points]
    assert sparkline(shares[:2], "hx") == ""
    assert sparkline(shares, "hx").count(",") > 2 * len(shares)
    same = [shares[0]] * 4
    assert "nan" not in sparkline(same, "cx")


def test_all_parts_are_used_and_short() -> None:
    assert {file.stem for file in (HERE / "static" / "js").iterdir()} == set(SCRIPTS)
    assert {file.stem for file in (HERE / "static" / "css").iterdir()} == set(STYLES)
    files = [file for kind in ("static", "templates") for file in (HERE / kind).rglob("*") if file.is_file()]
    assert len(files) > 20
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, file.name
        assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\|\s*safe", text), (
            file.name
        )


def test_third_party_parts_come_with_their_licences() -> None:
    vendor = HERE / "vendor"
    assert (vendor / "echarts.min.js").stat().st_size < 1.1 * MEGABYTE
    for name in ("echarts.LICENSE", "echarts.NOTICE", "zrender.LICENSE", "d3.LICENSE"):
        assert (vendor / name).read_text(encoding="utf-8").strip()
