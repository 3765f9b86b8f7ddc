"""``hx-detect label agreement FILE FILE``. In: answers of several people. Out: Krippendorff's alpha of every label."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from hx_detect.errors import UsageError
from hx_detect.labels import SIGNAL_INDEX, Lang, display
from hx_detect.wording import language, say

if TYPE_CHECKING:
    from hx_detect.labelling.agreement import Agreement


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``agreement``."""
    add = parser.add_argument_group(say("what is read, how, and where to", "qué se lee, cómo y adónde va")).add_argument
    add(
        "files",
        nargs="+",
        metavar=say("FILE", "FICHERO"),
        help=say(
            "labelled texts: of the page, a tool's export, any table that train reads",
            "textos etiquetados: de la página, de otra herramienta o una tabla que lea train",
        ),
    )
    add(
        "--resamples",
        type=int,
        default=300,
        metavar="N",
        help=say("of the bootstrap (default: %(default)s)", "del bootstrap (%(default)s)"),
    )
    add("--json", action="store_true", help=say("as JSON", "en JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Read, compare, print.

    Raises:
        UsageError: an option that makes no sense.
        InputError: a file cannot be read.
        EvaluationError: no text was labelled by two people.
        MissingExtraError: the library for it is not installed.
    """
    if arguments.resamples < 1:
        raise UsageError(f"--resamples {arguments.resamples}", cure=say("Use 1 or more", "Use 1 o más"))
    from hx_detect.labelling.agreement import agreement
    from hx_detect.learning.labelled_tables import read_labelled

    found = agreement(read_labelled(arguments.files).rows, arguments.resamples)
    if arguments.json:
        sys.stdout.write(json.dumps([one.to_dict() for one in found], ensure_ascii=False, indent=1) + "\n")
        return 0
    sys.stdout.write(table(found, language()))
    return 0


def table(found: list[Agreement], lang: Lang) -> str:
    """One line per label, for a terminal."""
    heads = (
        ("", "textos", "con ella", "iguales", "alfa", "95 %")
        if lang == "es"
        else ("", "texts", "with it", "same", "alpha", "95 %")
    )
    names = {"sentiment": say("sentiment", "sentimiento"), "stage": say("stage", "etapa")}
    lines = [heads]
    for one in found:
        name = names.get(one.name) or (display(one.name, lang) if one.name in SIGNAL_INDEX else one.name)
        between = "" if one.low is None else f"{one.low:.2f} – {one.high:.2f}"
        alpha = "–" if one.alpha is None else f"{one.alpha:.2f}"
        lines.append((name, str(one.texts), str(one.used), f"{one.same:.0%}", alpha, between))
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    text = "\n".join(
        "  ".join(
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
    return text + "\n"
