"""``hx-detect watch FILE...``. In: scored files with dates. Out: alarms as text or JSON, a webhook, an exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hx_detect.cli import report
from hx_detect.errors import ALARM_EXIT, ColumnError, DeliveryError, UsageError
from hx_detect.io.rows import ReadOptions
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.watching.alarm_records import WatchResult

ALPHA: Final = 0.05
_FILES_NAMED: Final = 3
_ROLES: Final = ("by", "date", "text", "id")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``watch``."""
    add = parser.add_argument_group(say("what is watched", "qué se vigila")).add_argument
    add(
        "files",
        nargs="+",
        metavar=say("FILE", "FICHERO"),
        help=say("scored files: paths, URLs, or - for stdin", "ficheros puntuados: rutas, URL o - (stdin)"),
    )
    add(
        "--by",
        metavar=say("NAME", "NOMBRE"),
        help=say(
            "column of the groups: shop, site, agent … (default: found)",
            "columna de los grupos: tienda, sede, agente … (si no, se busca)",
        ),
    )
    for role, meaning in _role_help().items():
        add(f"--{role}-column" if role != "date" else "--date", dest=role, metavar=say("NAME", "NOMBRE"), help=meaning)
    rules = parser.add_argument_group(say("when it alarms", "cuándo avisa")).add_argument
    rules(
        "--alpha",
        type=float,
        default=ALPHA,
        metavar="A",
        help=say(
            "chance of any false alarm in a year, over all groups and signals (default: %(default)s)",
            "probabilidad de alguna falsa alarma en un año, entre todos los grupos y señales (%(default)s)",
        ),
    )
    rules(
        "--learn-days",
        type=int,
        metavar="N",
        help=say(
            "days to learn what is usual before the first alarm (default: 28, or half of a shorter history)",
            "días para aprender lo habitual antes de la primera alarma (28, o la mitad si hay menos)",
        ),
    )
    rules(
        "--state",
        type=Path,
        metavar="OUT",
        help=say(
            "remember texts and alarms in this file: for a run a day; nothing is counted or told twice",
            "recuerda textos y alarmas en este fichero, para ejecutarlo cada día: nada cuenta dos veces",
        ),
    )
    _add_telling(parser)  # fmt: skip


def _role_help() -> dict[str, str]:
    return {
        "date": say("column of the dates (default: found)", "columna de las fechas (si no, se busca)"),
        "text": say("column of the texts (default: found)", "columna de los textos (si no, se busca)"),
        "id": say("column that identifies the rows", "columna que identifica las filas"),
    }


def _add_telling(parser: argparse.ArgumentParser) -> None:
    tell = parser.add_argument_group(say("how it tells", "cómo avisa")).add_argument
    tell("--format", choices=("text", "json"), default="text", help=say("of the output", "de la salida"))
    tell("--webhook", metavar="URL", help=say("post new alarms there as JSON", "envía ahí las alarmas nuevas en JSON"))
    tell(
        "--secret-file",
        type=Path,
        metavar=say("FILE", "FICHERO"),
        help=say("file with the secret that signs the webhook", "fichero con el secreto que firma el webhook"),
    )
    tell(
        "--no-texts", action="store_true", help=say("leave customers' words out", "omite las palabras de los clientes")
    )
    tell("-q", "--quiet", action="store_true",
         help=say("say nothing of the columns", "no informa de las columnas"))  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Watch, tell, and say by the exit code whether there is an alarm.

    Returns:
        0 (quiet, or still learning) or 4 (an alarm that is new or goes on).

    Raises:
        UsageError: an option makes no sense.
        InputError: a file cannot be read, is not scored, or has no dates.
        StateError: the state cannot be used.
    """
    _check(arguments)
    secret = _secret(arguments)
    from hx_detect.reporting.load import load
    from hx_detect.watching.run import watch_frame
    from hx_detect.watching.state import WatchState

    loaded = load(
        arguments.files,
        columns={role: getattr(arguments, role) for role in _ROLES},
        read=ReadOptions(),
        say_line=_teller(quiet=arguments.quiet),
    )
    if "date" not in loaded.roles:
        raise ColumnError(
            say("No column holds dates, and without them nothing can be watched",
                "Ninguna columna contiene fechas, y sin ellas no se puede vigilar"),
            cure=say("Name it with --date", "Indíquela con --date"),
        )  # fmt: skip
    settings: dict[str, Any] = {
        "alpha": arguments.alpha,
        "today": date.today(),
        "learn_days": arguments.learn_days,
        "show_texts": not arguments.no_texts,
    }
    if arguments.state is None:
        result = watch_frame(loaded.frame, loaded.signals, None, **settings)
        _tell(result, arguments, secret)
    else:
        with WatchState(arguments.state) as state:
            result = watch_frame(loaded.frame, loaded.signals, state, **settings)
            if _tell(result, arguments, secret):
                state.remember([alarm for alarm in result.alarms if alarm.new])
    return ALARM_EXIT if result.status == "alarm" else 0


def _teller(*, quiet: bool) -> Callable[[str], None]:
    """Says on stderr what was found in the files; of many files each thing once."""
    said: set[str] = set()

    def tell(line: str) -> None:
        """Write a line; findings are indented, file names are not."""
        files = sum(not one.startswith(" ") for one in said)
        if quiet or line in said or (files >= _FILES_NAMED and not line.startswith(" ")):
            return
        said.add(line)
        sys.stderr.write(line + "\n")

    return tell


def _check(arguments: argparse.Namespace) -> None:
    if not 0 < arguments.alpha < 1:
        raise UsageError(f"--alpha {arguments.alpha}", cure=say("Use a number between 0 and 1, as 0.05",
                                                                "Use un número entre 0 y 1, como 0.05"))  # fmt: skip
    if arguments.learn_days is not None and arguments.learn_days < 1:
        raise UsageError(f"--learn-days {arguments.learn_days}", cure=say("Use 1 or more", "Use 1 o más"))
    if arguments.secret_file is not None and arguments.webhook is None:
        raise UsageError(say("--secret-file without --webhook", "--secret-file sin --webhook"),
                         cure=say("Give both", "Indique ambos"))  # fmt: skip


def _secret(arguments: argparse.Namespace) -> bytes | None:
    if arguments.webhook is None:
        return None
    from hx_detect.watching.webhook import check_url, read_secret

    check_url(arguments.webhook)
    return None if arguments.secret_file is None else read_secret(arguments.secret_file)


def _tell(result: WatchResult, arguments: argparse.Namespace, secret: bytes | None) -> bool:
    """Print, and post where asked; False where the webhook did not take the new alarms."""
    if arguments.format == "json":
        sys.stdout.write(json.dumps(result.to_dict(), ensure_ascii=False, indent=1) + "\n")
    else:
        from hx_detect.watching.watch_text import render

        sys.stdout.write(render(result))
    new = [alarm for alarm in result.alarms if alarm.new]
    if arguments.webhook is None or not new:
        return True
    from hx_detect.watching.webhook import delivery_name, payload, post

    delivery = delivery_name(new)
    try:
        post(arguments.webhook, payload(result, delivery), secret, delivery)
    except DeliveryError as error:
        report(error)
        return False
    return True
