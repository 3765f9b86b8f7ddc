"""One scorer, one path. In: the same texts by every face, with the shipped model. Out: the same bytes from all."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from scoring_service import serving

from hx_detect import Review, Score, Scorer, intake
from hx_detect.io.score_columns import FLAT

TEXTS = (
    "Llevo tres semanas reclamando y nadie me contesta. No contratéis con ellos.",
    "Gracias a Lucía, de la tienda de Triana: me lo arregló en el momento y con una sonrisa 😊",
    "The rooms are fine, nothing special.",
    "They promised a refund in March, it is June, and every call ends with a new excuse. I'm switching.",
    "BRILLIANT!!! told me the cable was not needed and saved me 40 quid",
    "ok",
    "El café, frío; el camarero,\n«encantador».\tVolveremos 👍🏽",
    "Bonjour, la livraison est arrivée en retard.",
    "Me cobraron dos veces. " * 120,
)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


@pytest.fixture(scope="module")
def expected(scorer: Scorer) -> list[str]:
    """The records as the library gives them for the whole list."""
    return [as_bytes(score.to_dict()) for score in scorer.score([Review(text, id=name) for name, text in rows()])]


def rows() -> list[tuple[str, str]]:
    return [(f"r-{number}", text) for number, text in enumerate(TEXTS, start=1)]


def as_bytes(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True)


def as_json_lines() -> str:
    return "".join(json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n" for name, text in rows())


def nested(lines: Iterable[str]) -> list[str]:
    return [as_bytes(json.loads(line)["hx"]) for line in lines]


def command(*words: str, folder: Path, stdin: str | None = None) -> str:
    call = [sys.executable, "-m", "hx_detect", "score", *words, "--quiet", "--lang", "en"]
    done = subprocess.run(call, cwd=folder, input=stdin, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_by_one_and_backwards(scorer: Scorer, expected: list[str]) -> None:
    reviews = [Review(text, id=name) for name, text in rows()]
    assert [as_bytes(scorer.score([review])[0].to_dict()) for review in reviews] == expected
    assert [as_bytes(score.to_dict()) for score in scorer.score(reviews[::-1])] == expected[::-1]


def test_on_all_cores_for_a_lone_text(expected: list[str]) -> None:
    """As the service loads it."""
    quick = Scorer.load(resident=True, threads=2)
    assert [as_bytes(quick.score([Review(text, id=name)])[0].to_dict()) for name, text in rows()] == expected
    assert [as_bytes(score.to_dict()) for score in quick.score([Review(t, id=n) for n, t in rows()])] == expected


def test_in_small_blocks(scorer: Scorer, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BLOCK_REVIEWS", 2)
    results = scorer.score_stream(Review(text, id=name) for name, text in rows())
    assert [as_bytes(result.to_dict()) for result in results if isinstance(result, Score)] == expected


def test_as_a_stream(scorer: Scorer, expected: list[str]) -> None:
    results = list(scorer.score_stream(Review(text, id=name) for name, text in rows()))
    assert [as_bytes(result.to_dict()) for result in results if isinstance(result, Score)] == expected


def test_by_the_command_through_a_pipe(expected: list[str], tmp_path: Path) -> None:
    output = command("-", "--text-column", "text", "--id-column", "id", folder=tmp_path, stdin=as_json_lines())
    assert nested(output.splitlines()) == expected


def test_by_the_command_from_file_to_file(expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(as_json_lines(), encoding="utf-8")
    command("in.jsonl", "-o", "out.jsonl", "--text-column", "text", "--id-column", "id", folder=tmp_path)
    assert nested((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == expected


@pytest.fixture(scope="module")
def client(scorer: Scorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service around the same scorer."""
    with serving(tmp_path_factory.mktemp("service"), scorer) as client:
        yield client


def test_by_http(client: TestClient, expected: list[str]) -> None:
    reviews = [{"id": name, "text": text} for name, text in rows()]
    answer = client.post("/v1/score", json={"reviews": reviews})
    assert [as_bytes(record) for record in answer.json()["results"]] == expected
    alone = [client.post("/v1/score", json={"reviews": [review]}).json()["results"][0] for review in reviews]
    assert [as_bytes(record) for record in alone] == expected


def test_by_http_as_a_stream(client: TestClient, expected: list[str]) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    answer = client.post("/v1/score/stream", content=as_json_lines().encode(), headers=headers)
    assert [as_bytes(json.loads(line)) for line in answer.text.splitlines()] == expected


def test_flat_tables_say_the_same(expected: list[str], tmp_path: Path) -> None:
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *rows()])
    command("in.csv", "-o", "out.csv", "--text-column", "text", "--id-column", "id", folder=tmp_path)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["text"] for row in table] == list(TEXTS)
    assert set(FLAT) <= set(table[0])
    for row, record in zip(table, map(json.loads, expected), strict=True):
        assert float(row["hx_probability"]) == record["experience"]["hx_probability"]
        assert row["hx_level"] == record["experience"]["level"]
        assert row["hx_signals"] == ";".join(signal["name"] for signal in record["signals"])
        assert float(row["hx_priority"]) == record["priority"]
        assert row["hx_language"] == record["language"]["code"]
