"""What the service says of itself. In: requests for it. Out: model, labels, life signs, metrics; a reload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_scorer import FakeScorer
from fastapi.testclient import TestClient
from scoring_service import serving, wait_ready
from toy_bundle import write_toy_bundle
from waiting import until

from hx_detect.labels import LEVELS, SIGNALS
from hx_detect.scorer import Scorer
from hx_detect.serving.app import create_app
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.state import ServiceState


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("service")) as client:
        yield client


def state_of(client: TestClient) -> ServiceState:
    state: ServiceState = client.app.state.service  # type: ignore[attr-defined]  # an ASGI application in its types
    return state


def test_the_model_in_use(tmp_path: Path) -> None:
    scorer = Scorer.load(write_toy_bundle(tmp_path / "toy"), threads=1)
    with serving(tmp_path / "data", scorer) as client:
        told = client.get("/v1/model").json()
        assert (told["name"], told["version"], told["checksum"]) == ("toy", "0.1.0", scorer.bundle.checksum)
        assert (told["languages"], told["metrics"], told["own_signals"]) == (["es", "en"], {}, [])


def test_labels_have_their_names_in_both_languages(client: TestClient) -> None:
    labels = client.get("/v1/labels").json()
    assert [signal["name"] for signal in labels["signals"]] == [signal.name for signal in SIGNALS]
    assert labels["signals"][0] == {"name": "ignored", "group": "hx", "es": "ignorado", "en": "ignored"}
    assert [level["name"] for level in labels["levels"]] == list(LEVELS)
    assert {"sentiments", "stages", "kinds", "nps_bands", "languages"} < set(labels)
    assert all(label["es"] and label["en"] for group in labels.values() for label in group)


def test_own_signals_stand_beside_the_others(tmp_path: Path) -> None:
    scorer = FakeScorer()
    scorer.own = ({"name": "app_crash", "es": "cierre de la app", "en": "app crash"},)
    own = {"name": "app_crash", "group": "own", "es": "cierre de la app", "en": "app crash"}
    with serving(tmp_path, scorer) as client:
        assert client.get("/v1/model").json()["own_signals"] == [own]
        assert client.get("/v1/labels").json()["signals"][len(SIGNALS) :] == [own]


def test_signs_of_life(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        assert client.get("/livez").json() == {"status": "alive"}
        assert client.get("/readyz").json() == {"status": "ready"}
        state_of(client).models.drain()
        answer = client.get("/readyz", headers={"Accept-Language": "es"})
        assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (503, "not_ready", "draining")
        assert answer.json()["detail"] == "El servicio está arrancando o terminando"
        assert client.get("/livez").status_code == 200
        assert client.post("/v1/score", json={"text": "what comes still is scored"}).status_code == 200


def test_metrics_count_what_happens_without_saying_what_was_written(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        reviews = [
            {"text": "nadie me llama"},
            {"text": "nadie"},
            {"text": "gracias"},
            {"text": ""},
            {"text": "UNSCORABLE"},
        ]
        client.post("/v1/score", json={"reviews": reviews})
        client.post("/v1/score", json={"texto": "nadie"})
        client.get("/secret/path/of/nadie")
        until(lambda: '{code="unscorable"}' in client.get("/metrics").text)  # counted last, after the answers
        shown = client.get("/metrics")
        assert shown.headers["content-type"].startswith("text/plain; version=0.0.4")
        values = dict(line.rsplit(" ", 1) for line in shown.text.splitlines() if not line.startswith("#"))
        assert values['hx_requests_total{code="",method="POST",route="/v1/score",status="200"}'] == "1.0"
        assert values['hx_requests_total{code="unknown_field",method="POST",route="/v1/score",status="422"}'] == "1.0"
        assert values['hx_requests_total{code="not_found",method="GET",route="(none)",status="404"}'] == "1.0"
        assert values['hx_texts_total{language="es",level="hx_risk"}'] == "2.0"
        assert values['hx_texts_total{language="es",level="cx"}'] == "1.0"
        assert values['hx_item_failures_total{code="empty"}'] == "1.0"
        assert values['hx_item_failures_total{code="unscorable"}'] == "1.0"
        assert values['hx_model_info{name="fake",version="0.0.1"}'] == "1.0"
        assert (values["hx_ready"], values["hx_queue_texts"]) == ("1.0", "0.0")
        assert {"hx_batch_tokens_count", "hx_batch_texts_count", "hx_inference_seconds_count",
                "hx_queue_wait_seconds_count", "hx_input_tokens_count"} <= set(values)  # fmt: skip
        assert "nadie" not in shown.text


def test_routes_are_built_before_the_first_request(tmp_path: Path) -> None:
    """FastAPI builds them when they are first needed: by two threads at once it goes wrong."""
    app = create_app(ServeSettings(data=tmp_path), scorer=FakeScorer())
    with TestClient(app) as client:
        made = app.state.document
        assert client.get("/openapi.json").content == made
        assert app.state.document is made


def test_a_reload_takes_up_the_model_anew(tmp_path: Path) -> None:
    with serving(tmp_path, FakeScorer()) as client:
        told = client.post("/v1/admin/reload").json()
        assert told["model"] == {"name": "fake", "version": "0.0.1"}
        assert told["changed"] is False
        assert client.get("/v1/admin/reload").status_code == 405


def test_a_reload_that_fails_leaves_the_model_in_use(tmp_path: Path) -> None:
    folder = write_toy_bundle(tmp_path / "toy")

    app = create_app(ServeSettings(data=tmp_path / "data", model=folder, threads=1, reload_s=0))
    with TestClient(app, base_url="http://localhost") as client:
        wait_ready(client)
        before = client.post("/v1/score", json={"text": "nadie"}).json()
        assert before["model"] == {"name": "toy", "version": "0.1.0"}
        (folder / "model.bin").unlink()  # not written over: the model in use has it mapped into memory
        (folder / "model.bin").write_bytes(b"spoilt")
        answer = client.post("/v1/admin/reload")
        assert (answer.status_code, answer.json()["code"]) == (503, "bundle_damaged")
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/score", json={"text": "nadie"}).json() == before
        write_toy_bundle(folder, info=lambda info: info | {"version": "0.2.0"})
        assert client.post("/v1/admin/reload").json()["changed"] is True
        assert client.post("/v1/score", json={"text": "nadie"}).json()["model"]["version"] == "0.2.0"
        assert 'hx_model_info{name="toy",version="0.1.0"} 0.0' in client.get("/metrics").text


def test_every_json_body_may_be_refused_for_its_media_type(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    operations = [one for path in paths.values() for one in path.values()]
    bodies = [one for one in operations if "application/json" in one.get("requestBody", {}).get("content", {})]
    assert len(bodies) >= 2
    assert all("415" in one["responses"] for one in bodies)


def test_a_worker_says_that_it_is_ready_without_being_asked(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        metrics = state_of(client).metrics
        deadline = time.monotonic() + 60
        while b"hx_ready 1.0" not in metrics.render():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert b"hx_ready 0.0" in metrics.render()
