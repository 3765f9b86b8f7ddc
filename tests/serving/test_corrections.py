"""Corrections are checked by name and place, masked where asked, and read by training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hx_detect.labels import SIGNAL_INDEX, STAGES
from hx_detect.learning.datasets import cleaner
from hx_detect.learning.examples import annotation_example, read_annotations
from hx_detect.serving.corrections import correction_row, implied_sentiment, nearer_language, request_hash
from hx_detect.serving.labelled_records import record, training_line
from hx_detect.serving.problems import Problem
from hx_detect.serving.schemas_feedback import EXAMPLE_EN, EXAMPLE_ES, FeedbackRequest
from hx_detect.serving.store.tables import Feedback

SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "schema.json").read_text(encoding="utf-8"))
TEXT = "Llamé al 612 34 56 78: nadie contesta y nadie contesta."


def request(**fields: Any) -> FeedbackRequest:  # noqa: ANN401  # any field of a request
    return FeedbackRequest.model_validate(fields)


def row(earlier: Feedback | None = None, *, masking: bool = False, **fields: Any) -> Feedback:  # noqa: ANN401  # same
    stored = correction_row(request(**fields), earlier, masking=masking, key_name="crm", idempotency_key=None)
    stored.sequence = 7
    return stored


def refused(**fields: Any) -> Problem:  # noqa: ANN401  # the same
    with pytest.raises(Problem) as caught:
        row(**fields)
    assert caught.value.status == 422
    return caught.value


def test_evidence_is_kept_as_offsets_in_the_order_of_signals() -> None:
    given = {"failure": [], "ignored": ["nadie contesta", {"start": 40, "end": 54, "text": "nadie contesta"},
                                        {"start": 23, "end": 37}]}  # fmt: skip
    stored = row(text=TEXT, labels=given)
    assert stored.labels == {"ignored": [(23, 37), (40, 54)], "failure": []}
    assert list(stored.labels) == ["ignored", "failure"]
    assert (stored.sentiment, stored.language, stored.masked) == ("negative", "es", False)


def test_labels_may_be_names_only() -> None:
    assert row(text=TEXT, labels=["rage", "ignored"]).labels == {"ignored": [], "rage": []}
    assert row(text=TEXT, labels=[]).labels == row(text=TEXT, labels={}).labels == {}


@pytest.mark.parametrize("stretch", ["nobody", {"start": 5, "end": 5}, {"start": 9, "end": 3}, {"start": 50, "end": 99},
                                     {"start": 0, "end": 5, "text": "llamé"}])  # fmt: skip
def test_evidence_that_is_not_in_the_text(stretch: str | dict[str, Any]) -> None:
    problem = refused(text=TEXT, labels={"ignored": [stretch]})
    assert (problem.code, problem.extra["field"]) == ("evidence_not_in_text", "labels.ignored")


@pytest.mark.parametrize(
    ("fields", "field", "nearest"),
    [({"labels": {"ignores": []}}, "labels", "ignored"), ({"labels": ["ragee"]}, "labels", "rage"),
     ({"labels": [], "sentiment": "positiv"}, "sentiment", "positive"),
     ({"labels": [], "stage": "suport"}, "stage", "support"),
     ({"labels": [], "kind": "reviews"}, "kind", "review"), ({"labels": [], "level": "hx-risk"}, "level", "hx_risk"),
     ({"labels": ["§§§"]}, "labels", None)],
)  # fmt: skip
def test_unknown_names_are_told_with_the_nearest(fields: dict[str, Any], field: str, nearest: str | None) -> None:
    problem = refused(text=TEXT, **fields)
    assert (problem.code, problem.extra["field"], problem.extra["nearest"]) == ("unknown_label", field, nearest)
    assert nearest is None or all(nearest in cure for cure in problem.cure)


def test_a_text_of_nothing() -> None:
    assert refused(text=" \n", labels=[]).code == "empty"


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "", "x" * 100_001])
def test_texts_that_cannot_be_stored(text: str) -> None:
    with pytest.raises(ValueError, match="text"):
        request(text=text, labels=[])


def test_masking_takes_personal_data_out_before_anything_is_kept() -> None:
    stored = row(text=TEXT, labels={"ignored": ["nadie contesta"], "failure": ["612"]}, why="soy ana@example.com",
                 masking=True)  # fmt: skip
    assert stored.text == "Llamé al ‹phone›: nadie contesta y nadie contesta."
    assert stored.why == "soy ‹email›"
    assert stored.masked
    shown = record(stored)
    assert [stretch.text for stretch in shown.labels["ignored"]] == ["nadie contesta"]
    assert [stretch.text for stretch in shown.labels["failure"]] == ["‹phone›"]


def test_no_hash_tells_what_was_masked() -> None:
    first, second = (row(text=f"Llamé al {number}", labels=[], masking=True) for number in ("612345678", "698765432"))
    assert (first.text_hash, first.request_hash) == (second.text_hash, second.request_hash)


def test_a_correction_by_id_takes_over_the_text() -> None:
    before = row(text=TEXT, id="r-1", language="es", kind="post", labels=["ignored"], masking=True)
    after = row(before, id="r-1", labels={"ignored": ["nadie contesta"]}, masking=True)
    assert (after.text, after.kind, after.review_id, after.masked) == (before.text, "post", "r-1", True)
    assert row(before, id=before.id, labels=[]).review_id == "r-1"


@pytest.mark.parametrize(("labels", "sentiment"), [([], "neutral"), (["ignored", "rage"], "negative"),
                                                   (["kind"], "positive"), (["kind", "failure"], "mixed")])  # fmt: skip
def test_the_sentiment_follows_from_the_signals_where_nobody_gave_it(labels: list[str], sentiment: str) -> None:
    assert implied_sentiment(labels) == sentiment
    assert row(text=TEXT, labels=labels, sentiment="neutral").sentiment == "neutral"


def test_the_language_is_found() -> None:
    assert nearer_language("Nadie me contesta desde hace semanas") == "es"
    assert nearer_language("Nobody has answered me for weeks") == "en"


def test_the_same_request_has_the_same_hash() -> None:
    one = request(text=TEXT, labels={"rage": [], "ignored": []})
    assert request_hash(one) == request_hash(request(labels={"ignored": [], "rage": []}, text=TEXT))
    assert request_hash(one) != request_hash(request(text=TEXT, labels={"rage": []}))


@pytest.mark.parametrize(
    "fields",
    [EXAMPLE_ES, EXAMPLE_EN, {"text": TEXT, "labels": ["ignored"]},
     {"text": TEXT, "labels": [], "stars": 5, "stage": "none", "kind": "post"}],
)  # fmt: skip
def test_training_reads_what_is_exported(fields: dict[str, Any], tmp_path: Path) -> None:
    stored = row(**fields)
    line = json.loads(training_line(stored))
    jsonschema.validate(line, SCHEMA)
    path = tmp_path / "feedback.jsonl"
    path.write_text(training_line(stored), encoding="utf-8")
    (kept,) = read_annotations(path)
    example = annotation_example(kept, cleaner(), lambda _: "review")
    assert example.original == fields["text"]
    assert example.signals == frozenset(SIGNAL_INDEX[name] for name in fields["labels"])
    assert example.stage == (STAGES.index(fields["stage"]) if "stage" in fields else None)
    assert example.stars == (fields["stars"] - 1 if "stars" in fields else None)
    assert example.kind == fields.get("kind", "review")
    assert len(example.spans) == sum(len(places) for places in stored.labels.values())
