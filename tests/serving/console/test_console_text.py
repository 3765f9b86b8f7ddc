"""Paste a text: what is found, marked in it, why, and how a person corrects it; in real Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from console_pages import PHONE, Console, Service
from playwright.sync_api import Route, expect

from hx_detect.labels import SIGNAL_NAMES

WRONGED = "Tres semanas 📞📞 y nadie contesta."
PRAISE = "Muchas gracias a todos."


def test_a_text_gets_its_level_signals_and_reasons(console: Console) -> None:
    console.open()
    page = console.score(WRONGED)
    expect(page.locator(".level")).to_have_text("HX at risk")
    expect(page.locator(".meaning")).to_have_text("wronged, still recoverable")
    expect(page.locator(".asks")).to_have_text("Call back first")
    expect(page.locator(".gauge").first).to_contain_text("93%")
    expect(page.locator(".why")).to_contain_text("It tells of a wrong by the company (ignored)")
    expect(page.locator(".why")).to_contain_text("“nadie”")
    facts = page.locator(".facts")
    for words in ("Negative", "Detractor", "estimated from the words", "1.2", "Support", "Review"):
        expect(facts).to_contain_text(words)


def test_evidence_is_marked_where_it_stands_also_after_emoji(console: Console) -> None:
    console.open()
    page = console.score(WRONGED)
    mark = page.locator(".reading mark")
    assert mark.evaluate("mark => mark.firstChild.data") == "nadie"
    expect(mark).to_contain_text("evidence of ignored")
    whole = page.locator(".reading").evaluate(
        "p => [...p.childNodes].map(n => n.nodeName === 'MARK' ? n.firstChild.data : n.data).join('')"
    )
    assert whole == WRONGED


def test_markup_in_a_text_stays_text(console: Console) -> None:
    console.open()
    page = console.score("<img src=x onerror=alert(1)> nadie <b>contesta</b>")
    expect(page.locator(".reading")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".reading img, .reading b").count() == 0


def test_the_language_changes_and_nothing_typed_is_lost(console: Console) -> None:
    page = console.open()
    console.score(PRAISE)
    expect(page.locator(".level")).to_have_text("CX")
    page.locator("[name=language][value=es]").check(force=True)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("h1:visible")).to_have_text("¿Qué ha vivido este cliente?")
    expect(page.locator(".meaning")).to_have_text("buena experiencia")
    assert page.input_value("#words") == PRAISE
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "es")


@pytest.mark.parametrize(
    ("locale", "title"), [("es-MX", "¿Qué ha vivido"), ("en-US", "What did"), ("fr-FR", "What did")]
)
def test_the_browsers_language_is_the_first(open_console: Callable[..., Console], locale: str, title: str) -> None:
    page = open_console(locale=locale).open()
    expect(page.locator("h1:visible")).to_contain_text(title)


def test_an_answer_that_contradicts_the_words_is_said(console: Console) -> None:
    page = console.open()
    page.fill("#answer", "10")
    console.score(WRONGED)
    expect(page.locator(".facts")).to_contain_text("Promoter")
    expect(page.locator(".facts")).to_contain_text("from the score given")
    expect(page.locator(".why")).to_contain_text("contradict each other")


def test_a_correction_reaches_the_feedback_store(console: Console, service: Service) -> None:
    page = console.open()
    console.score(WRONGED)
    page.get_by_role("switch", name="ignored: holds").click()
    expect(page.locator(".save-bar")).to_contain_text("1 unsaved change")
    expect(page.locator(".reading mark")).to_have_count(0)
    page.click(".correct summary")
    page.locator(".adder select").select_option("harassed")
    page.get_by_label("Words that show it").fill("not there")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".fault")).to_contain_text("not in the text")
    page.get_by_label("Words that show it").fill("semanas 📞📞")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".save-bar")).to_contain_text("2 unsaved changes")
    page.get_by_label("Stage of the journey").select_option("use")
    page.get_by_label("Your name").fill("ana")
    console.screenshot("correction")
    page.click(".save-bar [type=submit]")
    expect(page.locator(".save .said")).to_have_text("Correction saved. Thank you.")
    kept = page.request.get(service.url + "v1/feedback").json()["feedback"][-1]
    assert kept["labels"] == {"harassed": [{"start": 5, "end": 15, "text": "semanas 📞📞"}]}
    assert (kept["text"], kept["stage"], kept["who"], kept["model"]["name"]) == (WRONGED, "use", "ana", "fake")


def test_selected_words_become_evidence(console: Console) -> None:
    page = console.open()
    console.score(WRONGED)
    page.click(".correct summary")
    page.locator(".reading").evaluate(
        """p => { const range = document.createRange(); const [first, mark] = p.childNodes;
        range.setStart(first, first.data.indexOf("y")); range.setEnd(mark.firstChild, 5);
        getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    expect(page.get_by_label("Words that show it")).to_have_value("y nadie")


def test_what_was_corrected_can_be_undone(console: Console) -> None:
    page = console.open()
    console.score(WRONGED)
    page.get_by_role("switch").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".save-bar")).to_be_hidden()
    expect(page.get_by_role("switch")).to_be_checked()


def test_every_signal_can_be_added(console: Console) -> None:
    page = console.open()
    console.score(PRAISE)
    values = page.locator(".adder option").evaluate_all("options => options.map(o => o.value).filter(Boolean)")
    assert values == list(SIGNAL_NAMES)


