"""``/v1/feedback`` stores before it answers, pages without gaps, and exports what training reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jsonschema
import pytest
from fake_scorer import FakeScorer
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hx_detect.learning.datasets import cleaner
from hx_detect.learning.examples import annotation_example, read_annotations, without_own
from hx_detect.learning.labelled_row import LabelledOptions
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.serving.problems import install
from hx_detect.serving.routes.feedback import router
from hx_detect.serving.schemas_feedback import EXAMPLE_EN, EXAMPLE_ES
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.feedback import feedback_page

URL = "/v1/feedback"
SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "schema.json").read_text(encoding="utf-8"))
OWN = ({"name": "app_crash", "es": "cierre de la app", "en": "app crash"},)


def client_of(store: Store, data: Path, **settings: Any) -> TestClient:  # noqa: ANN401  # any setting
    app = FastAPI()
    install(app)
    scorer = FakeScorer()
    scorer.own = OWN
    models = SimpleNamespace(current=scorer)
    app.state.service = SimpleNamespace(store=store, settings=ServeSettings(data=data, **settings), models=models)
    app.include_router(router)
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def client(any_store: Store, tmp_path: Path) -> Iterator[TestClient]:
    with client_of(any_store, tmp_path) as client:
        yield client


def test_a_correction_is_stored_before_it_is_acknowledged(client: TestClient, any_store: Store) -> None:
    answer = client.post(URL, json=EXAMPLE_ES)
    assert answer.status_code == 201
    told = answer.json()
    (kept,) = feedback_page(any_store, 10)
    assert (told["id"], told["review_id"], told["language"], told["masked"]) == (kept.id, "r-1042", "es", False)
    assert told["created"].endswith(("Z", "+00:00"))
    (shown,) = client.get(URL).json()["feedback"]
    assert shown["labels"] == {"ignored": [{"start": 30, "end": 52, "text": "nadie me ha contestado"}]}
    assert {name: shown[name] for name in ("text", "who", "why", "model", "key")} == {
        "text": EXAMPLE_ES["text"], "who": "ana.ruiz", "why": EXAMPLE_ES["why"], "model": EXAMPLE_ES["model"],
        "key": "anonymous",
    }  # fmt: skip


def test_the_text_may_be_left_out_once_it_is_known(client: TestClient) -> None:
    first = client.post(URL, json=EXAMPLE_ES).json()
    for known in ("r-1042", first["id"]):
        assert client.post(URL, json={"id": known, "labels": ["rage"]}).json()["review_id"] == "r-1042"
    unknown = client.post(URL, json={"id": "r-9", "labels": ["rage"]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_id")
    nothing = client.post(URL, json={"labels": ["rage"]})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "no_text")


def test_a_request_sent_again_is_stored_once(client: TestClient, any_store: Store) -> None:
    headers = {"Idempotency-Key": "8e03978e"}
    answers = [client.post(URL, json=EXAMPLE_EN, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, "true"]
    clash = client.post(URL, json=EXAMPLE_ES, headers=headers)
    assert (clash.status_code, clash.json()["code"]) == (409, "idempotency_key_reused")
    assert len(feedback_page(any_store, 10)) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [({"text": "a", "labels": {"ignore": []}}, "unknown_label"),
     ({"text": "a", "labels": {"rage": ["b"]}}, "evidence_not_in_text"),
     ({"text": "a"}, "wrong_shape"), ({"text": "a", "labels": [], "star": 1}, "unknown_field"),
     ({"text": "a", "labels": [], "stars": 6}, "wrong_shape"), ({"text": 5, "labels": []}, "wrong_shape"),
     ({"text": "a\x00", "labels": []}, "wrong_shape"), ({"text": "a", "labels": [], "who": "a\nb"}, "wrong_shape")],
)  # fmt: skip
def test_what_is_not_right_is_not_stored(client: TestClient, any_store: Store, body: dict[str, Any], code: str) -> None:
    answer = client.post(URL, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not feedback_page(any_store, 10)


def test_a_correction_has_a_bounded_number_of_labels(client: TestClient) -> None:
    floods: list[Any] = [["ignored"] * 100_000, [0] * 100_000, {f"[{number}": [] for number in range(50_000)}]
    for labels in floods:
        answer = client.post(URL, json=EXAMPLE_EN | {"labels": labels})
        assert answer.status_code == 422
        assert len(answer.content) < 2_000


@pytest.mark.parametrize("place", ["body", "model", "stretch"])
def test_an_object_of_very_many_fields_is_refused_as_a_whole(client: TestClient, place: str) -> None:
    flood: dict[str, Any] = {f"[{number}": 0 for number in range(60_000)}
    bodies = {
        "body": EXAMPLE_EN | flood,
        "model": EXAMPLE_EN | {"model": flood},
        "stretch": EXAMPLE_EN | {"labels": {"rage": [flood]}},
    }
    answer = client.post(URL, json=bodies[place])
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_shape")
    assert "50" in answer.json()["detail"]


def test_no_failure_repeats_the_customers_words(client: TestClient) -> None:
    bodies: list[dict[str, Any]] = [
        {"text": "my secret words", "labels": {"rage": ["their secret words"]}},
        {"text": "my secret words" * 10_000, "labels": []},
        {"text": ["my secret words"], "labels": []},
    ]
    for body in bodies:
        answer = client.post(URL, json=body)
        assert answer.status_code == 422
        assert "secret" not in answer.text


def test_pages(client: TestClient) -> None:
    ids = [client.post(URL, json={"text": f"texto {n}", "labels": []}).json()["id"] for n in range(5)]
    seen, after = [], None
    for _ in range(3):
        page = client.get(URL, params={"limit": 2, **({"after": after} if after else {})}).json()
        seen += [one["id"] for one in page["feedback"]]
        after = page["next"]
    assert (seen, after) == (ids, None)
    full = client.get(URL, params={"limit": 5}).json()
    assert (len(full["feedback"]), full["next"]) == (5, None)
    assert client.get(URL, params={"since": "2100-01-01T00:00:00Z"}).json() == {"feedback": [], "next": None}
    assert len(client.get(URL, params={"since": full["feedback"][0]["created"]}).json()["feedback"]) == 5


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 1001}, {"after": "x"}, {"after": "-1"}, {"after": "9" * 30}, {"since": "yesterday"},
     {"since": "2026-05-01T00:00:00"}, {"format": "csv"}],
)  # fmt: skip
def test_questions_that_make_no_sense(client: TestClient, params: dict[str, str]) -> None:
    assert client.get(URL, params=params).status_code == 422


@pytest.mark.parametrize(
    ("params", "headers"), [({"format": "jsonl"}, {}), ({}, {"Accept": "application/x-ndjson, */*;q=0.1"})]
)
def test_the_export_is_what_training_reads(
    client: TestClient, tmp_path: Path, params: dict[str, str], headers: dict[str, str]
) -> None:
    for body in (EXAMPLE_ES, EXAMPLE_EN, EXAMPLE_EN | {"stars": 5}):
        assert client.post(URL, json=body).status_code == 201
    answer = client.get(URL, params=params, headers=headers)
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    path = tmp_path / "feedback.jsonl"
    path.write_bytes(answer.content)
    examples = [annotation_example(line, cleaner(), lambda _: "review") for line in read_annotations(path)]
    assert [(one.original, one.stars) for one in examples] == [(EXAMPLE_ES["text"], None), (EXAMPLE_EN["text"], 4)]
    assert "ana.ruiz" not in answer.text


def test_own_signals_of_the_model_are_stored_and_exported(client: TestClient, tmp_path: Path) -> None:
    body = {"text": "La app se cierra y nadie contesta", "labels": {"app_crash": ["se cierra"], "ignored": []}}
    assert client.post(URL, json=body).json()["sentiment"] == "negative"
    (shown,) = client.get(URL).json()["feedback"]
    assert shown["labels"] == {"ignored": [], "app_crash": [{"start": 7, "end": 16, "text": "se cierra"}]}
    path = tmp_path / "feedback.jsonl"
    path.write_bytes(client.get(URL, params={"format": "jsonl"}).content)
    jsonschema.validate(json.loads(path.read_bytes()), SCHEMA)
    (row,) = read_labelled([str(path)], LabelledOptions(model_signals=("app_crash",))).rows
    assert [(span.start, span.end) for span in row.own["app_crash"]] == [(7, 16)]
    (line,) = read_annotations(path)
    built_in, left_out = without_own(line)
    assert (list(built_in["labels"]), left_out) == (["ignored"], 1)
    assert without_own(line | {"source": "authored"})[1] == 0


def test_an_own_signal_that_the_model_does_not_carry(client: TestClient, any_store: Store) -> None:
    answer = client.post(URL, json={"text": "a", "labels": ["app_crush"], "sentiment": "negative"})
    assert (answer.status_code, answer.json()["code"], answer.json()["nearest"]) == (422, "unknown_label", "app_crash")
    cast("FastAPI", client.app).state.service.models.current = None
    assert client.post(URL, json={"text": "a", "labels": ["app_crash"]}).status_code == 503
    assert client.post(URL, json={"text": "a", "labels": ["rage"]}).status_code == 201
    assert len(feedback_page(any_store, 10)) == 1


def test_own_signals_alone_do_not_say_the_sentiment(client: TestClient) -> None:
    body = {"text": "La app se cierra", "labels": ["app_crash"]}
    answer = client.post(URL, json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "no_sentiment", "sentiment")
    assert client.post(URL, json=body | {"sentiment": "negative"}).status_code == 201


def test_json_is_given_where_both_are_accepted_as_well(client: TestClient) -> None:
    answer = client.get(URL, params={"format": "json"}, headers={"Accept": "application/x-ndjson"})
    assert answer.headers["Content-Type"] == "application/json"


def test_masking_is_a_setting(any_store: Store, tmp_path: Path) -> None:
    body = {"text": "Soy ana@example.com y nadie contesta", "labels": {"ignored": ["nadie contesta"]}}
    with client_of(any_store, tmp_path, mask=True) as client:
        told = client.post(URL, json=body).json()
        line = json.loads(client.get(URL, params={"format": "jsonl"}).text)
    assert told["masked"]
    assert line["text"] == "Soy ‹email› y nadie contesta"
    ((start, end),) = line["labels"]["ignored"]
    assert line["text"][start:end] == "nadie contesta"


def test_a_store_that_is_away_stores_nothing_and_says_so(tmp_path: Path) -> None:
    store = Store(f"postgresql:///none?host={tmp_path}")
    with client_of(store, tmp_path) as client:
        for answer in (client.post(URL, json=EXAMPLE_ES), client.get(URL, params={"format": "jsonl"})):
            assert (answer.status_code, answer.json()["code"]) == (503, "store")
            assert int(answer.headers["Retry-After"]) >= 1
            assert str(tmp_path) not in answer.text
    store.close()


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}]
)
def test_other_media_types(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post(URL, content=json.dumps(EXAMPLE_ES), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_media_type")
    wrong = client.post(URL, content="[]", headers={"Content-Type": "application/merge-patch+json"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_shape")
    assert client.get(URL, params={"limit": 0}, headers=headers).json()["code"] == "wrong_shape"


@pytest.mark.parametrize("body", ['{"text": "año"}'.encode("latin-1"), b"[" * 100_000, b"{"])
def test_what_is_no_json(client: TestClient, body: bytes) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")
