"""``hx-detect train``. In: a few of our examples, a tiny recipe. Out: a model; errors are one line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from small_training import SMALL, authored_sources

from hx_detect.cli import main
from hx_detect.learning import assemble
from hx_detect.scorer import Scorer, self_test


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small matrices are multiplied faster alone; messages are in English."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _call(folder: Path, *more: str) -> int:
    """The command on 90 examples of each language, 40 texts a pass."""
    authored = authored_sources(folder, rows=90).authored
    recipe = folder / "recipe.toml"
    settings = SMALL.read_text(encoding="utf-8").replace('"hx" = 400', '"hx" = 40').replace("layers = 2", "layers = 1")
    recipe.write_text(settings.replace("vocabulary = 1500", "vocabulary = 200"), encoding="utf-8")
    return main(
        ["train", "--recipe", str(recipe), "--corpora", str(folder), "--manifest", str(folder / "corpora.toml"),
         "--located", "--authored", *map(str, authored), "--work", str(folder / "work"), *more]
    )  # fmt: skip


def test_a_model_from_start_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assemble, "CALIBRATION_TEXTS", 10)
    monkeypatch.chdir(tmp_path)
    assert _call(tmp_path) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(str(Path("models") / "hx-small"))
    assert printed.out.count("\n") == 1
    assert "parity" in printed.err
    assert re.search(r"^\d\d:\d\d:\d\d training texts 1\d\d, validation texts \d\d$", printed.err, re.MULTILINE)
    assert self_test(Scorer.load(tmp_path / "models" / "hx-small", threads=1)) == []
    assert (tmp_path / "work" / "checkpoint.pt").is_file()


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--resume"], 50, "no checkpoint"),
        (["--recipe", "gone.toml"], 53, "gone.toml"),
        (["--manifest", "gone.toml"], 52, "gone.toml"),
        (["--exclude", "gone.json"], 52, "gone.json"),
        (["--annotations", "gone.jsonl"], 52, "gone.jsonl"),
        (["--authored"], 50, "no text labelled for signals"),
        (["--passes", "3"], 2, "--passes"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    more: list[str], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _call(tmp_path, *more) == code
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert says in line
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(("lang", "says"), [("en", "Training needs torch"), ("es", "Para entrenar hace falta torch")])
def test_without_the_extra_it_says_what_to_install(
    lang: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "hx_detect.learning.run", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert _call(tmp_path, "--lang", lang) == 40
    error = capsys.readouterr().err
    assert says in error
    assert "hx-detect[train]" in error


def test_help_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--help", "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert main(["train", "--help", "--lang", "es"]) == 0
    spanish = capsys.readouterr().out
    for option in ("--recipe", "--work", "--output", "--resume", "--corpora", "--located"):
        assert option in english
        assert option in spanish
    assert "go on from the last checkpoint" in english
    assert "sigue desde el último punto" in spanish
