"""``hx-detect data check FILE...``. In: labelled texts. Out: what is wrong with them: a summary and a worked list."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hx_detect.commands.labelled_arguments import add_labelled_arguments, labelled_from, show_columns
from hx_detect.errors import PROBLEMS_EXIT, UsageError
from hx_detect.io.destination import check_not_input
from hx_detect.reporting.written import check_free, write_file
from hx_detect.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hx_detect.learning.data_check import Judge
    from hx_detect.learning.label_problems import DataCheck
    from hx_detect.learning.labelled_row import LabelledTable

_SUFFIXES: Final = (".md", ".html", ".csv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``data``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION", "ACCIÓN"))
    what = say("tell what is wrong with labelled texts; changes nothing",
               "dice qué está mal en los textos etiquetados; no cambia nada")  # fmt: skip
    check = actions.add_parser("check", help=what, description=what[0].upper() + what[1:] + ".")
    add_labelled_arguments(check)
    add = check.add_argument_group(say("the check", "la comprobación")).add_argument
    add("-o", "--output", type=Path, metavar=say("REPORT", "INFORME"), help=say(
        "the worked list, as .csv, .md or .html", "la lista de trabajo, como .csv, .md o .html"))  # fmt: skip
    add("--evaluation", nargs="+", default=[], metavar=say("FILE", "FICHERO"), help=say(
        "texts that models are judged on: rows that repeat one are named",
        "textos con los que se juzgan los modelos: se señalan las filas que los repiten"))  # fmt: skip
    add("--model", metavar=say("MODEL", "MODELO"), help=say(
        "folder or name of the model that judges (default: the current one)",
        "carpeta o nombre del modelo que juzga (si no, el actual)"))  # fmt: skip
    add("--overwrite", action="store_true", help=say(
        "replace the report if it exists", "sustituye el informe si ya existe"))  # fmt: skip
    add("--no-model", action="store_true", help=say(
        "leave out the search for wrong labels: seconds instead of minutes",
        "sin buscar etiquetas erróneas: segundos en vez de minutos"))  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Check, show, write.

    Returns:
        0 where nothing was found, 6 where rows need a look.

    Raises:
        UsageError: an option that makes no sense.
        InputError: a file cannot be read.
        BundleError: the model cannot be used.
        MissingExtraError: a library that is needed is not installed.
        OutputError: the report cannot be written.
    """
    if arguments.output is not None and arguments.output.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            say(f"{arguments.output}: no such kind of report", f"{arguments.output}: no existe ese tipo de informe"),
            cure=say("End the name with ", "Termine el nombre en ") + ", ".join(_SUFFIXES),
        )
    if arguments.output is not None:
        check_not_input(str(arguments.output), [*arguments.files, *arguments.evaluation])
        check_free(str(arguments.output), overwrite=arguments.overwrite)
    from hx_detect.learning.data_check import check_data
    from hx_detect.learning.label_report import summary_text

    table = labelled_from(arguments)
    show_columns(table)
    evaluation = _evaluation(arguments.evaluation)
    check = check_data(table, None if arguments.no_model else _judge(table, arguments.model), evaluation)
    sys.stdout.write(summary_text(check))
    if arguments.output is not None:
        _write(check, arguments.output)
    return PROBLEMS_EXIT if check.problems else 0


def _judge(table: LabelledTable, model: str | None) -> Judge:
    from hx_detect.bundle import load_bundle
    from hx_detect.learning.data_check import judge_with

    total = len(table.rows)

    def tell(done: int) -> None:
        sys.stderr.write(f"  {say('texts read', 'textos leídos')}: {done}/{total}\n")

    return judge_with(load_bundle(model), table.rows, tell)


def _evaluation(files: Sequence[str]) -> dict[str, list[str]]:
    """Texts of the given sets, and of the one that every new model is judged on."""
    from hx_detect.learning.frozen_set import frozen_texts
    from hx_detect.learning.labelled_row import LabelledOptions
    from hx_detect.learning.labelled_tables import read_labelled

    sets = {
        file: [row.text for row in read_labelled([file], LabelledOptions(need_labels=False)).rows] for file in files
    }
    return sets | {say("the frozen set of the gate", "conjunto fijo de la barrera"): frozen_texts()}


def _write(check: DataCheck, place: Path) -> None:
    from hx_detect.learning.label_report import html, markdown, table_csv

    make = {".md": markdown, ".html": html, ".csv": table_csv}[place.suffix.lower()]
    write_file(str(place), make(check).encode("utf-8-sig" if place.suffix.lower() == ".csv" else "utf-8"))
    sys.stdout.write(f"-> {place}\n")
