"""The labelling page in real Chromium: keys, evidence, undo, drafts, the model's guess, agreement; axe."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from console_pages import PHONE, SLOW_MACHINE_MS, WIDE, Console
from labelling_tables import TEXTS, session_in, tasks_of
from playwright.sync_api import Browser, Page, expect
from waiting import until

from hx_detect.labelling.session import Session

TOKEN = "t0ken"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Ana labels; Luis has labelled the first two texts before her."""
    luis = session_in(tmp_path, who="luis")
    for task in tasks_of()[:2]:
        luis.answer({"key": task.key, "sentiment": "negative", "labels": {"ignored": []}})
    luis.log.close()
    session = session_in(tmp_path, others=[tmp_path / "luis.jsonl"], own=["app_crash"])
    yield session
    session.log.close()


@pytest.fixture
def address(session: Session) -> Iterator[str]:
    """Where the page is served."""
    import uvicorn

    from hx_detect.labelling.page_app import create_app

    server = uvicorn.Server(uvicorn.Config(create_app(session, TOKEN), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the page is not served"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/{TOKEN}/"
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the page as a new visitor; nothing may go wrong in it, nor be asked for elsewhere."""
    opened: list[Console] = []

    def make(**context: Any) -> Page:  # noqa: ANN401 - any option of a browser context
        page = browser.new_context(
            **{"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", **context}
        ).new_page()
        page.set_default_timeout(SLOW_MACHINE_MS)
        seen = Console(page, address)
        page.on("pageerror", lambda error: seen.faults.append(str(error)))
        page.on("console", lambda said: seen.faults.append(said.text) if said.type == "error" else None)
        page.on("request", lambda sent: None if sent.url.startswith(address) else seen.faults.append(sent.url))
        opened.append(seen)
        return seen.open("")

    yield make
    faults = [fault for one in opened for fault in one.faults]
    for one in opened:
        one.page.context.close()
    assert faults == []


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def kept(session: Session) -> list[dict[str, Any]]:
    """What is on the disk."""
    return [json.loads(line) for line in session.log.place.read_text(encoding="utf-8").splitlines()]


def test_a_text_is_labelled_with_the_keyboard_alone(visit: Callable[..., Page], session: Session) -> None:
    page = visit()
    expect(page.locator("#title")).to_have_text("Text 1 of 5")
    expect(page.locator("#words")).to_have_text(TEXTS[0])
    press(
        page,
        "1",
        "ArrowRight",
        "ArrowRight",
        "Shift+ArrowRight",
        "q",
        "End",
        "Shift+ArrowLeft",
        "a",
        "p",
        "Shift+Digit2",
    )
    expect(page.locator("#words mark.hx")).to_have_text("tres veces")
    expect(page.locator("[data-signal=failure] .proof q")).to_have_text("“al teléfono”")
    press(page, "Enter")
    expect(page.locator("#title")).to_have_text("Text 2 of 5")
    record = kept(session)[0]
    assert record["labels"] == {"ignored": [[6, 16]], "failure": [[43, 54]]}
    assert (record["sentiment"], record["stage"], record["stars"], record["who"]) == ("negative", "use", 2, "ana")
    assert record["guess_shown"] is False
    assert record["seconds"] > 0


def test_words_selected_with_the_mouse_are_evidence(visit: Callable[..., Page], session: Session) -> None:
    page = visit()
    page.locator("#words").dblclick(position={"x": 50, "y": 35})
    page.click("[data-signal=rage] > button")
    expect(page.locator("[data-signal=rage] > button")).to_have_attribute("aria-pressed", "true")
    words = page.locator("[data-signal=rage] .proof q").inner_text().strip("“”")
    assert words in TEXTS[0].split()
    page.click("[data-signal=rage] .proof button")
    expect(page.locator("[data-signal=rage] .proof")).to_have_count(0)
    page.click("[data-signal=rage] > button")
    expect(page.locator("[data-signal=rage] > button")).to_have_attribute("aria-pressed", "false")
    page.click("[data-signal=app_crash] > button")
    page.locator(".choice", has_text="Negative").click()
    page.click("#save")
    expect(page.locator("#said")).to_contain_text("Without words that prove it: app_crash")
    page.click("#save")
    expect(page.locator("#said")).to_have_text("Saved.")
    assert kept(session)[0]["labels"] == {"app_crash": []}


def test_without_a_sentiment_nothing_is_saved(visit: Callable[..., Page], session: Session) -> None:
    page = visit()
    press(page, "Enter", "Enter")
    expect(page.locator("#said")).to_contain_text("The sentiment is missing")
    assert kept(session) == [] if session.log.place.exists() else True


def test_skip_asks_why_and_undo_goes_back(visit: Callable[..., Page], session: Session) -> None:
    page = visit()
    press(page, "3", "Enter")
    expect(page.locator("#title")).to_have_text("Text 2 of 5")
    press(page, ".")
    expect(page.locator("#skip-dialog")).to_be_visible()
    press(page, "2")
    expect(page.locator("#title")).to_have_text("Text 3 of 5")
    assert [one["skipped"] for one in session.log.skipped.values()] == ["not_customer"]
    press(page, "Backspace")
    expect(page.locator("#title")).to_have_text("Text 2 of 5")
    press(page, "Backspace")
    expect(page.locator("#title")).to_have_text("Text 1 of 5")
    expect(page.locator(".choice", has_text="Positive")).to_have_attribute("aria-pressed", "true")
    assert kept(session) == []
    press(page, "Backspace")
    expect(page.locator("#said")).to_have_text("There is nothing to undo.")


def test_what_is_begun_survives_the_tab(visit: Callable[..., Page], session: Session) -> None:
    page = visit()
    press(page, "PageDown")
    expect(page.locator("#title")).to_have_text("Text 2 of 5")
    press(page, "3", "ArrowRight", "v")
    until(lambda: len(session.log.drafts) == 1)
    page.close()
    again = visit()
    expect(again.locator("#title")).to_have_text("Text 2 of 5")
    expect(again.locator("#said")).to_contain_text("what you had begun")
    expect(again.locator("[data-signal=kind] .proof q")).to_have_text("“Muchas”")


def test_the_guess_is_hidden_until_asked_for_and_that_is_noted(visit: Callable[..., Page], session: Session) -> None:
    page = visit()
    expect(page.locator("#guess-box")).to_be_hidden()
    press(page, "m")
    expect(page.locator("#guess-box")).to_contain_text("Ignored 91")
    press(page, "m")
    expect(page.locator("#guess-box")).to_be_hidden()
    press(page, "1", "Enter")
    expect(page.locator("#title")).to_have_text("Text 2 of 5")
    expect(page.locator("#guess-box")).to_be_hidden()
    assert kept(session)[0]["guess_shown"] is True


def test_an_earlier_answer_is_shown_and_replaced(visit: Callable[..., Page], session: Session) -> None:
    page = visit()
    press(page, "2", "Enter")
    expect(page.locator("#title")).to_have_text("Text 2 of 5")
    press(page, "PageUp")
    expect(page.locator("#said")).to_contain_text("Labelled before")
    press(page, "4", "Enter")
    expect(page.locator("#title")).to_have_text("Text 2 of 5")
    assert [one["sentiment"] for one in kept(session)] == ["mixed"]


def test_keys_can_be_switched_off_and_do_nothing_while_one_writes(visit: Callable[..., Page]) -> None:
    page = visit()
    page.fill("#note", "")
    page.locator("#note").press_sequentially("qwe1")
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    page.uncheck("#keys-on")
    page.locator("#words").focus()
    press(page, "1", "q")
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)


def test_the_end_agreement_and_both_languages(visit: Callable[..., Page]) -> None:
    page = visit(locale="es-ES")
    expect(page.locator("#title")).to_have_text("Texto 1 de 5")
    for number in range(len(TEXTS)):
        press(page, "1", *(["q", "Enter"] if number < 1 else []), "Enter")
        expect(page.locator("#count")).to_have_text(f"{number + 1} de 5")
    expect(page.locator("#done-title")).to_have_text("No queda nada por etiquetar.")
    expect(page.locator("#done-facts")).to_contain_text("ana.jsonl")
    page.click("#open-agreement")
    row = page.locator("#agreement-body tr[data-label=ignored]")
    expect(row).to_contain_text("Ignorado")
    expect(row).to_contain_text("0,00")
    page.click("#agreement-dialog .close")
    page.check("[name=language][value=en]", force=True)
    expect(page.locator("#done-title")).to_have_text("Nothing is left to label.")


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["wide", "phone"])
def test_axe_finds_nothing_and_nothing_sticks_out(visit: Callable[..., Page], options: dict[str, Any]) -> None:
    page = visit(**options)
    press(page, "1", "ArrowRight", "q", "s", "m")
    expect(page.locator("#guess-box ul")).to_be_visible()
    seen = Console(page, "")
    assert seen.violations() == ""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.screenshot(f"labelling-{page.viewport_size and page.viewport_size['width']}")
    press(page, "?")
    expect(page.locator("#help-dialog")).to_be_visible()
    assert seen.violations() == ""
