"""Corpus rows and annotations become examples whose spans point into the cleaned text."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from hx_detect.errors import CorpusError
from hx_detect.labels import SIGNAL_INDEX, STAGES
from hx_detect.learning.corpora import Corpus, CorpusRow
from hx_detect.learning.examples import (
    SENTIMENT_TARGETS,
    Example,
    annotation_example,
    corpus_example,
    read_annotations,
)
from hx_detect.stage_records import CleanText
from hx_detect.stages.clean import CleaningSpec, clean

DATA = Path(__file__).parents[2] / "data"
RECORD: dict[str, Any] = {
    "id": "t-1",
    "text": "  @tienda   me colgaron &amp; nadie\u200b contestaaaaaa. No vuelvo ",
    "lang": "es",
    "sentiment": "negative",
    "stage": "support",
    "labels": {"ignored": ["nadie\u200b contestaaaaaa"], "leaving": ["No vuelvo"]},
}


def _clean(text: str) -> CleanText:
    return clean(text, CleaningSpec())


def _kind(source: str) -> str:
    return {"authored": "survey", "tweets": "post"}[source]


def _example(**changes: Any) -> Example:  # noqa: ANN401  # stands for any field of a record
    return annotation_example(RECORD | changes, _clean, _kind)


def _evidence(example: Example) -> set[tuple[int, str]]:
    return {(signal, example.text[start:end]) for signal, start, end in example.spans}


def test_verbatim_evidence_becomes_spans_of_the_cleaned_text() -> None:
    example = _example()
    assert example.text == "@user me colgaron & nadie contestaaa. No vuelvo"
    assert _evidence(example) == {
        (SIGNAL_INDEX["ignored"], "nadie contestaaa"),
        (SIGNAL_INDEX["leaving"], "No vuelvo"),
    }
    assert example.original == RECORD["text"]


def test_offsets_say_the_same_as_words() -> None:
    text: str = RECORD["text"]
    labels = {
        name: [[text.index(stretch), text.index(stretch) + len(stretch)] for stretch in stretches]
        for name, stretches in RECORD["labels"].items()
    }
    assert _evidence(_example(labels=labels)) == _evidence(_example())


def test_evidence_that_starts_inside_a_replacement_takes_all_of_it() -> None:
    example = _example(text="mirad www.tienda.example ya", labels={"escalates": ["tienda.example"]})
    assert _evidence(example) == {(SIGNAL_INDEX["escalates"], "http")}


def test_evidence_that_cleaning_takes_away_is_an_empty_span() -> None:
    assert _example(text="bien\u200b.", labels={"kind": ["\u200b"]}).spans == ((SIGNAL_INDEX["kind"], 0, 0),)


def test_targets() -> None:
    example = _example(stars=2, group="g", role="calm", sentiment="mixed")
    assert (example.stars, example.stage, example.group, example.role) == (1, STAGES.index("support"), "g", "calm")
    assert example.sentiment == SENTIMENT_TARGETS["mixed"]
    assert example.sentiment_label == "mixed"
    assert example.signals == frozenset({SIGNAL_INDEX["ignored"], SIGNAL_INDEX["leaving"]})
    assert (_example().stars, _example().group, _example().role) == (None, "", "")


@pytest.mark.parametrize(
    ("changes", "kind", "source"),
    [({}, "survey", "authored"), ({"source": "tweets"}, "post", "tweets"), ({"kind": "review"}, "review", "authored")],
)
def test_kind_is_that_of_the_text_or_of_its_source(changes: dict[str, Any], kind: str, source: str) -> None:
    assert (_example(**changes).kind, _example(**changes).source) == (kind, source)


def test_a_stage_may_be_unknown() -> None:
    assert _example(stage=None).stage is None
    with pytest.raises(CorpusError, match="there is no 'limbo'"):
        _example(stage="limbo")


@pytest.mark.parametrize(
    ("labels", "is_hx"),
    [({}, False), ({"failure": ["me"]}, False), ({"leaving": ["No vuelvo"]}, False), ({"rage": ["me"]}, True),
     ({"ignored": ["nadie"], "failure": ["me"]}, True)],
)  # fmt: skip
def test_hx_follows_from_the_signals(labels: dict[str, list[str]], is_hx: bool) -> None:
    assert _example(labels=labels).is_hx is is_hx


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"labels": {"ignored": ["nadie contesta"]}}, "evidence of ignored"),
        ({"labels": {"ignored": [[5, 5]]}}, "evidence of ignored"),
        ({"labels": {"ignored": [[5, 500]]}}, "evidence of ignored"),
        ({"labels": {"ignored": [""]}}, "evidence of ignored"),
        ({"labels": {"angry": ["me"]}}, "angry"),
        ({"sentiment": "bad"}, "bad"),
        ({"stage": "checkout"}, "checkout"),
    ],
)
def test_wrong_annotations_are_refused_by_id(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(CorpusError, match=says) as caught:
        _example(**changes)
    assert "t-1" in caught.value.what
    assert caught.value.cure


def test_a_corpus_row_leaves_unknown_what_it_does_not_say() -> None:
    corpus = Corpus(name="toy.en", language="en", kind="post", train_splits=("train",))
    row = CorpusRow(id="7", text="Loved   it &lt;3", split="train", stars=5, sentiment="positive")
    example = corpus_example(corpus, row, _clean)
    assert (example.id, example.text, example.kind, example.source) == ("7", "Loved it <3", "post", "toy.en")
    assert (example.stars, example.sentiment) == (4, SENTIMENT_TARGETS["positive"])
    assert (example.signals, example.stage, example.auxiliary, example.is_hx) == (None, None, None, None)
    bare = corpus_example(corpus, CorpusRow("8", "x", "", auxiliary=("mood", "joy")), _clean)
    assert (bare.stars, bare.sentiment, bare.sentiment_label, bare.auxiliary) == (None, None, None, ("mood", "joy"))


def test_targets_are_distributions() -> None:
    assert all(sum(target) == pytest.approx(1.0) for target in SENTIMENT_TARGETS.values())


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_annotation_files_plain_and_packed(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"some.jsonl{suffix}"
    line = (json.dumps(RECORD, ensure_ascii=False) + "\n").encode()
    path.write_bytes(gzip.compress(line) if suffix else line)
    assert list(read_annotations(path)) == [RECORD]


def test_a_missing_or_damaged_annotation_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gone\.jsonl"):
        list(read_annotations(tmp_path / "gone.jsonl"))
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": 1}\n{"id"\n', encoding="utf-8")
    with pytest.raises(CorpusError, match="line 2"):
        list(read_annotations(broken))


@pytest.mark.parametrize("lang", ["es", "en"])
def test_all_authored_examples_can_be_learned_from(lang: str) -> None:
    for record in read_annotations(DATA / "authored" / f"examples.{lang}.jsonl"):
        example = annotation_example(record, _clean, _kind)
        assert example.signals == frozenset(signal for signal, _, _ in example.spans)
        assert all(start < end <= len(example.text) for _, start, end in example.spans), example.id
