"""``hx-detect benchmark``. In: a model. Out: speed, memory, start time, or the service's figures, as a page."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hx_detect.errors import OutputError, UsageError
from hx_detect.wording import language, say

if TYPE_CHECKING:
    from hx_detect.evaluation.benchmark_page import SpeedTarget

_PAGE: Final = Path("docs/benchmarks.md")
_SERVICE_PAGE: Final = Path("docs/benchmarks-service.md")
_SIZES: Final = (
    ("--texts", 4_000, "texts to score", "textos que puntuar"),
    ("--rival-texts", 256, "texts for the transformers pipeline, 0: none", "textos para transformers; 0: ninguno"),
    ("--rows", 0, "rows for the batch command, 0: none", "filas para la orden por lotes; 0: ninguna"),
    ("--row-words", 0, "words of each row, 0: whole texts", "palabras de cada fila; 0: textos enteros"),
    ("--repetitions", 3, "repetitions; the median counts", "repeticiones; cuenta la mediana"),
)
_SERVICE_SIZES: Final = (
    ("--rounds", 3, "rounds; the median counts", "rondas; cuenta la mediana"),
    ("--seconds", 30.0, "of each measurement at saturation", "segundos de cada medida en saturación"),
    ("--latency-seconds", 120.0, "at a fifth of saturation", "segundos a un quinto de la saturación"),
    ("--soak-minutes", 30.0, "at 1.5 times saturation, 0: none", "minutos a 1,5 veces la saturación; 0: ninguno"),
    ("--clients", 16, "that send calls of 32", "clientes que envían llamadas de 32"),
    ("--single-clients", 256, "that send calls of one", "clientes que envían llamadas de un texto"),
    ("--workers", 1, "processes of the service", "procesos del servicio"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``benchmark``."""
    file, number, add = say("FILE", "FICHERO"), "N", parser.add_argument
    add("--model", type=Path, metavar=say("FOLDER", "CARPETA"), help=say("a model folder", "carpeta de un modelo"))
    for name, default, english, spanish in _SIZES:
        add(name, type=int, default=default, metavar=number, help=say(english, spanish) + " (%(default)s)")
    add("-o", "--output", type=Path, metavar=file, help=say("the page", "la página") + f" ({_PAGE}, {_SERVICE_PAGE})")
    add("--json", type=Path, metavar=file, help=say("the figures as JSON", "las cifras en JSON"))
    earlier = say("take long measurements that are left out now over from this JSON",
                  "toma de este JSON las mediciones largas que ahora no se hacen")  # fmt: skip
    add("--earlier", type=Path, metavar=file, help=earlier)
    group = parser.add_argument_group(say("the scoring service", "el servicio"))
    group.add_argument(
        "--service",
        action="store_true",
        help=say("measure hx-detect serve under load instead", "mide hx-detect serve bajo carga en su lugar"),
    )
    for flag, size, english, spanish in _SERVICE_SIZES:
        group.add_argument(
            flag, type=type(size), default=size, metavar=number, help=say(english, spanish) + " (%(default)s)"
        )
    group.add_argument(
        "--no-rival", action="store_true", help=say("leave the plain FastAPI app out", "sin la aplicación FastAPI")
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the targets and write the page.

    Raises:
        UsageError: a size that makes no sense.
        BundleError: the model cannot be used.
        MissingExtraError: the rival was asked for, and transformers is not installed.
        EvaluationError: a measuring process failed, or --earlier is of another model.
        OutputError: the page cannot be written.
    """
    if arguments.service:
        return _run_service(arguments)
    counts = (arguments.rival_texts, arguments.rows, arguments.row_words)
    if min(arguments.texts, arguments.repetitions) < 1 or min(counts) < 0:
        raise _too_small(
            "--texts and --repetitions from 1, the others from 0", "--texts y --repetitions desde 1, el resto desde 0"
        )
    from hx_detect.evaluation.benchmark import BenchmarkOptions, run_benchmarks
    from hx_detect.evaluation.benchmark_page import TARGETS, page

    options = BenchmarkOptions(
        arguments.texts, arguments.rival_texts, arguments.rows, arguments.row_words, arguments.repetitions
    )
    found = _whole(arguments, run_benchmarks(arguments.model, options, _tell))
    _print_targets(found, TARGETS)
    _write_all(arguments, _PAGE, page(found), found)
    return 0


def _run_service(arguments: argparse.Namespace) -> int:
    counts = (arguments.rounds, arguments.clients, arguments.single_clients, arguments.workers)
    if min(counts) < 1 or min(arguments.seconds, arguments.latency_seconds) <= 0 or arguments.soak_minutes < 0:
        raise _too_small(
            "--rounds, --clients, --single-clients and --workers from 1, seconds above 0, --soak-minutes from 0",
            "--rounds, --clients, --single-clients y --workers desde 1, segundos más de 0, --soak-minutes desde 0",
        )
    from hx_detect.evaluation.service_benchmark import ServiceOptions, run_service_benchmark
    from hx_detect.evaluation.service_page import SERVICE_TARGETS, service_page, with_whole_soak

    options = ServiceOptions(
        rounds=arguments.rounds,
        seconds=arguments.seconds,
        latency_seconds=arguments.latency_seconds,
        soak_minutes=arguments.soak_minutes,
        clients=arguments.clients,
        single_clients=arguments.single_clients,
        workers=arguments.workers,
        rival=not arguments.no_rival,
    )
    found = _whole(arguments, run_service_benchmark(arguments.model, options, _tell))
    _print_targets(with_whole_soak(found), SERVICE_TARGETS)
    _write_all(arguments, _SERVICE_PAGE, service_page(found), found)
    return 0


def _whole(arguments: argparse.Namespace, found: dict[str, Any]) -> dict[str, Any]:
    from hx_detect.evaluation.earlier import with_earlier

    return found if arguments.earlier is None else with_earlier(found, arguments.earlier)


def _too_small(english: str, spanish: str) -> UsageError:
    return UsageError(say("a size is too small", "un tamaño es demasiado pequeño"), cure=say(english, spanish))


def _print_targets(found: Mapping[str, Any], targets: Sequence[SpeedTarget]) -> None:
    from hx_detect.evaluation.benchmark_page import measured, reached

    words = {
        True: say("reached", "alcanzado"),
        False: say("missed", "no alcanzado"),
        None: say("not measured", "no medido"),
    }
    for target in targets:
        name = target.es if language() == "es" else target.en
        bound = f"{'<=' if target.at_most else '>='} {target.bound:g} {target.unit}".rstrip()
        value = measured(found, target)
        figure = "-" if value is None else f"{value:g} {target.unit}".rstrip()
        sys.stdout.write(f"{name}: {figure} ({bound}: {words[reached(found, target)]})\n")


def _write_all(arguments: argparse.Namespace, usual: Path, page: str, found: Mapping[str, Any]) -> None:
    _write(arguments.output or usual, page)
    if arguments.json:
        _write(arguments.json, json.dumps(found, ensure_ascii=False, indent=1) + "\n")


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
