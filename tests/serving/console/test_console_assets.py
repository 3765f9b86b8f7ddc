"""What the console is made of: served whole, nothing besides, nothing from elsewhere; every text in both languages."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from console_pages import Console, Service
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from hx_detect.labels import DISPLAY, LEVELS, SIGNALS
from hx_detect.serving.routes.console import FOLDER, paths, router

OURS = sorted(path for path in paths() if not path.startswith("static/vendor/") and path != "static/labels.json")


def read(path: str) -> str:
    return (FOLDER / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = FastAPI(docs_url=None)
    app.include_router(router)
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", sorted(paths()))
def test_every_asset_is_served_with_its_type(client: TestClient, path: str) -> None:
    place = {"index.html": "/", "docs.html": "/docs"}.get(path, f"/{path}")
    answer = client.get(place)
    assert answer.status_code == 200
    if path != "static/labels.json":
        assert answer.content == (FOLDER / path).read_bytes()
    kind = answer.headers["content-type"]
    assert kind.partition(";")[0] in (
        "text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "font/woff2", "text/plain",
    )  # fmt: skip
    again = client.get(place, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/routes/console.py",
        "/etc/passwd",
        "js",
        "js/",
        "",
        "js/none.js",
        "index.html",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_large_assets_travel_packed(client: TestClient) -> None:
    with client.stream("GET", "/static/vendor/swagger-ui-bundle.js", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == (FOLDER / "static/vendor/swagger-ui-bundle.js").read_bytes()
    plain = client.get("/static/vendor/swagger-ui-bundle.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_labels_are_those_of_the_library(client: TestClient) -> None:
    told = client.get("/static/labels.json").json()
    assert [item["name"] for item in told["signals"]] == [item.name for item in SIGNALS]
    assert told["levels"] == list(LEVELS)
    assert {name: (names["es"], names["en"]) for name, names in told["names"].items()} == DISPLAY


@pytest.mark.parametrize("path", [path for path in OURS if path.endswith((".html", ".js", ".css", ".svg"))])
def test_nothing_comes_from_elsewhere_and_nothing_is_inline(path: str) -> None:
    text = read(path).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|//[a-z]+\.[a-z]+/", text)
    assert len(text.splitlines()) <= 300
    if path.endswith(".html"):
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text)
    if path.endswith(".js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


def sentences() -> str:
    return "".join(read(path) for path in OURS if path.endswith("texts.js"))


def texts() -> dict[str, tuple[str, str]]:
    """Key -> Spanish, English, as ``texts.js`` and its parts have them."""
    string = r'"((?:[^"\\]|\\.)*)"'
    pattern = rf"^\s*(\w+): \[\s*{string},\s*{string},?\s*\]"
    return {key: (es, en) for key, es, en in re.findall(pattern, sentences(), re.MULTILINE)}


def test_every_text_is_there_in_both_languages() -> None:
    found = texts()
    assert len(found) == len(re.findall(r"^  \w+: \[", sentences(), re.MULTILINE))
    for key, (es, en) in found.items():
        assert es.strip(), key
        assert en.strip(), key
        assert set(re.findall(r"\{\w+\}", es)) == set(re.findall(r"\{\w+\}", en)), key


def test_every_text_that_is_asked_for_is_there_and_every_text_there_is_asked_for() -> None:
    scripts = "".join(read(path) for path in OURS if path.endswith(".js") and not path.endswith("texts.js"))
    page = read("index.html")
    asked = set(re.findall(r'\bt\("(\w+)"', scripts)) | set(re.findall(r'data-t(?:-\w+)?="(\w+)"', page))
    found = texts()
    assert sorted(asked - set(found)) == []
    made = re.findall(r"`(\w+_)\$\{", scripts)  # as t(`why_${level}`)
    quoted = set(re.findall(r'"(\w+)"', scripts))
    unused = [key for key in found if key not in asked | quoted and not key.startswith(tuple(made))]
    assert [key for key in unused if not key.endswith("_text")] == []
    for level in LEVELS:
        assert {f"why_{level}", f"asks_{level}"} <= set(found)


def test_vendored_files_have_their_licences() -> None:
    names = {path.removeprefix("static/vendor/") for path in paths() if path.startswith("static/vendor/")}
    for name in ("chart", "swagger-ui", "newsreader", "instrument-sans"):
        assert any(one.startswith(f"{name}.LICENSE") for one in names)


def test_the_documentation_works_offline(console: Console, service: Service) -> None:
    page = console.page
    page.goto(service.url + "docs")
    expect(page.locator(".opblock").first).to_be_visible()
    expect(page.locator(".opblock-summary-path", has_text="/v1/score").first).to_be_visible()
    page.locator(".opblock").first.click()
    expect(page.get_by_role("button", name="Try it out").first).to_be_visible()
    console.screenshot("docs", whole=False)
