"""Options of commands that read labelled data. In: a parser, arguments. Out: ``LabelledTable``; its columns shown."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from hx_detect.commands.reading_arguments import add_reading_arguments, read_options
from hx_detect.errors import MissingExtraError, UsageError
from hx_detect.labels import KINDS
from hx_detect.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hx_detect.learning.labelled_row import LabelledOptions, LabelledTable

_MOST_SHOWN = 5


def add_labelled_arguments(parser: argparse.ArgumentParser, *, files: bool = True) -> None:
    """Declare the files of labelled texts and how they are read.

    Args:
        parser: of the command.
        files: declare the positional ``files`` and ``--new-signals`` too.
    """
    group = parser.add_argument_group(say("labelled data", "datos etiquetados"))
    add = group.add_argument
    file = say("FILE", "FICHERO")
    if files:
        add("files", nargs="*", metavar=file, help=say(
            "tables, JSON, exports of Label Studio or Argilla, hf:owner/name[:config][:split], or - for stdin",
            "tablas, JSON, exportaciones de Label Studio o Argilla, hf:propietario/nombre[:config][:corte], o -",
        ))  # fmt: skip
    add("--map", action="append", default=[], metavar=say("ROLE=COLUMN", "PAPEL=COLUMNA"), help=say(
        "what a column is: text, sentiment, stars, answer, labels, stage, language, a signal … (repeatable)",
        "qué es una columna: text, sentiment, stars, answer, labels, stage, language, una señal … (repetible)",
    ))  # fmt: skip
    if files:
        add("--new-signals", metavar=say("NAME,…", "NOMBRE,…"), help=say(
            "labels to learn as signals of your own (default: unknown labels of 30 texts or more)",
            "etiquetas que aprender como señales propias (si no, las desconocidas con 30 textos o más)",
        ))  # fmt: skip
    add("--blank-is-none", action="store_true", help=say(
        "a blank cell of labels means: no signal (default: not said)",
        "una celda de etiquetas vacía significa: ninguna señal (si no: no se dice)",
    ))  # fmt: skip
    add("--feedback", metavar="URL", help=say(
        "database of the service: its corrections are read too (a SQLAlchemy URL)",
        "base de datos del servicio: se leen también sus correcciones (una URL de SQLAlchemy)",
    ))  # fmt: skip
    add(
        "--kind",
        choices=KINDS,
        help=say("kind of all texts that do not say theirs", "tipo de los textos que no lo dicen"),
    )
    add_reading_arguments(add)


def labelled_from(
    arguments: argparse.Namespace, *, model_signals: Sequence[str] = (), need_labels: bool = True
) -> LabelledTable:
    """Read what the arguments name.

    Args:
        arguments: parsed, with the options of ``add_labelled_arguments``.
        model_signals: own signals that the model has already.
        need_labels: refuse files without labels.

    Raises:
        UsageError: nothing to read, or an option that makes no sense.
        InputError: see ``read_labelled``.
        StoreError: the service's database cannot be read.
        MissingExtraError: a library that is needed is not installed.
    """
    from hx_detect.learning.labelled_tables import read_labelled

    if not arguments.files and not arguments.feedback:
        raise UsageError(
            say("No file of labelled texts was given", "No se ha indicado ningún fichero de textos etiquetados"),
            cure=say("Name one or more, or --feedback URL", "Indique uno o varios, o --feedback URL"),
        )
    options = labelled_options(arguments, model_signals=model_signals, need_labels=need_labels)
    records = {"feedback": feedback_records(arguments.feedback)} if arguments.feedback else {}
    return read_labelled(arguments.files, options, records=records)


def labelled_options(
    arguments: argparse.Namespace, *, model_signals: Sequence[str] = (), need_labels: bool = True
) -> LabelledOptions:
    """How to read, as the arguments say.

    Raises:
        UsageError: ``--map`` without ``=``, or twice for one role; a delimiter of several characters.
    """
    from hx_detect.learning.labelled_row import LabelledOptions

    columns: dict[str, str] = {}
    for pair in arguments.map:
        role, separator, column = pair.partition("=")
        if not separator or not role.strip() or not column.strip() or role.strip() in columns:
            raise UsageError(
                f"--map {pair}",
                cure=say("Write role=column, each role once", "Escriba papel=columna, cada papel una vez"),
            )
        columns[role.strip()] = column.strip()
    named: str | None = getattr(arguments, "new_signals", None)
    return LabelledOptions(
        columns=columns,
        new_signals=None if named is None else tuple(name.strip() for name in named.split(",") if name.strip()),
        model_signals=tuple(model_signals),
        need_labels=need_labels,
        blank_is_none=arguments.blank_is_none,
        kind=arguments.kind,
        read=read_options(arguments),
    )


def feedback_records(url: str) -> list[dict[str, Any]]:
    """The service's corrections, the last word on each text, as records of ``data/schema.json``.

    Raises:
        MissingExtraError: the libraries of the service are not installed.
        StoreError: the database cannot be read.
    """
    import json

    try:
        from hx_detect.serving.labelled_records import training_line
        from hx_detect.serving.store.engine import Store
        from hx_detect.serving.store.feedback import all_feedback
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"The library {error.name} is not installed", f"La biblioteca {error.name} no está instalada"),
            cure='pip install "hx-detect[serve]"',
        ) from error
    store = Store(url)
    try:
        return [json.loads(training_line(row)) | {"who": row.who} for row in all_feedback(store)]
    finally:
        store.close()


def show_columns(table: LabelledTable) -> None:
    """Say on stderr what was found, before anything starts: columns, labels that are unknown, rows left out."""
    for file in table.files:
        details = ", ".join((file.format, *file.details))
        sys.stderr.write(f"{file.name} ({details}): {file.rows} {say('labelled texts', 'textos etiquetados')}\n")
        for found in table.columns_found:
            if found.file == file.name:
                sys.stderr.write(f"  {found.column} -> {found.role} ({found.how})\n")
    for label in table.unknown_labels:
        meant = say(f", did you mean {label.suggestion}?", f", ¿quería decir {label.suggestion}?")
        becomes = say(", a signal of your own", ", una señal propia") if label.own else ""
        hint = meant if label.suggestion else becomes
        sys.stderr.write(
            f"  {say('unknown label', 'etiqueta desconocida')} {label.name!r}: {len(label.rows)}{hint}\n"
        )  # fmt: skip
    for reject in table.rejects[:_MOST_SHOWN]:
        failure = reject.failure
        what = say("left out", "descartada") if reject.dropped else say("used without it", "usada sin ello")
        sys.stderr.write(
            f"  {reject.file} {say('row', 'fila')} {failure.row}, {failure.field}: {failure.message} ({what})\n"
        )
    if len(table.rejects) > _MOST_SHOWN:
        sys.stderr.write(
            f"  … {len(table.rejects) - _MOST_SHOWN} {say('more: hx-detect data check', 'más: hx-detect data check')}\n"
        )
