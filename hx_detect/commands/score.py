"""``hx-detect score FILE...``. In: files and options. Out: scored files, their rejects, and a summary."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hx_detect.batch import score_file, score_to_stream
from hx_detect.batch_options import BatchOptions, BatchResult, StreamScorer
from hx_detect.cli import report
from hx_detect.commands.progress import TerminalEvents
from hx_detect.commands.reading_arguments import add_reading_arguments, read_options
from hx_detect.commands.scorer_loader import scorer_loader
from hx_detect.errors import ROWS_REJECTED_EXIT, HxDetectError, OutputError, UsageError
from hx_detect.io.destination import check_many
from hx_detect.io.reviews import MAX_CHARS
from hx_detect.labels import KINDS
from hx_detect.summary_text import render
from hx_detect.wording import language, say

_ROLES: Final = ("text", "id", "answer", "stars", "language", "kind")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``score``."""
    add = parser.add_argument_group(say("what is scored, and where to", "qué se puntúa y adónde va")).add_argument
    add(
        "files",
        nargs="+",
        metavar=say("FILE", "FICHERO"),
        help=say("path, URL, or - for stdin", "ruta, URL o - (stdin)"),
    )
    add(
        "-o",
        "--output",
        metavar="OUT",
        help=say(
            "output file: its suffix is the format; a folder; or - for stdout (default: NAME.scored.* beside)",
            "salida: su extensión es el formato; una carpeta; o - para stdout (si no: NOMBRE.scored.*)",
        ),
    )
    for role, meaning in _role_help().items():
        add(f"--{role}-column", metavar=say("NAME", "NOMBRE"), help=meaning)
    add("--kind", choices=KINDS, help=say("kind of all texts (default: told from each)", "tipo de todos los textos"))
    add("--model", metavar=say("FOLDER", "CARPETA"), help=say("a model folder", "carpeta de un modelo"))
    add(
        "--max-chars",
        type=int,
        default=MAX_CHARS,
        metavar="N",
        help=say("longer texts are rejected (default: %(default)s)", "se rechazan los textos más largos (%(default)s)"),
    )
    add(
        "--all-signals",
        action="store_true",
        help=say("nested records list all 18 signals", "los registros anidados listan las 18 señales"),
    )
    _add_reading(parser)
    _add_running(parser)  # fmt: skip


def _role_help() -> dict[str, str]:
    return {
        "text": say("column of the texts (default: found)", "columna de los textos (si no, se busca)"),
        "id": say("column that identifies the rows", "columna que identifica las filas"),
        "answer": say("column of the 0-10 answer", "columna de la respuesta 0-10"),
        "stars": say("column of the 1-5 stars", "columna de las estrellas 1-5"),
        "language": say("column of the language", "columna del idioma"),
        "kind": say("column of the kind of text", "columna del tipo de texto"),
    }


def _add_reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(say("reading (found by itself where not given)", "lectura (si no, se averigua)"))
    add_reading_arguments(group.add_argument)
    group.add_argument("--header", action=argparse.BooleanOptionalAction, default=None, help=say(
        "the first row holds the column names", "la primera fila son los nombres de las columnas"))  # fmt: skip


def _add_running(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(say("running", "ejecución"))
    group.add_argument(
        "--resume", action="store_true", help=say("go on with a stopped run", "sigue una ejecución parada")
    )
    group.add_argument(
        "--overwrite",
        action="store_true",
        help=say("throw the work of a stopped run away", "descarta el trabajo de una ejecución parada"),
    )
    group.add_argument("--summary-json", metavar="OUT", help=say("write the summary as JSON", "resumen en JSON"))
    group.add_argument("-q", "--quiet", action="store_true", help=say(
        "no progress and no summary", "sin progreso ni resumen"))  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Score the files one after the other; a failing file does not stop the others.

    Returns:
        0, 3 where rows were rejected, or the exit code of the last error.
    """
    options = _options(arguments)
    output = arguments.output or ("-" if arguments.files == ["-"] else None)
    check_many(arguments.files, output)
    load = scorer_loader(arguments.model)
    code = 0
    summaries: list[dict[str, object]] = []
    for file in arguments.files:
        try:
            result = _score_one(file, output, load, options, quiet=arguments.quiet)
        except HxDetectError as error:
            if len(arguments.files) == 1:
                raise
            code = report(error)
            continue
        summaries.append({"file": file, "output": result.output, **result.summary.to_dict()})
        code = _code(result, code)
    if arguments.summary_json:
        _write_summary(arguments.summary_json, summaries)
    return code


def _options(arguments: argparse.Namespace) -> BatchOptions:
    if arguments.max_chars < 1:
        raise UsageError(
            f"--max-chars {arguments.max_chars}", cure=say("Use a number above 0", "Use un número mayor que 0")
        )
    return BatchOptions(
        columns={role: getattr(arguments, f"{role}_column") for role in _ROLES},
        kind=arguments.kind,
        read=read_options(arguments, arguments.header),
        max_chars=arguments.max_chars,
        all_signals=arguments.all_signals,
        resume=arguments.resume,
        overwrite=arguments.overwrite,
    )


def _score_one(
    file: str, output: str | None, load: Callable[[], StreamScorer], options: BatchOptions, *, quiet: bool
) -> BatchResult:
    with TerminalEvents(quiet=quiet) as events:
        if output == "-":
            result = score_to_stream(file, sys.stdout, sys.stderr, load, options, events)
        else:
            result = score_file(file, output, load, options, events)
            events.say(f"-> {result.output}" + (f", {result.rejects}" if result.rejects else ""))
    if not quiet:
        screen = sys.stderr if output == "-" else sys.stdout
        title = "stdin" if file == "-" else file
        screen.write("\n" + render(result.summary, language(), title=title, rejects=result.rejects))
    return result


def _code(result: BatchResult, code: int) -> int:
    if result.damage is not None:
        return report(result.damage)
    return code or (ROWS_REJECTED_EXIT if result.rejects else 0)


def _write_summary(place: str, summaries: list[dict[str, object]]) -> None:
    content = summaries[0] if len(summaries) == 1 else summaries
    try:
        Path(place).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            say(f"{place} cannot be written: {error.strerror}", f"No se puede escribir {place}: {error.strerror}"),
            cure=say("Choose another place with --summary-json", "Elija otro lugar con --summary-json"),
        ) from error
