"""Figures that others published and the ceiling of our annotators. In: nothing. Out: constants with their sources."""

from __future__ import annotations

from typing import Any, Final

UMSAB_PUBLISHED: Final[dict[str, dict[str, float]]] = {
    "fastText (monolingual)": {"es": 0.501, "en": 0.509},
    "XLM-R base, 278 M (monolingual)": {"es": 0.659, "en": 0.682},
    "XLM-R base, 278 M (8 languages)": {"es": 0.660, "en": 0.685},
    "XLM-T, 278 M (monolingual)": {"es": 0.685, "en": 0.669},
    "XLM-T, 278 M (8 languages)": {"es": 0.679, "en": 0.706},
}
"""Macro-F1 on the UMSAB test sets (870 tweets each)."""

UMSAB_SOURCE: Final = (
    "Barbieri, Espinosa Anke & Camacho-Collados (2022), XLM-T, LREC 2022; table in the README of "
    "https://github.com/cardiffnlp/xlm-t"
)

AGREEMENT_CEILING: Final[dict[str, Any]] = {
    "sentiment_kappa": 0.94,
    "stage_kappa": 0.92,
    "hx_kappa": 0.98,
    "signal_f1_lowest": 0.85,
    "signal_f1_lowest_label": "responsive",
    "signal_f1_highest": 1.0,
    "texts": 600,
    "note": (
        "600 texts labelled twice, independently, by two annotators of the same kind (large language models) under "
        "version 1 of the guideline: consistency of the labels, an upper bound of what people would agree on"
    ),
}
"""Agreement of two annotators: what a model measured against one of them can at best be expected to reach."""
