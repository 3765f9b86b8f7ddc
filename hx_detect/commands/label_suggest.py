"""``hx-detect label suggest FILE``. In: a scored table. Out: the texts to label next, with the reason of each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hx_detect.commands.reading_arguments import add_reading_arguments, read_options
from hx_detect.commands.scorer_loader import scorer_loader
from hx_detect.errors import UsageError
from hx_detect.wording import language, say

if TYPE_CHECKING:
    from hx_detect.labelling.suggest import Suggested
    from hx_detect.learning.labelled_row import LabelledRow

_ROLES: Final = ("text", "id", "answer", "stars", "language", "kind")
_FORMATS: Final = ("csv", "tsv", "xlsx", "jsonl", "label-studio", "argilla")
_SHOWN: Final = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``suggest``."""
    add = parser.add_argument_group(say("what is read, how, and where to", "qué se lee, cómo y adónde va")).add_argument
    add("file", metavar=say("FILE", "FICHERO"),
        help=say("scored table (hx-detect score); one that is not scored is scored now",
                 "tabla puntuada (hx-detect score); si no lo está, se puntúa ahora"))  # fmt: skip
    add("-n", "--count", type=int, default=200, metavar="N",
        help=say("how many texts (default: %(default)s)", "cuántos textos (%(default)s)"))  # fmt: skip
    add("-o", "--output", type=Path, metavar="OUT",
        help=say("its suffix is the format: .csv .tsv .xlsx .jsonl .json (Label Studio) .argilla.jsonl "
                 "(default: NAME.to-label.csv)",
                 "su extensión es el formato: .csv .tsv .xlsx .jsonl .json (Label Studio) .argilla.jsonl "
                 "(si no: NOMBRE.to-label.csv)"))  # fmt: skip
    add("--overwrite", action="store_true", help=say(
        "replace the output if it exists, with whatever was labelled in it",
        "sustituye la salida si ya existe, con lo que tenga etiquetado"))  # fmt: skip
    add("--format", choices=_FORMATS, help=say("where the suffix does not tell", "si la extensión no lo dice"))
    add("--seen", nargs="+", default=[], metavar=say("FILE", "FICHERO"),
        help=say("what is labelled already: left out, and counted for the rare signals",
                 "lo ya etiquetado: se excluye, y cuenta para las señales raras"))  # fmt: skip
    add("--model", metavar=say("FOLDER", "CARPETA"), help=say("a model folder", "carpeta de un modelo"))
    for role in _ROLES:
        add(f"--{role}-column", metavar=say("NAME", "NOMBRE"), help=argparse.SUPPRESS if role != "text" else say(
            "column of the texts (default: found)", "columna de los textos (si no, se busca)"))  # fmt: skip
    add_reading_arguments(add)
    add("-q", "--quiet", action="store_true", help=say("say nothing", "sin mensajes"))


def run(arguments: argparse.Namespace) -> int:
    """Choose and write.

    Raises:
        UsageError: an option that makes no sense, or the output is an input.
        InputError: a file cannot be read, or holds nothing to label.
        OutputError: the output cannot be written.
        BundleError: texts have to be scored and the model cannot be used.
    """
    if arguments.count < 1:
        raise UsageError(f"-n {arguments.count}", cure=say("Use 1 or more", "Use 1 o más"))
    from hx_detect.io.destination import check_not_input
    from hx_detect.labelling.suggest import SuggestOptions, suggest
    from hx_detect.labelling.write_suggestions import format_of, write_suggestions
    from hx_detect.reporting.written import check_free

    place = arguments.output or _default_output(arguments.file, arguments.format)
    format = format_of(str(place), arguments.format)
    check_not_input(str(place), [arguments.file, *arguments.seen])
    check_free(str(place), overwrite=arguments.overwrite)
    tell = _silent if arguments.quiet else _tell
    columns = {role: getattr(arguments, f"{role}_column") for role in _ROLES}
    found = suggest(
        arguments.file,
        SuggestOptions(arguments.count, columns, read_options(arguments)),
        scorer_loader(arguments.model),
        _labelled(arguments.seen),
        tell,
    )
    written = write_suggestions(found.suggestions, place, format)
    if not arguments.quiet:
        _show(found, written, asked=arguments.count)
    return 0


def _default_output(file: str, format: str | None) -> Path:
    from hx_detect.io.source import base_name, is_url, plain_name
    from hx_detect.labelling.write_suggestions import FORMATS

    name = Path(plain_name(base_name(file))).stem.removesuffix(".scored") + ".to-label" + FORMATS[format or "csv"]
    return Path(name) if is_url(file) or file == "-" else Path(file).with_name(name)


def _labelled(files: list[str]) -> list[LabelledRow]:
    if not files:
        return []
    from hx_detect.learning.labelled_tables import read_labelled

    return list(read_labelled(files).rows)


def _show(found: Suggested, written: list[Path], *, asked: int) -> None:
    from hx_detect.labelling.reasons import reason

    for line in found.found:
        _tell(line)
    for name, count in found.counts.items():
        _tell(f"{_why(name)}: {count:,}")
    chosen = len(found.suggestions)
    if chosen < asked:
        _tell(say(f"there are only {chosen:,} texts to choose", f"solo hay {chosen:,} textos que elegir"))
    for one in found.suggestions[:_SHOWN]:
        sys.stdout.write(f"{one.rank}. {_short(one.review.text)}\n   {reason(one, language())}\n")
    sys.stdout.write(say(f"{chosen:,} texts", f"{chosen:,} textos") + f" -> {', '.join(map(str, written))}\n")


def _why(name: str) -> str:
    return {
        "empty": say("rows without a text that can be used", "filas sin texto utilizable"),
        "duplicate": say("the same text again", "el mismo texto otra vez"),
        "labelled": say("labelled already", "ya etiquetados"),
        "other_language": say("neither Spanish nor English", "ni español ni inglés"),
        "less_worth": say("worth less, not compared further", "de menos valor, no se comparan más"),
        "near_duplicate": say("nearly the same as one chosen or labelled", "casi iguales a uno elegido o etiquetado"),
    }[name]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:99] + "…"


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


def _silent(line: str) -> None:
    """Say nothing."""
