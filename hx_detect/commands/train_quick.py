"""``hx-detect train FILE``: the quick way. In: labelled tables, a model. Out: a refitted model, in minutes."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hx_detect.errors import LearningError, MissingExtraError, UsageError
from hx_detect.labels import KINDS
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.bundle import Bundle
    from hx_detect.learning.labelled_row import LabelledTable
    from hx_detect.learning.quick_refit import RefitOptions


def add_quick_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the labelled files and what only the quick way needs."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar=say("FILE", "FICHERO"),
        help=say("labelled rows: refits the heads of the model in use", "filas etiquetadas: reajusta el modelo en uso"),
    )
    add = parser.add_argument_group(say("quick way, with FILE", "vía rápida, con FICHERO")).add_argument
    model = say("folder or NAME@VERSION to start from", "carpeta o NOMBRE@VERSIÓN de partida")
    add("--model", metavar=say("MODEL", "MODELO"), help=model)
    add("--name", metavar=say("NAME", "NOMBRE"), help=say("of the new model (default: the old one's)",
        "del modelo nuevo (si no, el del anterior)"))  # fmt: skip
    add("--version", dest="new_version", metavar="V", help=say("of the new model (default: the next one)",
        "del modelo nuevo (si no, la siguiente)"))  # fmt: skip
    add("--map", action="append", default=[], metavar=say("ROLE=COLUMN", "PAPEL=COLUMNA"),
        help=say("which column is what", "qué columna es cada cosa"))  # fmt: skip
    add("--new-signals", metavar="A,B", help=say(
        "labels to learn as own signals (default: all unknown ones with enough examples)",
        "etiquetas que aprender como señales propias (si no, las desconocidas con bastantes ejemplos)"))  # fmt: skip
    add("--title", action="append", default=[], metavar="SIGNAL=ES|EN", help=say(
        "names of an own signal, Spanish and English", "nombres de una señal propia, español e inglés"))  # fmt: skip
    add("--kind", choices=KINDS, help=say("kind of texts that do not say theirs", "tipo de los textos que no lo digan"))
    add("--seed", type=int, default=13, metavar="N", help=say("of folds and bootstraps (default: %(default)s)",
        "de particiones y remuestreos (%(default)s)"))  # fmt: skip


def run_quick(arguments: argparse.Namespace) -> int:
    """Refit and write the model: into ``--output``, or into the registry.

    Raises:
        MissingExtraError: the extra ``learn`` is not installed.
        InputError: a file cannot be read.
        UsageError: an option makes no sense.
        LearningError: the rows do not suffice, or the model cannot be refitted.
    """
    try:
        from hx_detect.learning.quick_refit import refit
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"Refitting needs {error.name}", f"Para reajustar hace falta {error.name}"),
            cure="pip install 'hx-detect[learn]'",
        ) from error
    from hx_detect.bundle import load_bundle

    parent = load_bundle(arguments.model)
    table = _read(arguments, parent)
    options = _options(arguments, parent)
    if arguments.output is not None:
        figures = refit(parent, table, arguments.output, options, _tell)
        sys.stdout.write(f"{arguments.output}\n")
    else:
        with tempfile.TemporaryDirectory(prefix="hx-detect-") as beside:
            folder = Path(beside) / options.name
            figures = refit(parent, table, folder, options, _tell)
            sys.stdout.write(f"{_register(folder, table, parent, arguments)}\n")
    sys.stdout.write(_summary(figures))
    return 0


def _read(arguments: argparse.Namespace, parent: Bundle) -> LabelledTable:
    """Read the rows, and say what was found before anything starts."""
    from hx_detect.learning.labelled_row import LabelledOptions
    from hx_detect.learning.labelled_tables import read_labelled

    wanted = None if arguments.new_signals is None else tuple(filter(None, arguments.new_signals.split(",")))
    options = LabelledOptions(
        columns=_pairs(arguments.map, "--map"),
        new_signals=wanted,
        model_signals=tuple(parent.decision.own_names),
        kind=arguments.kind,
    )
    table = read_labelled(arguments.files, options)
    for column in table.columns_found:
        _tell(f"{column.file}: {column.role} = {column.column} ({column.how})")
    for reject in table.rejects:
        failure = reject.failure
        _tell(f"{reject.file} {say('row', 'fila')} {failure.row}, {failure.field}: {failure.message}. {failure.cure}")
    _check_wanted(wanted or (), table)
    for unknown in table.unknown_labels:
        near = say(f" (did you mean {unknown.suggestion}?)", f" (¿quería decir {unknown.suggestion}?)")
        state = say("own signal", "señal propia") if unknown.own else say("left out", "se omite")
        _tell(f"{unknown.name}: {len(unknown.rows)}, {state}{near if unknown.suggestion else ''}")
    return table


def _check_wanted(wanted: tuple[str, ...], table: LabelledTable) -> None:
    """Every signal that shall be learned is in some row."""
    from hx_detect.io.columns import fold

    lacking = [name for name in wanted if fold(name) not in {fold(one) for one in table.own_signals}]
    if lacking:
        raise LearningError(
            say(f"No row has the signal {lacking[0]}", f"Ninguna fila tiene la señal {lacking[0]}"),
            cure=say("Unknown labels of the rows: ", "Etiquetas desconocidas de las filas: ")
            + (", ".join(label.name for label in table.unknown_labels) or "–"),
        )


def _options(arguments: argparse.Namespace, parent: Bundle) -> RefitOptions:
    from hx_detect.learning.quick_refit import RefitOptions

    titles = {}
    for name, pair in _pairs(arguments.title, "--title").items():
        es, sign, en = pair.partition("|")
        titles[name] = (es.strip(), en.strip() if sign else es.strip())
    name = arguments.name or parent.name
    return RefitOptions(name, arguments.new_version or _next_version(name, parent.version), arguments.seed, titles)


def _next_version(name: str, parent: str) -> str:
    from hx_detect.registry.versions import Registry

    return Registry().next_version(name, parent)


def _register(folder: Path, table: LabelledTable, parent: Bundle, arguments: argparse.Namespace) -> str:
    """Put the model into the registry; it is not current until it is promoted."""
    from hx_detect.registry.lineage import DataFile, Origin
    from hx_detect.registry.versions import Registry

    info = json.loads((folder / "bundle.json").read_bytes())
    metrics = json.loads((folder / "metrics.json").read_bytes())
    places = {Path(file).name: str(Path(file).resolve()) for file in arguments.files if Path(file).is_file()}
    columns = _pairs(arguments.map, "--map")
    data = tuple(DataFile(file.name, file.sha256, file.rows, places.get(file.name), columns) for file in table.files)
    origin = Origin(f"{parent.name}@{parent.version}", parent.checksum, data, info["lineage"]["recipe"],
                    metrics["headline"])  # fmt: skip
    added = Registry().add(folder, origin)
    return say(
        f"{added.full_name} is in the registry. Next: hx-detect models promote {added.full_name}",
        f"{added.full_name} está en el registro. Siguiente: hx-detect models promote {added.full_name}",
    )


def _pairs(given: list[str], option: str) -> dict[str, str]:
    found = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not re.fullmatch(r"\S+", name) or not value:
            cure = say(f"Write {option} NAME=VALUE", f"Escriba {option} NOMBRE=VALOR")
            raise UsageError(f"{option} {pair}", cure=cure)
        found[name] = value
    return found


def _summary(figures: dict[str, Any]) -> str:
    """What was measured on the rows held out, in a few lines."""
    lines = [say(f"held out: {figures['held_out']['rows']} rows", f"reservadas: {figures['held_out']['rows']} filas")]
    for name, values in figures["held_out"].items():
        if name != "rows":
            lines.append(f"  {name}: {values['before']} -> {values['after']}")
    for name, sides in figures["own_signals"].items():
        side = sides["held_out"] if sides["held_out"]["average_precision"] is not None else sides["out_of_fold"]
        low, high = side.get("interval", ("–", "–"))
        words = say("average precision", "precisión media")
        lines.append(f"  {name}: {words} {side['average_precision']} ({low} - {high}), {side['positives']}+")
    return "".join(line + "\n" for line in lines)


def _tell(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
