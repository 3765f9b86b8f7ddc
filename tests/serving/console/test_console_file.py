"""Drop a file: live progress, figures, charts, the call-back list, the table, downloads; in real Chromium."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from console_pages import PHONE, Console
from playwright.sync_api import Locator, Route, expect

HEAD = ("id", "nota", "comentario")
ROWS = [
    ("c-1", "2", "Llevo semanas llamando y nadie contesta, dicen que =HOY()."),
    ("c-2", "10", "Muchas gracias, todo perfecto."),
    ("c-3", "", ""),
    ("c-4", "7", "Bien."),
    ("c-5", "9", "Aquí nadie sabe nada; ni una respuesta en el mes entero que llevo esperando."),
]


def written(place: Path, rows: list[tuple[str, str, str]]) -> Path:
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return place


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return written(tmp_path / "opiniones.csv", ROWS)


def texts_of(cells: Locator) -> list[str]:
    return [text.strip() for text in cells.all_text_contents()]


def test_a_file_becomes_figures_charts_calls_and_a_table(console: Console, small: Path) -> None:
    console.open("#file")
    page = console.drop(small)
    bigs = texts_of(page.locator(".big b"))
    assert bigs == ["50%", "4", "−25", "1"]
    assert texts_of(page.locator(".chart h3")) == ["Levels", "The customer's journey", "Signals, by frequency"]
    page.locator(".chart summary").first.click()
    expect(page.locator(".chart").first.locator("tr", has_text="HX at risk")).to_contain_text("50%")
    drawn = page.locator(".chart canvas").evaluate_all(
        "all => all.map(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v))"
    )
    assert drawn == [True, True, True]
    assert set(texts_of(page.locator(".call-meta > small"))) == {"c-1", "c-5"}
    assert sorted(texts_of(page.locator(".rows tbody .c-row"))) == ["1", "2", "4", "5"]  # as the file counts them


def test_rejected_rows_say_why(console: Console, small: Path) -> None:
    console.open("#file")
    page = console.drop(small)
    page.get_by_role("link", name="see why").click()
    row = page.locator(".rejects tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("empty")
    expect(row.locator("td").first).to_have_text("3")


def test_progress_is_live_and_survives_a_reload(console: Console, tmp_path: Path) -> None:
    page = console.open("#file")
    job = {"id": "j1", "file": "a.csv", "state": "running", "rows_total": 1000, "rejected": 0, "error": None}
    done = iter(range(250, 100_000, 250))

    def answer(route: Route) -> None:
        route.fulfill(json={**job, "rows_done": min(1000, next(done))})

    page.route("**/v1/score/file", lambda route: route.fulfill(status=202, json={"id": "j1", "state": "queued"}))
    page.route("**/v1/jobs/j1", answer)
    page.set_input_files("#file", written(tmp_path / "a.csv", ROWS))
    page.click("#upload")
    seen = set()
    for _ in range(40):
        value = page.locator("progress").get_attribute("value")
        if value:
            seen.add(value)
        if value == "1":
            break
        time.sleep(0.1)
    assert {"0.5", "1"} <= seen
    expect(page.locator(".progress-detail")).to_contain_text("1,000 of 1,000 rows")
    page.reload()
    expect(page.locator(".progress-title")).to_have_text("Scoring a.csv")
    page.route("**/v1/jobs/j1", lambda route: route.fulfill(json={
        "id": "j1", "state": "failed", "error": {"message": "The file has no header", "cure": "Add one"}}))  # fmt: skip
    expect(page.get_by_role("alert")).to_contain_text("The file has no header")
    expect(page.get_by_role("alert")).to_contain_text("Add one")


def test_a_job_can_be_stopped(console: Console, tmp_path: Path) -> None:
    page = console.open("#file")
    gone: list[str] = []
    page.route("**/v1/score/file", lambda route: route.fulfill(status=202, json={"id": "j2", "state": "queued"}))
    job = {"id": "j2", "file": "a.csv", "state": "running", "rows_total": None, "rows_done": 7}

    def answer(route: Route) -> None:
        if route.request.method == "DELETE":
            gone.append("j2")
        route.fulfill(json=job)

    page.route("**/v1/jobs/j2", answer)
    page.set_input_files("#file", written(tmp_path / "a.csv", ROWS))
    page.click("#upload")
    expect(page.locator(".progress-detail")).to_have_text("7 rows")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#job")).to_contain_text("Stopped. Nothing was kept.")
    assert gone == ["j2"]
    expect(page.locator("#drop")).to_be_visible()


def test_a_file_that_is_none_says_what_to_do(console: Console, tmp_path: Path) -> None:
    page = console.open("#file")
    place = tmp_path / "picture.csv"
    place.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.set_input_files("#file", place)
    page.click("#upload")
    expect(page.get_by_role("alert")).to_be_visible()
    assert len(page.get_by_role("alert").inner_text()) > 20
    expect(page.locator("#drop")).to_be_visible()
    console.faults.clear()  # Chromium notes a refused upload


def test_a_column_that_is_not_there_is_named(console: Console, small: Path) -> None:
    page = console.open("#file")
    page.fill("#text-column", "opinión")
    page.set_input_files("#file", small)
    page.click("#upload")
    expect(page.get_by_role("alert")).to_contain_text("opinión")
    console.faults.clear()


def test_a_dragged_file_is_taken(console: Console) -> None:
    page = console.open("#file")
    page.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(new File(["text\\nnadie\\n"], "dragged.csv"));
        const zone = document.getElementById("zone");
        for (const kind of ["dragenter", "dragover", "drop"])
          zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })); }"""
    )
    expect(page.locator("#zone-name")).to_have_text("dragged.csv")
    expect(page.locator("#upload")).to_be_enabled()


