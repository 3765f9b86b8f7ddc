"""``hx-detect train``. In: a recipe, labelled data. Out: a calibrated model folder; goes on with ``--resume``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from hx_detect.commands.sources import add_source_arguments, sources_of
from hx_detect.errors import MissingExtraError
from hx_detect.wording import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``train``."""
    add = parser.add_argument
    add(
        "--recipe",
        type=Path,
        default=Path("training/recipes/full.toml"),
        metavar=say("FILE", "FICHERO"),
        help=say("what to do (default: %(default)s)", "qué hacer (%(default)s)"),
    )
    add(
        "--work",
        type=Path,
        default=Path("work"),
        metavar=say("FOLDER", "CARPETA"),
        help=say("for checkpoints and the log (default: %(default)s)", "para puntos de control (%(default)s)"),
    )
    add(
        "-o",
        "--output",
        type=Path,
        metavar=say("FOLDER", "CARPETA"),
        help=say("the model (default: models/NAME)", "el modelo (models/NOMBRE)"),
    )
    add("--resume", action="store_true", help=say("go on from the last checkpoint", "sigue desde el último punto"))
    add_source_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train and write the model.

    Raises:
        MissingExtraError: the extra ``train`` is not installed.
        LearningError: recipe, data, encoder or checkpoint are not to be had.
    """
    try:
        from hx_detect.learning.recipe import read_recipe
        from hx_detect.learning.run import run as run_training
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"Training needs {error.name}", f"Para entrenar hace falta {error.name}"),
            cure="pip install 'hx-detect[train]'",
        ) from error
    recipe = read_recipe(arguments.recipe)
    outcome = run_training(
        recipe,
        sources_of(arguments, permissive_only=recipe.permissive_only),
        arguments.work,
        arguments.output or Path("models") / recipe.name,
        resume=arguments.resume,
        say=_tell,
    )
    sys.stdout.write(f"{outcome.assembled.folder} {outcome.assembled.parity}\n")
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
