"""What is loaded when. In: fresh interpreters. Out: heavy libraries stay out of ``import`` and ``--help``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import hx_detect

HEAVY = (
    "torch",
    "transformers",
    "datasets",
    "sklearn",
    "nncf",
    "openvino",
    "pyarrow",
    "openpyxl",
    "numpy",
    "tokenizers",
    "fastapi",
    "sqlalchemy",
    "uvicorn",
)
TRAINING = ("torch", "transformers", "datasets", "sklearn", "nncf", "pandas")
HELP_SECONDS = 0.3
MARGIN = 2  # for slow machines
REPORT = "; import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"


def loaded(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after ``code``."""
    done = subprocess.run(
        [sys.executable, "-c", code + REPORT], capture_output=True, check=True, text=True, encoding="utf-8"
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import hx_detect",
        "import hx_detect.cli as cli; cli.main(['--help'])",
        "import hx_detect.cli as cli; cli.main(['--version'])",
        "import hx_detect.cli as cli; cli.main(['no-such-command'])",
        "import hx_detect.cli as cli; cli.main(['serve', '--help'])",
    ],
)
def test_the_door_is_light(code: str) -> None:
    assert loaded(code).isdisjoint(HEAVY)


def test_scoring_needs_nothing_of_the_training_extra() -> None:
    assert loaded("import hx_detect; hx_detect.Scorer.load().score(['hola'])").isdisjoint(TRAINING)


def test_every_name_of_the_package_is_there() -> None:
    assert {"Scorer", "Review", "Score", "Signal", "Span", "RowFailure", "__version__"} <= set(hx_detect.__all__)
    assert [name for name in hx_detect.__all__ if getattr(hx_detect, name, None) is None] == []
    assert set(hx_detect.__all__) <= set(dir(hx_detect))


def test_an_unknown_name_of_the_package_is_refused() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        hx_detect.no_such_name  # noqa: B018 - asking for it is the test


@pytest.mark.timed
def test_help_answers_at_once() -> None:
    fastest = min(_seconds_of_help() for _ in range(5))
    assert fastest < HELP_SECONDS * MARGIN


def _seconds_of_help() -> float:
    """Processor time of one call: on a free machine that is how long it takes, and others' load does not count."""
    before = os.times()
    environment = os.environ | {"LANG": "es_ES"}
    subprocess.run([sys.executable, "-m", "hx_detect", "--help"], capture_output=True, check=True, env=environment)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system
