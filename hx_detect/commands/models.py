"""``hx-detect models``. In: the registry and its versions. Out: lists, comparisons, promotions, the way back."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any, Final

from hx_detect.errors import BundleDamagedError, BundleNotFoundError
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.registry.versions import ModelVersion

_REST: Final = "hx_detect.commands.models_actions"
_GATE: Final = "hx_detect.commands.models_gate"
ACTIONS: Final[dict[str, tuple[str, str, str]]] = {
    "list": ("hx_detect.commands.models", "list the versions of all models", "lista las versiones de los modelos"),
    "show": (_REST, "show one version: figures and lineage", "muestra una versión: cifras y linaje"),
    "compare": (_GATE, "compare two versions", "compara dos versiones"),
    "promote": (
        _GATE,
        "make a version the current one, where the gate lets it",
        "hace actual una versión, si la barrera lo permite",
    ),
    "rollback": (_REST, "go back to the version before", "vuelve a la versión anterior"),
    "verify": (_REST, "check the files and the self-test of versions", "comprueba ficheros y autoprueba de versiones"),
    "add": (_REST, "add a model folder to the registry", "añade una carpeta de modelo al registro"),
    "remove": (
        _REST,
        "remove a version that is not current from the registry",
        "retira del registro una versión que no es la actual",
    ),
}
"""Action -> its module, and what it does in English and Spanish."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``models``; without an action it lists."""
    parser.add_argument("--json", action="store_true", help=say("as JSON", "en JSON"))
    actions = parser.add_subparsers(dest="action", metavar=say("ACTION", "ACCIÓN"))
    from hx_detect.commands import models_actions, models_gate

    declare = models_actions.DECLARE | models_gate.DECLARE
    for name, (_, english, spanish) in ACTIONS.items():
        wording = say(english, spanish)
        action = actions.add_parser(name, help=wording, description=wording[0].upper() + wording[1:] + ".")
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=say("as JSON", "en JSON"))
        action.add_argument(
            "--registry", metavar=say("FOLDER", "CARPETA"),
            help=say("folder or URL of the registry (default: $HX_DETECT_REGISTRY, else your own)",
                     "carpeta o URL del registro (si no, $HX_DETECT_REGISTRY o el suyo propio)"),
        )  # fmt: skip
        if name in declare:
            declare[name](action)


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked.

    Raises:
        BundleError: a model is missing or damaged.
        RegistryError: the registry cannot be read or written, or is being written by another.
        GateRefusedError: the gate does not let a version become current.
    """
    if arguments.action in (None, "list"):
        return _list(arguments)
    module = importlib.import_module(ACTIONS[arguments.action][0])
    code: int = module.run(arguments)
    return code


def _list(arguments: argparse.Namespace) -> int:
    from hx_detect.registry.versions import Registry

    registry = Registry(getattr(arguments, "registry", None))
    versions = [describe(one) for name in registry.names() for one in registry.versions(name)]
    if not versions:
        raise BundleNotFoundError(
            say("No model is installed", "No hay ningún modelo instalado"),
            cure=say("Install hx-detect again, or name a folder with --model",
                     "Instale hx-detect de nuevo o indique una carpeta con --model"),
        )  # fmt: skip
    if arguments.json:
        sys.stdout.write(json.dumps(versions, ensure_ascii=False, indent=1) + "\n")
        return 0
    for one in versions:
        sys.stdout.write(shown(one))
    return 0


def shown(about: dict[str, Any]) -> str:
    """What a version says of itself, for the screen."""
    marks = [say("current", "actual")] if about["current"] else []
    marks += [say("installed", "instalado")] if about["installed"] else []
    head = f"{about['name']} {about['version']}  {about['bytes'] / 1e6:.1f} MB  {', '.join(about['languages'])}"
    lines = [head, f"  {about['path']}" + (f"  [{', '.join(marks)}]" if marks else "")]
    lines += [f"  {name}: {value}" for name, value in about["metrics"].items()]
    return "\n".join(lines) + "\n"


def describe(one: ModelVersion) -> dict[str, Any]:
    """What a version says of itself; of a registry behind a URL no weights are fetched for that.

    Args:
        one: the version.

    Returns:
        ``name``, ``version``, ``languages``, ``path``, ``bytes``, ``metrics`` (headline figures, by name), and whether
        it is ``installed`` and ``current``.

    Raises:
        BundleDamagedError: ``bundle.json`` or ``metrics.json`` cannot be read.
    """
    about = _read(one, "bundle.json")
    return {
        "name": about.get("name", one.name),
        "version": about.get("version", "?"),
        "languages": list(about.get("languages", [])),
        "path": one.place,
        "bytes": one.store.size(*one.parts),
        "metrics": headline(_read(one, "metrics.json")),
        "installed": one.installed,
        "current": one.current,
    }


def headline(metrics: dict[str, Any]) -> dict[str, float | str]:
    """The figures under ``headline``, flattened to ``a.b``; where there is none, the figures on top."""
    chosen = metrics.get("headline", metrics)
    flat: dict[str, float | str] = {}
    for name, value in chosen.items():
        if isinstance(value, dict) and "headline" in metrics:
            flat.update({f"{name}.{inner}": figure for inner, figure in value.items() if _is_figure(figure)})
        elif _is_figure(value):
            flat[name] = value
    return flat


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _read(one: ModelVersion, name: str) -> dict[str, Any]:
    """A JSON file of a version; nothing where it has none."""
    content = one.store.read(*one.parts, name)
    try:
        found = {} if content is None else json.loads(content)
        if not isinstance(found, dict):
            raise TypeError(say("not a JSON object", "no es un objeto JSON"))
    except (ValueError, TypeError) as error:
        raise BundleDamagedError(
            say(f"{one.place}/{name} cannot be read: {error}", f"No se puede leer {one.place}/{name}: {error}"),
            cure=say("Install the model again", "Instale el modelo de nuevo"),
        ) from error
    return found
