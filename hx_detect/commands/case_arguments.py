"""What ``hx-detect cases`` understands. In: a parser. Out: its actions and their arguments declared."""

from __future__ import annotations

import argparse
from typing import Any, Final

from hx_detect.commands.reading_arguments import add_reading_arguments
from hx_detect.labels import LEVELS
from hx_detect.wording import say

STATES: Final = ("open", "contacted", "solved", "lost")
MOVES: Final = {"contact": "contacted", "solve": "solved", "lose": "lost", "reopen": "open"}
"""Action -> the state that it leads to."""
LIMIT: Final = 50


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare all actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION", "ACCIÓN"))
    made = {
        name: actions.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        for name, what in _actions().items()
    }
    for name in ("add", "follow"):
        _add_file_arguments(made[name])
    _add_choice(made["add"])
    for name in ("list", "stats", "export"):
        _add_filter(made[name])
    made["list"].add_argument("--limit", type=_positive, default=LIMIT, metavar="N", help=say(
        "how many (default: %(default)s)", "cuántos (por omisión: %(default)s)"))  # fmt: skip
    made["list"].add_argument("--order", choices=("priority", "newest", "updated"), default="priority", help=say(
        "the most urgent, the newest or those changed last come first",
        "primero los más urgentes, los más nuevos o los últimos cambiados"))  # fmt: skip
    made["stats"].add_argument("--by-group", action="store_true", help=say("also of each group", "también por grupo"))
    made["export"].add_argument("-o", "--output", required=True, metavar="OUT", help=say(
        "file, .csv or .xlsx", "fichero, .csv o .xlsx"))  # fmt: skip
    for name in ("show", "assign", "note", *MOVES):
        made[name].add_argument(
            "id", metavar="ID", help=say("of the case, or its beginning", "del caso, o su comienzo")
        )
    _add_changes(made)
    made["forget"].add_argument("customer_key", metavar=say("CUSTOMER", "CLIENTE"), help=say("their key", "su clave"))
    for action in made.values():
        _add_general(action)


def _actions() -> dict[str, str]:
    return {
        "add": say("make cases of the texts to call back for; link later texts of their customers",
                   "crea casos con los textos que piden llamada; enlaza los posteriores de esos clientes"),
        "list": say("show cases", "muestra los casos"),
        "show": say("show one case whole", "muestra un caso entero"),
        "assign": say("say whose case it is", "dice de quién es el caso"),
        "note": say("write something down", "anota algo"),
        "contact": say("the customer was reached", "se ha hablado con el cliente"),
        "solve": say("the matter is solved", "el asunto está resuelto"),
        "lose": say("the customer is lost", "el cliente está perdido"),
        "reopen": say("open a case again", "vuelve a abrir un caso"),
        "follow": say("score new texts of the same customers and link them",
                      "puntúa textos nuevos de los mismos clientes y los enlaza"),
        "stats": say("time to contact, customers won back", "tiempo hasta el contacto, clientes recuperados"),
        "export": say("write cases as CSV or Excel", "escribe los casos en CSV o Excel"),
        "forget": say("remove a customer with all cases", "borra a un cliente con todos sus casos"),
    }  # fmt: skip


