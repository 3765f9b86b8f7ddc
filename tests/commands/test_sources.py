"""Where the data lie: as told, else a checkout's usual places; through ``hx-detect train`` with a stand-in."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_training import SMALL

from hx_detect.cli import main
from hx_detect.learning.datasets import Sources
from hx_detect.learning.recipe import Recipe


class Trainer:
    """Takes the place of training and keeps what it was called with."""

    def __init__(self) -> None:
        self.sources: list[Sources] = []
        self.resume: list[bool] = []
        self.output: list[Path] = []

    def __call__(self, recipe: Recipe, sources: Sources, work: Path, output: Path, **options: Any) -> SimpleNamespace:  # noqa: ANN401 - of ``run``
        """What ``run`` is called with."""
        assert recipe.name
        assert work.name == "work"
        self.sources.append(sources)
        self.output.append(output)
        self.resume.append(options["resume"])
        return SimpleNamespace(assembled=SimpleNamespace(folder=output, parity=None))


@pytest.fixture
def trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trainer:
    """In a checkout with two authored files, one of annotations and a folder of corpora."""
    stand_in = Trainer()
    monkeypatch.setattr("hx_detect.learning.run.run", stand_in)
    monkeypatch.chdir(tmp_path)
    for name in ("authored/b.jsonl", "authored/a.jsonl", "authored/notes.md", "annotations/real.jsonl.gz"):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "corpora").mkdir()
    recipes = tmp_path / "training" / "recipes"
    recipes.mkdir(parents=True)
    shutil.copy(SMALL, recipes / "full.toml")
    return stand_in


def test_the_places_of_a_checkout(trainer: Trainer) -> None:
    assert main(["train", "--corpora", "corpora"]) == 0
    data = Path("data")
    assert trainer.sources == [
        Sources(
            manifest=Path("training/corpora.toml"),
            corpora=Path("corpora"),
            located=(data / "annotations" / "real.jsonl.gz",),
            authored=(data / "authored" / "a.jsonl", data / "authored" / "b.jsonl"),
        )
    ]
    assert trainer.output == [Path("models/hx-small")]
    assert trainer.resume == [False]


def test_places_that_are_named(trainer: Trainer) -> None:
    call = ["train", "--corpora", "c", "--manifest", "m.toml", "--annotations", "n1", "n2", "--located", "l",
            "--authored", "w", "--exclude", "x.json", "--output", "out", "--resume"]  # fmt: skip
    assert main(call) == 0
    notes = (Path("n1"), Path("n2"))
    assert trainer.sources == [Sources(Path("m.toml"), Path("c"), notes, (Path("l"),), (Path("w"),), Path("x.json"))]
    assert trainer.resume == [True]
    assert trainer.output == [Path("out")]


def test_none_can_be_named(trainer: Trainer) -> None:
    assert main(["train", "--corpora", "corpora", "--located", "--authored", "--annotations"]) == 0
    (sources,) = trainer.sources
    assert (sources.located, sources.authored, sources.annotations) == ((), (), ())


def test_the_exclude_file_of_the_corpora_counts_where_there_is_one(trainer: Trainer) -> None:
    usual = Path("corpora/exclude_from_train.json")
    usual.write_text("{}", encoding="utf-8")
    assert main(["train", "--corpora", "corpora"]) == 0
    assert main(["train", "--corpora", "corpora", "--exclude", "other.json"]) == 0
    assert [sources.exclude for sources in trainer.sources] == [usual, Path("other.json")]


def test_a_permissive_recipe_asks_for_permissive_data(trainer: Trainer) -> None:
    recipe = Path("free.toml")
    recipe.write_text("permissive_only = true\n" + SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["train", "--corpora", "corpora", "--recipe", "free.toml"]) == 0
    assert main(["train", "--corpora", "corpora"]) == 0
    assert [sources.permissive_only for sources in trainer.sources] == [True, False]


def test_corpora_must_be_named(trainer: Trainer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train"]) == 2
    assert "--corpora" in capsys.readouterr().err
    assert trainer.sources == []
