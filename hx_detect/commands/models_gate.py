"""``hx-detect models compare|promote``. In: versions, labelled data. Out: the gate's verdict, the current model."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hx_detect.commands.labelled_arguments import add_labelled_arguments, feedback_records, labelled_options
from hx_detect.commands.models_actions import which
from hx_detect.errors import OutputError, UsageError
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.registry.promotion import Judging
    from hx_detect.registry.verdict import Verdict
    from hx_detect.registry.versions import Registry


def _declare_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar=say("IN_USE", "EN_USO"), help=which())
    parser.add_argument("new", metavar=say("NEW", "NUEVO"), help=which())
    _declare_judging(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar=say("FOLDER", "CARPETA"),
        help=say("write the pages of the verdict there", "escribe ahí las páginas del veredicto"),
    )  # fmt: skip


def _declare_promote(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="NAME@VERSION", help=which())
    _declare_judging(parser)
    add = parser.add_argument
    add("--force", action="store_true", help=say("whatever the gate says", "diga lo que diga la barrera"))
    add("--why", metavar=say("TEXT", "TEXTO"), help=say("the reason, for the lineage", "el motivo, para el linaje"))
    add("--who", metavar=say("NAME", "NOMBRE"),
        help=say("for the lineage (default: your user)", "para el linaje (si no, su usuario)"))  # fmt: skip


def _declare_judging(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    files = say("FILE", "FICHERO")
    add("--data", nargs="+", default=[], metavar=files, help=say(
        "the new labelled data; their held-out part is judged on (default: those of the lineage)",
        "los datos etiquetados nuevos; se juzga con su parte reservada (si no, los del linaje)"))  # fmt: skip
    evaluation = say("labelled texts of yours on which it must not be worse",
                     "textos etiquetados suyos en que no debe empeorar")  # fmt: skip
    add("--evaluation", nargs="+", default=[], metavar=files, help=evaluation)
    resamples = say("of the bootstrap (default: %(default)s)", "del bootstrap (%(default)s)")
    add("--resamples", type=int, default=1_000, metavar="N", help=resamples)
    add_labelled_arguments(parser, files=False)


DECLARE: Final[dict[str, Callable[[argparse.ArgumentParser], None]]] = {
    "compare": _declare_compare,
    "promote": _declare_promote,
}
"""Action -> what declares its arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Compare or promote.

    Raises:
        UsageError: an option that makes no sense.
        InputError: a file cannot be read.
        BundleError: a model is missing or damaged.
        RegistryError: the registry cannot be read or written; ``GateRefusedError``: the gate does not let it.
    """
    from hx_detect.registry.versions import Registry

    if arguments.resamples < 1:
        raise UsageError(f"--resamples {arguments.resamples}", cure=say("Use 1 or more", "Use 1 o más"))
    act = _compare if arguments.action == "compare" else _promote
    return act(Registry(arguments.registry), arguments, _judging(arguments))


def _judging(arguments: argparse.Namespace) -> Judging:
    from hx_detect.registry.gate import GateOptions
    from hx_detect.registry.promotion import Judging

    how = labelled_options(arguments)
    records = {"feedback": feedback_records(arguments.feedback)} if arguments.feedback else {}
    gate = GateOptions(resamples=arguments.resamples)
    return Judging(tuple(arguments.data), tuple(arguments.evaluation), how, records, gate)


def _compare(registry: Registry, arguments: argparse.Namespace, judging: Judging) -> int:
    from hx_detect.registry.promotion import compare

    verdict = compare(registry, registry.find(arguments.old), registry.find(arguments.new), judging, _tell)
    if arguments.output is not None:
        _write_pages(arguments.output, verdict)
    _show(verdict, as_json=arguments.json)
    return 0


def _promote(registry: Registry, arguments: argparse.Namespace, judging: Judging) -> int:
    from hx_detect.registry.promotion import promote

    wanted = registry.find(arguments.model)
    done = promote(registry, wanted, judging, _tell, why=arguments.why, force=arguments.force, who=arguments.who)
    _show(done.verdict, as_json=arguments.json)
    if not arguments.json:
        forced = "" if done.verdict.passed else say(" (forced)", " (forzado)")
        sys.stdout.write(say("Current model: ", "Modelo actual: ") + f"{wanted.full_name}{forced}\n-> {done.page}\n")
    return 0


def _show(verdict: Verdict, *, as_json: bool) -> None:
    from hx_detect.registry.verdict_page import told

    sys.stdout.write(json.dumps(verdict.to_dict(), ensure_ascii=False, indent=1) + "\n" if as_json else told(verdict))


def _write_pages(folder: Path, verdict: Verdict) -> None:
    from hx_detect.registry.promotion import contents_of

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents_of(verdict).items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            say(f"{folder} cannot be written: {error.strerror}", f"No se puede escribir {folder}: {error.strerror}"),
            cure=say("Choose another folder with -o", "Elija otra carpeta con -o"),
        ) from error
    _tell(f"-> {folder}")


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
