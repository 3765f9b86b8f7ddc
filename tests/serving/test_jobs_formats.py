"""Files of every format, in both languages, through the service: progress, results in every format, rejects."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from job_service import export, rows_of, scored, send
from scoring_service import serving

from hx_detect.io.rows import FORMATS


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.mark.parametrize("sent", FORMATS)
def test_a_file_of_each_format_becomes_a_result_of_the_same(client: TestClient, sent: str) -> None:
    job = scored(client, f"opiniones.{sent}", export(sent))
    assert (job["state"], job["error"]) == ("done", None)
    assert (job["rows_total"], job["rows_done"], job["rejected"]) == (3, 3, 1)
    assert (job["format"], job["result_format"], job["file"]) == (sent, sent, f"opiniones.{sent}")
    assert job["model"] == {"name": "fake", "version": "0.0.1"}
    assert job["summary"]["texts"] == 2
    answer = client.get(f"/v1/jobs/{job['id']}/result")
    assert f'filename="opiniones.scored.{sent}"' in answer.headers["content-disposition"]
    rows = rows_of(sent, answer.content)
    levels = [row["hx"]["experience"]["level"] if "hx" in row else row["hx_level"] for row in rows]
    assert levels == ["hx_risk", "cx"]
    rejects = [json.loads(line) for line in client.get(f"/v1/jobs/{job['id']}/rejects").text.splitlines()]
    assert [(one["file"], one["row"], one["code"]) for one in rejects] == [(f"opiniones.{sent}", 3, "empty")]


def test_the_result_of_one_file_in_every_format(client: TestClient) -> None:
    job = scored(client, "reviews.csv", export("csv"), format="parquet")
    assert job["result_format"] == "parquet"
    for format in FORMATS:
        for _ in range(2):  # the second is read from where the first was written
            answer = client.get(f"/v1/jobs/{job['id']}/result", params={"format": format})
            assert answer.status_code == 200, answer.text
            assert [str(row["id"]) for row in rows_of(format, answer.content)] == ["1", "2"]


@pytest.mark.parametrize("suffix", ["csv.gz", "jsonl.zst", "parquet.gz", "xlsx.gz"])
def test_packed_files(client: TestClient, suffix: str) -> None:
    format, packing = suffix.split(".")
    plain = export(format)
    packed = gzip.compress(plain) if packing == "gz" else pa.compress(plain, "zstd", asbytes=True)
    if packing == "zst":
        with pa.BufferOutputStream() as sink:
            with pa.CompressedOutputStream(sink, "zstd") as stream:
                stream.write(plain)
            packed = sink.getvalue().to_pybytes()
    job = scored(client, f"in.{suffix}", packed)
    assert (job["state"], job["format"], job["rows_done"]) == ("done", format, 3)


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("api.json", b'[{"id": 1, "text": "no me contesta nadie"}, {"id": 2, "text": "todo bien, gracias"}]', "jsonl"),
        ("api.json", b'{"data": [{"id": 1, "text": "no me contesta nadie"}, {"id": 2, "text": "bien"}]}', "jsonl"),
        ("api", b'[{"id": 1, "text": "no me contesta nadie"}, {"id": 2, "text": "todo bien, gracias"}]', "jsonl"),
        ("old.xls", "id\ttexto\n1\tno me contesta nadie\n2\ttodo bien, gracias\n".encode("utf-16"), "tsv"),
    ],
)
def test_what_files_are_whatever_they_are_called(client: TestClient, name: str, content: bytes, format: str) -> None:
    job = scored(client, name, content)
    assert (job["state"], job["format"], job["rows_done"], job["rejected"]) == ("done", format, 2, 0)


def test_named_columns_kind_and_language(client: TestClient) -> None:
    content = "a,b,c\nno me contesta nadie,otra cosa de nadie aquí,9\n".encode()
    job = scored(
        client, "x.csv", content, text_column="b", answer_column="C", kind="survey", language="en", format="jsonl",
        all_signals="true", id_column="",
    )  # fmt: skip
    (row,) = rows_of("jsonl", client.get(f"/v1/jobs/{job['id']}/result").content)
    assert row["hx"]["kind"] == {"label": "survey", "given": True}
    assert row["hx"]["nps"]["source"] == "answer"
    assert row["hx"]["language"]["code"] == "en"
    assert len(row["hx"]["signals"]) == 18


def test_a_job_speaks_the_language_it_was_sent_in(client: TestClient) -> None:
    missing = scored(client, "x.csv", b"a,b\nuno dos tres,2\n", text_column="opinion", lang="es")
    assert (missing["state"], missing["error"]["code"]) == ("failed", "column")
    assert missing["error"]["message"].startswith("x.csv no tiene la columna 'opinion'")
    english = scored(client, "x.csv", b"a,b\nuno dos tres,2\n", text_column="opinion")
    assert english["error"]["message"].startswith("x.csv has no column 'opinion'")
    assert "--" not in english["error"]["message"] + english["error"]["cure"]
    done = scored(client, "opiniones.csv", export("csv"), lang="es")
    rejected = json.loads(client.get(f"/v1/jobs/{done['id']}/rejects").text)
    assert rejected["message"] == "El texto está vacío"


def test_a_file_that_is_damaged_further_on_is_scored_up_to_there(client: TestClient) -> None:
    lines = "".join(f"{n},no me contesta nadie desde hace {n * 7919 % 1000003} días\n" for n in range(4000))
    job = scored(client, "cut.csv.gz", gzip.compress(f"id,texto\n{lines}".encode())[:-4000])
    assert (job["state"], job["error"]["code"]) == ("done", "input_format")
    assert 0 < job["rows_done"] < 4000
    assert len(rows_of("csv", client.get(f"/v1/jobs/{job['id']}/result").content)) == job["summary"]["texts"]


@pytest.mark.parametrize("content", [b"", b"id,texto\n", b"\n\n\n"])
def test_files_without_rows(client: TestClient, content: bytes) -> None:
    answer = send(client, "empty.csv", content)
    if content:
        job = scored(client, "empty.csv", content)
        assert (job["state"], job["error"]["code"]) == ("failed", "empty_input")
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "empty_file")


def test_a_sample_of_each_language(client: TestClient) -> None:
    samples = Path(__file__).parents[2] / "data" / "samples"
    for name in ("opiniones.csv", "reviews.csv"):
        job = scored(client, name, (samples / name).read_bytes())
        assert job["state"] == "done"
        assert job["rows_done"] == job["rows_total"] == 60


def test_the_summary_that_is_stored_is_masked_where_the_service_masks(tmp_path: Path) -> None:
    content = b"texto\nno me contesta nadie y por eso escriban a ana.ruiz@example.com por favor\n"
    with serving(tmp_path, mask=True) as client:
        job = scored(client, "x.csv", content)
        assert "nadie" in job["summary"]["call_back"][0]["excerpt"]
        assert "ana.ruiz" not in json.dumps(job["summary"])
        assert "ana.ruiz@example.com" in client.get(f"/v1/jobs/{job['id']}/result").text  # their own rows are theirs
