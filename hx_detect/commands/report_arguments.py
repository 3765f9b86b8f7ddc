"""Arguments of ``hx-detect report``. In: a parser. Out: the parser with them declared; which name which column."""

from __future__ import annotations

import argparse
from typing import Final

from hx_detect.reporting.options import PERIODS
from hx_detect.wording import say

FORMATS: Final = ("html", "json", "xlsx")
COLUMNS: Final = {
    "text": "text_column",
    "id": "id_column",
    "answer": "score_column",
    "stars": "stars_column",
    "date": "date",
    "by": "by",
}
"""Role -> the argument that names its column."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``report``."""
    add = parser.add_argument_group(say("what is reported, and where to", "qué se informa y adónde va")).add_argument
    raw = say("scored by hx-detect, or raw: then it is scored first", "puntuado por hx-detect, o no: se puntúa antes")
    add("files", nargs="+", metavar=say("FILE", "FICHERO"), help=raw)
    place = say(
        "output: .html, .json or .xlsx; - for stdout (default: NAME.report.*)",
        "salida: .html, .json o .xlsx; - para stdout (si no: NOMBRE.report.*)",
    )
    add("-o", "--output", metavar="OUT", help=place)
    format = say(
        "format of the output (default: by its suffix, else html)", "formato de la salida (si no, por su sufijo)"
    )
    add("--format", choices=FORMATS, help=format)
    calls = say("write the whole call-back list: .csv or .xlsx", "escribe la lista entera de llamadas: .csv o .xlsx")
    add("--callback", metavar="OUT", help=calls)
    add("--overwrite", action="store_true", help=say("replace outputs that exist", "reemplaza las salidas que existan"))
    add("--title", default="", help=say("title of the report", "título del informe"))
    add("--no-texts", action="store_true", help=say("figures only, no customer's words", "solo cifras, sin textos"))
    quiet = say("do not print the command in the report", "no muestra la orden en el informe")
    add("--command-free", action="store_true", help=quiet)
    add("--model", metavar=say("FOLDER", "CARPETA"), help=say("a model folder", "carpeta de un modelo"))
    add("-q", "--quiet", action="store_true", help=say("say nothing on the way", "no dice nada mientras tanto"))
    _add_limits(parser)
    _add_columns(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    add, day = parser.add_argument_group(say("which texts", "qué textos")).add_argument, say("DAY", "DÍA")
    add("--group", metavar=say("VALUE", "VALOR"), help=say("of this group only", "solo de este grupo"))
    add("--from", dest="start", metavar=day, help=say("from this day (2025-03-01) on", "desde este día (2025-03-01)"))
    add("--to", dest="end", metavar=day, help=say("up to this day", "hasta este día"))
    length = say("length of the periods over time", "duración de los periodos")
    add("--period", choices=("auto", *PERIODS), default="auto", help=length)


def _add_columns(parser: argparse.ArgumentParser) -> None:
    title, name = say("columns (found where not given)", "columnas (si no, se buscan)"), say("NAME", "NOMBRE")
    add = parser.add_argument_group(title).add_argument
    add("--by", metavar=name, help=say("groups to compare: shop, product …", "grupos: tienda, producto …"))
    add("--date", metavar=name, help=say("the dates", "las fechas"))
    add("--score-column", metavar=name, help=say("the real 0-10 answers", "las respuestas 0-10 reales"))
    add("--stars-column", metavar=name, help=say("the real stars", "las estrellas reales"))
    add("--id-column", metavar=name, help=say("the identifiers", "los identificadores"))
    add("--text-column", metavar=name, help=say("the texts", "los textos"))
