"""``hx-detect models show|verify|add|rollback|remove``. In: names of versions. Out: what they are; a registry."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hx_detect.errors import HxDetectError, SelfTestError, exit_code
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.registry.versions import ModelVersion, Registry


def _declare_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="NAME@VERSION", help=which())


def _declare_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", nargs="?", metavar="NAME@VERSION", help=which() + say("; all by default",
                                                                                       "; si no, todas"))  # fmt: skip


def _declare_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar=say("FOLDER", "CARPETA"),
                        help=say("a model folder", "carpeta de un modelo"))  # fmt: skip
    _declare_who(parser)


def _declare_rollback(parser: argparse.ArgumentParser) -> None:
    from hx_detect.bundle_places import DEFAULT_NAME

    parser.add_argument("name", nargs="?", default=DEFAULT_NAME, metavar=say("NAME", "NOMBRE"),
                        help=say("of the model (default: %(default)s)", "del modelo (%(default)s)"))  # fmt: skip
    parser.add_argument("--why", metavar=say("TEXT", "TEXTO"), help=say("written into the lineage",
                                                                         "queda escrito en el linaje"))  # fmt: skip
    _declare_who(parser)


def _declare_remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="NAME@VERSION",
                        help=say("a version of the registry that is not current",
                                 "una versión del registro que no sea la actual"))  # fmt: skip
    parser.add_argument("--why", metavar=say("TEXT", "TEXTO"), help=say("written into the lineage",
                                                                         "queda escrito en el linaje"))  # fmt: skip
    _declare_who(parser)


def _declare_who(parser: argparse.ArgumentParser) -> None:
    wording = say("for the lineage (default: your user)", "para el linaje (si no, su usuario)")
    parser.add_argument("--who", metavar=say("NAME", "NOMBRE"), help=wording)


DECLARE: Final[dict[str, Callable[[argparse.ArgumentParser], None]]] = {
    "show": _declare_show,
    "verify": _declare_verify,
    "add": _declare_add,
    "rollback": _declare_rollback,
    "remove": _declare_remove,
}
"""Action -> what declares its arguments."""


def which() -> str:
    """How a version is named."""
    return say("name@version, a name (its current version), a folder, shipped or current",
               "nombre@versión, un nombre (su versión actual), una carpeta, shipped o current")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked.

    Raises:
        BundleError: a model is missing or damaged.
        RegistryError: the registry cannot be read or written, or is being written by another.
    """
    from hx_detect.registry.versions import Registry

    registry = Registry(arguments.registry)
    actions = {"show": _show, "verify": _verify, "add": _add, "rollback": _rollback, "remove": _remove}
    return actions[arguments.action](registry, arguments)


def _show(registry: Registry, arguments: argparse.Namespace) -> int:
    from hx_detect.commands.models import describe, shown

    found = registry.find(arguments.model)
    events = [one for one in registry.events(found.name) if one.get("version") == found.version]
    about = describe(found)
    if arguments.json:
        _write(json.dumps(about | {"lineage": events}, ensure_ascii=False, indent=1))
        return 0
    sys.stdout.write(shown(about))
    for one in events:
        _write(f"  {one['at']}  {_event_shown(one)}  {say('by', 'por')} {one['who']}")
    return 0


def _event_shown(one: dict[str, Any]) -> str:
    kinds = {"added": say("added", "añadida"), "promoted": say("promoted", "promovida"),
             "rolled_back": say("gone back to", "recuperada"), "removed": say("removed", "retirada")}  # fmt: skip
    parts = [kinds.get(one["event"], one["event"])]
    if one.get("parent"):
        parts.append(say(f"made from {one['parent']}", f"hecha a partir de {one['parent']}"))
    parts += [f"{file['name']} ({file['rows']}, sha256 {file['sha256'][:12]})" for file in one.get("data", [])]
    if one.get("from"):
        parts.append(say(f"in place of {one['from']}", f"en lugar de {one['from']}"))
    if one.get("forced"):
        parts.append(say(f"FORCED: {one['forced']}", f"FORZADA: {one['forced']}"))
    if one.get("why"):
        parts.append(str(one["why"]))
    return "; ".join(parts)


def _verify(registry: Registry, arguments: argparse.Namespace) -> int:
    """Every version is looked at; the exit code is that of the first fault."""
    wanted = [registry.find(arguments.model)] if arguments.model else [
        one for name in registry.names() for one in registry.versions(name)
    ]  # fmt: skip
    found: list[dict[str, Any]] = []
    code = 0
    for one in wanted:
        try:
            _check(registry, one)
            found.append({"model": one.full_name, "ok": True})
        except HxDetectError as error:
            code = code or exit_code(error)
            found.append({"model": one.full_name, "ok": False, "fault": error.what, "cure": error.cure})
    if arguments.json:
        _write(json.dumps(found, ensure_ascii=False, indent=1))
        return code
    good = say("files and self-test as they should be", "ficheros y autoprueba como deben ser")
    for line in found:
        said = good if line["ok"] else f"{line['fault']}. {line['cure']}"
        _write(f"{'ok ' if line['ok'] else 'NO '} {line['model']}: {said}")
    return code


def _check(registry: Registry, one: ModelVersion) -> None:
    from hx_detect.scorer import Scorer, self_test

    registry.check(one)
    problems = self_test(Scorer.load(one.path))
    if problems:
        raise SelfTestError(
            say(f"The self-test differs: {problems[0]}", f"La autoprueba difiere: {problems[0]}"),
            cure=say("Go back to another version", "Vuelva a otra versión"),
        )


def _add(registry: Registry, arguments: argparse.Namespace) -> int:
    added = registry.add(arguments.folder, who=arguments.who)
    if arguments.json:
        _write(json.dumps({"model": added.full_name, "path": added.place}, ensure_ascii=False))
    else:
        _write(f"{added.full_name} -> {added.place}")
        _write(say(f"It is not current yet: hx-detect models promote {added.full_name}",
                   f"Aún no es la actual: hx-detect models promote {added.full_name}"))  # fmt: skip
    return 0


def _rollback(registry: Registry, arguments: argparse.Namespace) -> int:
    pointer = registry.rollback(arguments.name, arguments.why, arguments.who)
    if arguments.json:
        _write(json.dumps({"name": pointer.name, **pointer.step()}, ensure_ascii=False))
    else:
        _write(say(f"Current again: {pointer.name}@{pointer.version}",
                   f"Vuelve a ser la actual: {pointer.name}@{pointer.version}"))  # fmt: skip
    return 0


def _remove(registry: Registry, arguments: argparse.Namespace) -> int:
    from hx_detect.registry.removal import remove

    gone = remove(registry, arguments.model, arguments.why, arguments.who)
    if arguments.json:
        _write(json.dumps({"removed": gone.full_name, "path": gone.place}, ensure_ascii=False))
    else:
        _write(say(f"Removed from the registry: {gone.full_name}", f"Retirada del registro: {gone.full_name}"))
    return 0


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
