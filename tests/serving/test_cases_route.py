"""``/v1/cases``: texts become cases, cases change by one at a time, and nobody without the scope sees any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from scoring_service import serving

from hx_detect.serving.schemas_cases import EXAMPLE
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.keys import create_key

URL = "/v1/cases"
BODY: dict[str, Any] = EXAMPLE
NOBODY = f"{URL}/00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("cases")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    """The service without any case."""
    for case in service.get(URL, params={"limit": 500}).json()["cases"]:
        assert service.delete(f"{URL}/{case['id']}").status_code == 204
    return service


def make(client: TestClient, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # any field of a request
    answer = client.post(URL, json=BODY | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_text_is_scored_and_becomes_a_case(client: TestClient) -> None:
    answer = client.post(URL, json=BODY)
    case = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{URL}/{case['id']}")
    assert (case["outcome"], case["state"], case["version"], case["level"]) == ("new", "open", 1, "hx_risk")
    assert case["signals"] == {"ignored": [{"start": 30, "end": 35, "text": "nadie"}]}
    assert (case["customer"], case["group"], case["written"]) == ("C-20871", "Vigo Centro", "2026-05-02T10:30:00Z")
    assert [(event["what"], event["who"]) for event in case["events"]] == [("created", "ana.ruiz")]
    again = client.post(URL, json=BODY)
    assert (again.status_code, again.json()["outcome"], again.json()["id"]) == (200, "known", case["id"])
    assert client.get(f"{URL}/{case['id']}").json() == {key: case[key] for key in case if key != "outcome"}


def test_the_reason_is_in_the_callers_language(client: TestClient) -> None:
    case = make(client)
    for lang, said in (("es", "HX en riesgo: ignorado"), ("en", "HX at risk: ignored")):
        shown = client.get(f"{URL}/{case['id']}", headers={"Accept-Language": lang}).json()
        assert shown["reason"] == said


def test_a_second_text_of_the_customer_is_linked(client: TestClient) -> None:
    case = make(client)
    later = BODY | {"id": "r-2", "text": "Resuelto, gracias.", "written": "2026-05-09T09:00:00Z"}
    answer = client.post(URL, json=later)
    assert (answer.status_code, answer.json()["outcome"], answer.json()["id"]) == (200, "linked", case["id"])
    assert [text["level"] for text in answer.json()["texts"]] == ["cx"]


def test_from_open_to_won_back(client: TestClient) -> None:
    case = make(client)
    place = f"{URL}/{case['id']}"
    reached = client.patch(place, json={"version": 1, "state": "contacted", "note": "Llamada.", "owner": "bea"})
    assert (reached.status_code, reached.json()["state"], reached.json()["owner"]) == (200, "contacted", "bea")
    assert reached.json()["moves"] == ["solved", "lost", "open"]
    assert client.post(f"{place}/notes", json={"note": "Espera el abono.", "who": "bea"}).status_code == 201
    later = {"text": "Muchas gracias.", "written": "2026-05-09T09:00:00Z"}
    assert client.post(f"{place}/texts", json=later).status_code == 201
    assert client.post(f"{place}/texts", json=later).status_code == 200
    whole = client.get(place).json()
    solved = client.patch(place, json={"version": whole["version"], "state": "solved"}).json()
    told = [(event["what"], event["who"], event["note"]) for event in solved["events"]]
    assert told == [
        ("created", "ana.ruiz", None), ("state", "anonymous", "Llamada."), ("owner", "anonymous", "bea"),
        ("note", "bea", "Espera el abono."), ("text", "anonymous", "cx"), ("state", "anonymous", None)]  # fmt: skip
    stats = client.get(f"{URL}/stats").json()
    assert stats["won_back"] | {"low": 0, "high": 0} == {"count": 1, "of": 1, "share": 1.0, "low": 0, "high": 0}
    assert stats["time_to_contact"]["reached"] == 1
    assert [group["group"] for group in stats["groups"]] == ["Vigo Centro"]
    angry = {"text": "Y ahora nadie otra vez.", "written": "2100-01-01T00:00:00Z"}
    assert client.post(f"{place}/texts", json=angry).json()["outcome"] == "reopened"


def test_refusals(client: TestClient) -> None:
    case = make(client)
    place = f"{URL}/{case['id']}"
    assert client.patch(place, json={"version": 1, "state": "solved"}).status_code == 200
    expected: list[tuple[str, str, dict[str, Any] | None, int, str]] = [
        ("PATCH", place, {"version": 1, "state": "lost"}, 409, "case_changed"),
        ("PATCH", place, {"version": 2, "state": "lost"}, 409, "case_state"),
        ("PATCH", place, {"version": 2, "state": "closed"}, 422, "wrong_shape"),
        ("PATCH", place, {"state": "lost"}, 422, "wrong_shape"),
        ("PATCH", place, {"version": 2, "at": "2999-01-01T00:00:00Z"}, 422, "not_yet"),
        ("PATCH", place, {"version": 2, "stat": "lost"}, 422, "unknown_field"),
        ("POST", f"{place}/notes", {"note": ""}, 422, "wrong_shape"),
        ("POST", f"{place}/texts", {"text": "  "}, 422, "empty"),
        ("POST", f"{place}/texts", {"text": "UNSCORABLE"}, 422, "unscorable"),
        ("POST", URL, {"text": "a", "kind": "poem"}, 422, "bad_kind"),
        ("POST", URL, {"text": "a", "customer": "a\nb"}, 422, "wrong_shape"),
        ("POST", URL, {"text": "a", "written": "2026-05-01T00:00:00"}, 422, "wrong_shape"),
        ("GET", NOBODY, None, 404, "case_not_found"),
        ("DELETE", NOBODY, None, 404, "case_not_found"),
        ("PATCH", NOBODY, {"version": 1, "state": "lost"}, 404, "case_not_found"),
        ("POST", f"{NOBODY}/notes", {"note": "x"}, 404, "case_not_found"),
        ("POST", f"{NOBODY}/texts", {"text": "x"}, 404, "case_not_found"),
        ("GET", f"{URL}/no-id", None, 422, "wrong_shape"),
        ("GET", f"{URL}?state=closed", None, 422, "wrong_shape"),
        ("GET", f"{URL}?level=angry", None, 422, "wrong_shape"),
        ("GET", f"{URL}?search=%00", None, 422, "wrong_shape"),
    ]  # fmt: skip
    for method, path, body, status, code in expected:
        answer = client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (method, path, body, answer.text)
        assert answer.json()["cure"]


def test_pages_and_counts(client: TestClient) -> None:
    ids = {make(client, customer=f"C{number}", id=f"p{number}")["id"] for number in range(5)}
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = client.get(URL, params={"limit": 2, **({"after": after} if after else {})}).json()
        seen += [case["id"] for case in page["cases"]]
        after = page["next"]
    assert (len(seen), set(seen), after) == (5, ids, None)
    assert page["counts"] == {"open": 5}
    assert client.get(URL, params={"state": ["lost", "solved"]}).json()["cases"] == []
    assert client.get(f"{URL}/names").json() == {"owners": [], "groups": ["Vigo Centro"]}
    assert len(client.get(URL, params={"level": "any_hx", "signal": "ignored", "owner": ""}).json()["cases"]) == 5


def test_the_scope_is_needed(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as client:
        store: Store = client.app.state.service.store  # type: ignore[attr-defined]  # FastAPI's application
        tokens = {scope: create_key(store, scope, [scope])[1] for scope in ("score", "cases")}
        assert client.get(URL).status_code == 401
        for scope, status in (("score", 403), ("cases", 201)):
            headers = {"Authorization": f"Bearer {tokens[scope]}"}
            answer = client.post(URL, json=BODY | {"who": None}, headers=headers)
            assert answer.status_code == status
        assert answer.json()["events"][0]["who"] == "cases"


def test_personal_data_is_masked_where_the_service_masks(tmp_path: Path) -> None:
    with serving(tmp_path / "data", mask=True) as client:
        case = make(client, text="Soy ana@example.com y nadie contesta")
        assert (case["text"], case["masked"]) == ("Soy ‹email› y nadie contesta", True)
        noted = client.post(f"{URL}/{case['id']}/notes", json={"note": "Escrito a ana@example.com"})
        assert noted.json()["events"][-1]["note"] == "Escrito a ‹email›"


def test_no_failure_repeats_the_customers_words(client: TestClient) -> None:
    for body in ({"text": "secret " * 30_000}, {"text": ["secret"]}, {"text": "x", "customer": "secret" * 99}):
        answer = client.post(URL, json=body)
        assert answer.status_code == 422
        assert "secret" not in answer.text
