"""What holds for every request. In: requests of all sorts. Out: ids, security headers, languages, log lines, bounds."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_scorer import FakeScorer
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from scoring_service import serving
from starlette.types import Message, Receive, Scope, Send

from hx_detect.errors import BundleDamagedError, InputNotFoundError
from hx_detect.serving.body_limit import BodyLimit
from hx_detect.serving.logs import LOGGER, JsonFormatter
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.middleware import CONTENT_SECURITY_POLICY, Gate, preferred
from hx_detect.serving.problems import Problem, install


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("service")) as client:
        yield client


@pytest.mark.parametrize("path", ["/livez", "/v1/labels", "/openapi.json", "/nowhere", "/metrics"])
def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["permissions-policy"]
    assert "server" not in headers


def test_answers_are_not_kept_by_caches(client: TestClient) -> None:
    assert client.get("/v1/labels").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("given", "kept"), [
    ("crm-42.a:7_B", True), ("x" * 100, True), ("x" * 101, False), ("a b", False), ("<script>", False), ("", False),
])  # fmt: skip
def test_request_ids(client: TestClient, given: str, kept: bool) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": given})
    made = answer.headers["x-request-id"]
    assert (made == given) is kept
    assert made


def test_every_request_has_its_own_id(client: TestClient) -> None:
    assert len({client.get("/livez").headers["x-request-id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(("accept", "lang"), [
    (b"", "en"), (b"es", "es"), (b"es-AR,es;q=0.9,en;q=0.8", "es"), (b"en;q=0.2, es;q=0.9", "es"),
    (b"fr, es;q=0.5", "es"), (b"fr", "en"), (b"es;q=0, en", "en"), (b"es;q=much, en;q=0.1", "en"), (b"\xff\xfe", "en"),
])  # fmt: skip
def test_languages(accept: bytes, lang: str) -> None:
    assert preferred(accept) == lang


def test_one_line_of_log_per_request_without_the_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with serving(tmp_path) as client, caplog.at_level(logging.INFO, logger=LOGGER):
        client.post("/v1/score", json={"text": "secretísimo"}, headers={"X-Request-ID": "r-1"})
        client.post("/v1/score", json={"secretísimo": "secretísimo"})
        client.get("/secretisimo?secretisimo=secretisimo")
        client.get("/livez")
        lines = [JsonFormatter().format(record) for record in caplog.records if record.name == LOGGER]
    requests = [line for line in map(json.loads, lines) if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"], line.get("code")) for line in requests] == [
        ("POST", "/v1/score", 200, None),
        ("POST", "/v1/score", 422, "unknown_field"),
        ("GET", "(none)", 404, "not_found"),
    ]
    assert requests[0]["request_id"] == "r-1"
    assert requests[0]["milliseconds"] >= 0
    assert not [line for line in lines if "secret" in line]


def broken_app() -> FastAPI:
    app = FastAPI()
    install(app)

    @app.get("/{way}")
    async def fail(way: str) -> None:
        raise {
            "bug": RuntimeError("card 4111 of a customer"),
            "damaged": BundleDamagedError("model.bin differs", cure="Install again"),
            "missing": InputNotFoundError("no such file"),
            "teapot": Problem(
                418, "teapot", "Tea", "Té", cure_en="Wait", cure_es="Espere", headers={"X-Tea": "1"}, n=3
            ),
        }[way]

    app.add_middleware(Gate, metrics=Metrics())
    return app


def test_failures_are_problems_without_insides(caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(broken_app())
    bug = client.get("/bug")
    assert (bug.status_code, bug.json()["code"]) == (500, "internal")
    assert "4111" not in bug.text
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any('"kind": "RuntimeError"' in line and "test_middleware.py" in line for line in lines)
    assert not [line for line in lines if "4111" in line]
    assert any("4111" in JsonFormatter(texts=True).format(record) for record in caplog.records)


def test_our_errors_have_their_status(caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(broken_app())
    damaged = client.get("/damaged").json()
    assert (damaged["status"], damaged["code"], damaged["detail"]) == (503, "bundle_damaged", "model.bin differs")
    assert damaged["cure"] == "Install again"
    missing = client.get("/missing").json()
    assert (missing["status"], missing["code"]) == (404, "input_not_found")
    assert missing["cure"]
    assert caplog.records


def test_a_problem_speaks_the_callers_language_and_may_say_more() -> None:
    tea = TestClient(broken_app()).get("/teapot", headers={"Accept-Language": "es"})
    assert (tea.status_code, tea.headers["x-tea"], tea.headers["content-type"]) == (
        418,
        "1",
        "application/problem+json",
    )
    assert {name: tea.json()[name] for name in ("detail", "cure", "n")} == {"detail": "Té", "cure": "Espere", "n": 3}


def test_an_answer_that_breaks_off_does_not_take_the_server_along() -> None:
    async def breaks_off(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError(scope["type"] + str(receive))

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "BREW", "path": "/x", "headers": []}
    asyncio.run(Gate(breaks_off, Metrics())(scope, no_body, send))
    assert [message["type"] for message in sent] == ["http.response.start"]


def test_what_is_cut_off_at_the_end_is_told_so() -> None:
    sent: list[Message] = []

    async def slow(*_: object) -> None:
        await asyncio.sleep(60)

    async def send(message: Message) -> None:
        sent.append(message)

    async def cut_off() -> None:
        scope = {"type": "http", "method": "GET", "path": "/v1/labels", "headers": []}
        task = asyncio.create_task(Gate(slow, Metrics())(scope, no_body, send))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cut_off())
    assert sent[0]["status"] == 503
    assert json.loads(sent[1]["body"])["code"] == "not_ready"


async def no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def test_connections_are_not_used_again_while_the_service_ends(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        assert "connection" not in client.get("/livez").headers
        client.app.state.service.models.drain()  # type: ignore[attr-defined]  # an ASGI application in its types
        assert client.get("/livez").headers["connection"] == "close"


def test_cors_is_off_unless_switched_on(client: TestClient, tmp_path: Path) -> None:
    asked = {
        "Origin": "https://crm.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }  # fmt: skip
    assert "access-control-allow-origin" not in client.options("/v1/score", headers=asked).headers
    with serving(tmp_path, FakeScorer(), cors_origins=("https://crm.example",)) as open_client:
        answer = open_client.options("/v1/score", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://crm.example"
        foreign = open_client.options("/v1/score", headers=asked | {"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in foreign.headers


def test_a_body_is_read_before_the_application_is_called() -> None:
    app = FastAPI()

    @app.post("/")
    async def size(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(BodyLimit, most=100)
    app.add_middleware(Gate, metrics=Metrics())
    client = TestClient(app)
    assert client.post("/", content=b"x" * 100).json() == 100
    assert client.post("/", content=iter([b"x" * 60, b"y" * 40])).json() == 100
    assert client.post("/").json() == 0
    for body in (b"x" * 101, iter([b"x" * 60, b"y" * 41])):
        answer = client.post("/", content=body)
        assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_large", 100)


def test_a_body_that_comes_too_slowly_is_answered_in_time() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("its body is not there")

    sent: list[Message] = []
    begun = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> Message:
        for message in begun:
            return message
        await asyncio.sleep(60)
        raise AssertionError("waited for too long")

    async def send(message: Message) -> None:
        sent.append(message)

    gate = Gate(BodyLimit(app, most=100, seconds=0.05), metrics=Metrics())
    headers = [(b"content-length", b"50")]
    asyncio.run(gate({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive, send))
    assert sent[0]["status"] == 408
    assert dict(sent[0]["headers"])[b"connection"] == b"close"
    assert json.loads(sent[1]["body"])["code"] == "too_slow"


@pytest.mark.parametrize("messages", [
    [{"type": "http.disconnect"}],
    [{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}],
])  # fmt: skip
def test_a_client_that_leaves_in_the_middle_is_not_answered(messages: list[dict[str, Any]]) -> None:
    called = False

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal called
        called = isinstance((scope, receive, send), tuple)

    following = iter(messages)

    async def receive() -> Message:
        return next(following)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"50")]}
    asyncio.run(BodyLimit(app, 100)(scope, receive, send))
    assert not called