def _add_file_arguments(parser: argparse.ArgumentParser) -> None:
    add, name = parser.add_argument, say("COLUMN", "COLUMNA")
    add("files", nargs="+", metavar=say("FILE", "FICHERO"), help=say(
        "scored, or raw: then it is scored first", "puntuado, o sin puntuar: entonces se puntúa antes"))  # fmt: skip
    add("--customer", metavar=name, help=say("column of the customer's key (default: found)",
                                             "columna con la clave del cliente (si no, se busca)"))  # fmt: skip
    add(
        "--date", metavar=name, help=say("column of the date (default: found)", "columna de la fecha (si no, se busca)")
    )
    add("--text-column", metavar=name, help=say("column of the texts", "columna de los textos"))
    add("--id-column", metavar=name, help=say("column that identifies the rows", "columna que identifica las filas"))
    add_reading_arguments(add)
    add("--model", metavar=say("FOLDER", "CARPETA"), help=say("to score with", "modelo con que se puntúa"))
    add("--mask", action=argparse.BooleanOptionalAction, default=None, help=say(
        "take personal data out of the texts (default: as the service)",
        "quita los datos personales de los textos (si no, como el servicio)"))  # fmt: skip
    add("--no-texts", action="store_true", help=say("keep scores, no words", "guarda puntuaciones, no palabras"))
    add("-q", "--quiet", action="store_true", help=say("no progress", "sin progreso"))


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar=say("COLUMN", "COLUMNA"), help=say(
        "column of the group: shop, product, agent …", "columna del grupo: tienda, producto, agente …"))  # fmt: skip
    parser.add_argument("--top", type=_positive, metavar="N", help=say(
        "only the N most urgent", "solo los N más urgentes"))  # fmt: skip
    parser.add_argument("--min-priority", type=_share, metavar="P", help=say(
        "texts from this priority on, 0 to 1 (default: those that are HX)",
        "textos desde esta prioridad, de 0 a 1 (por omisión: los que son HX)"))  # fmt: skip


def _add_filter(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(say("which cases", "qué casos"))
    add = group.add_argument
    add("--state", action="append", choices=STATES, help=say("may be given several times", "puede repetirse"))
    add("--owner", metavar=say("NAME", "NOMBRE"), help=say('whose; "" for nobody\'s', 'de quién; "" si no es de nadie'))
    add("--group", metavar=say("NAME", "NOMBRE"), help=say("of this group", "de este grupo"))
    add(
        "--level",
        choices=("any_hx", *LEVELS),
        metavar=say("LEVEL", "NIVEL"),
        help=say("of this level", "de este nivel"),
    )
    add("--signal", metavar=say("SIGNAL", "SEÑAL"), help=say("with this signal", "con esta señal"))
    add("--customer", metavar=say("KEY", "CLAVE"), help=say("of this customer", "de este cliente"))
    add("--search", metavar=say("WORDS", "PALABRAS"), help=say("in text, customer or id", "en texto, cliente o id"))
    add("--min-priority", type=_share, metavar="P", help=say("from this priority on", "desde esta prioridad"))


def _add_changes(made: dict[str, Any]) -> None:
    made["assign"].add_argument("owner", metavar=say("OWNER", "RESPONSABLE"), help=say(
        'who cares for it; "" for nobody', 'quién lo lleva; "" para nadie'))  # fmt: skip
    made["note"].add_argument("note", metavar=say("TEXT", "TEXTO"), help=say("what is to be kept", "lo que se anota"))
    for name in ("assign", *MOVES):
        made[name].add_argument("--note", metavar=say("TEXT", "TEXTO"), help=say("what happened", "qué ha pasado"))
    for name in ("contact", "solve", "lose"):
        made[name].add_argument("--at", metavar=say("TIME", "MOMENTO"), help=say(
            "when, if it was before now", "cuándo, si fue antes de ahora"))  # fmt: skip


def _add_general(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--who", metavar=say("NAME", "NOMBRE"), help=say(
        "who does it (default: the user here)", "quién lo hace (si no, el usuario de esta máquina)"))  # fmt: skip
    parser.add_argument("--database", metavar="URL", help=say(
        "URL of the service's store (default: a SQLite file in the data folder)",
        "URL del almacén del servicio (si no, un fichero SQLite en la carpeta de datos)"))  # fmt: skip
    parser.add_argument("--data", metavar=say("FOLDER", "CARPETA"), help=say(
        "the service's data folder", "carpeta de datos del servicio"))  # fmt: skip
    parser.add_argument("--json", action="store_true", help=say("as JSON", "en JSON"))


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(say(f"{text} is not above 0", f"{text} no es mayor que 0"))
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(say(f"{text} is not from 0 to 1", f"{text} no está entre 0 y 1"))
    return number
