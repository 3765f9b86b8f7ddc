"""What a refit found -> the model card. In: ``bundle.json``, figures. Out: Markdown, English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_FRONT: Final = """---
language: [es, en]
license: other
license_name: see-training-data
library_name: hx-detect
pipeline_tag: text-classification
tags: [customer-experience, sentiment, spanish, english, evidence]
---
"""
_ENGLISH: Final = """
# {name} {version}

{parent}, refitted on {rows} labelled rows with `hx-detect train`: the encoder is as it was; heads, calibration and
thresholds were changed where the new labels asked for it. {held} more rows were held out and only measured on. Against
forgetting, {replayed} older texts were replayed (their vectors, not the texts).
In Spanish: [below](#en-español). What the model is for, and its limits: the card of {parent}.

## Data

{data}

## Figures on the rows held out

{figures}

## What changed

{heads}

{own}
"""
_SPANISH: Final = """
# En español

{parent}, reajustado con {rows} filas etiquetadas mediante `hx-detect train`: el codificador es el mismo; cabezas,
calibración y umbrales cambiaron donde las etiquetas nuevas lo pedían. Otras {held} filas se reservaron solo para medir.
Contra el olvido se repitieron {replayed} textos anteriores (sus vectores, no los textos). Para qué sirve el modelo y
sus límites: la ficha de {parent}.

## Datos

{data}

## Cifras en las filas reservadas

{figures}

## Qué cambió

{heads}

{own}
"""
_NAMES: Final = {
    "signals": ("signals, mean average precision", "señales, precisión media"),
    "sentiment": ("sentiment, macro F1", "sentimiento, F1 macro"),
    "stars_mae": ("stars, mean absolute error", "estrellas, error absoluto medio"),
}


def card_of(info: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    """The card of a refitted model.

    Args:
        info: its ``bundle.json``.
        figures: as ``quick_refit.refit`` gives them.
    """
    recipe = info["lineage"]["recipe"]
    values = {"name": info["name"], "version": info["version"], "parent": info["lineage"]["parent"],
              "rows": recipe["rows"], "held": recipe["held_out_rows"], "replayed": recipe["replayed"]}  # fmt: skip
    parts = [
        template.format(
            **values,
            data=_data(info, place),
            figures=_figures(figures["held_out"], place),
            heads=_heads(figures["heads"], place),
            own=_own(info, figures["own_signals"], place),
        )
        for place, template in ((1, _ENGLISH), (0, _SPANISH))
    ]
    return _FRONT + "".join(parts)


def _pick(place: int, es: str, en: str) -> str:
    return (es, en)[place]


def _data(info: Mapping[str, Any], place: int) -> str:
    head = _pick(place, "| fichero | filas | SHA-256 |", "| file | rows | SHA-256 |")
    rows = [f"| {file['name']} | {file['texts']} | `{file['sha256']}` |" for file in info["lineage"]["data"]]
    return "\n".join([head, "|---|---|---|", *rows])


def _figures(held: Mapping[str, Any], place: int) -> str:
    rows = [f"| {names[1 - place]} | {held[key]['before']} | {held[key]['after']} |"
            for key, names in _NAMES.items() if key in held]  # fmt: skip
    if not rows:
        return _pick(place, "Muy pocas filas etiquetadas para medir.", "Too few labelled rows to measure.")
    head = _pick(place, "| cifra | antes | después |", "| figure | before | after |")
    return "\n".join([head, "|---|---|---|", *rows])


def _heads(heads: Mapping[str, Mapping[str, Any]], place: int) -> str:
    changed = {name: one for name, one in heads.items() if one["strength"] is not None}
    if not changed:
        return _pick(place, "Ninguna cabeza: nada mejoraba más allá del azar.",
                     "No head: nothing got better beyond chance.")  # fmt: skip
    head = _pick(place, "| cabeza | filas | pérdida logarítmica antes | después |",
                 "| head | rows | log loss before | after |")  # fmt: skip
    rows = [f"| {name} | {one['rows']} | {one['loss_before']} | {one['loss_after']} |" for name, one in changed.items()]
    return "\n".join([head, "|---|---|---|---|", *rows])


def _own(info: Mapping[str, Any], figures: Mapping[str, Any], place: int) -> str:
    if not info["own_signals"]:
        return ""
    title = _pick(place, "## Señales propias", "## Own signals")
    head = _pick(
        place,
        "| señal | nombre | ejemplos | precisión media, validación cruzada (95 %) | reservadas (95 %) |",
        "| signal | name | examples | average precision, cross-validated (95 %) | held out (95 %) |",
    )
    rows = []
    for signal in info["own_signals"]:
        measured = figures.get(signal["name"])
        inner, outer = (_precision(measured and measured[side]) for side in ("out_of_fold", "held_out"))
        count = measured["out_of_fold"]["positives"] if measured else "–"
        rows.append(
            f"| `{signal['name']}` | {_pick(place, signal['es'], signal['en'])} | {count} | {inner} | {outer} |"
        )
    return "\n".join([title, "", head, "|---|---|---|---|---|", *rows])


def _precision(figures: Mapping[str, Any] | None) -> str:
    if not figures or figures["average_precision"] is None:
        return "–"
    low, high = figures["interval"]
    return f"{figures['average_precision']} ({low} – {high})"
