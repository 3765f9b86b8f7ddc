"""Suggestions as tables and as tasks of other tools; what people fill in is read back as labels."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from fake_scorer import FakeScorer
from labelling_tables import TEXTS, scored_csv

from hx_detect.errors import OutputError, UsageError
from hx_detect.labelling.suggest import Suggestion, SuggestOptions, suggest
from hx_detect.labelling.write_suggestions import COLUMNS, format_of, write_suggestions
from hx_detect.labels import SIGNAL_NAMES, STAGES
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.wording import set_language


@pytest.fixture
def suggestions(tmp_path: Path) -> tuple[Suggestion, ...]:
    place = scored_csv(tmp_path / "s.csv", [*TEXTS[:4], "=2+5 nadie sabe, dicen\nque no"])
    return suggest(str(place), SuggestOptions(9), FakeScorer).suggestions


def filled(place: Path) -> None:
    """Fill in the first row, as a person would."""
    with place.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"sentiment": "negativo", "signals": "ignorado; rabia", "stage": "atención"}
    rows[1] |= {"sentiment": "neutral", "signals": "ninguna", "stage": "none"}
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def test_a_filled_in_table_is_labelled_data(tmp_path: Path, suggestions: tuple[Suggestion, ...]) -> None:
    place = tmp_path / "o.csv"
    assert write_suggestions(suggestions, place, "csv") == [place]
    filled(place)
    rows = [row for row in read_labelled([place]).rows if row.labelled]
    assert [(row.sentiment, sorted(row.signals or ()), row.stage) for row in rows] == [
        ("negative", ["ignored", "rage"], "support"),
        ("neutral", [], "none"),
    ]
    assert rows[0].text == suggestions[0].review.text
    assert rows[0].language == "es"


def test_every_table_holds_the_same(tmp_path: Path, suggestions: tuple[Suggestion, ...]) -> None:
    for format in ("tsv", "xlsx", "jsonl"):
        write_suggestions(suggestions, tmp_path / f"o.{format}", format)
    with (tmp_path / "o.tsv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file, delimiter="\t")]
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    cells = list(book["label"].iter_rows(values_only=True))
    book.close()
    assert cells[0] == COLUMNS
    assert [line["text"] for line in lines] == texts == [row[COLUMNS.index("text")] for row in cells[1:]]
    assert all(line["reason_en"] and line["reason_es"] for line in lines)
    assert "=2+5 nadie sabe, dicen\nque no" in texts


def test_label_studio_gets_tasks_and_a_config(tmp_path: Path, suggestions: tuple[Suggestion, ...]) -> None:
    set_language("es")
    written = write_suggestions(suggestions, tmp_path / "o.json", "label-studio")
    assert [path.name for path in written] == ["o.json", "o.config.xml"]
    tasks = json.loads(written[0].read_text(encoding="utf-8"))
    assert [task["data"]["text"] for task in tasks] == [one.review.text for one in suggestions]
    assert "predictions" not in tasks[0]
    config = ElementTree.fromstring(written[1].read_text(encoding="utf-8"))
    assert [label.attrib["value"] for label in config.iter("Label")] == list(SIGNAL_NAMES)
    choices = {one.attrib["name"]: [c.attrib["value"] for c in one] for one in config.iter("Choices")}
    assert choices == {"sentiment": ["negative", "neutral", "positive", "mixed"], "stage": list(STAGES)}
    hints = [label.attrib["hint"] for label in config.iter("Label")]
    assert hints[0] == "ignorado: sin respuesta"


def test_what_label_studio_exports_is_labelled_data(tmp_path: Path, suggestions: tuple[Suggestion, ...]) -> None:
    place = write_suggestions(suggestions, tmp_path / "o.json", "label-studio")[0]
    tasks = json.loads(place.read_text(encoding="utf-8"))
    result = [
        {"from_name": "signals", "type": "labels", "value": {"start": 0, "end": 5, "labels": ["ignored"]}},
        {"from_name": "sentiment", "type": "choices", "value": {"choices": ["negative"]}},
    ]
    export = [task | {"id": 7, "annotations": [{"completed_by": 1, "result": result}]} for task in tasks]
    place.write_text(json.dumps(export), encoding="utf-8")
    row = read_labelled([place]).rows[0]
    assert row.sentiment == "negative"
    assert row.signals is not None
    assert row.signals["ignored"][0].text == row.text[:5]


def test_argilla_gets_records_and_settings(tmp_path: Path, suggestions: tuple[Suggestion, ...]) -> None:
    written = write_suggestions(suggestions, tmp_path / "o.argilla.jsonl", "argilla")
    assert [path.name for path in written] == ["o.argilla.jsonl", "o.settings.json"]
    records = [json.loads(line) for line in written[0].read_text(encoding="utf-8").splitlines()]
    assert {record["fields"]["text"] for record in records} == {one.review.text for one in suggestions}
    assert len({record["id"] for record in records}) == len(records)
    assert "suggestions" not in records[0]
    questions = {
        one["name"]: one["settings"] for one in json.loads(written[1].read_text(encoding="utf-8"))["questions"]
    }
    assert [option["value"] for option in questions["signals"]["options"]] == list(SIGNAL_NAMES)
    assert questions["evidence"]["type"] == "span"


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.csv", "csv"), ("a.TSV", "tsv"), ("a.xlsx", "xlsx"), ("a.jsonl", "jsonl"), ("a.json", "label-studio"),
        ("a.argilla.jsonl", "argilla"), ("a.label-studio.json", "label-studio"),
    ],
)  # fmt: skip
def test_the_suffix_is_the_format(name: str, format: str) -> None:
    assert format_of(name, None) == format
    assert format_of(name, "csv") == "csv"


def test_a_suffix_of_no_format_is_told() -> None:
    with pytest.raises(UsageError, match="names no format"):
        format_of("a.docx", None)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, suggestions: tuple[Suggestion, ...]) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_suggestions(suggestions, tmp_path / "none" / "o.csv", "csv")
    assert list(tmp_path.glob("**/*.part")) == []
