"""The model card: front matter, both languages, every training set with its licence, places for the figures."""

from __future__ import annotations

from typing import Any

from small_training import ROOT

from hx_detect.evaluation.card import insert
from hx_detect.learning.corpora import read_manifest
from hx_detect.learning.model_card import model_card

MANIFEST = read_manifest(ROOT / "training" / "corpora.toml")
INFO: dict[str, Any] = {
    "name": "toy",
    "version": "3.1",
    "base_encoder": {"layers": 7},
    "export_parity": {"texts": 900, "mean_difference": 0.01234, "agreement": 0.9876},
    "training_data": [{"name": "hx", "texts": 4321}, {"name": "marc.es", "texts": 55}],
}


def test_facts_stand_in_both_languages() -> None:
    card = model_card(INFO, MANIFEST)
    assert card.startswith("---\nlanguage: [es, en]\n")
    assert card.count("\n---\n") == 1
    english, spanish = card.split("\n# En español\n")
    for part in (english, spanish):
        for fact in ("its 7 lower layers" if part is english else "sus 7 capas", "900", "0.0123", "98.76%", "4321"):
            assert fact in part, fact
    assert "# toy 3.1" in english


def test_every_training_set_has_its_licence_and_source() -> None:
    rows = [line for line in model_card(INFO, MANIFEST).splitlines() if line.startswith("| ")]
    marc = MANIFEST["marc.es"]
    assert rows[1].startswith("| hx | 4321 | ")
    assert rows[2] == f"| marc.es | 55 | {marc.licence} | {marc.source} |"
    assert len(rows) == 3


def test_a_model_without_signal_texts_says_so() -> None:
    assert "0 texts carry signal labels" in model_card(INFO | {"training_data": []}, MANIFEST)


def test_evaluation_finds_its_places() -> None:
    card = model_card(INFO, MANIFEST)
    filled = insert(insert(card, "| figures |", "en"), "| cifras |", "es")
    assert "| figures |" in filled.split("# En español")[0]
    assert "| cifras |" in filled.split("# En español")[1]
    assert filled.replace("| figures |", "").replace("| cifras |", "").split() == card.split()
