"""The committed description of the HTTP interface. In: the application. Out: the same document, and a sound one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from repository import ROOT

from hx_detect.serving.app import create_app
from hx_detect.serving.settings import ServeSettings

COMMITTED = ROOT / "serve" / "openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    settings = ServeSettings(data=tmp_path_factory.mktemp("data"))
    made: dict[str, Any] = json.loads(json.dumps(create_app(settings).openapi()))
    return made


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item
    ]  # fmt: skip


def references(value: Any) -> set[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in value.values()))
    return set().union(*(references(inner) for inner in value)) if isinstance(value, list) else set()


def test_what_is_committed_is_what_is_served(document: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == document, "run: make openapi"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {reference.removeprefix("#/components/schemas/") for reference in references(document)} <= set(schemas)


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation.get("summary"), (method, path)
        failures = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        for status, answer in failures.items():
            assert list(answer["content"]) == ["application/problem+json"], (method, path, status)


def test_the_interface_is_complete(document: dict[str, Any]) -> None:
    there = {(method, path) for path, method, _ in operations(document)}
    assert {
        ("post", "/v1/score"), ("post", "/v1/score/stream"), ("post", "/v1/score/file"), ("post", "/v1/feedback"),
        ("get", "/v1/feedback"), ("get", "/v1/model"), ("get", "/v1/labels"), ("get", "/livez"), ("get", "/readyz"),
        ("get", "/metrics"), ("post", "/v1/admin/reload"),
    } <= there  # fmt: skip
