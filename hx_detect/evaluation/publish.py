"""Figures -> files. In: metrics, a bundle's folder. Out: its ``metrics.json``, card and checksums, renewed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hx_detect.bundle import FILES, verify, write_bundle
from hx_detect.bundle_places import registry_root
from hx_detect.errors import OutputError
from hx_detect.evaluation.card import card_tables, insert
from hx_detect.wording import say


def publish(folder: Path, metrics: Mapping[str, Any]) -> Path:
    """Put the figures into a bundle: ``metrics.json``, the tables of its card in both languages, and the checksums.

    Args:
        folder: the bundle; it must be whole.
        metrics: what ``evaluate`` gave.

    Returns:
        The place of ``metrics.json``.

    Raises:
        BundleError: the bundle is damaged.
        OutputError: the folder cannot be written, or is a version of the registry.
    """
    verify(folder)
    if folder.resolve().is_relative_to(Path(registry_root()).resolve()):
        raise OutputError(
            say(f"{folder} is a version of the registry, and versions never change",
                f"{folder} es una versión del registro, y las versiones no cambian"),
            cure=say("Write the figures into a file of their own with -o", "Escriba las cifras en un fichero con -o"),
        )  # fmt: skip
    card = (folder / FILES.card).read_text(encoding="utf-8")
    card = insert(insert(card, card_tables(metrics, "en"), "en"), card_tables(metrics, "es"), "es")
    contents: dict[str, bytes | Path] = {
        file.name: file for file in folder.iterdir() if file.is_file() and file.name != FILES.checksums
    }
    contents |= {FILES.card: card.encode(), FILES.metrics: as_json(metrics).encode()}
    return write_bundle(folder, contents) / FILES.metrics


def write_json(place: Path, metrics: Mapping[str, Any]) -> Path:
    """Write the figures into a file of their own.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(as_json(metrics), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            say(f"{place} cannot be written: {error.strerror}", f"No se puede escribir {place}: {error.strerror}"),
            cure=say("Choose another place", "Elija otro lugar"),
        ) from error
    return place


def as_json(metrics: Mapping[str, Any]) -> str:
    """JSON, indented, without NaN.

    Raises:
        ValueError: a figure is NaN.
    """
    return json.dumps(metrics, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
