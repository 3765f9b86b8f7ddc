"""What a simulation plays with: labelled files, and what the model's encoder knows of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from labelling_tables import session_in, tasks_of
from toy_bundle import SIGNAL_WORDS, write_toy_bundle

from hx_detect.cli import main
from hx_detect.errors import EvaluationError
from hx_detect.labelling.simulation_texts import labelled_of, texts_of_files
from hx_detect.labels import SIGNAL_INDEX


def test_files_give_texts_with_all_their_signals(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    session.answer({"key": tasks_of()[0].key, "sentiment": "mixed", "labels": {"ignored": []}})
    session.answer({"key": tasks_of()[1].key, "sentiment": "positive", "labels": {}})
    session.log.close()
    (tmp_path / "stars.csv").write_text("text,stars\nun texto con estrellas,3\n", encoding="utf-8")
    texts = texts_of_files([str(tmp_path / "ana.jsonl"), str(tmp_path / "stars.csv")])
    assert [(sorted(one.signals), one.sentiment) for one in texts] == [(["ignored"], "mixed"), ([], "positive")]
    labelled, model = labelled_of(texts, str(write_toy_bundle(tmp_path / "toy")))
    assert model == "toy 0.1.0"
    assert labelled.vectors.shape[0] == 2
    assert labelled.signals[:, SIGNAL_INDEX["ignored"]].tolist() == [True, False]
    assert labelled.tones.tolist() == [[True, True], [False, True]]


def test_without_texts_there_is_nothing_to_play(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no labelled text"):
        labelled_of([], str(write_toy_bundle(tmp_path / "toy")))


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = list(SIGNAL_WORDS.items())
    lines = []
    for number in range(100):
        name, word = words[number % len(words)]
        text = f"{word} es lo que digo, y van {number} veces"
        lines.append({"text": text, "labels": {name: [word]}, "sentiment": "negative", "lang": "es"})
    place, out = tmp_path / "l.jsonl", tmp_path / "p.md"
    place.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    model = str(write_toy_bundle(tmp_path / "toy"))
    options = ["--model", model, "--games", "1", "--batch", "30", "--labels", "60", "-o", str(out)]
    assert main(["label", "simulate", str(place), *options]) == 0
    assert out.read_text(encoding="utf-8").startswith("# Labels saved by choosing")
    assert "| 60 |" in capsys.readouterr().out
    assert main(["label", "simulate", str(place), *options[:-1], str(tmp_path / "none" / "p.md")]) == 20
