"""The command ``hx-detect``. In: its arguments. Out: an exit code; every error is one line on stderr with its cure."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Final, NoReturn, Protocol, cast

from hx_detect.errors import HxDetectError, UsageError, exit_code
from hx_detect.labels import Lang
from hx_detect.wording import language_of_environment, say, set_language

COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "score": (
        "hx_detect.commands.score",
        "score the texts of files: CSV, TSV, JSON lines, Parquet, Excel",
        "puntúa los textos de ficheros: CSV, TSV, JSON por líneas, Parquet, Excel",
    ),
    "report": (
        "hx_detect.commands.report",
        "make a report of scored texts: what hurts, whom, and what to do first",
        "hace un informe de textos puntuados: qué duele, a quién y qué hacer primero",
    ),
    "watch": (
        "hx_detect.commands.watch",
        "find groups and signals that get worse beyond chance",
        "halla los grupos y señales que empeoran más que por azar",
    ),
    "cases": (
        "hx_detect.commands.cases",
        "call customers back: open, contacted, solved, lost",
        "recupera clientes: casos abiertos, contactados, resueltos, perdidos",
    ),
    "models": (
        "hx_detect.commands.models",
        "show the installed models and how good they are",
        "muestra los modelos instalados y su calidad",
    ),
    "doctor": (
        "hx_detect.commands.doctor",
        "check the installation and the model",
        "comprueba la instalación y el modelo",
    ),
    "evaluate": (
        "hx_detect.commands.evaluate",
        "measure a model and its baselines on held-out texts",
        "mide un modelo y sus referencias con textos reservados",
    ),
    "serve": (
        "hx_detect.commands.serve",
        "run the scoring service: HTTP interface and console",
        "pone en marcha el servicio: interfaz HTTP y consola",
    ),
    "keys": (
        "hx_detect.commands.keys",
        "make, list and revoke API keys of the service",
        "crea, lista y revoca claves de API del servicio",
    ),
    "train": (
        "hx_detect.commands.train",
        "train a model by a recipe",
        "entrena un modelo según una receta",
    ),
    "data": (
        "hx_detect.commands.data",
        "check labelled data before training on it",
        "comprueba datos etiquetados antes de entrenar con ellos",
    ),
    "label": (
        "hx_detect.commands.label",
        "choose the texts to label next, and label them",
        "elige los próximos textos que etiquetar, y etiquétalos",
    ),
    "drift": (
        "hx_detect.commands.drift",
        "tell whether new texts or scores differ from earlier ones",
        "dice si los textos o puntuaciones nuevos difieren de los anteriores",
    ),
    "benchmark": (
        "hx_detect.commands.benchmark",
        "measure speed, memory and start time on this machine",
        "mide velocidad, memoria y arranque en esta máquina",
    ),
}
"""Subcommand -> its module, imported only when it is called, and what it does in English and Spanish."""

INTERRUPTED: Final = 130


_USAGE: Final = (
    (r"^the following arguments are required: ", "Falta indicar: "),
    (r"^unrecognized arguments: ", "Argumentos desconocidos: "),
    (r"^one of the arguments (.+) is required$", r"Falta uno de estos argumentos: \1"),
    (r"^ambiguous option: (.+) could match (.+)$", r"La opción \1 es ambigua: puede ser \2"),
    (r"^argument (.+?): ", r"\1: "),
    (r": invalid choice: (.+) \(choose from (.+)\)$", r": \1 no es una opción; elija entre \2"),
    (r": invalid int value: (.+)$", r": \1 no es un número entero"),
    (r": invalid float value: (.+)$", r": \1 no es un número"),
    (r": expected one argument$", ": falta su valor"),
    (r": expected at least one argument$", ": falta al menos un valor"),
    (r": expected (\d+) arguments$", r": hacen falta \1 valores"),
    (r": not allowed with argument (.+)$", r": no se puede usar junto con \1"),
)
"""What argparse says of a wrong call, and the same in Spanish."""


class CommandModule(Protocol):
    """What a module of ``hx_detect.commands`` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do the work and give the exit code."""
        ...


class Parser(argparse.ArgumentParser):
    """Reports a wrong call as ``UsageError``, in one line, and speaks the user's language."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False)
        general = self.add_argument_group(say("general", "generales"))
        general.add_argument("-h", "--help", action="help", help=say("show this help", "muestra esta ayuda"))
        general.add_argument(
            "--lang", choices=("es", "en"), default=argparse.SUPPRESS, help=say("language", "idioma de los mensajes")
        )
        general.add_argument(
            "--debug",
            action="store_true",
            default=argparse.SUPPRESS,
            help=say("show the traceback of an error", "muestra la traza de un error"),
        )

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage."""
        wording = say(message, usage_in_spanish(message))
        raise UsageError(wording, cure=say(f"See: {self.prog} --help", f"Vea: {self.prog} --help"))


def usage_in_spanish(message: str) -> str:
    """What argparse says of a wrong call, in Spanish; a message that is not known stays as it is."""
    for pattern, spanish in _USAGE:
        message = re.sub(pattern, spanish, message)
    return message


def build_parser(chosen: str | None) -> Parser:
    """The parser of all commands; only the chosen one's module is imported and its arguments declared."""
    parser = Parser(
        prog="hx-detect",
        description=say(
            "Tells hated from cherished customer experience in Spanish and English texts, and shows the words.",
            "Distingue la experiencia de cliente odiada de la apreciada en español e inglés, y muestra las palabras.",
        ),
    )
    parser.add_argument("--version", action="store_true", help=say("show the version", "muestra la versión"))
    commands = parser.add_subparsers(dest="command", metavar=say("COMMAND", "ORDEN"), parser_class=Parser)
    for name, (module, english, spanish) in COMMANDS.items():
        wording = say(english, spanish)
        command = commands.add_parser(name, help=wording, description=wording[0].upper() + wording[1:] + ".")
        if name == chosen:
            cast(CommandModule, importlib.import_module(module)).add_arguments(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: arguments without the program's name; None takes the process's.

    Returns:
        0, 3 (rows were rejected), 130 (interrupted), or the exit code of the error (``errors.EXIT_CODES``).
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    set_language(_language(arguments))
    try:
        return _run(arguments)
    except HxDetectError as error:
        return report(error, debug="--debug" in arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\n" + say("interrupted", "interrumpido") + "\n")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - so that nothing is written on exit
        return 0
    except Exception as error:  # the last net: whatever gets here is a fault of ours, and said so
        if "--debug" in arguments:
            traceback.print_exc()
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        advice = say("This is a bug; please report it with the output of --debug",
                     "Es un fallo del programa; comuníquelo con lo que muestra --debug")  # fmt: skip
        sys.stderr.write(f"error: {what}. {advice}\n")
        return 1


def report(error: HxDetectError, *, debug: bool = False) -> int:
    """Write an error as one line on stderr and give its exit code."""
    if debug:
        traceback.print_exception(error)
    line = " ".join(str(error).split())
    sys.stderr.write(f"error: {line}\n")
    return exit_code(error)


def _run(arguments: list[str]) -> int:
    chosen = next((word for word in arguments if word in COMMANDS), None)
    parser = build_parser(chosen)
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as done:  # after --help
        return int(done.code or 0)
    if parsed.version:
        from importlib.metadata import version

        sys.stdout.write(f"hx-detect {version('hx-detect')}\n")
        return 0
    if parsed.command is None:
        parser.print_help(sys.stderr)
        return exit_code(UsageError(""))
    return cast(CommandModule, importlib.import_module(COMMANDS[parsed.command][0])).run(parsed)


def _language(arguments: Sequence[str]) -> Lang:
    """The language asked for, before the parser (which speaks it) is built."""
    for index, word in enumerate(arguments):
        wanted = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and index + 1 < len(arguments):
            wanted = arguments[index + 1]
        if wanted in ("es", "en"):
            return cast(Lang, wanted)
    return language_of_environment()
