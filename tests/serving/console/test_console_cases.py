"""Cases in real Chromium: whom to call, what was done, who came back; two who act at once; both languages, keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from case_texts import kept
from console_pages import PHONE, Console, Service
from playwright.sync_api import Page, expect

from hx_detect.serving.store.cases import take_in

WRONGED = "Tres semanas 📞📞 y nadie contesta."


def made(service: Service, customer: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a request
    body = {"text": f"{WRONGED} {customer}", "customer": customer, "group": "Vigo", "who": "crm", **more}
    answer = httpx.post(service.url + "v1/cases", json=body)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def one(service: Service, case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{service.url}v1/cases/{case['id']}").json()
    return found


def open_case(console: Console, customer: str) -> Page:
    page = console.open("#cases")
    page.get_by_label("Search text, customer or id").fill(customer)
    expect(page.locator(".call")).to_have_count(1)
    page.locator(".call").click()
    expect(page.locator("#case-title")).to_have_text(customer)
    return page


def test_whom_to_call_first_and_why(console: Console, service: Service) -> None:
    made(service, "C-list", group="Sevilla")
    page = console.open("#cases")
    expect(page.locator("h1:visible")).to_have_text("Whom have we won back?")
    page.get_by_label("Search text, customer or id").fill("C-list")
    line = page.locator(".call")
    expect(line).to_have_count(1)
    for words in ("C-list", "Open", "HX at risk", "ignored", "Sevilla", "nadie contesta"):
        expect(line).to_contain_text(words)
    expect(page.locator(".loop")).to_contain_text("waiting")
    expect(page.locator("#cases-count")).to_have_text("1 case")


def test_evidence_is_marked_where_it_stands(console: Console, service: Service) -> None:
    made(service, "C-evidence")
    page = open_case(console, "C-evidence")
    mark = page.locator("#case-body .reading mark")
    assert mark.evaluate("mark => mark.firstChild.data") == "nadie"
    expect(page.locator(".case-facts")).to_contain_text("Vigo")


def test_markup_in_a_case_stays_text(console: Console, service: Service) -> None:
    made(service, "C-markup <b>x</b>", text="<img src=x onerror=alert(1)> nadie")
    page = open_case(console, "C-markup <b>x</b>")
    expect(page.locator("#case-body .reading")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("#case-body img, #case-title b, .call b b").count() == 0


def test_a_customer_is_reached_and_won_back(console: Console, service: Service) -> None:
    case = made(service, "C-loop")
    page = open_case(console, "C-loop")
    page.get_by_role("textbox", name="Note").fill("Promised a refund")
    page.get_by_label("Your name").fill("ana")
    page.locator("[data-move=contacted]").click()
    expect(page.locator(".case-status")).to_contain_text("Saved.")
    expect(page.locator(".case-head .state")).to_have_text("Contacted")
    page.get_by_text("Add a later text").click()
    page.get_by_label("What they wrote later").fill("Muchas gracias por llamar.")
    page.get_by_role("button", name="Score and link").click()
    expect(page.locator(".case-text")).to_contain_text("CX")
    page.locator("[data-move=solved]").click()
    expect(page.locator(".case-head .state")).to_have_text("Solved")
    history = page.locator(".case-history")
    for words in ("opened the case", "Open → Contacted", "Promised a refund", "ana", "linked a later text: CX"):
        expect(history).to_contain_text(words)
    console.screenshot("case", whole=False)
    kept = one(service, case)
    assert (kept["state"], [event["who"] for event in kept["events"]][1]) == ("solved", "ana")
    page.keyboard.press("Escape")
    expect(page.locator(".loop")).to_contain_text("won back")
    expect(page.locator("#cases-count")).to_have_text("0 cases")
    page.get_by_label("Solved").check(force=True)
    expect(page.locator(".call")).to_have_count(1)


def test_notes_and_owners(console: Console, service: Service) -> None:
    case = made(service, "C-own")
    page = open_case(console, "C-own")
    page.get_by_role("button", name="Only keep the note").click()
    expect(page.locator(".case-status")).to_contain_text("Write a note first.")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    page.get_by_role("textbox", name="Note").fill("No answer yet")
    page.get_by_role("button", name="Only keep the note").click()
    expect(page.locator(".case-history")).to_contain_text("No answer yet")
    page.get_by_label("Owner", exact=True).last.fill("bea")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator(".case-facts")).to_contain_text("bea")
    assert one(service, case)["owner"] == "bea"
    page.get_by_role("button", name="Close").last.click()
    page.get_by_label("Owner").first.select_option(label="bea")
    expect(page.locator(".call")).to_have_count(1)


def test_who_was_slower_sees_the_case_as_it_is_now(console: Console, service: Service) -> None:
    case = made(service, "C-two")
    page = open_case(console, "C-two")
    place = f"{service.url}v1/cases/{case['id']}"
    assert httpx.patch(place, json={"version": 1, "state": "lost", "who": "bea"}).status_code == 200
    page.locator("[data-move=contacted]").click()
    expect(page.locator(".case-status")).to_contain_text("Somebody changed the case")
    expect(page.locator(".case-head .state")).to_have_text("Lost")
    expect(page.locator("[data-move=contacted]")).to_have_count(0)
    assert one(service, case)["state"] == "lost"
    console.faults.clear()  # Chromium notes every failed request


def test_the_address_leads_to_a_case_and_the_language_changes(console: Console, service: Service) -> None:
    case = made(service, "C-link")
    page = console.open(f"?lang=es#cases/{case['id']}")
    expect(page.locator("#case-title")).to_have_text("C-link")
    expect(page.locator(".case-head .state")).to_have_text("Abierto")
    expect(page.locator("#case-body")).to_contain_text("No ha vuelto a escribir.")
    page.keyboard.press("Escape")
    page.wait_for_function("location.hash === '#cases'")  # a dialog says that it closed in a task of its own
    page.locator("[name=language][value=en]").check(force=True)
    expect(page.locator("#cases-filters")).to_contain_text("Contacted")


def test_more_cases_than_a_page(console: Console, service: Service) -> None:
    texts = [kept(f"{WRONGED} {number}", customer=f"C-page-{number}", group="Lugo") for number in range(52)]
    take_in(service.app.state.service.store, texts, "crm")
    page = console.open("#cases")
    page.get_by_label("Group").select_option("Lugo")
    expect(page.locator(".call")).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".call")).to_have_count(52)
    expect(page.locator(".call").nth(50)).to_be_focused()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    expect(page.locator("#cases-count")).to_have_text("52 cases")


def test_a_filter_that_nothing_passes(console: Console, service: Service) -> None:
    made(service, "C-passed")
    page = console.open("#cases")
    page.get_by_label("Search text, customer or id").fill("nobody at all")
    expect(page.locator("#cases-result")).to_contain_text("No case passes the filters.")


def test_without_the_scope_the_view_says_so(console: Console) -> None:
    page = console.open()
    page.route("**/v1/cases**", lambda route: route.fulfill(status=403, body='{"detail": "No scope", "cure": "Ask"}'))
    page.click("[data-view=cases]")
    expect(page.locator("#cases-status").get_by_role("alert")).to_contain_text("No scope")
    page.wait_for_load_state("networkidle")  # it asks for the cases and for their figures: both are refused
    page.unroute("**/v1/cases**")
    console.faults.clear()


def test_a_case_is_worked_by_keyboard(console: Console, service: Service) -> None:
    made(service, "C-keys")
    page = console.open("#cases")
    page.get_by_label("Search text, customer or id").fill("C-keys")
    expect(page.locator(".call")).to_have_count(1)
    page.locator(".call").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#case-dialog")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.move") == "contacted":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".case-head .state")).to_have_text("Contacted")
    expect(page.locator("#case-title")).to_be_focused()


@pytest.mark.parametrize(("scheme", "lang", "size"), [("light", "es", "wide"), ("dark", "en", "phone")])
def test_axe_finds_nothing_in_cases(
    open_console: Callable[..., Console], service: Service, scheme: str, lang: str, size: str
) -> None:
    made(service, "C-axe")
    made(service, "C-axe", text="Otra vez y nadie llama.")
    made(service, "C-axe-2", group="Sevilla")
    viewport = {"viewport": PHONE} if size == "phone" else {}
    console = open_console(color_scheme=scheme, locale=lang, **viewport)
    page = console.open("#cases")
    expect(page.locator(".call").first).to_be_visible()
    assert console.violations() == ""
    console.screenshot(f"cases-{lang}-{scheme}-{size}", whole=False)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator(".call", has_text="C-axe").first.click()
    expect(page.locator(".case")).to_be_visible()
    assert console.violations() == ""
    console.screenshot(f"case-{lang}-{scheme}-{size}", whole=False)
    assert page.locator("#case-dialog").evaluate("dialog => dialog.scrollWidth - dialog.clientWidth") <= 0
