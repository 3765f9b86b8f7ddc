"""``hx-detect label [FILE]``. In: a file of texts. Out: a page to label them on, answers as JSON lines."""

from __future__ import annotations

import argparse
import getpass
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hx_detect.commands.scorer_loader import scorer_loader
from hx_detect.errors import InputNotFoundError, MissingExtraError, UsageError
from hx_detect.wording import say

_NEWEST: Final = "*.to-label.*"
_TABLES: Final = (".csv", ".tsv", ".xlsx", ".jsonl", ".parquet")


def add_options(parser: argparse.ArgumentParser, *, inner: bool = False) -> None:
    """Declare the options of the page; ``inner`` is for the parser of the action, whose absent ones change nothing."""

    def default(value: object) -> object:
        return argparse.SUPPRESS if inner else value

    add = parser.add_argument_group(say("the labelling page", "la página de etiquetado")).add_argument
    add("--who", default=default(None), metavar=say("NAME", "NOMBRE"),
        help=say("who labels (default: the user's name)", "quién etiqueta (si no, el nombre del usuario)"))  # fmt: skip
    add("--out", type=Path, default=default(None), metavar="OUT.jsonl",
        help=say("where the answers go (default: NAME.labels.WHO.jsonl beside FILE)",
                 "adónde van las respuestas (si no: NOMBRE.labels.QUIÉN.jsonl junto a FICHERO)"))  # fmt: skip
    add("--with", dest="others", action="append", type=Path, default=default(None), metavar=say("FILE", "FICHERO"),
        help=say("answers of other people, for the agreement (default: NAME.labels.*.jsonl beside FILE)",
                 "respuestas de otras personas, para la coincidencia (si no: NOMBRE.labels.*.jsonl)"))  # fmt: skip
    add("--own-signals", default=default(""), metavar="A,B",
        help=say("signals of your own to offer as well", "señales propias que ofrecer también"))  # fmt: skip
    add("--text-column", default=default(None), metavar=say("NAME", "NOMBRE"),
        help=say("column of the texts (default: found)", "columna de los textos (si no, se busca)"))  # fmt: skip
    add("--model", default=default(None), metavar=say("FOLDER", "CARPETA"),
        help=say("a model folder, for the guess", "carpeta de un modelo, para su respuesta"))  # fmt: skip
    add("--port", type=int, default=default(0), metavar="N", help=say("default: a free one", "si no, uno libre"))
    add("--no-browser", action="store_true", default=default(False), help=say(
        "only print the address", "solo escribe la dirección"))  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``page``."""
    group = parser.add_argument_group(say("what is labelled", "qué se etiqueta"))
    group.add_argument("file", nargs="?", default=argparse.SUPPRESS, metavar=say("FILE", "FICHERO"), help=say(
        "output of label suggest, or any table with texts (default: the newest *.to-label.* here)",
        "salida de label suggest, o una tabla con textos (si no, el *.to-label.* más nuevo de aquí)"))  # fmt: skip
    add_options(parser, inner=True)


def run(arguments: argparse.Namespace) -> int:
    """Serve the page until it is ended with Ctrl+C.

    Raises:
        UsageError: an option that makes no sense.
        InputError: the file cannot be read.
        OutputError: the answers cannot be written.
        MissingExtraError: the libraries of the page are not installed.
    """
    try:
        from hx_detect.labelling.page_server import serve_page
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"The library {error.name} is not installed", f"La biblioteca {error.name} no está instalada"),
            cure='pip install "hx-detect[learn,serve]"',
        ) from error
    from hx_detect.labelling.answer_log import AnswerLog
    from hx_detect.labelling.session import Session
    from hx_detect.labelling.tasks import read_tasks

    file = arguments.file or _newest()
    who = _who(arguments.who)
    place = arguments.out or default_place(file, who)
    if place.suffix != ".jsonl":
        cure = say("Answers are JSON lines: call it OUT.jsonl", "Son JSON por líneas: llámelo OUT.jsonl")
        raise UsageError(f"--out {place}", cure=cure)
    own = own_signals(arguments.own_signals)
    tasks, refused = read_tasks(file, arguments.text_column)
    if refused:
        sys.stderr.write(say(f"rows without a text that can be labelled: {refused:,}",
                             f"filas sin un texto que se pueda etiquetar: {refused:,}") + "\n")  # fmt: skip
    log = AnswerLog(place)
    try:
        session = Session(tasks, log, who, scorer_loader(arguments.model), _others(arguments.others, file, place), own)
        return serve_page(session, arguments.port, _announcer(place, browser=not arguments.no_browser))
    finally:
        log.close()


def default_place(file: str, who: str) -> Path:
    """Where one person's answers to a file go."""
    name = re.sub(r"[^\w-]+", "-", who).strip("-") or "me"
    return _folder(file) / f"{_stem(file)}.labels.{name}.jsonl"


