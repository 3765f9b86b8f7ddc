"""A comparison of two tables -> what a person reads. In: ``DriftResult``. Out: a verdict and a table, es or en."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from hx_detect.labels import LEVELS, SIGNAL_INDEX, display
from hx_detect.watching.drift_records import Comparison, DriftResult
from hx_detect.watching.watch_text import percent
from hx_detect.wording import figure, language, say

_NAMES: Final = {
    "language": ("language", "idioma"),
    "length": ("words per text (median)", "palabras por texto (mediana)"),
    "unknown_tokens": ("unknown tokens (mean share)", "tokens desconocidos (proporción media)"),
    "embedding": ("meaning (encoder vectors)", "significado (vectores)"),
    "hx_share": ("share of HX", "proporción de HX"),
    "level": ("levels", "niveles"),
    "sentiment": ("sentiment", "sentimiento"),
    "stage": ("stages", "etapas"),
    "hx_probability": ("HX probability (median)", "probabilidad de HX (mediana)"),
    "hx_probability:calibration": ("calibration error", "error de calibración"),
}
_SIZES: Final = {
    "none": ("negligible", "insignificante"),
    "small": ("small", "pequeño"),
    "medium": ("medium", "medio"),
    "large": ("large", "grande"),
}
_MEASURES: Final = {
    "cramers_v": "V",
    "cohens_h": "h",
    "cliffs_delta": "δ",
    "ece_difference": "ΔECE",
}
_SHOWN: Final = 5


def render(result: DriftResult) -> str:
    """The verdict, what to do, all comparisons, and what was left out of them."""
    lines = [*verdict(result), "", *_table(result)]
    lines += [say("not compared: ", "no comparado: ") + say(words.en, words.es) for words in result.skipped]
    lines += _left_out(result)
    return "\n".join(lines) + "\n"


def _left_out(result: DriftResult) -> list[str]:
    """Labels that were not understood: where, how often, what may be meant, and what to write."""
    if not result.labels_left_out:
        return []
    total, levels = figure(result.labels_left_out), ", ".join(LEVELS)
    lines = [say(f"labels that are not known, rows left out of the calibration: {total}. Write yes or no, 1 or 0, or "
                 f"a level: {levels}",
                 f"etiquetas desconocidas, filas fuera de la calibración: {total}. Escriba sí o no, 1 o 0, o un "
                 f"nivel: {levels}")]  # fmt: skip
    shown = result.unknown_labels[:_SHOWN]
    for one in shown:
        rows = ", ".join(map(str, one.rows)) + (" …" if one.count > len(one.rows) else "")
        near = say(f"; did you mean {one.suggestion}?", f"; ¿quería decir {one.suggestion}?") if one.suggestion else ""
        lines.append(f"  {one.file}: {one.value!r}: {figure(one.count)} ({say('rows', 'filas')} {rows}){near}")
    rest = result.labels_left_out - sum(one.count for one in shown)
    if rest:
        lines.append(say(f"  … and others in {figure(rest)} rows", f"  … y otras en {figure(rest)} filas"))
    return lines


def verdict(result: DriftResult) -> list[str]:
    """The finding in plain sentences, no more certain than the tests."""
    old, new = figure(result.reference_texts), figure(result.new_texts)
    lines = [
        say(f"{new} new texts against {old} of the reference", f"{new} textos nuevos frente a {old} de referencia")
    ]
    if result.verdict == "same":
        lines.append(say("No drift: nothing differs beyond chance", "Sin deriva: nada difiere más que por azar"))
    elif result.verdict == "slight":
        lines.append(say("No drift that matters: what differs beyond chance is tiny",
                         "Sin deriva que importe: lo que difiere más que por azar es mínimo"))  # fmt: skip
    else:
        lines.append(say("DRIFT: ", "DERIVA: ") + "; ".join(_said(one) for one in result.found()[:_SHOWN]))
        lines += advice(result)
    if len(result.models) > 1:
        names = ", ".join(result.models)
        lines.append(
            say(
                f"Careful: scored by different models ({names}); outputs differ for that alone",
                f"Atención: puntuados por modelos distintos ({names}); solo por eso difieren las salidas",
            )
        )
    return lines  # fmt: skip


def advice(result: DriftResult) -> list[str]:
    """What to do about it."""
    if result.found("calibration"):
        return [
            say(
                "The probabilities no longer mean what they did: retrain (hx-detect train NEW_LABELS)",
                "Las probabilidades ya no significan lo mismo: reentrene (hx-detect train ETIQUETAS)",
            )
        ]
    if result.found("input"):
        return [
            say(
                "The texts are of another kind: label some (hx-detect label suggest) and compare with --labels, "
                "before the scores are trusted as before",
                "Los textos son de otra clase: etiquete algunos (hx-detect label suggest) y compare con --labels, "
                "antes de fiarse de las puntuaciones como hasta ahora",
            )
        ]
    return [say("The texts look alike and the scores do not: probably the customers' experience changed; "
                "hx-detect watch and report show where",
                "Los textos se parecen y las puntuaciones no: probablemente cambió la experiencia de los clientes; "
                "hx-detect watch y report muestran dónde")]  # fmt: skip


def name_of(comparison: Comparison) -> str:
    """What is compared, in words."""
    if comparison.name.startswith("signal:"):
        signal = comparison.name.removeprefix("signal:")
        return display(signal, language()) if signal in SIGNAL_INDEX else signal
    return say(*_NAMES[comparison.name])


def _said(one: Comparison) -> str:
    if one.name == "embedding":
        return name_of(one)
    return f"{name_of(one)} {_value(one, one.reference)} → {_value(one, one.new)}"


def _table(result: DriftResult) -> list[str]:
    rows = [(say("compared", "comparado"), say("reference", "referencia"), say("new", "nuevo"),
             say("effect", "efecto"), say("corrected p", "p corregida"), "")]  # fmt: skip
    for one in result.comparisons:
        mark = {"drift": say("DRIFT", "DERIVA"), "slight": say("slight", "leve"), "same": ""}[one.finding]
        rows.append((
            name_of(one), _value(one, one.reference), _value(one, one.new),
            f"{_MEASURES[one.measure]} {_number(one.effect)} {say(*_SIZES[one.size])}", _chance(one.corrected), mark,
        ))  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _value(one: Comparison, value: float | str) -> str:
    if isinstance(value, str):
        return _category(value)
    if one.name == "embedding":
        return "" if value == 0 else _number(value, 4)
    if one.measure == "cohens_h" or one.name in ("unknown_tokens", "hx_probability"):
        return percent(value)
    return _number(value, 3) if one.name != "length" else figure(value)


def _category(value: str) -> str:
    """``negative 31.0%`` in the user's language."""
    label, share = value.rsplit(" ", 1)
    with suppress(KeyError):
        label = display(label, language()).split(":")[0]
    return f"{label} {percent(float(share.rstrip('%')) / 100)}"


def _chance(p_value: float) -> str:
    return _number(p_value, 4) if p_value >= 0.0001 else "< " + _number(0.0001, 4)


def _number(value: float, digits: int = 2) -> str:
    text = f"{round(value, digits) + 0.0:.{digits}f}"
    return text.replace(".", ",") if language() == "es" else text
