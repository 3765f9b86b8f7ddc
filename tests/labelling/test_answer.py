"""What the page sends becomes a record of the schema, or is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hx_detect.errors import RowError
from hx_detect.labelling.answer import record_of, skip_of
from hx_detect.labelling.tasks import Task
from hx_detect.learning.labelled_row import text_hash
from hx_detect.learning.labelled_tables import read_labelled

TEXT = "📞📞 y nadie contesta"
TASK = Task(text_hash(TEXT), 1, TEXT, "r-1", "es", "complaint")
ANSWER: dict[str, Any] = {
    "sentiment": "negative", "labels": {"rage": [], "ignored": [[5, 19]]}, "stage": "support", "stars": 1,
    "note": " ojo ", "guess_shown": True, "seconds": 7.25,
}  # fmt: skip
SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "schema.json").read_text(encoding="utf-8"))


def validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA | {"oneOf": [{"$ref": "#/$defs/labelling"}]})


def test_a_record_is_of_the_schema() -> None:
    record = record_of(TASK, ANSWER, "ana")
    validator().validate(record)
    assert list(record["labels"]) == ["ignored", "rage"]
    assert (record["who"], record["note"], record["guess_shown"], record["seconds"]) == ("ana", "ojo", True, 7.2)
    bare = record_of(Task(text_hash("x"), 1, "x"), {"sentiment": "mixed", "labels": {}}, "ana")
    validator().validate(bare)
    assert (bare["id"], bare["stage"], bare["seconds"]) == (f"lb-{text_hash('x')}", None, None)


def test_a_record_is_read_as_labelled_data(tmp_path: Path) -> None:
    place = tmp_path / "ana.jsonl"
    records = [
        record_of(TASK, ANSWER, "ana"),
        record_of(Task(text_hash("Nada"), 2, "Nada", None, "es"), {"sentiment": "neutral", "labels": {}}, "ana"),
    ]
    place.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    first, second = read_labelled([place]).rows
    assert first.signals is not None
    assert [span.text for span in first.signals["ignored"]] == ["nadie contesta"]
    assert first.signals["rage"] == ()
    assert (first.sentiment, first.stage, first.stars, first.who) == ("negative", "support", 1, "ana")
    assert second.signals == {}
    assert second.says("ignored") is False


def test_own_signals_are_kept_where_they_are_offered() -> None:
    answer = ANSWER | {"labels": {"app_crash": [[0, 2]], "ignored": []}}
    record = record_of(TASK, answer, "ana", own=("app_crash",))
    validator().validate(record)
    assert list(record["labels"]) == ["ignored", "app_crash"]
    with pytest.raises(RowError, match="app_crash"):
        record_of(TASK, answer, "ana")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sentiment": None}, "sentiment"),
        ({"sentiment": "angry"}, "sentiment"),
        ({"stage": "later"}, "stage"),
        ({"stars": 6}, "stars"),
        ({"stars": True}, "stars"),
        ({"stars": "3"}, "stars"),
        ({"labels": None}, "labels"),
        ({"labels": ["rage"]}, "labels"),
        ({"labels": {"fury": []}}, "labels"),
        ({"labels": {"rage": [[5, 500]]}}, "labels.rage"),
        ({"labels": {"rage": [[5, 5]]}}, "labels.rage"),
        ({"labels": {"rage": [[2, 3]]}}, "labels.rage"),
        ({"labels": {"rage": [[-1, 3]]}}, "labels.rage"),
        ({"labels": {"rage": [[0, 1.5]]}}, "labels.rage"),
        ({"labels": {"rage": [3]}}, "labels.rage"),
        ({"labels": {"rage": "nadie"}}, "labels.rage"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(RowError) as caught:
        record_of(TASK, ANSWER | changed, "ana")
    assert caught.value.field == field
    assert caught.value.cure


def test_seconds_that_are_none_are_not_believed() -> None:
    found = [
        record_of(TASK, ANSWER | {"seconds": value}, "ana")["seconds"] for value in (float("nan"), "3", True, -4, 1e9)
    ]
    assert found == [None, None, None, 0.0, 3600.0]


def test_a_skip_says_why() -> None:
    skip = skip_of(TASK, {"reason": "unclear", "seconds": 2}, "ana")
    assert (skip["skipped"], skip["text"], skip["who"]) == ("unclear", TEXT, "ana")
    with pytest.raises(RowError, match="reason"):
        skip_of(TASK, {"reason": "bored"}, "ana")
