"""``hx-detect drift REFERENCE NEW``. In: two scored files. Out: a verdict as text or JSON, and an exit code."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hx_detect.errors import DRIFT_EXIT, ROWS_REJECTED_EXIT, ColumnError, UsageError
from hx_detect.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hx_detect.watching.drift_labels import FileLabels
    from hx_detect.watching.drift_records import DriftResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``drift``."""
    add = parser.add_argument_group(say("what is compared", "qué se compara")).add_argument
    add(
        "reference",
        metavar=say("REFERENCE", "REFERENCIA"),
        help=say("scored file of earlier texts", "fichero puntuado de textos anteriores"),
    )
    add("new", metavar=say("NEW", "NUEVO"), help=say("scored file of new texts", "fichero puntuado de textos nuevos"))
    add(
        "--text",
        metavar=say("NAME", "NOMBRE"),
        help=say("column of the texts (default: found)", "columna de los textos (si no, se busca)"),
    )
    add(
        "--labels",
        metavar=say("NAME", "NOMBRE"),
        help=say(
            "column that says which texts really are HX (yes, no, or a level): compares calibration",
            "columna que dice qué textos son HX de verdad (sí, no o un nivel): compara la calibración",
        ),
    )
    add(
        "--model",
        type=Path,
        metavar=say("FOLDER", "CARPETA"),
        help=say(
            "the model that reads the texts (default: the installed one)",
            "el modelo que lee los textos (si no, el instalado)",
        ),
    )
    add(
        "--sample",
        type=int,
        default=400,
        metavar="N",
        help=say(
            "texts of each file that the model reads; 0 for none (default: %(default)s)",
            "textos de cada fichero que lee el modelo; 0: ninguno (por omisión: %(default)s)",
        ),
    )
    add("--format", choices=("text", "json"), default="text", help=say("of the output", "de la salida"))
    add("-q", "--quiet", action="store_true",
        help=say("say nothing of the columns", "no informa de las columnas"))  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Compare two files.

    Returns:
        0 (no drift that matters), 3 (none, and some labels were not understood) or 5 (drift).

    Raises:
        UsageError: an option makes no sense.
        InputError: a file cannot be read or is not scored.
        EvaluationError: a file holds too few texts.
        BundleError: the model cannot be used.
    """
    if arguments.sample and arguments.sample < 30:
        raise UsageError(f"--sample {arguments.sample}", cure=say("Use 30 or more, or 0", "Use 30 o más, o 0"))
    from hx_detect.reporting.load import load
    from hx_detect.watching.drift import compare_frames, model_reader

    sides = [
        load(
            [place],
            columns={"text": arguments.text},
            say_line=_ignore if arguments.quiet else _tell,
        )
        for place in (arguments.reference, arguments.new)
    ]
    labels = _labels(arguments)
    result = compare_frames(
        sides[0].frame,
        sides[1].frame,
        (sides[0].signals, sides[1].signals),
        None if labels is None else (labels[0].truths, labels[1].truths),
        model_reader(arguments.model, arguments.sample) if arguments.sample else None,
    )
    result = _with_unknown(result, labels or ())
    if arguments.format == "json":
        sys.stdout.write(json.dumps(result.to_dict(), ensure_ascii=False, indent=1) + "\n")
    else:
        from hx_detect.watching.drift_text import render

        sys.stdout.write(render(result))
    if result.verdict == "drift":
        return DRIFT_EXIT
    return ROWS_REJECTED_EXIT if result.labels_left_out else 0


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


def _ignore(_: str) -> None:
    return


def _labels(arguments: argparse.Namespace) -> tuple[FileLabels, FileLabels] | None:
    if arguments.labels is None:
        return None
    from hx_detect.watching.drift_labels import read_labels

    labels = (read_labels(arguments.reference, arguments.labels), read_labels(arguments.new, arguments.labels))
    lacking = [one.lacking for one in labels if one.lacking is not None]
    if len(lacking) == len(labels):
        raise ColumnError(
            say(f"Neither file has a column {arguments.labels!r} (--labels)",
                f"Ningún fichero tiene la columna {arguments.labels!r} (--labels)"),
            cure=lacking[-1].cure,
        ) from lacking[-1]  # fmt: skip
    if lacking and not arguments.quiet:
        _tell(str(lacking[0]))
    return labels


def _with_unknown(result: DriftResult, labels: Sequence[FileLabels]) -> DriftResult:
    """The result, with the labels that were not understood."""
    return replace(
        result,
        labels_left_out=sum(one.left_out for one in labels),
        unknown_labels=tuple(label for one in labels for label in one.unknown),
    )
