"""Reports opened in real Chromium, as files and without a network. In: HTML. Out: fixtures of the page's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from console_pages import AXE_RULES, SCREENSHOTS, SLOW_MACHINE_MS

if TYPE_CHECKING:  # a plugin of all tests: most need no browser
    from playwright.sync_api import Browser, Page

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class OpenReport:
    """A report in a browser.

    Attributes:
        page: Playwright's.
        faults: errors on its console, exceptions, requests for anything but the file itself.
    """

    page: Page
    faults: list[str] = field(default_factory=list)

    def screenshot(self, name: str) -> None:
        """For a person to look at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"report-{name}.png", full_page=True, animations="disabled")

    def violations(self) -> str:
        """What axe finds, nothing where all is well; the other language, which no one sees, is taken out first."""
        self.page.evaluate(
            "() => document.querySelectorAll(document.documentElement.lang === 'es' ? '.en' : '.es')"
            ".forEach(one => one.remove())"
        )
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types

        found = Axe().run(self.page, context={"exclude": [["[data-chart] > *"]]}, options=AXE_RULES)
        return found.generate_report() if found.violations_count else ""

    def charts(self) -> dict[str, int]:
        """Chart -> how many shapes it is drawn with."""
        shapes: dict[str, int] = self.page.evaluate(
            "() => Object.fromEntries([...document.querySelectorAll('[data-chart]')].map(box =>"
            " [box.dataset.chart, box.querySelectorAll('svg path, svg circle, svg polyline, svg rect').length]))"
        )
        return shapes

    def overflow(self) -> list[str]:
        """What stands out of the window to the right, besides what scrolls by itself."""
        found: list[str] = self.page.evaluate(
            "() => document.documentElement.scrollWidth <= innerWidth ? [] : ['the page scrolls sideways', ..."
            "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1"
            " && !one.closest('.scroll, svg')).map(one => one.outerHTML.slice(0, 80))]"
        )
        return found


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., OpenReport]]:
    """Opens reports, each as a new visitor who has no network; at the end none may have complained."""
    opened: list[OpenReport] = []

    def make(html: str, *, wait: bool = True, **context: Any) -> OpenReport:  # noqa: ANN401 - options of a context
        file = tmp_path / f"report{len(opened)}.html"
        file.write_text(html, encoding="utf-8")
        options = {"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", "offline": True, **context}
        page = browser.new_context(**options).new_page()
        page.set_default_timeout(SLOW_MACHINE_MS)
        report = OpenReport(page)
        page.on("console", lambda message: report.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: report.faults.append(str(error)))
        page.on("request", lambda sent: None if _is_own(sent.url) else report.faults.append(sent.url))
        opened.append(report)
        page.goto(file.as_uri())
        if wait:
            page.wait_for_selector("html[data-ready]")
        return report

    yield make
    for report in opened:
        report.page.context.close()
    assert [report.faults for report in opened if report.faults] == []


def _is_own(url: str) -> bool:
    return url.startswith(("file:", "data:", "blob:"))