def test_a_row_opens_with_its_evidence_and_can_be_corrected(console: Console, small: Path) -> None:
    page = console.open("#file")
    console.drop(small)
    page.locator(".call").first.click()
    dialog = page.locator("#row-dialog")
    expect(dialog.locator(".level")).to_have_text("HX at risk")
    expect(dialog.locator("mark")).to_contain_text("nadie")
    assert console.violations() == ""
    dialog.get_by_role("switch").first.click()
    expect(dialog.locator(".save-bar")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def head_of(place: Path) -> set[object]:
    """The names of a table's columns."""
    if place.suffix == ".xlsx":
        return {cell.value for cell in next(openpyxl.load_workbook(place).worksheets[0].iter_rows())}
    first = place.read_text(encoding="utf-8-sig").splitlines()[0]
    return set(first.split(",")) if place.suffix == ".csv" else set(json.loads(first))


@pytest.mark.parametrize(("name", "format"), [("CSV", "csv"), ("Excel", "xlsx"), ("JSON lines", "jsonl")])
def test_downloads(console: Console, small: Path, tmp_path: Path, name: str, format: str) -> None:
    page = console.open("#file")
    console.drop(small)
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    assert download.value.suggested_filename == f"opiniones.scored.{format}"
    place = tmp_path / f"down.{format}"
    download.value.save_as(place)
    head = head_of(place)
    assert "comentario" in head
    assert "hx_level" in head or "hx" in head


def test_what_is_filtered_downloads_without_formulas(console: Console, tmp_path: Path) -> None:
    page = console.open("#file")
    console.drop(written(tmp_path / "a.csv", [*ROWS, ("c-6", "1", '=HYPERLINK("x"), nadie')]))
    page.get_by_label("Search the texts").fill("HYPERLINK")
    expect(page.locator(".count")).to_have_text("1 of 5 texts")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of what is filtered").click()
    place = tmp_path / "filtered.csv"
    download.value.save_as(place)
    with place.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["text"] == '\'=HYPERLINK("x"), nadie'
    assert (row["id"], row["level"], row["signals"]) == ("c-6", "hx_risk", "ignored")


@pytest.mark.timed
def test_ten_thousand_rows_stay_fluid(console: Console, tmp_path: Path) -> None:
    rows = [(f"n-{n}", str(n % 11), f"Texto {n}: {'nadie' if n % 4 == 0 else 'gracias'} {'x' * (n % 90)}")
            for n in range(10_000)]  # fmt: skip
    page = console.open("#file")
    console.drop(written(tmp_path / "grande.csv", rows))
    expect(page.locator(".count")).to_have_text("10,000 of 10,000 texts")
    assert page.locator(".rows tbody tr").count() == 50
    assert page.evaluate("document.querySelectorAll('*').length") < 4000
    for action, most in (("document.querySelector('.c-stars button').click()", 1500),
                         ("document.querySelector('.pager button:last-child').click()", 500)):  # fmt: skip
        took = page.evaluate(f"() => {{ const t = performance.now(); {action}; return performance.now() - t; }}")
        assert took < most, action
    page.get_by_label("Search the texts").fill("Texto 9996:")
    expect(page.locator(".count")).to_have_text("1 of 10,000 texts")
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Level", exact=True).select_option("any_hx")
    expect(page.locator(".count")).to_have_text("2,500 of 10,000 texts")
    page.get_by_label("Signal", exact=True).select_option("rage")
    expect(page.locator(".count")).to_have_text("No text passes the filters.")
    page.get_by_role("button", name="Clear filters").click()
    page.locator(".c-row button").first.click()
    assert texts_of(page.locator(".rows tbody .c-row"))[:3] == ["1", "2", "3"]
    assert page.locator("th.c-row").get_attribute("aria-sort") == "ascending"
    page.locator(".c-row button").first.click()
    assert texts_of(page.locator(".rows tbody .c-row"))[:2] == ["10,000", "9,999"]
    page.get_by_role("button", name=re.compile("Next")).click()
    expect(page.locator(".pager")).to_contain_text("Page 2 of 200")


def test_the_language_changes_with_results_on_the_page(console: Console, small: Path) -> None:
    page = console.open("#file")
    console.drop(small)
    page.get_by_label("Search the texts").fill("gracias")
    expect(page.locator(".count")).to_have_text("1 of 4 texts")
    page.locator("[name=language][value=es]").check(force=True)
    expect(page.locator(".count")).to_have_text("1 de 4 textos")
    expect(page.get_by_label("Buscar en los textos")).to_have_value("gracias")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_axe_finds_nothing_in_results(
    open_console: Callable[..., Console], small: Path, scheme: str, size: str
) -> None:
    viewport = {"viewport": PHONE} if size == "phone" else {}
    console = open_console(color_scheme=scheme, locale="es-ES", **viewport)
    page = console.open("#file")
    console.screenshot(f"file-{scheme}-{size}", whole=False)
    assert console.violations() == ""
    console.drop(small)
    page.locator(".chart summary").first.click()
    console.screenshot(f"results-{scheme}-{size}")
    assert console.violations() == ""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_job_that_is_gone_is_said(console: Console) -> None:
    page = console.open("#file/00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("alert")).to_contain_text("This job is no longer there.")
    console.faults.clear()


@pytest.mark.parametrize("status", [0, 429, 503])
def test_a_service_that_is_away_for_a_moment_does_not_lose_the_job(console: Console, small: Path, status: int) -> None:
    page = console.open("#file")
    failures = iter(range(2))

    def answer(route: Route) -> None:
        if next(failures, None) is None:
            route.continue_()
        elif status:
            route.fulfill(status=status, headers={"Retry-After": "1"}, json={"status": status, "detail": "away"})
        else:
            route.abort("connectionrefused")

    page.route(re.compile(r"/v1/jobs/[0-9a-f-]{36}$"), answer)
    console.drop(small)
    expect(page.locator(".big b").first).to_have_text("50%")
    console.faults.clear()
