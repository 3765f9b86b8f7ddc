"""The labelling page's routes: the token, the headers, the assets, the languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from labelling_tables import session_in, tasks_of

from hx_detect.labelling.page_app import CONSOLE, FOLDER, LARGEST_BODY, MEDIA_TYPES, assets, create_app

TOKEN = "t0ken"
KEY = tasks_of()[0].key


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    session = session_in(tmp_path)
    with TestClient(create_app(session, TOKEN), base_url="http://127.0.0.1:8000") as client:
        yield client
    session.log.close()


def test_without_the_token_there_is_nothing(client: TestClient) -> None:
    for path in ("/", "/api/state", "/static/js/main.js", "/wrong/", "/wrong/api/state", "/docs", "/openapi.json"):
        assert client.get(path).status_code == 404, path
    assert client.post("/wrong/api/undo").status_code == 404
    assert client.get(f"/{TOKEN}/api/state").json()["total"] == 5


@pytest.mark.parametrize("name", sorted(assets()))
def test_every_asset_is_served_with_its_type(client: TestClient, name: str) -> None:
    answer = client.get(f"/{TOKEN}/{'' if name == 'index.html' else name}")
    assert answer.status_code == 200
    assert answer.content == assets()[name].read_bytes()
    assert answer.headers["content-type"] == MEDIA_TYPES[Path(name).suffix]


@pytest.mark.parametrize("path", ["../session.py", "..%2fsession.py", "js/none.js", "", "vendor/swagger-ui.css"])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/{TOKEN}/static/{path}").status_code == 404


def test_everything_that_the_page_asks_for_is_an_asset() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    asked = set(re.findall(r'(?:href|src)="(static/[^"]+)"', page))
    for name, path in assets().items():
        if name.endswith(".js"):
            text = path.read_text(encoding="utf-8")
            asked |= {f"static/js/{found}" for found in re.findall(r'from "\./([\w.-]+)"', text)}
        if name.endswith(".css"):
            asked |= {
                f"static/{found}" for found in re.findall(r'url\("\.\./([^"]+)"\)', path.read_text(encoding="utf-8"))
            }
    assert asked <= set(assets())
    assert set(assets()) - asked <= {"index.html"}
    assert all(path.is_relative_to(FOLDER) or path.is_relative_to(CONSOLE) for path in assets().values())


def test_every_text_of_the_page_is_in_both_languages_and_used() -> None:
    texts = (FOLDER / "static/js/texts.js").read_text(encoding="utf-8")
    keys = set(re.findall(r"^  (\w+): \[", texts, re.MULTILINE))
    used = (FOLDER / "index.html").read_text(encoding="utf-8")
    used += "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.js") if path.name != "texts.js")
    named = set(re.findall(r'data-t(?:-label)?="(\w+)"', used)) | set(re.findall(r'\bt\("(\w+)"', used))
    assert named <= keys
    built = {key for key in keys if key.startswith(("group_", "skip_")) or key.endswith("_before")}
    assert keys - named <= built


def test_the_headers_let_nothing_in_from_elsewhere(client: TestClient) -> None:
    for answer in (client.get(f"/{TOKEN}/"), client.get("/none"), client.post(f"/{TOKEN}/api/answer", json={})):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_other_hosts_and_origins_are_refused(client: TestClient) -> None:
    assert client.get(f"/{TOKEN}/", headers={"Host": "evil.example"}).status_code == 400
    body = {"key": KEY, "sentiment": "neutral", "labels": {}}
    foreign = client.post(f"/{TOKEN}/api/answer", json=body, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    own = client.post(f"/{TOKEN}/api/answer", json=body, headers={"Origin": "http://127.0.0.1:8000"})
    assert own.json()["labelled"] == 1


def test_a_body_that_is_too_large_or_no_object_is_refused(client: TestClient) -> None:
    assert client.post(f"/{TOKEN}/api/draft", content=b"x" * (LARGEST_BODY + 1)).status_code == 413
    assert client.post(f"/{TOKEN}/api/draft", content=iter([b"{}"])).status_code == 413
    for content in (b"[]", b"{", b"3"):
        answer = client.post(f"/{TOKEN}/api/draft", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422


def test_what_is_wrong_is_told_in_the_pages_language(client: TestClient) -> None:
    body = {"key": KEY, "sentiment": "angry", "labels": {}}
    spanish = client.post(f"/{TOKEN}/api/answer", json=body, headers={"Accept-Language": "es"})
    assert spanish.status_code == 422
    assert spanish.json()["message"] == "sentiment: no existe 'angry'"
    english = client.post(f"/{TOKEN}/api/answer", json=body, headers={"Accept-Language": "en"})
    assert english.json()["message"] == "sentiment: there is no 'angry'"
    assert "negative" in english.json()["cure"]
    assert client.get(f"/{TOKEN}/api/agreement").status_code == 500


def test_answers_drafts_undo_and_guess_work(client: TestClient) -> None:
    place = f"/{TOKEN}/api"
    assert client.post(f"{place}/draft", json={"key": KEY, "labels": {"rage": []}}).json() == {"kept": True}
    assert client.get(f"{place}/state").json()["draft"]["labels"] == {"rage": []}
    assert client.get(f"{place}/guess", params={"key": KEY}).json()["signals"][0]["name"] == "ignored"
    answered = client.post(f"{place}/answer", json={"key": KEY, "sentiment": "negative", "labels": {"rage": []}}).json()
    assert (answered["place"], answered["draft"]) == (1, None)
    assert client.post(f"{place}/undo").json()["place"] == 0
    assert len(client.get(f"{place}/labels").json()["signals"]) == 18
