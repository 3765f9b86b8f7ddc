"""``hx-detect train``. In: labelled tables, or a recipe and corpora. Out: a model: refitted, or trained from start."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hx_detect.commands.labelled_arguments import labelled_options
from hx_detect.commands.sources import add_source_arguments, sources_of
from hx_detect.commands.train_quick import add_quick_arguments, run_quick
from hx_detect.errors import MissingExtraError, UsageError
from hx_detect.wording import say
from hx_detect.work_folder import ended_in_order, remove_left_over

if TYPE_CHECKING:
    from hx_detect.learning.labelled_row import LabelledRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``train``."""
    add_quick_arguments(parser)
    add = parser.add_argument_group(say("full way, with --recipe", "vía completa, con --recipe")).add_argument
    add(
        "--recipe",
        type=Path,
        metavar=say("FILE", "FICHERO"),
        help=say(
            "train the whole encoder so (default: training/recipes/full.toml)",
            "entrena así todo el codificador (training/recipes/full.toml)",
        ),
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
        help=say(
            "the model (default: the registry; with --recipe models/NAME)",
            "el modelo (si no, el registro; con --recipe, models/NOMBRE)",
        ),
    )
    add("--resume", action="store_true", help=say("go on from the last checkpoint", "sigue desde el último punto"))
    add(
        "--data",
        nargs="*",
        default=[],
        metavar=say("FILE", "FICHERO"),
        help=say("labelled rows of yours, to learn from too", "filas etiquetadas propias, para aprender también"),
    )
    add(
        "--make-replay",
        action="store_true",
        help=say(
            "give --model its file of old evidence, which refits need",
            "da a --model su fichero de evidencia anterior, que los reajustes necesitan",
        ),
    )
    add_source_arguments(parser.add_argument, required=False)


def run(arguments: argparse.Namespace) -> int:
    """Refit a model on labelled files; or train one by a recipe and write it.

    However it is ended, its temporary folders go: at once, or (after ``kill -9``) with the next call.

    Raises:
        UsageError: neither files nor corpora are given.
        MissingExtraError: the extra ``train`` is not installed.
        LearningError: recipe, data, encoder or checkpoint are not to be had.
    """
    with ended_in_order():
        left = remove_left_over()
        if left:
            _tell(say(f"temporary folders of runs that were killed, removed: {left}",
                      f"carpetas temporales de procesos interrumpidos, borradas: {left}"))  # fmt: skip
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    if (arguments.files or arguments.feedback) and not arguments.recipe:
        return run_quick(arguments)
    if arguments.corpora is None:
        raise UsageError(
            say("Nothing to learn from", "No hay de qué aprender"),
            cure=say(
                "Name files with labelled rows, or --recipe and --corpora",
                "Indique ficheros con filas etiquetadas, o --recipe y --corpora",
            ),
        )
    if arguments.make_replay:
        return _make_replay(arguments)
    return _run_full(arguments)


def _labelled_rows(arguments: argparse.Namespace) -> tuple[LabelledRow, ...]:
    """The rows of ``--data``."""
    if not arguments.data:
        return ()
    from hx_detect.learning.labelled_tables import read_labelled

    table = read_labelled(arguments.data, labelled_options(arguments))
    for column in table.columns_found:
        _tell(f"{column.file}: {column.role} = {column.column} ({column.how})")
    _tell(say(f"{len(table.rows)} labelled rows, {len(table.rejects)} remarks",
              f"{len(table.rows)} filas etiquetadas, {len(table.rejects)} avisos"))  # fmt: skip
    return table.rows


def _make_replay(arguments: argparse.Namespace) -> int:
    from hx_detect.bundle import load_bundle
    from hx_detect.learning.replay_build import add_replay

    folder = add_replay(load_bundle(arguments.model).path, sources_of(arguments), _tell)
    sys.stdout.write(f"{folder}\n")
    return 0


def _run_full(arguments: argparse.Namespace) -> int:
    try:
        from hx_detect.learning.recipe import read_recipe
        from hx_detect.learning.run import run as run_training
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"Training needs {error.name}", f"Para entrenar hace falta {error.name}"),
            cure="pip install 'hx-detect[train]'",
        ) from error
    recipe = read_recipe(arguments.recipe or Path("training/recipes/full.toml"))
    outcome = run_training(
        recipe,
        replace(sources_of(arguments, permissive_only=recipe.permissive_only), labelled=_labelled_rows(arguments)),
        arguments.work,
        arguments.output or Path("models") / recipe.name,
        resume=arguments.resume,
        say=_tell,
    )
    sys.stdout.write(f"{outcome.assembled.folder} {outcome.assembled.parity}\n")
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
