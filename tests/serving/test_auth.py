"""Who may call: keys and their scopes, nobody's pages but ours where there are no keys, and no more than the rate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from hx_detect.serving import key_ring
from hx_detect.serving.auth import Caller, is_loopback, require
from hx_detect.serving.problems import install
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.keys import create_key, revoke_key


@dataclass
class Service:
    """A service of two routes."""

    store: Store
    data: Path

    def client(self, **settings: Any) -> TestClient:  # noqa: ANN401  # any setting
        app = FastAPI()
        install(app)
        app.state.service = SimpleNamespace(store=self.store, settings=ServeSettings(data=self.data, **settings))

        @app.get("/score")
        async def score(request: Request, caller: Annotated[Caller, require("score")]) -> dict[str, Any]:
            return {
                "name": caller.name,
                "scopes": sorted(caller.scopes),
                "rate": getattr(request.state, "rate_headers", {}),
            }

        @app.get("/admin")
        async def admin(caller: Annotated[Caller, require("admin")]) -> str:
            return caller.name

        return TestClient(app, base_url="http://localhost")

    def key(self, *scopes: str, rate: int | None = None) -> dict[str, str]:
        _, token = create_key(self.store, f"key {'-'.join(scopes)}", list(scopes), rate)
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def service(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(key_ring, "REFRESH_SECONDS", 0.0)
    return Service(sqlite_store, tmp_path)


def test_a_key_opens_what_its_scopes_say(service: Service) -> None:
    headers, client = service.key("score"), service.client()
    answer = client.get("/score", headers=headers)
    assert answer.json() == {"name": "key score", "scopes": ["score"], "rate": {}}
    assert client.get("/score", headers={"X-API-Key": headers["Authorization"].split()[1]}).status_code == 200
    refused = client.get("/admin", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer hxd_aaaa_bbbb"}, {"Authorization": "Basic YTpi"},
                                     {"X-API-Key": "wrong"}, {"Authorization": "Bearer "}])  # fmt: skip
def test_without_a_good_key_there_is_a_challenge(service: Service, headers: dict[str, str]) -> None:
    service.key("score")
    answer = service.client().get("/score", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in ("no_key", "bad_key")


def test_a_revoked_key_opens_nothing_not_even_as_the_last_one(service: Service) -> None:
    headers, client = service.key("score"), service.client()
    assert client.get("/score", headers=headers).status_code == 200
    revoke_key(service.store, "key score")
    assert client.get("/score", headers=headers).status_code == 401
    assert client.get("/score").status_code == 401


def test_on_loopback_no_key_is_needed_until_one_is_made(service: Service) -> None:
    client = service.client()
    assert client.get("/score").json()["name"] == "anonymous"
    assert client.get("/admin").status_code == 200
    service.key("score")
    assert client.get("/score").status_code == 401


def test_beyond_loopback_a_key_is_needed_unless_told_otherwise(service: Service) -> None:
    assert service.client(host="0.0.0.0").get("/score").status_code == 401
    assert service.client(host="0.0.0.0", insecure=True).get("/score").status_code == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
                                     {"Host": "rebound.example:8000"}, {"Host": "[::"}, {"Origin": "null"},
                                     {"Origin": "http://elsewhere.example"}])  # fmt: skip
def test_pages_of_other_sites_do_not_use_an_open_service(service: Service, headers: dict[str, str]) -> None:
    answer = service.client().get("/score", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "other_site")
    with_key = {**headers, **service.key("score")}
    assert service.client().get("/score", headers=with_key).status_code == 200


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "hx", "a.localhost", "10.0.0.3"])
def test_names_that_only_this_machine_or_network_can_mean(service: Service, host: str) -> None:
    assert service.client().get("/score", headers={"Host": host, "Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_an_origin_that_was_allowed(service: Service) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://crm.example"}
    assert service.client(cors_origins=("https://crm.example",)).get("/score", headers=headers).status_code == 200


@pytest.mark.parametrize("workers", [1, 2])
def test_a_key_has_its_rate_and_others_have_theirs(service: Service, workers: int) -> None:
    client = service.client(rate_per_minute=3, workers=workers)
    usual, slow = service.key("score"), service.key("score", "admin", rate=1)
    assert [client.get("/score", headers=usual).status_code for _ in range(4)] == [200, 200, 200, 429]
    first, second = client.get("/score", headers=slow), client.get("/score", headers=slow)
    assert first.json()["rate"]["RateLimit-Policy"] == '"key";q=1;w=60'
    assert (second.status_code, second.json()["code"]) == (429, "rate_limited")
    assert 55 <= int(second.headers["Retry-After"]) <= 60
    assert second.headers["RateLimit"].startswith('"key";r=0;')
    assert (service.data / "rate.bin").exists() == (workers == 2)


def test_where_counts_cannot_be_shared_each_worker_counts(
    service: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service.data = tmp_path / "a file"
    service.data.write_text("")
    client = service.client(rate_per_minute=1, workers=2)
    assert [client.get("/score").status_code for _ in range(2)] == [200, 429]
    assert "rate_not_shared" in caplog.text


def test_a_store_that_is_away_is_no_open_door(service: Service, tmp_path: Path) -> None:
    service.store = Store(f"postgresql:///none?host={tmp_path}")
    answer = service.client().get("/score")
    assert (answer.status_code, answer.json()["code"]) == (503, "store")
    service.store.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("192.168.1.4", False),
     ("crm.example", False)],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
