"""Sets share nothing: splits, near-duplicates, excluded rows; annotations find their texts; licences are kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from small_training import authored_sources, write_lines

from hx_detect.errors import CorpusError
from hx_detect.labels import SIGNAL_INDEX
from hx_detect.learning.datasets import Datasets, Sources, evaluation_sets, load_datasets
from hx_detect.learning.examples import Example
from hx_detect.learning.splits import leaks

MANIFEST = """
[[corpus]]
name = "marc.es"
language = "es"
kind = "review"
stars = { "1" = 1, "5" = 5 }
[[corpus]]
name = "umsab.en"
language = "en"
kind = "post"
sentiment = { bad = "negative", good = "positive" }
[[corpus]]
name = "calls.en"
language = "en"
kind = "complaint"
permissive = true
sentiment = { bad = "negative" }
"""
WORDS = ("oak", "elm", "fir", "ash", "yew", "bay", "fig", "box", "tea", "rue", "dill", "mint", "sage")


def _text(number: int) -> str:
    """Eight words that no other number has in this order."""
    return " ".join(f"{WORDS[(number * step) % len(WORDS)]}{number}" for step in range(1, 9))


def _rows(split: str, label: str, numbers: range) -> list[dict[str, Any]]:
    return [{"id": f"{split}-{n}", "text": _text(n), "split": split, "label": label} for n in numbers]


def _annotation(identifier: str, text: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a record
    plain = {"id": identifier, "text": text, "lang": "en", "sentiment": "negative", "stage": "none", "source": "calls"}
    return plain | {"labels": {"failure": [text.split()[0]]}} | values


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Three corpora, one annotation file, one authored file."""
    (tmp_path / "corpora.toml").write_text(MANIFEST, encoding="utf-8")
    marc = [("train", "5", 0, 200), ("test", "1", 200, 220), ("dev", "1", 220, 230), ("odd", "1", 230, 233)]
    umsab = [("train", "bad", 300, 330), ("val", "good", 330, 340), ("test", "good", 340, 350)]
    calls = [("train", "bad", 400, 420), ("train", "odd", 420, 423), ("test", "bad", 430, 440)]
    for name, parts in {"marc.es": marc, "umsab.en": umsab, "calls.en": calls}.items():
        rows = [row for split, label, first, end in parts for row in _rows(split, label, range(first, end))]
        write_lines(tmp_path / f"{name}.jsonl.gz", rows)
    splits = {"train": range(500, 560), "val": range(560, 570), "train-only": range(570, 580)}
    annotations = [_annotation(f"n{n}", _text(n), split=split) for split, numbers in splits.items() for n in numbers]
    write_lines(tmp_path / "notes.jsonl", annotations)
    pairs = [{"group": f"g{n // 2}", "role": ("calm", "furious")[n % 2]} if n < 640 else {} for n in range(600, 700)]
    authored = [_annotation(f"w{n}", _text(n), kind="survey", **pair) for n, pair in enumerate(pairs, 600)]
    write_lines(tmp_path / "own.jsonl", authored)
    return Sources(tmp_path / "corpora.toml", tmp_path, (tmp_path / "notes.jsonl",), authored=(tmp_path / "own.jsonl",))


