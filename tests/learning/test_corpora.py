"""The manifest is complete and strict; rows are read and mapped as it says, from files and from the hub."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from hx_detect.errors import CorpusError
from hx_detect.learning.corpora import Auxiliary, Corpus, Hub, read_corpus, read_manifest

MANIFEST = Path(__file__).parents[2] / "training" / "corpora.toml"
STARS = {str(n): n for n in range(1, 6)}


def _corpus(**values: Any) -> Corpus:  # noqa: ANN401  # stands for any field of Corpus
    return Corpus(**({"name": "toy.es", "language": "es", "kind": "review", "train_splits": ("train",)} | values))


def _write(folder: Path, *rows: dict[str, Any], name: str = "toy.es.jsonl.gz") -> Path:
    with gzip.open(folder / name, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return folder


def _manifest(folder: Path, text: str) -> Path:
    path = folder / "corpora.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_corpus_says_where_it_is_from() -> None:
    for corpus in read_manifest(MANIFEST).values():
        assert corpus.name.endswith(f".{corpus.language}")
        assert corpus.file_name == f"{corpus.name}.jsonl.gz"
        assert corpus.source.startswith("https://"), corpus.name
        assert corpus.citation, corpus.name
        assert corpus.train_splits, corpus.name
        assert set(corpus.stars.values()) <= {1, 2, 3, 4, 5}
        assert set(corpus.train_splits).isdisjoint({"test", "test-unlabelled"}), corpus.name


def test_corpora_in_use_feed_something() -> None:
    idle = [c.name for c in read_manifest(MANIFEST).values() if c.used and not (c.stars or c.sentiment or c.auxiliary)]
    assert not idle


def test_permissive_means_the_data_themselves() -> None:
    permissive = {name for name, corpus in read_manifest(MANIFEST).items() if corpus.permissive}
    assert permissive == {"banking77.en", "cfpb-sample.en", "goemotions.en"}


def test_a_three_star_review_is_not_neutral() -> None:
    reviews = [corpus for corpus in read_manifest(MANIFEST).values() if corpus.stars]
    assert reviews
    assert all(set(corpus.sentiment) <= {"1", "5"} for corpus in reviews)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "corpus"),
        ("[[corpus", "corpora.toml"),
        ('[[corpus]]\nname = "a"\nlanguage = "es"\nkind = "poem"\n', "poem"),
        ('[[corpus]]\nname = "a"\nlanguage = "es"\nkind = "post"\nsentiment = { x = "glad" }\n', "glad"),
        ('[[corpus]]\nname = "a"\nlanguage = "es"\nkind = "post"\nlicense = "MIT"\n', "license"),
        ('[[corpus]]\nname = "a"\nlanguage = "es"\nkind = "post"\nauxiliary = { tusk = "x" }\n', "tusk"),
        ('[[corpus]]\nname = "a"\nlanguage = "es"\nkind = "post"\nhub = { url = "x" }\n', "url"),
        ('[[corpus]]\nname = "a"\nlanguage = "es"\nkind = "post"\n' * 2, "twice"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CorpusError, match=says) as caught:
        read_manifest(_manifest(tmp_path, text))
    assert caught.value.cure


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere"):
        read_manifest(tmp_path / "nowhere.toml")


def test_rows_of_a_file_are_mapped(tmp_path: Path) -> None:
    folder = _write(
        tmp_path,
        {"id": 1, "text": "Llegó roto.\nSin más.", "split": "train", "label": "1"},
        {"id": "b", "text": "Ni fu ni fa", "split": None, "label": 3, "extra": {"town": "Olite"}},
        {"id": "c", "text": "sin nota", "label": None, "extra": {"other": 1}},
    )
    corpus = _corpus(stars=STARS, sentiment={"1": "negative", "5": "positive"})
    first, second, third = read_corpus(corpus, folder)
    assert (first.id, first.text, first.split) == ("1", "Llegó roto.\nSin más.", "train")
    assert (first.stars, first.sentiment, first.auxiliary) == (1, "negative", None)
    assert (second.split, second.stars, second.sentiment) == ("", 3, None)
    assert (third.stars, third.sentiment, third.auxiliary) == (None, None, None)


@pytest.mark.parametrize(
    ("auxiliary", "row", "found"),
    [
        (Auxiliary("mood"), {"label": "joy"}, ("mood", "joy")),
        (Auxiliary("mood"), {"label": "joy,love"}, None),
        (Auxiliary("mood"), {"label": None}, None),
        (Auxiliary("why", field="reason"), {"label": "bad", "extra": {"reason": "late"}}, ("why", "late")),
        (Auxiliary("why", field="reason"), {"label": "bad", "extra": {}}, None),
        (Auxiliary("why", field="reason", otherwise="label"), {"label": "good", "extra": None}, ("why", "good")),
    ],
)
def test_auxiliary_classes(
    tmp_path: Path, auxiliary: Auxiliary, row: dict[str, Any], found: tuple[str, str] | None
) -> None:
    (read,) = read_corpus(_corpus(auxiliary=auxiliary), _write(tmp_path, {"id": "x", "text": "y"} | row))
    assert read.auxiliary == found


def test_a_missing_file_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"toy\.es\.jsonl\.gz") as caught:
        list(read_corpus(_corpus(source="the library"), tmp_path))
    assert "the library" in caught.value.cure


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "toy.es.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write('{"id": 1, "text": "bien"}\n{"id": 2, "te\n')
    with pytest.raises(CorpusError, match="line 2"):
        list(read_corpus(_corpus(), tmp_path))


def test_a_corpus_on_no_hub_needs_a_folder() -> None:
    with pytest.raises(CorpusError, match="on no hub") as caught:
        list(read_corpus(_corpus(source="an attic"), None))
    assert "an attic" in caught.value.cure


def test_the_hub_is_read_with_its_own_columns(tmp_path: Path) -> None:
    for split, row in (("train", {"body": "Fatal", "stars": 0}), ("test", {"body": "Genial", "stars": 4})):
        (tmp_path / f"{split}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    hub = Hub(str(tmp_path), text="body", label="stars", names=tuple(STARS))
    rows = {row.split: row for row in read_corpus(_corpus(stars=STARS, hub=hub), None)}
    assert (rows["train"].id, rows["train"].text, rows["train"].stars) == ("train-0", "Fatal", 1)
    assert (rows["test"].text, rows["test"].stars) == ("Genial", 5)


def test_several_hub_labels_are_joined_as_in_files() -> None:
    hub = Hub("owner/name", label="labels", names=("joy", "love"))
    assert hub.row("train", 7, {"id": "q", "text": "t", "labels": [0, 1]}) == {
        "id": "q", "text": "t", "split": "train", "label": "joy,love",
    }  # fmt: skip
    assert Hub("owner/name").row("test", 7, {"text": "t", "label": "joy"})["label"] == "joy"


def test_hub_names_in_the_manifest_fit_the_maps() -> None:
    on_hub = [corpus for corpus in read_manifest(MANIFEST).values() if corpus.hub]
    assert on_hub
    for corpus in on_hub:
        assert corpus.hub is not None
        assert "/" in corpus.hub.id
        if corpus.stars:
            assert set(corpus.stars) == set(corpus.hub.names)
