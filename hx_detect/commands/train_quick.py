"""``hx-detect train FILE``: the quick way. In: labelled tables, a model. Out: a refitted model, in minutes."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hx_detect.commands.labelled_arguments import add_labelled_arguments, labelled_from, labelled_options
from hx_detect.errors import LearningError, MissingExtraError, OutputError, UsageError
from hx_detect.wording import say
from hx_detect.work_folder import work_folder

if TYPE_CHECKING:
    from hx_detect.bundle import Bundle
    from hx_detect.learning.labelled_row import LabelledTable
    from hx_detect.learning.quick_refit import RefitOptions


def add_quick_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the labelled files and what only the quick way needs."""
    add_labelled_arguments(parser)
    add = parser.add_argument_group(say("quick way, with FILE", "vía rápida, con FICHERO")).add_argument
    model = say("folder or NAME@VERSION to start from", "carpeta o NOMBRE@VERSIÓN de partida")
    add("--model", metavar=say("MODEL", "MODELO"), help=model)
    add("--name", metavar=say("NAME", "NOMBRE"), help=say("of the new model (default: the old one's)",
        "del modelo nuevo (si no, el del anterior)"))  # fmt: skip
    add("--version", dest="new_version", metavar="V", help=say("of the new model (default: the next one)",
        "del modelo nuevo (si no, la siguiente)"))  # fmt: skip
    add("--title", action="append", default=[], metavar="SIGNAL=ES|EN", help=say(
        "names of an own signal, Spanish and English", "nombres de una señal propia, español e inglés"))  # fmt: skip
    add("--seed", type=int, default=13, metavar="N", help=say("of folds and bootstraps (default: %(default)s)",
        "de particiones y remuestreos (%(default)s)"))  # fmt: skip


def run_quick(arguments: argparse.Namespace) -> int:
    """Refit and write the model: into ``--output``, or into the registry.

    Raises:
        MissingExtraError: the extra ``learn`` is not installed.
        InputError: a file cannot be read.
        UsageError: an option makes no sense.
        OutputError: there is something already where the model is to be written.
        VersionExistsError: the registry has this version.
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
    options = _options(arguments, parent)
    _check_free(arguments.output, options)
    table = _read(arguments, parent)
    _check_titles(options, {*table.own_signals, *parent.decision.own_names})
    if arguments.output is not None:
        figures = refit(parent, table, arguments.output, options, _tell)
        sys.stdout.write(f"{arguments.output}\n")
    else:
        with work_folder() as beside:
            folder = beside / options.name
            figures = refit(parent, table, folder, options, _tell)
            sys.stdout.write(f"{_register(folder, table, parent, arguments)}\n")
    sys.stdout.write(_summary(figures))
    return 0


def _read(arguments: argparse.Namespace, parent: Bundle) -> LabelledTable:
    """Read the rows, and say what was found before anything starts."""
    table = labelled_from(arguments, model_signals=parent.decision.own_names)
    for column in table.columns_found:
        _tell(f"{column.file}: {column.role} = {column.column} ({column.how})")
    for reject in table.rejects:
        failure = reject.failure
        _tell(f"{reject.file} {say('row', 'fila')} {failure.row}, {failure.field}: {failure.message}. {failure.cure}")
    _check_wanted(labelled_options(arguments).new_signals or (), table)
    for unknown in table.unknown_labels:
        near = say(f" (did you mean {unknown.suggestion}?)", f" (¿quería decir {unknown.suggestion}?)")
        state = say("own signal", "señal propia") if unknown.own else say("left out", "se omite")
        _tell(f"{unknown.name}: {len(unknown.rows)}, {state}{near if unknown.suggestion else ''}")
    _tell_languages(table, parent)
    _tell_single_classes(table)
    return table


def _tell_single_classes(table: LabelledTable) -> None:
    from hx_detect.learning.label_balance import notes_on
    from hx_detect.learning.label_tasks import label_tasks

    for note in notes_on(table, label_tasks(table.rows, table.own_signals)):
        if note.code == "one_class":
            _tell(note.message)


def _tell_languages(table: LabelledTable, parent: Bundle) -> None:
    from hx_detect.learning.quick_rows import in_other_languages

    foreign = in_other_languages(table.rows, parent.cleaning)
    if foreign:
        rows = ", ".join(str(row.row) for row in foreign[:5]) + (" …" if len(foreign) > 5 else "")
        _tell(say(f"{len(foreign)} texts read as neither Spanish nor English (rows {rows}); they are learned from all"
                  " the same: hx-detect data check lists them",
                  f"{len(foreign)} textos no parecen ni español ni inglés (filas {rows}); se aprende de ellos igual:"
                  " hx-detect data check los enumera"))  # fmt: skip


def _check_wanted(wanted: tuple[str, ...], table: LabelledTable) -> None:
    """Every signal that shall be learned is in some row."""
    from hx_detect.io.column_names import fold

    lacking = [name for name in wanted if fold(name) not in {fold(one) for one in table.own_signals}]
    if lacking:
        raise LearningError(
            say(f"No row has the signal {lacking[0]}", f"Ninguna fila tiene la señal {lacking[0]}"),
            cure=say("Unknown labels of the rows: ", "Etiquetas desconocidas de las filas: ")
            + (", ".join(label.name for label in table.unknown_labels) or "–"),
        )


def _options(arguments: argparse.Namespace, parent: Bundle) -> RefitOptions:
    from hx_detect.io.column_names import fold
    from hx_detect.learning.quick_refit import RefitOptions

    titles = {}
    for name, pair in _pairs(arguments.title, "--title").items():
        es, sign, en = pair.partition("|")
        titles[fold(name)] = (es.strip(), en.strip() if sign else es.strip())
    name = arguments.name or parent.name
    return RefitOptions(name, arguments.new_version or _next_version(name, parent.version), arguments.seed, titles)


def _check_free(output: Path | None, options: RefitOptions) -> None:
    """Stop before the work where the new model would be in the way of something."""
    from hx_detect.registry.removal import check_unused
    from hx_detect.registry.versions import Registry

    if output is None:
        check_unused(Registry(), options.name, options.version)
    elif output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise OutputError(
            say(f"{output} exists already", f"{output} ya existe"),
            cure=say("Name a folder that is not there yet with -o", "Indique con -o una carpeta que aún no exista"),
        )


def _check_titles(options: RefitOptions, own: set[str]) -> None:
    """Every signal that is given a name is one of the new model's own."""
    for name in sorted(set(options.titles) - own):
        raise UsageError(
            say(f"--title {name}: there is no such signal of your own", f"--title {name}: no hay tal señal propia"),
            cure=say("There are: ", "Hay: ") + (", ".join(sorted(own)) or say("none", "ninguna")),
        )


def _next_version(name: str, parent: str) -> str:
    from hx_detect.registry.versions import Registry

    return Registry().next_version(name, parent)


def _register(folder: Path, table: LabelledTable, parent: Bundle, arguments: argparse.Namespace) -> str:
    """Put the model into the registry; it is not current until it is promoted."""
    from hx_detect.registry.lineage import DataFile, Origin
    from hx_detect.registry.promotion import reading_of
    from hx_detect.registry.versions import Registry

    info = json.loads((folder / "bundle.json").read_bytes())
    metrics = json.loads((folder / "metrics.json").read_bytes())
    places = [str(Path(file).resolve()) if Path(file).is_file() else None for file in arguments.files]
    options = labelled_options(arguments)
    data = tuple(
        DataFile(file.name, file.sha256, file.rows, place, options.columns, reading_of(options))
        for file, place in zip_longest(table.files, places)
    )
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