def _append(path: Path, *rows: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as lines:
        lines.writelines(json.dumps(values) + "\n" for values in rows)


def _all(side: dict[str, list[Example]]) -> list[Example]:
    return [example for some in side.values() for example in some]


def _ids(examples: list[Example]) -> set[str]:
    return {example.id for example in examples}


def _groups(sets: Datasets) -> list[set[str]]:
    return [{example.group for example in _all(side) if example.group} for side in (sets.train, sets.val, sets.test)]


def _assert_disjoint(sets: Datasets) -> None:
    for one, other in combinations((sets.train, sets.val, sets.test), 2):
        assert _ids(_all(one)).isdisjoint(_ids(_all(other)))
        assert not any(leaks([example.text for example in _all(one)], [example.text for example in _all(other)]))


def test_every_text_goes_to_one_side(sources: Sources) -> None:
    sets = load_datasets(sources)
    _assert_disjoint(sets)
    assert {name: len(examples) for name, examples in sets.test.items()} | {"authored": 0} == {
        "marc.es": 20, "umsab.en": 10, "hx": 10, "authored": 0,
    }  # fmt: skip
    assert _ids(sets.test["hx"]) == {f"n{n}" for n in range(560, 570)}
    assert _ids(sets.train["hx"]) >= {f"n{n}" for n in range(570, 580)}
    assert _ids(sets.val["umsab.en"]) == {f"val-{n}" for n in range(330, 340)}
    assert _ids(sets.val["marc.es"]) > {f"dev-{n}" for n in range(220, 230)}
    assert len(sets.train["marc.es"]) + len(sets.val["marc.es"]) == 210
    assert sets.left_out["marc.es: split odd"] == 3
    assert len(sets.train["calls.en"]) == 20
    assert {"hx", "authored"} <= set(sets.val)


def test_the_same_sources_give_the_same_sets(sources: Sources) -> None:
    one, again = load_datasets(sources), load_datasets(sources)
    assert (one.train, one.val, one.test, one.hashes) == (again.train, again.val, again.test, again.hashes)
    assert set(one.hashes) == {"marc.es", "umsab.en", "calls.en", "hx"}
    _append(sources.annotations[0], _annotation("late", _text(900), split="train-only"))
    later = load_datasets(sources)
    assert later.hashes["hx"] != one.hashes["hx"]
    assert later.hashes["marc.es"] == one.hashes["marc.es"]


def test_our_own_pairs_stay_together(sources: Sources) -> None:
    sets = load_datasets(sources)
    groups = _groups(sets)
    assert sum(map(len, groups)) == 20
    assert set.union(*groups) == {f"g{n}" for n in range(300, 320)}
    assert all(example.kind == "survey" for example in _all(sets.test) if example.source == "authored")


@pytest.mark.parametrize("held_out", [205, 225, 335, 345, 435, 565])
def test_near_duplicates_of_evaluation_texts_are_dropped_from_training(sources: Sources, held_out: int) -> None:
    """Whatever set the evaluation text is of: a review's, a post's, that of a corpus which is only trained on."""
    before = load_datasets(sources)
    text = f"@somebody {_text(held_out).upper()}! really"
    _append(sources.annotations[0], _annotation("copy", text, split="train-only", labels={}))
    after = load_datasets(sources)
    assert before.left_out["hx: like an evaluation text"] == 0
    assert after.left_out["hx: like an evaluation text"] == 1
    assert "copy" not in _ids(_all(after.train))
    assert _ids(after.train["hx"]) == _ids(before.train["hx"])


def test_near_duplicates_of_the_test_are_dropped_from_validation(sources: Sources) -> None:
    copies = [{"id": f"twin-{n}", "text": _text(n) + " indeed", "split": "dev", "label": "1"} for n in (345, 561, 205)]
    marc = [*_rows("train", "5", range(9)), *_rows("test", "1", range(200, 220)), *_rows("dev", "1", range(220, 222))]
    write_lines(sources.corpora / "marc.es.jsonl.gz", marc + copies)
    sets = load_datasets(sources)
    _assert_disjoint(sets)
    assert sets.left_out["marc.es: validation text like a test text"] == 3
    assert {"dev-220", "dev-221"} <= _ids(sets.val["marc.es"])
    assert len(sets.test["marc.es"]) == 20


def test_near_duplicates_among_annotations_stay_on_one_side(sources: Sources) -> None:
    twins = [_annotation(f"{k}-{n}", f"{_text(n)} {'very' * k}") for n in range(700, 740) for k in (0, 1)]
    write_lines(sources.annotations[0], twins)
    sets = load_datasets(sources)
    train, val = ([e.id[2:] for e in _all(side) if e.source == "calls"] for side in (sets.train, sets.val))
    assert set(train).isdisjoint(val)
    assert val
    assert len(train) + len(val) == 80


def test_excluded_rows_are_not_trained_on(sources: Sources) -> None:
    path = sources.corpora / "exclude.json"
    path.write_text(
        json.dumps({"calls.en": {"train-403": ["other[test]"]}, "umsab.en": {"train-301": ["other[val]"], "gone": []}})
    )
    sets = load_datasets(replace(sources, exclude=path))
    assert "train-403" not in _ids(sets.train["calls.en"])
    assert "train-301" not in _ids(sets.train["umsab.en"])
    assert sets.left_out["calls.en: in the exclude file"] == sets.left_out["umsab.en: in the exclude file"] == 1
    assert len(sets.train["calls.en"]) == 19


def test_posts_of_validation_splits_help_to_calibrate(sources: Sources) -> None:
    manifest = sources.manifest.read_text(encoding="utf-8")
    sources.manifest.write_text(manifest.replace("calls.en", "semeval2017-4a.en"), encoding="utf-8")
    (sources.corpora / "calls.en.jsonl.gz").rename(sources.corpora / "semeval2017-4a.en.jsonl.gz")
    path = sources.corpora / "exclude.json"
    path.write_text(json.dumps({"semeval2017-4a.en": {"train-403": ["a[val]"], "train-404": ["a[val]", "b[test]"]}}))
    sets = load_datasets(replace(sources, exclude=path))
    assert _ids(sets.val["semeval2017-4a.en"]) == {"train-403"}
    assert _ids(sets.train["semeval2017-4a.en"]).isdisjoint({"train-403", "train-404"})


@pytest.mark.parametrize("content", [None, b"{", b"\xff", b"[]", b'{"calls.en": ["train-403"]}'])
def test_an_exclude_file_that_cannot_be_read(sources: Sources, content: bytes | None) -> None:
    path = sources.corpora / "exclude.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"exclude\.json") as caught:
        load_datasets(replace(sources, exclude=path))
    assert caught.value.cure


def _located(identifier: str, text: str, corpus: str = "calls.en", **values: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a record
    record = _annotation(identifier, text, corpus=corpus, sha256=hashlib.sha256(text.encode()).hexdigest()[:16])
    return {name: value for name, value in (record | values).items() if name not in ("text", "source")}


def test_annotations_without_text_find_it(sources: Sources) -> None:
    """By row id, checked by hash; the text's source and kind are its corpus's."""
    path = write_lines(
        sources.corpora / "located.jsonl",
        [_located("train-405", _text(405), split="train-only", labels={"ignored": [[0, 6]]}),
         _located("train-406", _text(406), split="val"), _located("train-999", _text(1)),
         _located("1", _text(1), corpus="nowhere.en")],
    )  # fmt: skip
    sets = load_datasets(replace(sources, annotations=(), located=(path,)), wanted=["hx"])
    (found,) = [example for example in sets.train["hx"] if example.source == "calls"]
    assert (found.id, found.text, found.kind) == ("train-405", _text(405), "complaint")
    assert found.spans == ((SIGNAL_INDEX["ignored"], 0, 6),)
    assert _ids(sets.test["hx"]) == {"train-406"}
    assert sets.left_out["annotations without their corpus"] == 2


def test_a_text_that_is_not_the_annotated_one_is_refused(sources: Sources) -> None:
    path = write_lines(sources.corpora / "located.jsonl", [_located("train-405", "what it once said")])
    with pytest.raises(CorpusError, match=r"calls\.en row train-405") as caught:
        load_datasets(replace(sources, located=(path,)))
    assert caught.value.cure


def test_permissive_only_leaves_the_rest_alone(sources: Sources) -> None:
    _append(sources.annotations[0], _annotation("m1", _text(800), source="marc", split="train-only"))
    sets = load_datasets(replace(sources, permissive_only=True))
    assert set(sets.train) == {"calls.en", "hx"}
    assert {example.source for example in _all(sets.train)} == {"calls.en", "calls", "authored"}
    assert sets.left_out["annotations of texts without a permissive licence"] == 1
    assert set(sets.test) == {"hx", "authored"}
    located = write_lines(sources.corpora / "located.jsonl", [_located("train-5", _text(5), corpus="marc.es")])
    sets = load_datasets(replace(sources, permissive_only=True, located=(located,)), wanted=["hx", "marc.es"])
    assert sets.left_out["annotations without their corpus"] == 1
    assert set(sets.train) == {"hx"}


def test_only_what_is_wanted_is_read(sources: Sources) -> None:
    (sources.corpora / "calls.en.jsonl.gz").unlink()
    sets = load_datasets(sources, wanted=["hx", "umsab.en"])
    assert set(sets.train) == {"hx", "umsab.en"}
    assert sets.left_out["marc.es: split train"] == 200
    assert len(sets.test["marc.es"]) == 20
    with pytest.raises(CorpusError, match=r"calls\.en"):
        load_datasets(sources)
    with pytest.raises(CorpusError, match="novels") as caught:
        load_datasets(sources, wanted=["novels.en"])
    assert "umsab.en" in caught.value.cure


def test_evaluation_sets_have_the_names_of_reports(sources: Sources) -> None:
    found = evaluation_sets(sources)
    assert list(found) == ["umsab_test", "marc_test", "hx_test", "authored_test", "calm_furious_pairs"]
    assert [len(found[name]) for name in ("umsab_test", "marc_test", "hx_test")] == [10, 20, 10]
    pairs = found["calm_furious_pairs"]
    assert pairs
    assert all(example in found["authored_test"] for example in pairs)
    for group in {example.group for example in pairs}:
        assert {example.role for example in pairs if example.group == group} == {"calm", "furious"}


def test_our_own_examples_as_they_are(tmp_path: Path) -> None:
    sets = load_datasets(authored_sources(tmp_path))
    assert set(sets.train) == {"hx"}
    _assert_disjoint(sets)
    assert all(one.isdisjoint(other) for one, other in combinations(_groups(sets), 2))
    assert len(_all(sets.test)) > 100
