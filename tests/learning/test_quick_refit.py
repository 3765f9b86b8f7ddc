"""A refit from start to end. In: the toy bundle, labelled rows. Out: a bundle that knows more and forgets nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_refit import MOVED, OWN, OWN_WORD, WORDS, labelled_rows, old_examples, table_of, toy_with_replay
from toy_bundle import BAD_WORD, write_toy_bundle

from hx_detect.bundle import FILES, FORMAT_VERSION, Bundle, load_bundle, write_bundle
from hx_detect.errors import BundleDamagedError, LearningError
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.frozen_set import frozen_texts
from hx_detect.learning.quick_refit import RefitOptions, refit, usable_rows
from hx_detect.scorer import Scorer, self_test

ROWS = 250
OPTIONS = RefitOptions("toy", "0.2.0", titles={OWN: ("cierre de la app", "app crash")}, threads=1)


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return toy_with_replay(tmp_path_factory.mktemp("parent") / "toy")


@pytest.fixture(scope="module")
def made(parent: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "toy"
    refit(parent, table_of(labelled_rows(ROWS), OWN), folder, OPTIONS, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def scorer(made: Path) -> Scorer:
    return Scorer.load(made, threads=1)


def probability(scorer: Scorer, text: str, name: str) -> float:
    return next(signal.probability for signal in scorer.score([text])[0].signals if signal.name == name)


def test_the_bundle_says_where_it_comes_from(made: Path, parent: Bundle) -> None:
    info = json.loads((made / FILES.info).read_bytes())
    assert (info["format_version"], info["name"], info["version"]) == (FORMAT_VERSION, "toy", "0.2.0")
    assert info["lineage"]["parent"] == "toy@0.1.0"
    assert info["lineage"]["parent_checksum"] == parent.checksum
    assert info["lineage"]["data"] == [{"name": "new.csv", "sha256": "ab" * 32, "texts": ROWS}]
    assert info["own_signals"] == [{"name": OWN, "es": "cierre de la app", "en": "app crash"}]
    recipe = info["lineage"]["recipe"]
    assert recipe["rows"] + recipe["held_out_rows"] == ROWS
    assert 0.1 < recipe["held_out_rows"] / ROWS < 0.35


def test_what_new_labels_say_is_learned(made: Path, scorer: Scorer, parent: Bundle) -> None:
    before = Scorer.load(parent.path, threads=1)
    assert probability(scorer, "genial 4321", MOVED) > 0.5 > probability(before, "genial 4321", MOVED)
    figures = json.loads((made / FILES.metrics).read_bytes())["refit"]
    assert figures["held_out"]["signals"]["after"] > figures["held_out"]["signals"]["before"]
    assert figures["heads"][MOVED]["strength"] is not None


def test_what_they_say_nothing_new_of_stays(scorer: Scorer, parent: Bundle) -> None:
    before = Scorer.load(parent.path, threads=1)
    texts = [example.text for example in old_examples(60, seed=9)]
    quiet = [SIGNAL_NAMES.index(name) for name in ("ignored", "kind", "rage", "recommends")]
    gap = np.abs(scorer.predict_proba(texts) - before.predict_proba(texts))[:, quiet]
    assert gap.mean() < 0.02


def test_an_own_signal_is_found_and_shown_with_its_words(scorer: Scorer, made: Path) -> None:
    score = scorer.score([f"{BAD_WORD} {OWN_WORD} 12"])[0]
    signal = next(signal for signal in score.present if signal.name == OWN)
    assert (signal.group, signal.probability > 0.5) == ("own", True)
    assert [span.text for span in signal.evidence] == [OWN_WORD]
    assert probability(scorer, f"{BAD_WORD} 12 34", OWN) < 0.3
    assert OWN in {one["name"] for one in score.to_dict()["signals"]}
    measured = json.loads((made / FILES.metrics).read_bytes())["refit"]["own_signals"][OWN]["held_out"]
    low, high = measured["interval"]
    assert low <= measured["average_precision"] <= high
    assert measured["average_precision"] > 0.8


def test_golden_texts_are_scored_anew(made: Path, scorer: Scorer) -> None:
    golden = [json.loads(line) for line in (made / FILES.golden).read_text(encoding="utf-8").splitlines()]
    assert [record["text"] for record in golden] == ["nadie", "bueno"]
    assert golden[1]["kind"] == "post"
    assert self_test(scorer) == []


def test_the_card_is_in_both_languages(made: Path) -> None:
    card = (made / FILES.card).read_text(encoding="utf-8")
    assert card.startswith("---\n")
    for words in ("toy@0.1.0", "## Own signals", "## Señales propias", "app crash", "cierre de la app", "`abab"):
        assert words in card


def test_the_same_again_is_the_same_bundle(made: Path, parent: Bundle, tmp_path: Path) -> None:
    refit(parent, table_of(labelled_rows(ROWS), OWN), tmp_path / "again", OPTIONS, lambda _: None)
    assert load_bundle(tmp_path / "again").checksum == load_bundle(made).checksum


@settings(max_examples=15)
@given(st.lists(st.lists(st.sampled_from([*WORDS, "12", "wörter", "nada " * 30]), min_size=1, max_size=6), min_size=2,
                max_size=9))  # fmt: skip
def test_company_changes_no_byte(scorer: Scorer, texts: list[list[str]]) -> None:
    joined = [" ".join(words) for words in texts]
    together = [json.dumps(score.to_dict(all_signals=True)) for score in scorer.score(joined)]
    assert together == [json.dumps(scorer.score([text])[0].to_dict(all_signals=True)) for text in joined]


def test_a_refit_of_a_refit_keeps_what_was_learned(made: Path, tmp_path: Path) -> None:
    first = load_bundle(made)
    rows = labelled_rows(150, seed=77, own=False)
    refit(first, table_of(rows), tmp_path / "second", replace(OPTIONS, version="0.3.0"), lambda _: None)
    second = Scorer.load(tmp_path / "second", threads=1)
    assert second.bundle.info["lineage"]["parent"] == "toy@0.2.0"
    assert second.bundle.decision.own_names == (OWN,)
    assert probability(second, "genial 4321", MOVED) > 0.5
    assert probability(second, f"{BAD_WORD} {OWN_WORD} 12", OWN) > 0.5
    assert second.bundle.info["own_signals"][0]["es"] == "cierre de la app"


def test_rows_that_all_say_the_same(parent: Bundle, tmp_path: Path) -> None:
    """Few rows of one class: nothing breaks, and little changes."""
    rows = [replace(row, sentiment="negative", signals={}, stars=1) for row in labelled_rows(60, own=False)]
    refit(parent, table_of(rows), tmp_path / "one", OPTIONS, lambda _: None)
    texts = [example.text for example in old_examples(60, seed=9)]
    after, before = Scorer.load(tmp_path / "one", threads=1), Scorer.load(parent.path, threads=1)
    assert np.isfinite(after.predict_proba(texts)).all()
    assert np.abs(after.predict_proba(texts) - before.predict_proba(texts)).mean() < 0.1


def test_too_few_rows(parent: Bundle) -> None:
    with pytest.raises(LearningError, match="too few") as caught:
        refit(parent, table_of(labelled_rows(20)), Path("nowhere"), OPTIONS, lambda _: None)
    assert "label suggest" in caught.value.cure


def test_an_own_signal_that_too_few_rows_have(parent: Bundle, tmp_path: Path) -> None:
    rows = [replace(row, own={}) if row.row > 20 else row for row in labelled_rows(100)]
    with pytest.raises(LearningError, match=OWN) as caught:
        refit(parent, table_of(rows, OWN), tmp_path / "x", OPTIONS, lambda _: None)
    assert "--new-signals" in caught.value.cure
    assert not (tmp_path / "x").exists()


def test_a_model_without_old_evidence(tmp_path: Path) -> None:
    bare = load_bundle(write_toy_bundle(tmp_path / "bare"))
    with pytest.raises(LearningError, match=r"replay\.safetensors") as caught:
        refit(bare, table_of(labelled_rows(100)), tmp_path / "x", OPTIONS, lambda _: None)
    assert "--make-replay" in caught.value.cure


def test_texts_that_models_are_judged_on_are_left_out() -> None:
    told: list[str] = []
    rows = [replace(row, text=text) for row, text in zip(labelled_rows(5), frozen_texts(), strict=False)]
    usable, apart = usable_rows(table_of([*rows, *labelled_rows(90, seed=8)]), told.append)
    assert len(usable) == len(apart) == 90
    assert "5 rows" in told[0]


def test_a_damaged_adapter_is_named(made: Path, tmp_path: Path) -> None:
    copy = Path(copytree(made, tmp_path / "copy"))
    names = (*FILES.checked, FILES.replay)
    contents: dict[str, bytes | Path] = {name: (copy / name).read_bytes() for name in names}
    write_bundle(copy, contents | {FILES.adapter: b"no tensors"})
    with pytest.raises(BundleDamagedError, match="adapter"):
        Scorer.load(copy, threads=1)