def own_signals(words: str) -> tuple[str, ...]:
    """Names of signals of one's own, from ``a,b``.

    Raises:
        UsageError: a name that no label can have, or that a built-in signal has.
    """
    from hx_detect.labels import SIGNAL_NAMES

    names = tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
    wrong = [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or name in SIGNAL_NAMES]
    if wrong:
        raise UsageError(
            say(f"--own-signals: {wrong[0]!r} cannot be a name", f"--own-signals: {wrong[0]!r} no puede ser un nombre"),
            cure=say("Use small letters, digits and _, and no name of a built-in signal",
                     "Use minúsculas, cifras y _, y ningún nombre de las señales incluidas"),
        )  # fmt: skip
    return names


def _newest() -> str:
    found = [path for path in Path().glob(_NEWEST) if path.suffix in _TABLES]
    if not found:
        raise InputNotFoundError(
            say("Nothing to label is here (*.to-label.csv)", "Aquí no hay nada que etiquetar (*.to-label.csv)"),
            cure=say("Make one: hx-detect label suggest SCORED -n 200; or name a file",
                     "Haga uno: hx-detect label suggest PUNTUADO -n 200; o indique un fichero"),
        )  # fmt: skip
    return str(max(found, key=lambda path: (path.stat().st_mtime, path.name)))


def _who(given: str | None) -> str:
    name = (given if given is not None else _user()).strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise UsageError(f"--who {given!r}", cure=say("Give a name", "Indique un nombre"))
    return name


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return "me"


def _folder(file: str) -> Path:
    from hx_detect.io.source import is_url

    return Path() if is_url(file) or file == "-" else Path(file).parent


def _stem(file: str) -> str:
    from hx_detect.io.source import base_name, plain_name

    return Path(plain_name(base_name(file))).stem.removesuffix(".to-label").removesuffix(".scored")


def _others(given: list[Path] | None, file: str, place: Path) -> list[Path]:
    """Answers of other people: as named, else those beside the file."""
    if given is not None:
        missing = [path for path in given if not path.is_file()]
        if missing:
            raise InputNotFoundError(
                say(f"There is no file {missing[0]} (--with)", f"No existe el fichero {missing[0]} (--with)"),
                cure=say("Check its name", "Compruebe su nombre"),
            )
        return given
    found = sorted(_folder(file).glob(f"{_stem(file)}.labels.*.jsonl"))
    return [path for path in found if path.resolve() != place.resolve() and not path.name.endswith(".skipped.jsonl")]


def _announcer(place: Path, *, browser: bool) -> Callable[[str], None]:
    def announce(address: str) -> None:
        sys.stdout.write(say(f"label at {address}", f"etiquete en {address}") + "\n")
        sys.stdout.write(say(f"answers -> {place} (Ctrl+C ends)", f"respuestas -> {place} (Ctrl+C termina)") + "\n")
        sys.stdout.flush()
        if browser:
            import webbrowser

            webbrowser.open(address)

    return announce
