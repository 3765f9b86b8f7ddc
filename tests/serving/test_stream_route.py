"""``POST /v1/score/stream``. In: JSON lines in any pieces. Out: as many lines, in order, while more come in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fake_scorer import FakeScorer, fake_score
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from scoring_service import serving

from hx_detect.records import Review
from hx_detect.serving.line_stream import LineSplitter

URL = "/v1/score/stream"
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("service"), max_bytes=4096) as client:
        yield client


def ask(client: TestClient, content: Any, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what httpx takes
    answer = client.post(URL, content=content, headers=LINES | more.pop("headers", {}), **more)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_line_for_a_line(client: TestClient) -> None:
    texts = [f"{'nadie' if number % 2 else 'gracias'} {number}" for number in range(500)]
    body = "".join(json.dumps({"text": text, "id": str(n)}) + "\n" for n, text in enumerate(texts))
    assert ask(client, body.encode()) == [
        fake_score(Review(text, id=str(n))).to_dict() for n, text in enumerate(texts)
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_may_end_anywhere(client: TestClient, size: int) -> None:
    body = '{"text": "nadie ñ"}\r\n\n  \n{"text": "gracias 😊"}'.encode()
    pieces = (body[first : first + size] for first in range(0, len(body), size))
    assert [line["experience"]["level"] for line in ask(client, pieces)] == ["hx_risk", "cx"]


def test_a_bad_line_is_told_in_its_place(client: TestClient) -> None:
    lines = [
        '{"text": "ok"}', "{", '{"text": ""}', '{"text": "a", "x": 1}', "[]", '{"text": "' + "a" * 5000 + '"}',
        '{"text": "UNSCORABLE", "id": "u"}', '{"text": "\\ud800"}', '{"text": "ok"}',
    ]  # fmt: skip
    told = ask(client, "\n".join(lines).encode())
    codes = [line.get("error", {}).get("code") for line in told]
    assert codes == [
        None, "bad_json", "empty", "unknown_field", "wrong_shape", "too_long", "unscorable", "encoding", None,
    ]  # fmt: skip
    counted = client.get("/metrics").text
    for code in filter(None, codes):
        assert re.search(rf'^hx_item_failures_total{{code="{code}"}} [1-9]', counted, re.MULTILINE), code
    errors = [line["error"] for line in told if "error" in line]
    assert [error["index"] for error in errors] == list(range(1, 8))
    assert all(list(error) == ["index", "id", "code", "message", "cure"] and error["cure"] for error in errors)
    assert errors[5]["id"] == "u"


def test_a_line_of_very_many_fields_is_refused_as_a_whole(client: TestClient) -> None:
    flood = json.dumps({str(number): 0 for number in range(200)})
    refused, scored = ask(client, f'{flood}\n{{"text": "nadie"}}\n'.encode())
    assert refused["error"]["code"] == "wrong_shape"
    assert "50" in refused["error"]["message"]
    assert scored["experience"]["level"] == "hx_risk"


def test_options_are_in_the_query(client: TestClient) -> None:
    (record,) = ask(client, b'{"text": "nadie"}', params={"all_signals": "true", "evidence": "false"})
    assert len(record["signals"]) == 18
    assert "evidence" not in record["signals"][0]
    (failed,) = ask(client, b'{"text": ""}', params={"lang": "es"})
    assert failed["error"]["message"] == "El texto está vacío"
    assert client.post(URL, content=b"{}", headers=LINES, params={"lang": "fr"}).json()["code"] == "wrong_shape"


def test_nothing_in_nothing_out(client: TestClient) -> None:
    assert ask(client, b"") == ask(client, b"\n\n") == []


def test_other_media_types(client: TestClient) -> None:
    answer = client.post(URL, content=b"{}", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_media_type")


def test_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    limits: dict[str, Any] = {"queue_texts": 64, "max_reviews": 64, "batch_tokens": 50, "timeout_s": 600}
    with serving(tmp_path, FakeScorer(pause=0.001), **limits) as client:
        body = b'{"text": "nadie"}\n' * 600
        assert [line["experience"]["level"] for line in ask(client, body)] == ["hx_risk"] * 600


def test_what_cannot_be_scored_in_time_is_told_line_by_line(tmp_path: Path) -> None:
    with serving(tmp_path, FakeScorer(pause=0.1), timeout_s=0.3, batch_tokens=4) as client:
        told = ask(client, b'{"text": "nadie"}\n' * 20)
        assert len(told) == 20
        assert {line["error"]["code"] for line in told if "error" in line} == {"timeout"}


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_lines_do_not_depend_on_pieces(body: bytes, cuts: list[int]) -> None:
    def split(*places: int) -> list[bytes | None]:
        splitter = LineSplitter(50)
        bounds = [0, *sorted(places), len(body)]
        lines: list[bytes | None] = []
        for start, end in pairwise(bounds):
            lines += splitter.feed(body[start:end])
        return lines + splitter.end()

    whole = split()
    assert split(*cuts) == whole
    stripped = [line.strip() if len(line) <= 50 else None for line in body.split(b"\n")]
    assert whole == [line for line in stripped if line != b""]


def test_half_an_emoji_is_told_in_its_place(client: TestClient) -> None:
    lines = ask(client, b'{"text": "hola"}\n{"id": "b", "text": "\\ud83d"}\n{"id": "c", "text": "nadie"}\nx\n')
    assert [line.get("id") or line.get("error", {}).get("code") for line in lines] == [
        None,
        "encoding",
        "c",
        "bad_json",
    ]
    assert lines[3]["error"]["message"].startswith("The line ")
