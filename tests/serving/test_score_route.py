"""``POST /v1/score``. In: good, bad and hostile requests. Out: records in order, item errors, problems with a cure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fake_scorer import FakeScorer, fake_score
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from scoring_service import serving

from hx_detect.records import Review

URL = "/v1/score"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("service")) as client:
        yield client


def record(text: str, **known: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a review
    return fake_score(Review(text, **known)).to_dict()


def code_of(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - the client's answer is untyped here
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:hx-detect:problem:{problem['code']}"
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    assert problem["cure"]
    return answer.status_code, problem["code"]


def test_one_text(client: TestClient) -> None:
    answer = client.post(URL, json={"text": "nadie contesta"})
    assert answer.status_code == 200
    assert answer.json() == {
        "model": {"name": "fake", "version": "0.0.1"}, "results": [record("nadie contesta")], "errors": [],
    }  # fmt: skip


def test_records_stand_in_the_answer_byte_for_byte(client: TestClient) -> None:
    body = client.post(URL, json={"text": "nadie contesta 😡"}).content
    assert json.dumps(record("nadie contesta 😡"), ensure_ascii=False).encode() in body


def test_many_in_order_with_all_that_is_known(client: TestClient) -> None:
    known = {"id": "r-1", "language": "en", "kind": "survey", "answer": 9, "stars": 4.5}
    reviews = [known | {"text": "gracias"}, {"text": "nadie", "id": None}, {"text": "ok", "id": 7}]
    results = client.post(URL, json={"reviews": reviews}).json()["results"]
    assert results == [record("gracias", **known), record("nadie"), record("ok", id="7")]


@pytest.mark.parametrize(("item", "code"), [
    ({"text": ""}, "empty"), ({"text": " \n"}, "empty"), ({"text": None}, "empty"), ({"id": "a"}, "empty"),
    ({"text": 5}, "not_text"), ({"text": ["a"]}, "not_text"), ({"text": "a", "answer": 11}, "bad_answer"),
    ({"text": "a", "answer": "9"}, "bad_answer"), ({"text": "a", "stars": 0}, "bad_stars"),
    ({"text": "a", "language": "fr"}, "bad_language"), ({"text": "a", "kind": {}}, "bad_kind"),
    ({"text": "a", "id": {"b": 1}}, "bad_id"), ({"text": "a", "id": "x" * 501}, "bad_id"),
    ({"text": "a", "id": True}, "bad_id"), ({"text": "UNSCORABLE"}, "unscorable"),
])  # fmt: skip
def test_a_bad_item_fails_alone(client: TestClient, item: dict[str, Any], code: str) -> None:
    answer = client.post(URL, json={"reviews": [{"text": "nadie"}, item, {"text": "gracias"}]})
    assert answer.status_code == 200
    content = answer.json()
    assert content["results"] == [record("nadie"), None, record("gracias")]
    (error,) = content["errors"]
    assert list(error) == ["index", "id", "code", "message", "cure"]
    assert (error["index"], error["code"]) == (1, code)
    assert error["message"]
    assert len(error["message"]) <= 300


def test_errors_are_in_order_and_name_ids(client: TestClient) -> None:
    texts = ["UNSCORABLE", "", "ok", "UNSCORABLE", ""]
    reviews = [{"id": f"r{number}", "text": text} for number, text in enumerate(texts)]
    errors = client.post(URL, json={"reviews": reviews}).json()["errors"]
    assert [(error["index"], error["id"]) for error in errors] == [(0, "r0"), (1, "r1"), (3, "r3"), (4, "r4")]


def test_options(client: TestClient) -> None:
    plain = client.post(URL, json={"text": "nadie", "options": {"evidence": False}}).json()["results"][0]
    assert [list(signal) for signal in plain["signals"]] == [["name", "group", "probability"]]
    full = client.post(URL, json={"text": "nadie", "options": {"all_signals": True}}).json()["results"][0]
    assert full == fake_score(Review("nadie")).to_dict(all_signals=True)


def test_messages_follow_the_option_then_the_header(client: TestClient) -> None:
    def message(headers: dict[str, str], options: dict[str, str]) -> str:
        body = {"text": "", "options": options}
        return str(client.post(URL, json=body, headers=headers).json()["errors"][0]["message"])

    spanish = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.8"}
    assert message({}, {}) == "The text is empty"
    assert message(spanish, {}) == "El texto está vacío"
    assert message(spanish, {"lang": "en"}) == "The text is empty"
    assert message({}, {"lang": "es"}) == "El texto está vacío"
    refused = client.post(URL, content=b"{", headers=JSON | spanish).json()
    assert refused["title"] == "No se puede leer la petición"


@pytest.mark.parametrize(("body", "status", "code"), [
    (b"", 400, "bad_json"), (b"{", 400, "bad_json"), (b'{"text": "\xff"}', 400, "bad_json"),
    (b'{"reviews": [{"text": "a", "answer": NaN}]}', 400, "bad_json"),
    (b"[" * 100_000, 400, "bad_json"), (b"null", 422, "wrong_shape"), (b"[]", 422, "wrong_shape"),
    (b'"text"', 422, "wrong_shape"), (b"{}", 422, "text_or_reviews"),
    (b'{"text": "a", "reviews": []}', 422, "text_or_reviews"), (b'{"text": 5}', 422, "wrong_shape"),
    (b'{"text": null}', 422, "wrong_shape"), (b'{"reviews": {}}', 422, "wrong_shape"),
    (b'{"reviews": ["a"]}', 422, "wrong_shape"), (b'{"txt": "a"}', 422, "unknown_field"),
    (b'{"reviews": [{"txt": "a"}]}', 422, "unknown_field"),
    (b'{"text": "a", "options": {"lang": "fr"}}', 422, "wrong_shape"),
    (b'{"text": "a", "options": {"evidence": "no"}}', 422, "wrong_shape"),
    (b'{"text": "a", "options": {"top": 1}}', 422, "unknown_field"),
    (b'{"text": "a", "options": null}', 422, "wrong_shape"),
])  # fmt: skip
def test_what_is_no_request(client: TestClient, body: bytes, status: int, code: str) -> None:
    assert code_of(client.post(URL, content=body, headers=JSON)) == (status, code)


def test_an_unknown_field_is_named(client: TestClient) -> None:
    problem = client.post(URL, json={"reviews": [{"text": "a"}, {"text": "a", "rating": 5}]}).json()
    assert problem["field"] == "reviews.1.rating"
    assert "reviews.1.rating" in problem["detail"]


def test_problems_do_not_repeat_the_text(client: TestClient) -> None:
    answer = client.post(URL, json={"text": ["my card is 4111"], "options": {"lang": "secreto"}})
    assert "4111" not in answer.text
    assert "secreto" not in answer.text


@pytest.mark.parametrize("headers", [
    {}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "application/json", "Content-Encoding": "gzip"},
])  # fmt: skip
def test_other_media_types(client: TestClient, headers: dict[str, str]) -> None:
    assert code_of(client.post(URL, content=b'{"text": "a"}', headers=headers)) == (415, "wrong_media_type")


def test_half_an_emoji_fails_its_item_alone(client: TestClient) -> None:
    whole, halves = (
        rb'{"text": "nadie \ud83d\ude21"}',
        rb'{"id": "b", "text": "nadie \ud83d"}, {"id": "\ude21", "text": "a"}',
    )
    body = b'{"reviews": [' + whole + b", " + halves + b"]}"
    answer = client.post(URL, content=body, headers=JSON).json()
    assert answer["results"] == [record("nadie 😡"), None, None]
    assert [(one["index"], one["id"], one["code"]) for one in answer["errors"]] == [
        (1, "b", "encoding"), (2, None, "bad_id"),
    ]  # fmt: skip
    alone = client.post(URL, content=rb'{"text": "\ud800"}', headers=JSON).json()
    assert (alone["results"], alone["errors"][0]["code"]) == ([None], "encoding")
    for rest in (b'"answer": NaN', b'"x": ' + b"[" * 50_000):
        body = rb'{"reviews": [{"text": "\ud83d", ' + rest + b"}]}"
        assert code_of(client.post(URL, content=body, headers=JSON)) == (400, "bad_json")


def test_item_errors_do_not_repeat_a_customer_s_words(client: TestClient) -> None:
    words = "llámenme al 600 123 123"
    reviews = [
        {"text": "a", field: value} for field in ("answer", "stars", "kind", "language") for value in (words, [words])
    ]
    answer = client.post(URL, json={"reviews": reviews})
    assert len(answer.json()["errors"]) == len(reviews)
    assert "600" not in answer.text
    assert "'seven'" in client.post(URL, json={"reviews": [{"text": "a", "answer": "seven"}]}).text


def test_shapes_are_told_in_spanish(client: TestClient) -> None:
    for body in (
        b"[]",
        b'{"text": 5}',
        b'{"reviews": [5]}',
        b'{"text": "a", "options": {"lang": "fr", "evidence": 1}}',
    ):
        detail = client.post(URL, content=body, headers=JSON | {"Accept-Language": "es"}).json()["detail"]
        assert re.fullmatch(r"El (cuerpo|campo \S+) no es como debe: (una?|true o|uno de: es, en)[^A-Z]*", detail), (
            detail
        )


def test_a_charset_is_fine(client: TestClient) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.post(URL, content='{"text": "año"}'.encode(), headers=headers).status_code == 200


def test_up_to_256_reviews(client: TestClient) -> None:
    reviews = [{"text": f"nadie {number}", "id": str(number)} for number in range(256)]
    results = client.post(URL, json={"reviews": reviews}).json()["results"]
    assert [result["id"] for result in results] == [str(number) for number in range(256)]
    answer = client.post(URL, json={"reviews": [*reviews, {"text": "a"}]})
    assert code_of(answer) == (422, "too_many_reviews")
    assert answer.json()["limit"] == 256
    assert client.post(URL, json={"reviews": []}).json()["results"] == []


def test_up_to_a_mebibyte(client: TestClient) -> None:
    room = (1 << 20) - len(b'{"text": ""}')
    fits = b'{"text": "' + b"a" * room + b'"}'
    assert client.post(URL, content=fits, headers=JSON).json()["errors"][0]["code"] == "too_long"
    answer = client.post(URL, content=fits + b" ", headers=JSON)
    assert code_of(answer) == (413, "too_large")
    assert answer.headers["connection"] == "close"


def test_the_limit_holds_for_bodies_of_unknown_length(client: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * (1 << 16)

    assert code_of(client.post(URL, content=parts(), headers=JSON)) == (413, "too_large")


@pytest.mark.parametrize("inside", [False, True])
def test_an_object_of_very_many_fields_is_refused_as_a_whole(client: TestClient, inside: bool) -> None:
    flood: dict[str, Any] = {f"[{number}": 0 for number in range(60_000)}
    answer = client.post("/v1/score", json={"reviews": [flood]} if inside else flood)
    assert code_of(answer) == (422, "wrong_shape")
    assert "50" in answer.json()["detail"]


def test_a_million_empty_items_are_refused_at_once(client: TestClient) -> None:
    body = b'{"reviews": [' + b"{}," * 340_000 + b"{}]}"
    assert code_of(client.post(URL, content=body, headers=JSON)) == (422, "too_many_reviews")


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["text", "reviews", "options", "id", "answer", "lang", "x"]), inner, max_size=4),
))  # fmt: skip
def test_any_json_gets_a_proper_answer(client: TestClient, value: Any) -> None:  # noqa: ANN401 - any JSON
    answer = client.post(URL, content=json.dumps(value), headers=JSON)
    if answer.status_code == 200:
        content = answer.json()
        failed = {error["index"] for error in content["errors"]}
        assert failed == {index for index, result in enumerate(content["results"]) if result is None}
    else:
        assert code_of(answer)[0] in (400, 422)


def test_requests_at_once_get_their_own_answers(client: TestClient) -> None:
    def ask(number: int) -> bool:
        text = f"{'nadie' if number % 2 else 'gracias'} {number}"
        results = client.post(URL, json={"reviews": [{"text": text, "id": str(number)}]}).json()["results"]
        return bool(results == [record(text, id=str(number))])

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(200)))


def test_busy_is_429_and_slow_is_504(tmp_path: Path) -> None:
    scorer = FakeScorer(pause=0.05)
    limits = {"queue_texts": 8, "max_reviews": 4, "timeout_s": 0.4, "batch_tokens": 4}
    with serving(tmp_path, scorer, **limits) as client, ThreadPoolExecutor(12) as pool:
        body = {"reviews": [{"text": f"text {number}"} for number in range(4)]}
        answers = list(pool.map(lambda _: client.post(URL, json=body), range(24)))
        codes = {code_of(answer) for answer in answers if answer.status_code != 200}
        assert (429, "queue_full") in codes
        assert codes <= {(429, "queue_full"), (504, "timeout")}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status_code != 200)
        slow = client.post(URL, json={"reviews": [{"text": "x" * 40}] * 4} | {"options": {"lang": "es"}})
        assert slow.status_code in (200, 504)
