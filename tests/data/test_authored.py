"""The labelled data of ``data/``: by their schema, complete, without near-duplicates, and as the data card says."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hx_detect.labels import CONDUCT, OUTCOMES, SIGNAL_NAMES
from hx_detect.learning.corpora import read_manifest
from hx_detect.learning.splits import NearDuplicateIndex

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
Record = dict[str, Any]


def _records(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


AUTHORED = {lang: _records(DATA / "authored" / f"examples.{lang}.jsonl") for lang in ("es", "en")}
EVERY = AUTHORED["es"] + AUTHORED["en"]
REFIT = _records(DATA / "refit" / "telecom.jsonl")
"""A domain to measure refits with; no model is trained on it."""
ANNOTATION_FILES = sorted((DATA / "annotations").glob("*.jsonl"))
ANNOTATIONS = [record for path in ANNOTATION_FILES for record in _records(path)]
SCHEMA: Record = json.loads((DATA / "schema.json").read_text(encoding="utf-8"))


def _validator(kind: str) -> Any:  # noqa: ANN401  # jsonschema ships no types
    return jsonschema.Draft202012Validator(SCHEMA | {"oneOf": [{"$ref": f"#/$defs/{kind}"}]})


def _pairs(*roles: str) -> list[tuple[Record, ...]]:
    """The texts of each group that holds one of the roles, in the order of the roles."""
    groups: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in EVERY:
        if record["group"]:
            groups[record["group"]][record["role"]] = record
    return [tuple(group[role] for role in roles) for group in groups.values() if set(group) & set(roles[:1])]


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["signal"]["enum"] == list(SIGNAL_NAMES)


@pytest.mark.parametrize(("kind", "records"), [("authored", EVERY), ("authored", REFIT), ("annotation", ANNOTATIONS)])
def test_every_record_is_by_the_schema(kind: str, records: list[Record]) -> None:
    validator = _validator(kind)
    problems = [f"{r.get('id')}: {error.message[:150]}" for r in records for error in validator.iter_errors(r)]
    assert not problems


@pytest.mark.parametrize(
    "change",
    [{"labels": {"angry": ["x"]}}, {"labels": {"rage": []}}, {"labels": {"rage": ["x", "x"]}}, {"stars": 0},
     {"stage": "checkout"}, {"text": ""}, {"mood": "bad"}, {"id": "zz-1"}],
)  # fmt: skip
def test_schema_refuses(change: Record) -> None:
    assert not _validator("authored").is_valid(EVERY[0] | change)


def test_ids_are_unique() -> None:
    assert [key for key, count in Counter(record["id"] for record in EVERY + REFIT).items() if count > 1] == []
    rows = Counter((record["corpus"], record["id"]) for record in ANNOTATIONS)
    assert [key for key, count in rows.items() if count > 1] == []


def test_evidence_is_in_the_text_and_stands_apart() -> None:
    for record in EVERY + REFIT:
        for name, stretches in record["labels"].items():
            for stretch in stretches:
                assert stretch in record["text"], (record["id"], name, stretch)
                assert stretch == stretch.strip(), (record["id"], name, stretch)


def test_annotation_spans_are_spans() -> None:
    for record in ANNOTATIONS:
        for name, spans in record["labels"].items():
            assert all(start < end for start, end in spans), (record["id"], name)
            assert spans == sorted(spans), (record["id"], name)


def test_annotations_carry_no_text_and_known_corpora() -> None:
    manifest = read_manifest(ROOT / "training" / "corpora.toml")
    assert all("text" not in record for record in ANNOTATIONS)
    assert {record["corpus"] for record in ANNOTATIONS} <= set(manifest)
    assert all(manifest[record["corpus"]].language == record["lang"] for record in ANNOTATIONS)


@pytest.mark.parametrize(
    ("lang", "countries"), [("es", {"ES", "MX", "AR", "CO", "PE", "CL"}), ("en", {"GB", "US", "IN"})]
)
def test_enough_of_everything(lang: str, countries: set[str]) -> None:
    records = AUTHORED[lang]
    assert len(records) >= 600
    assert {record["lang"] for record in records} == {lang}
    by_country = Counter(record["country"] for record in records)
    assert set(by_country) == countries
    assert min(by_country.values()) >= 50
    for field, least in (("industry", 25), ("kind", 50), ("sentiment", 30), ("stage", 30)):
        seen = Counter(record[field] for record in records)
        assert set(seen) == set(SCHEMA["$defs"].get(field, SCHEMA["$defs"]["authored"]["properties"][field])["enum"])
        assert min(seen.values()) >= least, (field, seen)
    signals = Counter(name for record in records for name in record["labels"])
    assert set(signals) == set(SIGNAL_NAMES)
    assert min(signals.values()) >= 35


def test_no_two_texts_are_nearly_the_same() -> None:
    index = NearDuplicateIndex(threshold=0.35)
    texts = EVERY + REFIT
    for record in texts:
        same = index.find(record["text"])
        assert same is None, (record["id"], texts[same]["id"] if same is not None else None)
        index.add(record["text"])


def test_no_two_texts_are_one_template() -> None:
    """Words in common over all words, order aside: finds what 4-word stretches miss in short texts."""
    words = [(r["id"], r["group"], frozenset(re.findall(r"\w+", r["text"].lower()))) for r in EVERY]
    by_word: dict[str, list[int]] = defaultdict(list)
    for number, (_, _, some) in enumerate(words):
        shared = Counter(other for word in some for other in by_word[word])
        for other, common in shared.items():
            mate = words[other]
            if mate[1] is None or mate[1] != words[number][1]:
                assert common / len(some | mate[2]) < 0.5, (mate[0], words[number][0])
        for word in some:
            by_word[word].append(number)


def test_openings_are_not_repeated() -> None:
    openings = Counter(" ".join(re.findall(r"\w+", record["text"].lower())[:5]) for record in EVERY)
    repeated = {opening: count for opening, count in openings.items() if count > 2 and opening.count(" ") == 4}
    assert not repeated


def test_calm_and_furious_pairs_tell_the_same() -> None:
    pairs = _pairs("calm", "furious")
    assert len(pairs) >= 72
    for calm, furious in pairs:
        same = set(CONDUCT) | (set(OUTCOMES) - {"rage"}) | {"failure", "overpriced"}
        assert set(calm["labels"]) & same == set(furious["labels"]) & same, calm["group"]
        assert "rage" not in calm["labels"], calm["group"]
        assert calm["stage"] == furious["stage"], calm["group"]
        assert calm["labels"], calm["group"]


def test_disappointed_and_wronged_pairs_differ_in_conduct() -> None:
    pairs = _pairs("disappointed", "wronged")
    assert len(pairs) >= 72
    for disappointed, wronged in pairs:
        assert not set(disappointed["labels"]) & set(CONDUCT), disappointed["group"]
        assert set(wronged["labels"]) & set(CONDUCT), wronged["group"]


def test_near_misses_stand_beside_what_they_nearly_are() -> None:
    pairs = _pairs("counterpart", "near_miss")
    assert len(pairs) >= 60
    for counterpart, near_miss in pairs:
        assert set(counterpart["labels"]) - set(near_miss["labels"]), counterpart["group"]
    assert sum(record["role"] == "near_miss" for record in EVERY) >= 140


@pytest.mark.parametrize("card", ["README.md", "README.es.md"])
def test_the_data_card_counts_right(card: str) -> None:
    text = (DATA / card).read_text(encoding="utf-8")
    annotated = Counter(name for record in ANNOTATIONS for name in record["labels"])
    authored = {lang: Counter(name for r in AUTHORED[lang] for name in r["labels"]) for lang in AUTHORED}
    for name in SIGNAL_NAMES:
        row = f"| `{name}` | {authored['es'][name]} | {authored['en'][name]} | {annotated[name]} |"
        assert row in text, row
    for field in ("country", "industry", "kind", "sentiment", "stage"):
        for value, count in Counter(record[field] for record in EVERY).items():
            assert f"{value} {count}" in text, (field, value, count)
    for total in (len(AUTHORED["es"]), len(AUTHORED["en"]), len(EVERY)):
        assert str(total) in text
    for path in ANNOTATION_FILES:
        assert any(path.name in line and f"| {len(_records(path))} |" in line for line in text.splitlines()), path.name
