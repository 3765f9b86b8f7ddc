"""The model that scored the texts -> how good it is. In: its name and version. Out: measured figures of its bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hx_detect.bundle_places import find_model, version_of
from hx_detect.errors import HxDetectError
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.reporting.figure_records import SignalQuality

_WEAK_F1: Final = 0.7
_WEAK_PRECISION: Final = 0.6
_FEW_EXAMPLES: Final = 20
_SET: Final = "hx_test"
_SYSTEM: Final = "hx-detect"


@dataclass(frozen=True, slots=True)
class ModelQuality:
    """What a bundle says of itself.

    Attributes:
        signals: weak ones first, else in the order of the labels; empty where not measured.
        calibration: language -> expected calibration error of ``hx_probability``.
        thresholds: expected stars from which words are a promoter's and a passive's; None where not at hand.
    """

    signals: tuple[SignalQuality, ...] = ()
    calibration: tuple[tuple[str, float], ...] = ()
    thresholds: tuple[float, float] | None = None


def model_quality(model: str, folder: str | None) -> ModelQuality:
    """Look the model up among those installed.

    Args:
        model: ``NAME VERSION`` as scored files say it.
        folder: a model's folder or name as the user gave it; it counts only if it is that model.

    Returns:
        Nothing known where that model, in that version, is not installed.
    """
    name, _, version = model.rpartition(" ")
    for place in [place for place in (folder, f"{name}@{version}", name) if place]:
        try:
            found = find_model(place)
            if version_of(found) == version:
                return _of(found)
        except (HxDetectError, OSError, ValueError, KeyError, TypeError):
            continue
    return ModelQuality()


def _of(folder: Path) -> ModelQuality:
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    band = decision.get("nps", {})
    thresholds = (float(band["promoter"]), float(band["passive"])) if band else None
    measured = metrics.get("sets", {}).get(_SET, {}).get("all", {})
    figures = measured.get("systems", {}).get(_SYSTEM, {})
    examples = measured.get("support", {}).get("signals", {})
    signals = [_signal(name, figures, int(examples.get(name, 0))) for name in SIGNAL_NAMES] if figures else []
    ece = metrics.get("headline", {}).get("ece_hx", {})
    calibration = tuple((str(code), float(value)) for code, value in sorted(ece.items()))
    return ModelQuality(tuple(sorted(signals, key=lambda one: not one.weak)), calibration, thresholds)


def _signal(name: str, figures: dict[str, Any], examples: int) -> SignalQuality:
    def value(metric: str) -> float | None:
        found = figures.get(f"signals.{name}.{metric}", {}).get("value")
        return None if found is None else float(found)

    f1, precision, ece = value("f1"), value("precision"), value("ece")
    recall = None
    if f1 and precision and 2 * precision > f1:
        recall = round(f1 * precision / (2 * precision - f1), 4)
    poor = f1 is None or f1 < _WEAK_F1 or (precision is not None and precision < _WEAK_PRECISION)
    return SignalQuality(name, f1, precision, recall, ece, examples, poor or examples < _FEW_EXAMPLES)
