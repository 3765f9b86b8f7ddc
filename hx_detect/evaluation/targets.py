"""What the model was asked to reach. In: figures by set, language and name. Out: each target, reached or missed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from hx_detect.labels import SIGNAL_NAMES

MODEL: Final = "hx-detect"
MODEL_KIND_GIVEN: Final = "hx-detect, kind given"
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Target:
    """One figure and the least (or most) it must be.

    Attributes:
        name: stable identifier.
        en: what it is, in English.
        es: what it is, in Spanish.
        data: name of the evaluation set.
        figure: its name there, as ``hx.auroc``.
        bounds: language (``es``, ``en``, ``all``) -> bound.
        at_most: the figure must not be above the bound; else not below.
        system: which run of the model.
    """

    name: str
    en: str
    es: str
    data: str
    figure: str
    bounds: dict[str, float]
    at_most: bool = False
    system: str = MODEL


_BOTH: Final = ("es", "en")
TARGETS: Final = (
    Target("umsab", "UMSAB test, macro-F1, kind given", "Test de UMSAB, macro-F1, tipo dado", "umsab_test",
           "sentiment.macro_f1", {"es": 0.65, "en": 0.72}, system=MODEL_KIND_GIVEN),
    Target("umsab_kind_found", "UMSAB test, macro-F1, kind found", "Test de UMSAB, macro-F1, tipo averiguado",
           "umsab_test", "sentiment.macro_f1", {"es": 0.65, "en": 0.72}),
    Target("stars_accuracy", "MARC test, stars accuracy", "Test de MARC, exactitud de estrellas", "marc_test",
           "stars.accuracy", dict.fromkeys(_BOTH, 0.56)),
    Target("stars_mae", "MARC test, stars MAE", "Test de MARC, error medio de estrellas", "marc_test",
           "stars.mae", dict.fromkeys(_BOTH, 0.52), at_most=True),
    Target("hx_auroc", "HX against not-HX, AUROC", "HX frente a no HX, AUROC", "hx_test",
           "hx.auroc", dict.fromkeys(_BOTH, 0.955)),
    Target("signals", "Signals, macro average precision (20 or more cases)",
           "Señales, precisión media macro (20 casos o más)", "hx_test",
           "signals.macro_average_precision", {ALL: 0.75}),
    Target("evidence", "Evidence overlaps the annotated stretch (true positives)",
           "La evidencia coincide con el tramo anotado (aciertos)", "hx_test", "evidence.overlap", {ALL: 0.90}),
    Target("ece_sentiment", "ECE of sentiment, UMSAB, kind given", "ECE del sentimiento, UMSAB, tipo dado",
           "umsab_test", "sentiment.ece", dict.fromkeys(_BOTH, 0.03), at_most=True, system=MODEL_KIND_GIVEN),
    Target("ece_sentiment_annotated", "ECE of sentiment, annotated texts", "ECE del sentimiento, textos anotados",
           "hx_test", "sentiment.ece", dict.fromkeys(_BOTH, 0.03), at_most=True),
    Target("ece_hx", "ECE of HX", "ECE de HX", "hx_test", "hx.ece", dict.fromkeys(_BOTH, 0.03), at_most=True),
    Target("tone", "Calm/furious gap in priority", "Diferencia de prioridad entre tono sereno y furioso",
           "calm_furious_pairs", "tone.gap", {ALL: 0.05}, at_most=True),
)  # fmt: skip

Lookup = Callable[[str, str, str, str], dict[str, Any] | None]
"""(set, language, system, figure) -> ``value``, ``low``, ``high``, ``n``; None where it was not measured."""


def check(lookup: Lookup) -> list[dict[str, Any]]:
    """Hold every target against the figures.

    Returns:
        Per target: ``name``, ``at_most``, and per language ``target``, the figure and ``reached`` (None: not measured);
        ``worst`` names the language that is furthest from its target.
    """
    return [_check(target, lookup) for target in TARGETS]


def _check(target: Target, lookup: Lookup) -> dict[str, Any]:
    languages: dict[str, dict[str, Any]] = {}
    margins: dict[str, float] = {}
    for language, bound in target.bounds.items():
        figure = lookup(target.data, language, target.system, target.figure)
        value = None if figure is None else figure["value"]
        entry: dict[str, Any] = {"target": bound, "reached": None, "figure": figure}
        if value is not None:
            margins[language] = bound - value if target.at_most else value - bound
            entry["reached"] = margins[language] >= 0
        languages[language] = entry
    worst = min(margins, key=lambda language: margins[language], default=None)
    return {"name": target.name, "at_most": target.at_most, "worst": worst, "languages": languages}


def signals_below_a_baseline(lookup: Lookup, baselines: list[str], counted: list[str]) -> list[dict[str, Any]]:
    """Signals where a baseline has the higher average precision.

    Args:
        lookup: figures.
        baselines: names of systems that score signals.
        counted: signals with enough cases.
    """
    found = []
    for name in (name for name in SIGNAL_NAMES if name in counted):
        ours = lookup("hx_test", ALL, MODEL, f"signals.{name}.average_precision")
        for baseline in baselines:
            theirs = lookup("hx_test", ALL, baseline, f"signals.{name}.average_precision")
            if ours and theirs and theirs["value"] > ours["value"]:
                found.append({"signal": name, "baseline": baseline, "ours": ours["value"], "theirs": theirs["value"]})
    return found
