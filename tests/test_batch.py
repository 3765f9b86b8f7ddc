"""One file in, one scored file out: formats, rejects, damage, names."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from batch_run import SMALL, Said, ids_of, run, table
from fake_scorer import FakeScorer

from hx_detect import batch
from hx_detect.batch import score_file, score_to_stream
from hx_detect.batch_options import BatchOptions
from hx_detect.errors import ColumnError, OutputError, UsageError
from hx_detect.io.rows import ReadOptions


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet", "xlsx", "csv.gz", "jsonl.zst"])
def test_every_output_holds_the_good_rows_in_order(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    result, said = run(table(tmp_path / "in.csv"), out)
    assert ids_of(out) == ["1", "2", "3", "5", "7", "8", "9", "10"]
    assert result.output == str(out)
    assert not (tmp_path / f"out.{suffix}.part").exists()
    rejects = [json.loads(line) for line in Path(result.rejects).read_text().splitlines()]
    assert [(reject["row"], reject["code"], reject["field"]) for reject in rejects] == [
        (4, "empty", "texto"), (6, "ragged", "row"), (7, "bad_answer", "nps")]  # fmt: skip
    assert {reject["file"] for reject in rejects} == {"in.csv"}
    assert (result.summary.texts, result.summary.hx, said.rows, said.hx) == (8, 7, 10, 7)


def test_default_output_is_beside_in_the_same_format(tmp_path: Path) -> None:
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b"id;text\n1;nadie contesta aqui\n2;muchas gracias, de verdad\n"))
    result, _ = run(path, None)
    assert result.output == str(tmp_path / "in.scored.csv.gz")
    assert gzip.decompress(Path(result.output).read_bytes()).startswith(b"id;text;hx_level;")
    assert result.rejects == ""


def test_a_folder_as_output(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    result, _ = run(table(tmp_path / "in.csv"), tmp_path / "results")
    assert result.output == str(tmp_path / "results" / "in.scored.csv")


def test_parquet_keeps_its_columns_and_types(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    stamps = pa.array([1, 2, 3], pa.timestamp("ns"))
    pq.write_table(
        pa.table({"when": stamps, "text": ["nadie vino a vernos", "", "gracias por todo, equipo"], "hx": [1, 2, 3]}),
        source,
    )
    result, said = run(source, tmp_path / "out.parquet")
    written = pq.read_table(result.output)
    assert written.column_names == ["when", "text", "hx", "hx_2"]
    assert written["when"].type == pa.timestamp("ns")
    assert [row["experience"]["level"] for row in written["hx_2"].to_pylist()] == ["hx_risk", "cx"]
    assert any("hx -> hx_2" in line for line in said.lines)


def test_columns_that_come_late_in_json_lines_are_kept(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    lines = [{"text": f"words and more words {n}"} for n in range(700)] + [{"text": "the last of them all", "late": 5}]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result, _ = run(source, tmp_path / "out.csv", BatchOptions(chunk_rows=100))
    rows = list(csv.DictReader(Path(result.output).read_text(encoding="utf-8").splitlines()))
    assert rows[-1]["late"] == "5"
    assert rows[0]["late"] == ""


def test_scorer_failures_become_rejects(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,this is UNSCORABLE text\n2,this is good text\n")
    result, _ = run(source, tmp_path / "out.csv")
    assert json.loads(Path(result.rejects).read_text())["code"] == "unscorable"
    assert result.summary.rejected == {"unscorable": 1}


def test_old_rejects_go_away(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,some good words\n2,\n")
    run(source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv.rejects.jsonl").exists()
    source.write_text("id,text\n1,some good words\n2,more good words\n")
    run(source, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv.rejects.jsonl").exists()


def test_rows_before_the_damage_are_written(tmp_path: Path) -> None:
    source = tmp_path / "in.csv.gz"
    text = "id,text\n" + "".join(f"{n},nadie contesta {n * 7919}\n" for n in range(3_000))
    source.write_bytes(gzip.compress(text.encode())[:-2_000])
    result, _ = run(source, tmp_path / "out.jsonl", BatchOptions())
    assert result.damage is not None
    assert len(ids_of(tmp_path / "out.jsonl")) == result.summary.texts > 1_000


def test_bad_input_is_found_before_the_model_is_loaded(tmp_path: Path) -> None:
    def load() -> FakeScorer:
        raise AssertionError

    with pytest.raises(ColumnError):
        score_file(str(table(tmp_path / "in.csv")), None, load, BatchOptions(columns={"text": "nope"}), Said())
    with pytest.raises(UsageError, match="is the input"):
        score_file(str(tmp_path / "in.csv"), str(tmp_path / "in.csv"), load, BatchOptions(), Said())


def test_excel_cannot_hold_more_rows_than_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "EXCEL_ROWS", 9)
    scorer = FakeScorer()
    with pytest.raises(OutputError, match="Excel sheet"):
        run(table(tmp_path / "in.csv"), tmp_path / "out.xlsx", scorer=scorer)
    assert scorer.scored == []


def test_ten_megabyte_cell_is_one_reject(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,good words here\n2," + "word " * 2_000_000 + "\n3,more good words\n")
    result, _ = run(source, tmp_path / "out.csv")
    assert ids_of(tmp_path / "out.csv") == ["1", "3"]
    reject = json.loads(Path(result.rejects).read_text())
    assert (reject["row"], reject["code"], len(reject["value"])) == (2, "too_long", 200)


def test_urls_in_and_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with fsspec.open("memory://box/in.csv", "wb") as file:
        file.write(table(tmp_path / "in.csv").read_bytes())
    result, _ = run("memory://box/in.csv", "memory://box/out.jsonl")
    with fsspec.open("memory://box/out.jsonl", "rb") as file:
        assert len(file.read().splitlines()) == 8
    with fsspec.open("memory://box/out.jsonl.rejects.jsonl", "rb") as file:
        assert len(file.read().splitlines()) == 3
    assert result.rejects == "memory://box/out.jsonl.rejects.jsonl"
    assert not list(tmp_path.glob("*.part"))


def test_stream(tmp_path: Path) -> None:
    out, rejects, said, scorer = io.StringIO(), io.StringIO(), Said(), FakeScorer()
    result = score_to_stream(str(table(tmp_path / "in.csv")), out, rejects, lambda: scorer, SMALL, said)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["id"] for line in lines] == ["1", "2", "3", "5", "7", "8", "9", "10"]
    assert lines[0]["hx"]["experience"]["level"] == "hx_risk"
    assert len(rejects.getvalue().splitlines()) == 3
    run(tmp_path / "in.csv", tmp_path / "out.jsonl")
    assert out.getvalue() == (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert result.summary.texts == 8


def test_what_is_found_is_said(tmp_path: Path) -> None:
    _, said = run(table(tmp_path / "in.csv"), tmp_path / "out.csv", BatchOptions(kind="survey", read=ReadOptions()))
    assert said.lines[:2] == [
        "in.csv: csv, UTF-8, delimiter ,",
        "  text column: 'texto' (by its name and content, 8 words on average)",
    ]
    assert "  kind of text: survey" in said.lines
    assert said.fractions[-1] == 1.0


def test_an_export_of_a_survey_tool(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(
        "ResponseId,NPS,Estrellas,Q2\nResponse ID,How likely?,Stars,Please tell us why\n"
        '"{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}","{""ImportId"":""QID3""}","{""ImportId"":""QID2""}"\n'
        "R_1,9/10,★★★★☆,nadie contesta desde hace días\nR_2,3 de 10,4 de 10,muchas gracias por su ayuda\nR_3,8,3,N/A\n"
        "R_4,0/10,5 estrellas,...\nR_5,,,Nada\n",
        encoding="utf-8",
    )
    scorer = FakeScorer()
    result, said = run(source, tmp_path / "out.csv", scorer=scorer)
    assert said.lines[0].endswith("2 rows under the header left out (Qualtrics: question texts and ImportId)")
    assert scorer.scored == ["nadie contesta desde hace días", "muchas gracias por su ayuda", "Nada"]
    assert [call.row for call in result.summary.calls()] == [3]
    assert result.summary.from_answers == {"promoter": 1, "detractor": 1}
    assert [(reject["row"], reject["code"], reject["value"]) for reject in
            map(json.loads, Path(result.rejects).read_text(encoding="utf-8").splitlines())] == [
        (4, "bad_stars", "4 de 10"), (5, "empty", "N/A"), (6, "empty", "...")]  # fmt: skip
    assert (result.summary.rejected, result.summary.remarked) == ({"empty": 2}, {"bad_stars": 1})
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(row["ResponseId"], row["NPS"], row["Estrellas"]) for row in written] == [
        ("R_1", "9/10", "★★★★☆"), ("R_2", "3 de 10", "4 de 10"), ("R_5", "", "")]  # fmt: skip
