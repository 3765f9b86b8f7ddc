"""The report as a reader has it: drawn, in both languages, on a phone, in the dark, on paper; in real Chromium."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest
from example_figures import example_figures, slim
from playwright.sync_api import Page, expect
from report_pages import PHONE, OpenReport

from hx_detect.labels import Lang
from hx_detect.reporting.figure_records import GroupFigures, Quote, ReportFigures
from hx_detect.reporting.page import render

CHARTS = {"rates", "levels", "costs", "impact", "journey", "groups", "answers", "gains"}
Opener = Callable[..., OpenReport]


@pytest.fixture(scope="module")
def spanish() -> str:
    return render(example_figures(), "es")


@pytest.fixture(scope="module")
def english() -> str:
    return render(example_figures(), "en")


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("wide-light", {}),
        ("wide-dark", {"color_scheme": "dark"}),
        ("phone-light", {"viewport": PHONE, "has_touch": True}),
        ("phone-dark", {"viewport": PHONE, "color_scheme": "dark"}),
    ],
)
def test_all_charts_are_drawn_and_nothing_stands_out(
    open_report: Opener, spanish: str, name: str, context: dict[str, Any]
) -> None:
    report = open_report(spanish, **context)
    drawn = report.charts()
    assert set(drawn) == CHARTS
    assert {chart: shapes for chart, shapes in drawn.items() if shapes < 8} == {}
    assert report.overflow() == []
    report.screenshot(name)
    report.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert report.overflow() == []


@pytest.mark.parametrize("context", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_axe_finds_nothing(open_report: Opener, context: dict[str, Any]) -> None:
    report = open_report(render(slim(example_figures()), "es"), **context)
    report.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert report.violations() == ""


def test_the_minute_shows_what_matters_first(open_report: Opener, spanish: str) -> None:
    page = open_report(spanish).page
    summary = page.locator("#verdict")
    for words in ("El 23", "28", "Se les ignora", "Qué hacer primero", "intervalo", "Qué ha cambiado", "NPS"):
        expect(summary).to_contain_text(words)
    bottom = page.locator(".three li").first.bounding_box()
    assert bottom is not None
    assert bottom["y"] < 900  # the first cause is in the first window


def test_the_language_changes_everywhere(open_report: Opener, spanish: str) -> None:
    page = open_report(spanish).page
    expect(page.locator("#causes h2")).to_contain_text("Causas de fondo")
    assert "ignorado" in page.locator("[data-chart=costs]").inner_html()
    page.locator("[name=language][value=en]").check(force=True)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#causes h2")).to_contain_text("Root causes")
    expect(page.locator("#causes h2")).not_to_contain_text("Causas", use_inner_text=True)
    expect(page.locator("[data-chart=costs]")).to_have_attribute("aria-label", re.compile("Points with intervals"))
    costs = page.locator("[data-chart=costs]").inner_html()
    assert "ignored" in costs
    assert "ignorado" not in costs
    assert page.title() == "What our customers told us"
    visible = page.locator("main").inner_text()
    assert not re.search(r"textos|señal|puntos", re.sub(r"[“«].*?[”»]", "", visible))


@pytest.mark.parametrize(("lang", "mark"), [("es", "23\u202f%"), ("en", "23%")])
def test_it_opens_in_the_language_asked_for(open_report: Opener, lang: Lang, mark: str) -> None:
    page = open_report(render(example_figures(), lang), locale="fr-FR").page
    expect(page.locator(".n-hx .big").first).to_have_text(mark, use_inner_text=True)


def test_the_theme_switch_redraws_in_its_colours(open_report: Opener, english: str) -> None:
    page = open_report(english).page
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.locator("[data-chart=costs]").inner_html()
    light = page.evaluate(ground)
    page.click("[data-do=theme]")
    assert page.evaluate(ground) != light
    assert page.locator("[data-chart=costs]").inner_html() != before
    expect(page.locator("[data-do=theme]")).to_have_attribute("aria-pressed", "true")
    page.click("[data-do=theme]")
    assert page.evaluate(ground) == light


def rows_shown(page: Page) -> int:
    return page.locator("#calls-table tbody tr:visible").count()


def test_the_call_back_list_is_searched_filtered_and_sorted(open_report: Opener, english: str) -> None:
    page = open_report(english).page
    assert rows_shown(page) == 12
    page.click("[data-do=more-calls]")
    assert rows_shown(page) == 20
    page.fill("[data-search]", "telefono MUSICA")  # without accents, any case
    assert rows_shown(page) == 4
    expect(page.locator("[data-left]")).to_have_text("4 of 20")
    page.fill("[data-search]", "")
    page.select_option("[data-by=group]", "Madrid Centro")
    assert rows_shown(page) == 4
    page.select_option("[data-by=signal]", "harassed")
    assert rows_shown(page) == 0
    expect(page.locator("[data-none]")).to_be_visible()
    page.select_option("[data-by=group]", "")
    page.select_option("[data-by=signal]", "")
    heading = page.locator("th[data-key=priority]")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    first = page.locator("#calls-table tbody tr").first
    assert first.get_attribute("data-rank") == "20"
    heading.get_by_role("button").click()
    assert first.get_attribute("data-rank") == "1"


def test_the_list_is_saved_as_csv_as_it_is_shown(open_report: Opener, english: str) -> None:
    page = open_report(english).page
    page.fill("[data-search]", "warranty")
    with page.expect_download() as saved:
        page.click("[data-do=save-calls]")
    text = saved.value.path().read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == "rank,priority,reason,text,signals,group,date,stage,row,id,times"
    assert {line.rsplit(",", 1)[1] for line in lines[1:]} == {"1"}
    assert len(lines) == 5
    assert '"The agent said my warranty covered it, and then sent me a bill for the whole repair."' in lines[1]


def test_quotes_are_read_by_signal(open_report: Opener, english: str) -> None:
    page = open_report(english).page
    page.click("[data-pick=obstructed]")
    assert page.locator("[data-signal]:visible").count() == 1
    expect(page.locator("[data-signal]:visible h3")).to_contain_text("Being obstructed")
    page.click("[data-pick='']")
    assert page.locator("[data-signal]:visible").count() > 5


def test_bars_show_shares_or_texts(open_report: Opener, english: str) -> None:
    page = open_report(english).page
    shares = page.locator("[data-chart=levels]").inner_html()
    assert "100%" in shares
    page.click("[data-stack=counts]")
    assert "100%" not in page.locator("[data-chart=levels]").inner_html()


def test_a_groups_section_is_a_page_of_its_own(open_report: Opener, english: str) -> None:
    report = open_report(english)
    report.page.locator("details.group summary").first.click()
    with report.page.expect_download() as saved:
        report.page.locator("[data-do=save-group]").first.click()
    assert saved.value.suggested_filename == "sevilla-nervion.html"
    alone = open_report(saved.value.path().read_text(encoding="utf-8"), wait=False)
    expect(alone.page.locator("h1")).to_contain_text("Sevilla Nervión")
    expect(alone.page.locator("details.group")).to_have_count(1)
    text = alone.page.locator("body").inner_text()
    assert "Cusco" not in text
    assert "35%" in text
    assert alone.violations() == ""


def test_groups_are_found_by_name(open_report: Opener, english: str) -> None:
    page = open_report(english).page
    page.fill("[data-filter-groups]", "VALENC")
    assert page.locator("details.group:visible").count() == 1
    page.fill("[data-filter-groups]", "nowhere")
    expect(page.locator("[data-none-groups]")).to_be_visible()


def test_many_groups_show_their_first_until_asked(open_report: Opener) -> None:
    figures = example_figures()
    assert figures.groups is not None
    one = figures.groups.sections[0]
    many = tuple(
        dataclasses.replace(one, row=dataclasses.replace(one.row, name=f"Shop {number}"), quotes=(), calls=())
        for number in range(1, 13)
    )
    groups = dataclasses.replace(figures.groups, sections=many)
    page = open_report(render(dataclasses.replace(figures, groups=groups), "en")).page
    shown = page.locator("details.group:visible")
    expect(shown).to_have_count(8)
    page.fill("[data-filter-groups]", "shop 12")
    expect(shown).to_have_count(1)
    page.fill("[data-filter-groups]", "")
    page.click("[data-do=more-groups]")
    expect(shown).to_have_count(12)


def test_without_scripts_everything_is_said_in_tables(open_report: Opener, spanish: str) -> None:
    page = open_report(spanish, wait=False, java_script_enabled=False).page
    text = page.locator("main").inner_text()
    for words in ("Causas de fondo", "obstaculizado", "Sevilla Nervión", "Donde ocurre"):
        assert words in text
    assert page.locator("table:visible").count() >= 8


def test_paper_has_no_controls_light_colours_and_charts_that_fit(open_report: Opener, spanish: str) -> None:
    page = open_report(spanish, color_scheme="dark").page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 688, "height": 994})  # A4 less its margins, at 96 points per inch
    for hidden in (".tools", ".contents", ".filters", ".choice", ".data > summary", ".group-do"):
        assert page.locator(f"{hidden}:visible").count() == 0, hidden
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    wide = page.evaluate(
        "() => [...document.querySelectorAll('[data-chart] svg')].map(svg => [svg.getBoundingClientRect(),"
        " svg.closest('[data-chart]').getBoundingClientRect()]).filter(([svg, box]) =>"
        " svg.right > 689 || svg.height > box.height + 1).map(([svg, box]) =>"
        " [svg.left, svg.right, svg.height, box.left, box.right, box.height])"
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    summary = page.locator("#verdict").bounding_box()
    assert summary is not None
    assert summary["y"] + summary["height"] < 994  # the minute is one sheet


def test_it_prints_to_pdf_on_a4_and_the_screen_is_as_before(open_report: Opener, spanish: str) -> None:
    page = open_report(spanish, color_scheme="dark").page
    chart = page.locator("[data-chart=costs]")
    before = chart.inner_html()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = {
        tuple(round(float(side)) for side in box) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    }
    assert {(width, height) for width, height in boxes} == {(595, 842)}
    assert 8 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 16
    assert page.evaluate("document.documentElement.classList.contains('printing')") is False
    assert chart.inner_html().count("<path") == before.count("<path")


def test_one_group_prints_alone(open_report: Opener, english: str) -> None:
    page = open_report(english).page
    page.evaluate("window.print = () => {}")
    page.locator("details.group summary").first.click()
    page.locator("[data-do=print-group]").first.click()
    page.emulate_media(media="print")
    assert page.locator("main h2:visible").count() == 0
    assert page.locator("details.group:visible").count() == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("main h2:visible").count() > 8


NASTY = '<img src=x onerror=alert(1)></script><script>alert(2)</script>"&'


def with_nasty_words(figures: ReportFigures) -> ReportFigures:
    """Markup wherever the words of others stand."""
    assert figures.groups is not None
    assert figures.quotes is not None
    row = dataclasses.replace(figures.groups.rows[0], name=NASTY)
    groups: GroupFigures = dataclasses.replace(
        figures.groups,
        column=NASTY,
        rows=(row, *figures.groups.rows[1:]),
        sections=(dataclasses.replace(figures.groups.sections[0], row=row),),
    )
    said: Quote = dataclasses.replace(figures.quotes[0].quotes[0], text=NASTY, marks=(), group=NASTY, id=NASTY)
    quotes = (dataclasses.replace(figures.quotes[0], quotes=(said,)),)
    trust = dataclasses.replace(figures.trust, command=NASTY, model=NASTY)
    return dataclasses.replace(figures, groups=groups, quotes=quotes, trust=trust, group=NASTY)


def test_words_of_others_stay_words(open_report: Opener) -> None:
    report = open_report(render(with_nasty_words(example_figures()), "en"))
    assert report.page.locator("main img").count() == 0
    assert report.page.locator("script").count() == 3
    expect(report.page.locator("#quotes blockquote").first).to_contain_text(NASTY)
    report.page.locator("[data-chart=groups]").hover(position={"x": 500, "y": 40})
    assert report.page.locator("main img").count() == 0
