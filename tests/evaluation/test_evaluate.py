"""The whole evaluation. In: the fake scorer, small sets. Out: figures, card tables, a renewed bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_scorer import FakeScorer
from labelled import labelled, small_set
from toy_bundle import write_toy_bundle

from hx_detect.bundle import verify
from hx_detect.errors import EvaluationError, MissingExtraError, OutputError
from hx_detect.evaluation import evaluate as evaluation
from hx_detect.evaluation.baselines import Baseline
from hx_detect.evaluation.card import card_tables, insert
from hx_detect.evaluation.evaluate import evaluate
from hx_detect.evaluation.publish import as_json, publish, write_json
from hx_detect.evaluation.set_run import EvaluationOptions, fingerprint
from hx_detect.evaluation.targets import MODEL, MODEL_KIND_GIVEN
from hx_detect.evaluation.tfidf import TfidfBaseline
from hx_detect.learning.examples import Example

OPTIONS = EvaluationOptions(resamples=20, baselines=False)


def sets() -> dict[str, list[Example]]:
    calm = labelled("Pagué y nadie contesta, saludos", group="p1", role="calm")
    furious = labelled("¡¡NADIE, nadie contesta!!", group="p1", role="furious")
    posts = [labelled(text, kind="post", sentiment="neutral") for text in ("hola, gracias", "a las ocho", "UNSCORABLE")]
    return {"umsab_test": posts, "marc_test": [], "hx_test": [*small_set(), labelled("hola", kind="post")],
            "calm_furious_pairs": [calm, furious]}  # fmt: skip


@pytest.fixture
def metrics(fake_scorer: FakeScorer) -> dict[str, Any]:
    return evaluate(fake_scorer, sets(), [], OPTIONS, lambda _: None)


def test_every_language_and_both_together(metrics: dict[str, Any]) -> None:
    annotated = metrics["sets"]["hx_test"]
    assert [annotated[language]["n"] for language in ("all", "es", "en")] == [13, 8, 5]
    assert annotated["es"]["systems"][MODEL]["evidence.overlap"]["value"] == 1.0
    assert annotated["es"]["systems"][MODEL]["evidence.ignored.comprehensiveness"]["value"] == 0.86
    perfect = annotated["all"]["model_minus"]["negative means HX (annotated sentiment)"]["hx.auroc"]
    assert perfect["low"] <= perfect["value"] <= perfect["high"]


def test_texts_that_cannot_be_scored_are_counted(metrics: dict[str, Any]) -> None:
    assert metrics["sets"]["umsab_test"]["texts"] == 2
    assert metrics["sets"]["umsab_test"]["unscorable"] == 1
    assert metrics["left_out"] == ["baselines: not asked for", "marc_test: no texts"]


def test_a_set_of_one_kind_is_scored_once_more_with_the_kind_given(metrics: dict[str, Any]) -> None:
    assert MODEL_KIND_GIVEN in metrics["sets"]["umsab_test"]["es"]["systems"]
    assert MODEL_KIND_GIVEN not in metrics["sets"]["hx_test"]["es"]["systems"]


def test_tone_and_targets(metrics: dict[str, Any]) -> None:
    tone = metrics["sets"]["calm_furious_pairs"]["all"]["systems"][MODEL]
    assert tone["tone.gap"]["value"] == abs(tone["tone.signed"]["value"])
    assert metrics["headline"]["tone"] == {"all": tone["tone.gap"]["value"]}
    assert metrics["headline"]["stars_mae"] == {}
    assert {target["name"] for target in metrics["targets"]} >= {"umsab", "hx_auroc", "signals", "evidence"}


def test_languages_are_measured_by_length(metrics: dict[str, Any]) -> None:
    held_out = metrics["language_identification"]["held_out"]
    assert sum(figure["texts"] for figure in held_out) == 18
    assert {figure["language"] for figure in held_out} == {"es", "en"}
    assert metrics["language_identification"]["own_samples"][-1]["accuracy"] <= 1


def test_it_says_nothing_of_the_machine_s_name(metrics: dict[str, Any]) -> None:
    assert set(metrics["machine"]) == {"processor", "cores", "memory_gb", "system", "python", "openvino", "numpy"}


def test_the_same_run_gives_the_same_bytes(fake_scorer: FakeScorer, metrics: dict[str, Any]) -> None:
    again = evaluate(fake_scorer, sets(), [], OPTIONS, lambda _: None)
    assert as_json(again | {"date": metrics["date"]}) == as_json(metrics)


def test_fingerprint_depends_on_texts_and_labels() -> None:
    one = labelled("nadie contesta")
    assert fingerprint([one]) == fingerprint([labelled("nadie contesta")])
    assert fingerprint([one]) != fingerprint([labelled("nadie contesta", labels={"ignored": ["nadie"]})])
    assert fingerprint([one]) != fingerprint([labelled("nadie contesta.")])


def test_baselines_that_are_not_installed_are_said(fake_scorer: FakeScorer, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed() -> Baseline:
        raise MissingExtraError("vader is not installed", cure="install it")

    monkeypatch.setattr(evaluation, "VaderBaseline", not_installed)
    monkeypatch.setattr(evaluation, "HedonometerBaseline", lambda _: not_installed())
    told: list[str] = []
    options = EvaluationOptions(resamples=5, erasure=False)
    found = evaluate(fake_scorer, {"hx_test": small_set()}, small_set(), options, told.append)
    assert TfidfBaseline.name in found["sets"]["hx_test"]["en"]["systems"]
    assert found["left_out"] == ["baseline: vader is not installed. install it"] * 2
    assert "evidence.comprehensiveness" not in found["sets"]["hx_test"]["en"]["systems"][MODEL]
    assert "left out: vader is not installed. install it" in told


def test_nothing_to_evaluate_on(fake_scorer: FakeScorer) -> None:
    with pytest.raises(EvaluationError, match="nothing to evaluate"):
        evaluate(fake_scorer, {"hx_test": []}, [], OPTIONS, lambda _: None)
    with pytest.raises(EvaluationError, match="no text can be scored"):
        evaluate(fake_scorer, {"hx_test": [labelled("UNSCORABLE")]}, [], OPTIONS, lambda _: None)


def test_card_tables_in_both_languages(metrics: dict[str, Any]) -> None:
    english, spanish = card_tables(metrics, "en"), card_tables(metrics, "es")
    assert "| Calm/furious gap in priority | **" in english
    assert "not measured" in english
    assert "no medido" in spanish
    assert "`ignored` ignorado | 6 |" in spanish
    assert "XLM-T" in english
    assert "0.85" in english
    for table in (english, spanish):
        widths = {line.count("|") for line in table.splitlines() if line.startswith("| `")}
        assert widths == {10}


def test_tables_replace_those_between_the_marks() -> None:
    first = insert("# Model\n", "| a |", "es")
    assert first == "# Model\n\n<!-- evaluation:es -->\n| a |\n<!-- /evaluation:es -->\n"
    assert insert(first + "\nEnd\n", "| b \\1 |", "es") == first.replace("| a |", "| b \\1 |") + "\nEnd\n"


def test_a_version_of_the_registry_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_toy_bundle(tmp_path / "registry" / "toy" / "0.1.0")
    monkeypatch.setenv("HX_DETECT_REGISTRY", str(tmp_path / "registry"))
    before = (folder / "SHA256SUMS").read_bytes()
    with pytest.raises(OutputError, match="versions never change"):
        publish(folder, {"headline": {}})
    assert (folder / "SHA256SUMS").read_bytes() == before


def test_publish_renews_metrics_card_and_checksums(tmp_path: Path, metrics: dict[str, Any]) -> None:
    folder = write_toy_bundle(tmp_path / "toy")
    before = verify(folder)
    place = publish(folder, metrics)
    assert verify(folder) != before
    assert json.loads(place.read_text(encoding="utf-8"))["headline"] == metrics["headline"]
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "What was asked" in card
    assert "Lo que se pedía" in card
    publish(folder, metrics)
    assert (folder / "README.md").read_text(encoding="utf-8") == card


def test_metrics_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_json(tmp_path / "file" / "metrics.json", {})
