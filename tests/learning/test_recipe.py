"""Shipped recipes are complete and fit the manifest; a wrong one is refused with the setting's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_training import ROOT, SMALL

from hx_detect.errors import RecipeError
from hx_detect.learning.corpora import read_manifest
from hx_detect.learning.datasets import EXPERIENCE
from hx_detect.learning.recipe import EarlyStopping, EncoderSettings, Phase, Tracking, read_recipe

HEADS = {"sentiment", "stars", "signals", "evidence", "hx", "stage", "kind", "auxiliary"}
PHASE = '[[phase]]\nname = "a"\n[phase.rows]\nhx = 1\n'
HEAD = 'name = "a"\nversion = "1"\n'


def _written(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(SMALL.parent.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_recipes_fit_the_manifest(path: Path) -> None:
    recipe = read_recipe(path)
    manifest = read_manifest(ROOT / "training" / "corpora.toml")
    corpora = [manifest[name] for name in recipe.corpora if name != EXPERIENCE]
    assert all(corpus.used for corpus in corpora)
    assert all(corpus.permissive for corpus in corpora) or not recipe.permissive_only
    assert EXPERIENCE in recipe.corpora
    assert set(recipe.loss) == HEADS
    assert all(set(phase.loss) <= HEADS and phase.passes > 0 for phase in recipe.phases)


def test_what_is_not_said_has_its_usual_value(tmp_path: Path) -> None:
    recipe = read_recipe(
        _written(tmp_path, HEAD + PHASE + '[[phase]]\nname = "b"\nrows = { x = 2, hx = 3 }\npasses = 4\n')
    )
    assert recipe.phases == (Phase("a", {"hx": 1}), Phase("b", {"x": 2, "hx": 3}, passes=4))
    assert recipe.encoder == EncoderSettings()
    assert recipe.corpora == ("hx", "x")
    assert (recipe.seed, recipe.permissive_only, recipe.loss) == (13, False, {})


def test_stopping_weights_and_tracking(tmp_path: Path) -> None:
    tables = """
[weights]
feedback = 3
[early_stopping]
patience = 2
every_steps = 200
metric = "hx"
[tracking]
to = "mlflow"
"""
    recipe = read_recipe(_written(tmp_path, HEAD + tables + PHASE))
    assert recipe.weights == {"feedback": 3}
    assert recipe.early_stopping == EarlyStopping(2, 200, "hx")
    assert recipe.tracking == Tracking("mlflow")
    other = read_recipe(_written(tmp_path, HEAD + tables.replace("mlflow", "tensorboard") + PHASE))
    assert repr(other) == repr(recipe), "a training may go on with another tracker"


def test_whole_numbers_may_stand_for_fractions(tmp_path: Path) -> None:
    assert read_recipe(_written(tmp_path, HEAD + "checkpoint_minutes = 2\nloss = { hx = 1 }\n" + PHASE)).loss == {
        "hx": 1
    }


def test_one_phase_may_stand_alone(tmp_path: Path) -> None:
    assert len(read_recipe(_written(tmp_path, HEAD + PHASE.replace("[[phase]]", "[phase]"))).phases) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "no .*phase"),
        (PHASE.replace("[[phase]]", "x = 1\n[[phase]]"), "unknown setting .*'x'"),
        (PHASE, "missing .*'name' and 'version'"),
        (HEAD + '[[phase]]\nname = "a"\n', "missing .*'rows'"),
        (HEAD + PHASE.replace("[phase.rows]", "speed = 1\n[phase.rows]"), "phase: unknown setting .*'speed'"),
        (HEAD + "[encoder]\nlayer = 2\n" + PHASE, "encoder: unknown setting .*'layer'"),
        (HEAD + "encoder = 3\n" + PHASE, "encoder: 3 is no table"),
        (HEAD + "phase = 3\n", "phase: 3 is no table"),
        (HEAD + 'seed = "13"\n' + PHASE, "recipe: seed = '13'"),
        (HEAD + "seed = -1\n" + PHASE, "recipe: seed = -1"),
        (HEAD + "seed = 1.5\n" + PHASE, "recipe: seed = 1.5"),
        (HEAD + "seed = true\n" + PHASE, "recipe: seed = True"),
        (HEAD + "permissive_only = 1\n" + PHASE, "recipe: permissive_only = 1"),
        (HEAD + PHASE.replace("hx = 1", "hx = -1"), "phase: rows = "),
        (HEAD + PHASE.replace("hx = 1", "hx = 0.5"), "phase: rows = "),
        (HEAD + 'loss = { hx = "much" }\n' + PHASE, "recipe: loss = "),
        (HEAD + "average = { b = 0.5 }\n" + PHASE, "recipe: average = "),
        (HEAD + "average = { a = 1.0 }\n" + PHASE, "recipe: average = "),
        (HEAD + "weights = { hx = -1 }\n" + PHASE, "recipe: weights = "),
        (HEAD + "early_stopping = 3\n" + PHASE, "early_stopping: 3 is no table"),
        (HEAD + '[early_stopping]\nmetric = "f1"\n' + PHASE, "early_stopping: metric = 'f1'"),
        (HEAD + "[early_stopping]\npatience = 0\n" + PHASE, "early_stopping: patience = 0"),
        (HEAD + '[tracking]\nto = "paper"\n' + PHASE, "tracking: to = 'paper'"),
        (HEAD + "[tracking]\n" + PHASE, "missing .*'to'"),
        ('name = "a', "recipe.toml"),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RecipeError, match=says) as caught:
        read_recipe(_written(tmp_path, text))
    assert caught.value.cure


def test_a_file_that_is_none_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"gone\.toml"):
        read_recipe(tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes('name = "año"'.encode("latin-1"))
    with pytest.raises(RecipeError, match=r"latin\.toml"):
        read_recipe(tmp_path / "latin.toml")