def test_an_empty_text_is_asked_for(console: Console) -> None:
    page = console.open()
    page.click("#composer [type=submit]")
    expect(page.locator("#text-status")).to_contain_text("Type or paste a text first.")
    expect(page.locator("#words")).to_be_focused()


def test_a_text_that_cannot_be_scored_says_why(console: Console) -> None:
    page = console.open()
    page.fill("#words", "UNSCORABLE")
    page.press("#words", "Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("cannot be scored")


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [(429, {"Retry-After": "7"}, "Try again in 7 s."), (503, {}, "Ask another instance"), (502, {}, "HTTP 502")],
)
def test_refusals_say_what_to_do(console: Console, status: int, headers: dict[str, str], said: str) -> None:
    page = console.open()
    problem = {"detail": "Too busy", "cure": "Ask another instance", "code": "queue_full"}
    body = "<html>bad gateway</html>" if status == 502 else json.dumps(problem)
    page.route("**/v1/score", lambda route: route.fulfill(status=status, headers=headers, body=body))
    page.fill("#words", PRAISE)
    page.click("#composer [type=submit]")
    expect(page.get_by_role("alert")).to_contain_text(said)
    console.faults.clear()  # Chromium notes every failed request


def test_a_service_that_is_gone_is_said(console: Console) -> None:
    page = console.open()
    page.route("**/v1/score", lambda route: route.abort())
    page.fill("#words", PRAISE)
    page.click("#composer [type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    console.faults.clear()


def test_the_key_is_asked_for_once_and_kept_for_the_tab(console: Console) -> None:
    page = console.open()

    def guard(route: Route) -> None:
        if route.request.headers.get("authorization") == "Bearer hxd_good":
            route.continue_(headers={"content-type": "application/json"})  # the real service has no keys
        else:
            route.fulfill(status=401, body=json.dumps({"detail": "An API key is needed", "code": "no_key"}))

    page.route("**/v1/score", guard)
    page.fill("#words", PRAISE)
    page.click("#composer [type=submit]")
    for key in ("hxd_bad", "hxd_good"):
        expect(page.locator("#key-dialog")).to_contain_text("An API key is needed")
        assert console.violations() == ""
        page.fill("#key", key)
        page.click("#key-form [type=submit]")
    expect(page.locator(".level")).to_have_text("CX")
    assert page.evaluate("sessionStorage.getItem('hx-key')") == "hxd_good"
    assert page.evaluate("Object.keys(localStorage).some(name => localStorage[name].includes('hxd_'))") is False
    console.score(WRONGED)
    expect(page.locator("#key-dialog")).to_be_hidden()
    console.faults.clear()


def test_without_a_key_the_page_says_so(console: Console) -> None:
    page = console.open()
    page.route("**/v1/score", lambda route: route.fulfill(status=401, body="{}"))
    page.fill("#words", PRAISE)
    page.click("#composer [type=submit]")
    expect(page.locator("#key-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alert")).to_contain_text("There is no going on without a key.")
    console.faults.clear()


def test_everything_is_reached_by_keyboard(console: Console) -> None:
    page = console.open()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.focus("#words")
    page.keyboard.type(WRONGED)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".record")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "switch":
            break
    expect(page.get_by_role("switch")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".save-bar")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_axe_finds_nothing(open_console: Callable[..., Console], scheme: str, lang: str, size: str) -> None:
    viewport = {"viewport": PHONE} if size == "phone" else {}
    console = open_console(color_scheme=scheme, locale=lang, **viewport)
    page = console.open()
    assert console.violations() == ""
    console.score(WRONGED)
    page.click(".correct summary")
    page.get_by_role("switch").click()
    console.screenshot(f"text-{lang}-{scheme}-{size}")
    assert console.violations() == ""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_theme_is_chosen_and_kept(open_console: Callable[..., Console]) -> None:
    page = open_console(color_scheme="light").open()
    page.click(".theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 22, 24)"


def test_own_signals_have_their_titles_and_a_group_of_their_own(
    console: Console, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = console.open()
    own = (
        {"name": "app_crash", "es": "cierre de la app", "en": "app crash"},
        {"name": "roaming", "es": "itinerancia", "en": "roaming"},
    )
    monkeypatch.setattr(service.scorer, "own", own)  # the model was exchanged while the page was open
    console.score("La app se cierra y nadie contesta.")
    claim = page.locator(".claim.own")
    expect(claim.locator("b")).to_have_text("App crash")
    expect(claim.locator("small")).to_have_text("own signals")
    expect(page.locator(".reading mark.own")).to_contain_text("evidence of app crash")
    expect(page.locator(".why")).to_contain_text("Own signals: app crash.")
    expect(page.locator(".why")).not_to_contain_text("The cause")
    page.locator(".correct summary").click()
    assert page.locator("optgroup[label='Own signals'] option").all_inner_texts() == ["Roaming · 3%"]
    page.locator("[name=language][value=es]").check(force=True)
    expect(claim.locator("b")).to_have_text("Cierre de la app")
    expect(claim.locator("small")).to_have_text("señales propias")
    assert page.locator("optgroup[label='Señales propias'] option").count() == 1
    assert console.violations() == ""
    console.screenshot("own-signals")
    page.locator(".correct summary").click()
    page.select_option(".adder select", "roaming")
    page.locator(".adder button").click()
    page.locator(".save-bar [type=submit]").click()
    expect(page.locator(".said")).to_have_class("said good")
    kept = page.request.get(service.url + "v1/feedback").json()["feedback"][-1]
    assert set(kept["labels"]) == {"ignored", "app_crash", "roaming"}
