"""``hx-detect models``. In: installed bundles. Out: their names, versions, sizes and headline figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from hx_detect.errors import BundleDamagedError, BundleNotFoundError
from hx_detect.wording import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``models``."""
    parser.add_argument("--json", action="store_true", help=say("as JSON", "en JSON"))


def run(arguments: argparse.Namespace) -> int:
    """List the bundles.

    Raises:
        BundleNotFoundError: none is installed.
        BundleDamagedError: a bundle's description cannot be read.
    """
    from hx_detect.bundle import find_bundles

    bundles = [describe(path) for path in find_bundles()]
    if not bundles:
        raise BundleNotFoundError(
            say("No model is installed", "No hay ningún modelo instalado"),
            cure=say("Install hx-detect again, or name a folder with --model",
                     "Instale hx-detect de nuevo o indique una carpeta con --model"),
        )  # fmt: skip
    if arguments.json:
        sys.stdout.write(json.dumps(bundles, ensure_ascii=False, indent=1) + "\n")
        return 0
    for bundle in bundles:
        size = f"{bundle['bytes'] / 1e6:.1f} MB"
        languages = ", ".join(bundle["languages"])
        sys.stdout.write(f"{bundle['name']} {bundle['version']}  {size}  {languages}\n  {bundle['path']}\n")
        for name, value in bundle["metrics"].items():
            sys.stdout.write(f"  {name}: {value}\n")
    return 0


def describe(path: Path) -> dict[str, Any]:
    """What a bundle says of itself.

    Args:
        path: its folder.

    Returns:
        ``name``, ``version``, ``languages``, ``path``, ``bytes`` and ``metrics`` (headline figures, by name).

    Raises:
        BundleDamagedError: ``bundle.json`` or ``metrics.json`` cannot be read.
    """
    about = _read(path / "bundle.json")
    metrics = _read(path / "metrics.json") if (path / "metrics.json").is_file() else {}
    return {
        "name": about.get("name", path.name),
        "version": about.get("version", "?"),
        "languages": list(about.get("languages", [])),
        "path": str(path),
        "bytes": sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
        "metrics": headline(metrics),
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


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleDamagedError(
            say(f"{path} cannot be read: {error}", f"No se puede leer {path}: {error}"),
            cure=say("Install the model again", "Instale el modelo de nuevo"),
        ) from error
    if not isinstance(content, dict):
        raise BundleDamagedError(
            say(f"{path} is not a JSON object", f"{path} no es un objeto JSON"),
            cure=say("Install the model again", "Instale el modelo de nuevo"),
        )
    return content
