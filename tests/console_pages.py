"""The service in a thread and pages of real Chromium in front of it. In: nothing. Out: fixtures of the console's tests.

Screenshots for a person to look at are written to ``.screenshots/`` at the top of the repository, which git ignores.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fake_scorer import FakeScorer

if TYPE_CHECKING:  # a plugin of all tests: most need neither browser nor service
    import uvicorn
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SCREENSHOTS = Path(__file__).parents[1] / ".screenshots"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SLOW_MACHINE_MS = 120_000
"""A wait that ends much earlier on an idle machine."""
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Service:
    """A running service."""

    url: str
    scorer: FakeScorer
    app: Any


@dataclass
class Console:
    """A page of the console, and what went wrong in it.

    Attributes:
        page: Playwright's.
        faults: errors on its console, exceptions, requests to anywhere but the service.
    """

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def open(self, place: str = "#text") -> Page:
        """Go to a view and wait until it lives."""
        self.page.goto(self.url + place)
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def score(self, text: str) -> Page:
        """Paste a text and have it read."""
        self.page.fill("#words", text)
        self.page.click("#composer [type=submit]")
        self.page.wait_for_selector("#text-result:not([aria-busy]) .record")
        return self.page

    def drop(self, file: Path) -> Page:
        """Choose a file, send it, wait for its results."""
        self.page.set_input_files("#file", file)
        self.page.click("#upload")
        self.page.wait_for_selector(".overview")
        return self.page

    def screenshot(self, name: str, *, whole: bool = True) -> None:
        """For a person to look at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole, animations="disabled")

    def violations(self) -> str:
        """What axe finds, nothing where all is well."""
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types

        found = Axe().run(self.page, options=AXE_RULES)
        return found.generate_report() if found.violations_count else ""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window; for one module, since Playwright's event loop is in the way of others'."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SLOW_MACHINE_MS / 4)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The real application with a scorer that answers to single words."""
    import uvicorn

    from hx_detect.serving.app import create_app
    from hx_detect.serving.settings import ServeSettings

    scorer = FakeScorer()
    settings = ServeSettings(data=tmp_path_factory.mktemp("service"), drain_s=2.0, unready_s=0.0, reload_s=0.0)
    app = create_app(settings, scorer=scorer)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        port = _port_of(server, thread)
        yield Service(f"http://127.0.0.1:{port}/", scorer, app)
    finally:
        server.should_exit = True
        thread.join(30)


def _port_of(server: uvicorn.Server, thread: threading.Thread) -> int:
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.02)
    return int(server.servers[0].sockets[0].getsockname()[1])


@pytest.fixture
def open_console(browser: Browser, service: Service) -> Iterator[Callable[..., Console]]:
    """Makes consoles, each a new visitor; at the end none may have complained."""
    opened: list[Console] = []

    def make(**context: Any) -> Console:  # noqa: ANN401 - any option of a browser context
        options = {"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", **context}
        page = browser.new_context(**options).new_page()
        page.set_default_timeout(SLOW_MACHINE_MS)
        console = Console(page, service.url)
        page.on("console", lambda message: console.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: console.faults.append(str(error)))
        page.on("request", lambda sent: None if _is_ours(sent.url, service.url) else console.faults.append(sent.url))
        opened.append(console)
        return console

    yield make
    for console in opened:
        console.page.context.close()
    assert [console.faults for console in opened if console.faults] == []


def _is_ours(url: str, service: str) -> bool:
    return url.startswith((service, "data:", "blob:" + service))


@pytest.fixture
def console(open_console: Callable[..., Console]) -> Console:
    """A visitor with a wide screen who reads English."""
    return open_console()
