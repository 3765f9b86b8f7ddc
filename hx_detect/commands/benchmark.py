"""``hx-detect benchmark``. In: a model. Out: speed, memory and start time on this machine, printed and as a page."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from hx_detect.errors import OutputError, UsageError
from hx_detect.wording import language, say

_PAGE: Final = Path("docs/benchmarks.md")
_SIZES: Final = (
    ("--texts", 4_000, "texts to score", "textos que puntuar"),
    ("--rival-texts", 256, "texts for the transformers pipeline, 0: none", "textos para transformers; 0: ninguno"),
    ("--rows", 0, "rows for the batch command, 0: none", "filas para la orden por lotes; 0: ninguna"),
    ("--repetitions", 3, "repetitions; the median counts", "repeticiones; cuenta la mediana"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``benchmark``."""
    file, number, add = say("FILE", "FICHERO"), "N", parser.add_argument
    add("--model", type=Path, metavar=say("FOLDER", "CARPETA"), help=say("a model folder", "carpeta de un modelo"))
    for name, default, english, spanish in _SIZES:
        add(name, type=int, default=default, metavar=number, help=say(english, spanish) + " (%(default)s)")
    add("-o", "--output", type=Path, default=_PAGE, metavar=file, help=say("the page", "la página") + " (%(default)s)")
    add("--json", type=Path, metavar=file, help=say("the figures as JSON", "las cifras en JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the targets and write the page.

    Raises:
        UsageError: a size that makes no sense.
        BundleError: the model cannot be used.
        MissingExtraError: the rival was asked for, and transformers is not installed.
        EvaluationError: a measuring process failed.
        OutputError: the page cannot be written.
    """
    if min(arguments.texts, arguments.repetitions) < 1 or min(arguments.rival_texts, arguments.rows) < 0:
        raise UsageError(
            say("a size is too small", "un tamaño es demasiado pequeño"),
            cure=say(
                "--texts and --repetitions from 1, the others from 0",
                "--texts y --repetitions desde 1, el resto desde 0",
            ),
        )
    from hx_detect.evaluation.benchmark import BenchmarkOptions, run_benchmarks
    from hx_detect.evaluation.benchmark_page import TARGETS, measured, page, reached

    options = BenchmarkOptions(arguments.texts, arguments.rival_texts, arguments.rows, arguments.repetitions)
    found = run_benchmarks(arguments.model, options, _tell)
    words = {
        True: say("reached", "alcanzado"),
        False: say("missed", "no alcanzado"),
        None: say("not measured", "no medido"),
    }
    for target in TARGETS:
        name = target.es if language() == "es" else target.en
        bound = f"{'<=' if target.at_most else '>='} {target.bound:g} {target.unit}"
        value = measured(found, target)
        figure = "-" if value is None else f"{value:g} {target.unit}"
        sys.stdout.write(f"{name}: {figure} ({bound}: {words[reached(found, target)]})\n")
    _write(arguments.output, page(found))
    if arguments.json:
        _write(arguments.json, json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return 0


def _write(place: Path, content: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            say(f"{place} cannot be written: {error.strerror}", f"No se puede escribir {place}: {error.strerror}"),
            cure=say("Choose another place with -o", "Elija otro lugar con -o"),
        ) from error
    sys.stdout.write(f"-> {place}\n")


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
