"""Long measurements taken over. In: measurements, those of an earlier run. Out: both together, marked where from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import EvaluationError
from hx_detect.wording import say

LONG_PARTS: Final = ("batch", "soak")
"""What takes half an hour and more, so that it need not be measured again with everything else."""


def with_earlier(found: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """Fill in the long parts that were left out now.

    Args:
        found: the measurements of this run.
        file: those of an earlier run, as written by ``--json``.

    Returns:
        The measurements; ``earlier`` names each part that was taken over, with its date.

    Raises:
        EvaluationError: the file cannot be read, or is of another model.
    """
    cure = say(
        "Give the file that --json wrote for the same model", "Indique el fichero que escribió --json del mismo modelo"
    )
    try:
        before = json.loads(file.read_text(encoding="utf-8"))
        model, date = before["model"], before["date"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            say(f"{file} holds no measurements: {error}", f"{file} no contiene mediciones: {error}"), cure=cure
        ) from error
    if model != found["model"]:
        raise EvaluationError(
            say(f"{file} was measured with {model['name']} {model['version']}",
                f"{file} se midió con {model['name']} {model['version']}"),
            cure=cure,
        )  # fmt: skip
    taken = {part: before[part] for part in LONG_PARTS if part in found and not found[part] and before.get(part)}
    return {**found, **taken, "earlier": dict.fromkeys(taken, date)}


def told_earlier(found: Mapping[str, Any], lang: str) -> str:
    """A line on what was taken over; empty where nothing was."""
    parts = found.get("earlier") or {}
    if not parts:
        return ""
    words = {
        "en": {"batch": "batch command", "soak": "soak"},
        "es": {"batch": "orden por lotes", "soak": "carga larga"},
    }
    listed = ", ".join(f"{words[lang][part]} ({date})" for part, date in parts.items())
    if lang == "es":
        return f"Tomado de una ejecución anterior con el mismo modelo: {listed}."
    return f"Taken over from an earlier run with the same model: {listed}."
