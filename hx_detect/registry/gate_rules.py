"""What a new model must show. In: comparisons, gaps, speeds, sizes. Out: ``Check`` records, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from hx_detect.evaluation.bootstrap import Bootstrap, Floats
from hx_detect.evaluation.metrics import mean
from hx_detect.evaluation.multiple_tests import holm
from hx_detect.evaluation.tone import LIMIT
from hx_detect.registry.gate_compare import ASKED, CONFIDENCE, TASKS, Comparison
from hx_detect.registry.gate_labels import LabelDoubt
from hx_detect.registry.signal_titles import NO_TITLES, Titles, title_of
from hx_detect.registry.verdict import FAILED, PASSED, UNJUDGED, Check

MOST_TONE_GROWTH: Final = 0.005
"""How much wider the gap between calm and furious may get for sure where it is beyond its limit."""
WIDEST_TONE_GROWTH: Final = 0.02
"""How much wider it may get at all there."""
LEAST_SPEED: Final = 0.8
"""Speed of the new model, as a share of the other's."""
MOST_SIZE: Final = 1.5
"""Size of the new model, as a multiple of the other's."""
NAMED: Final = 4
"""Losses that are named; the page shows them all."""
CALIBRATION: Final = (".brier", ".ece")


def asked(
    found: Iterable[Comparison], fallback: str | None, known: frozenset[str], titles: Titles = NO_TITLES
) -> Check:
    """Better where the new data asks for it; without new data, better in at least one figure of the frozen texts.

    The mean of what the labels speak of is better for sure, or one of its parts is, or a signal that the model in use
    does not know: these corrected for their number.

    Args:
        found: all comparisons.
        fallback: name of the set to look at where there is no new data; None where there is.
        known: signals that the model in use knows.
        titles: of own signals.
    """
    every = list(found)
    if fallback is not None:
        return _asked_without_data([one for one in every if one.data == fallback and one.part == "all"], titles)
    target = next((one for one in every if one.name == ASKED), None)
    if target is None or target.verdict == "few":
        return Check("asked", FAILED, (
            "The held-out part of the new data has too few labelled texts to judge on: label more",
            "La parte reservada de los datos nuevos tiene muy pocos textos etiquetados para juzgar: etiquete más",
        ))  # fmt: skip
    parts = [one for one in every if one.data == target.data and one.verdict != "few" and _is_asked(one, known)]
    chances = holm([one.p_better for one in parts])
    better = [one for one, p in zip(parts, chances, strict=True) if p < (1 - CONFIDENCE) / 2]
    values = f"{target.champion:.3f} -> {target.challenger:.3f}, {_change(target)}, n = {target.n}"
    if target.verdict == "better":
        return Check("asked", PASSED, (f"Better on the held-out part of the new data: {values}",
                                       f"Mejor en la parte reservada de los datos nuevos: {values}"))  # fmt: skip
    if better and target.verdict != "worse":
        leads = ("Better on the held-out part of the new data: ", "Mejor en la parte reservada de los datos nuevos: ")
        return Check("asked", PASSED, _named(*leads, better, titles))
    return Check("asked", FAILED, (
        f"Not shown to be better on the held-out part of the new data: {values}. More labels make it clearer",
        f"No se demuestra que mejore en la parte reservada de los datos nuevos: {values}. Con más etiquetas se verá",
    ))  # fmt: skip


def _is_asked(one: Comparison, known: frozenset[str]) -> bool:
    """A part of the mean, or how well a signal is found that the model in use does not know."""
    kind, _, signal = one.part.partition(":")
    new = kind == "signal" and signal not in known and one.name == "average_precision"
    return new or (one.part == "all" and one.name in TASKS)


def _asked_without_data(found: Iterable[Comparison], titles: Titles) -> Check:
    better = [one for one in found if one.verdict == "better"]
    if better:
        leads = ("No new data was given; better on the frozen texts in ",
                 "Sin datos nuevos; mejora en los textos congelados en ")  # fmt: skip
        return Check("asked", PASSED, _named(*leads, better, titles))
    return Check("asked", FAILED, (
        "No new data was given, and no figure of the frozen texts is better for sure. Give it with --data",
        "No se dieron datos nuevos y ninguna cifra mejora con seguridad en los textos congelados. Indique --data",
    ))  # fmt: skip


def no_loss(found: Iterable[Comparison], titles: Titles = NO_TITLES) -> Check:
    """No set, language, group of texts or signal is worse by more than its margin for sure."""
    worse = [one for one in found if one.verdict == "worse" and not one.name.endswith(CALIBRATION)]
    if worse:
        leads = ("Worse by more than the margin: ", "Peor que el margen: ")
        return Check("no_loss", FAILED, _named(*leads, worse, titles))
    return Check(
        "no_loss",
        PASSED,
        (
            "No language, group of texts or signal is worse by more than the margin for sure",
            "Ningún idioma, grupo de textos ni señal empeora con seguridad más que el margen",
        ),
    )


def calibration(found: Iterable[Comparison]) -> Check:
    """Probabilities say as well as before how often things hold."""
    every = [one for one in found if one.name.endswith(CALIBRATION)]
    worse = [one for one in every if one.verdict == "worse"]
    if worse:
        return Check(
            "calibration",
            FAILED,
            _named(
                "The probabilities are further from the truth: ",
                "Las probabilidades se alejan de la verdad: ",
                worse,
                NO_TITLES,
            ),
        )
    if all(one.verdict == "few" for one in every):
        return Check("calibration", UNJUDGED, ("Too few texts to judge", "Muy pocos textos para juzgar"))
    return Check(
        "calibration",
        PASSED,
        (
            "The probabilities are no further from the truth than the margin",
            "Las probabilidades no se alejan de la verdad más que el margen",
        ),
    )


def tone(champion: Floats, challenger: Floats, resamples: int, seed: int) -> Check:
    """The same facts told calmly and furiously get priorities no further apart.

    Args:
        champion: (m,) distances, one for each pair.
        challenger: the same of the new model.
        resamples: of the bootstrap over pairs.
        seed: of the bootstrap.
    """
    if not champion.size:
        return Check("tone", UNJUDGED, ("There are no pairs of calm and furious tellings",
                                        "No hay pares de relatos en calma y con furia"))  # fmt: skip
    growth = Bootstrap(champion.size, resamples, seed).estimate(partial(mean, challenger - champion))
    grown = growth.low > MOST_TONE_GROWTH or growth.value > WIDEST_TONE_GROWTH
    values = (f"{champion.mean():.3f} -> {challenger.mean():.3f}, "
              f"{growth.value:+.3f} [{growth.low:+.3f}, {growth.high:+.3f}], n = {champion.size}")  # fmt: skip
    state = FAILED if grown and challenger.mean() > LIMIT else PASSED
    return Check("tone", state, (f"Distance in priority between calm and furious tellings: {values}",
                                 f"Distancia de prioridad entre relatos en calma y con furia: {values}"))  # fmt: skip


def labels(doubts: Sequence[LabelDoubt]) -> Check:
    """The labels of the new data do not contradict what the model in use is sure of."""
    words = {
        "sentiment": ("the sentiment", "el sentimiento"),
        "present": ("signals it is sure of", "señales de las que está seguro"),
        "absent": ("signals it is sure are not there", "señales que da por ausentes"),
    }
    told = [[f"{words[one.about][lang]}: {one.contradicted}/{one.sure} (<= {one.bound:.0%})" for one in doubts]
            for lang in (0, 1)]  # fmt: skip
    state = PASSED if all(one.believed for one in doubts) else FAILED
    if not doubts or all(one.sure == 0 for one in doubts):
        return Check("labels", UNJUDGED, ("There are no new labels to look at", "No hay etiquetas nuevas que mirar"))
    lead = {
        PASSED: ("New labels against what the model in use is sure of: ",
                 "Etiquetas nuevas frente a lo que el modelo en uso da por seguro: "),
        FAILED: ("Too many new labels contradict what the model in use is sure of (see hx-detect data check): ",
                 "Demasiadas etiquetas nuevas contradicen al modelo donde está seguro (vea hx-detect data check): "),
    }[state]  # fmt: skip
    return Check("labels", state, (lead[0] + "; ".join(told[0]), lead[1] + "; ".join(told[1])))


def knows(
    champion: tuple[frozenset[str], frozenset[str]],
    challenger: tuple[frozenset[str], frozenset[str]],
    titles: Titles = NO_TITLES,
) -> Check:
    """The new model speaks of every signal and language that the other speaks of; each is (signals, languages)."""
    lost = [_titled(champion[0] - challenger[0], titles, lang) + sorted(champion[1] - challenger[1]) for lang in (0, 1)]
    if lost[0]:
        return Check(
            "knows", FAILED, (f"It does not know any more: {', '.join(lost[0])}", f"Ya no conoce: {', '.join(lost[1])}")
        )
    new = [_titled(challenger[0] - champion[0], titles, lang) for lang in (0, 1)]
    more = (f"; new: {', '.join(new[0])}", f"; nuevas: {', '.join(new[1])}") if new[0] else ("", "")
    return Check(
        "knows",
        PASSED,
        (
            f"It knows every signal and language of the other{more[0]}",
            f"Conoce todas las señales e idiomas del otro{more[1]}",
        ),
    )


def _titled(names: Iterable[str], titles: Titles, lang: int) -> list[str]:
    return [title_of(name, titles, lang) for name in sorted(names)]


def speed(champion: float, challenger: float) -> Check:
    """Texts per second of processor time, both measured in the same run, in turns."""
    ratio = challenger / champion if champion else 1.0
    values = f"{champion:.0f} -> {challenger:.0f} (x{ratio:.2f}, >= x{LEAST_SPEED})"
    return Check(
        "speed",
        PASSED if ratio >= LEAST_SPEED else FAILED,
        (f"Texts per second of processor time: {values}", f"Textos por segundo de procesador: {values}"),
    )


def size(champion: int, challenger: int) -> Check:
    """Bytes of the folder."""
    ratio = challenger / champion if champion else 1.0
    values = f"{champion / 1e6:.1f} -> {challenger / 1e6:.1f} MB (x{ratio:.2f}, <= x{MOST_SIZE})"
    return Check("size", PASSED if ratio <= MOST_SIZE else FAILED, (f"Size: {values}", f"Tamaño: {values}"))


def _named(english: str, spanish: str, found: Sequence[Comparison], titles: Titles) -> tuple[str, str]:
    ranked = sorted(found, key=lambda one: -abs(one.difference))
    rest = len(ranked) - NAMED
    more = (f"; and {rest} more", f"; y {rest} más") if rest > 0 else ("", "")
    return tuple(  # type: ignore[return-value] # of two languages
        lead + "; ".join(f"{figure_shown(one, lang, titles)} {_change(one)}" for one in ranked[:NAMED]) + more[lang]
        for lang, lead in enumerate((english, spanish))
    )


def _change(one: Comparison) -> str:
    return f"{one.difference:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"


FIGURES: Final = {
    "asked.mean": ("mean of what the new labels speak of", "media de lo que dicen las etiquetas nuevas"),
    "sentiment.macro_f1": ("sentiment, macro-F1", "sentimiento, macro-F1"),
    "hx.average_precision": ("HX, average precision", "HX, precisión media"),
    "signals.macro_average_precision": ("signals, macro average precision", "señales, precisión media macro"),
    "signals.micro_average_precision": ("signals, average precision", "señales, precisión media"),
    "stage.macro_f1": ("stage, macro-F1", "etapa, macro-F1"),
    "stars.mae_of_expected": ("stars, mean error", "estrellas, error medio"),
    "sentiment.brier": ("sentiment, Brier score", "sentimiento, puntuación de Brier"),
    "sentiment.ece": ("sentiment, calibration error", "sentimiento, error de calibración"),
    "hx.brier": ("HX, Brier score", "HX, puntuación de Brier"),
    "hx.ece": ("HX, calibration error", "HX, error de calibración"),
    "signals.brier": ("signals, Brier score", "señales, puntuación de Brier"),
    "signals.ece": ("signals, calibration error", "señales, error de calibración"),
    "average_precision": ("average precision", "precisión media"),
    "f1": ("F1", "F1"),
}
"""Every figure of the gate, in English and Spanish."""


def figure_shown(one: Comparison, lang: int, titles: Titles = NO_TITLES) -> str:
    """A figure and the part of the set that it is about; 0 is English, 1 Spanish."""
    part = part_shown(one.part, lang, titles)
    return f"{FIGURES[one.name][lang]} ({one.data}{', ' + part if part else ''})"


def part_shown(part: str, lang: int, titles: Titles = NO_TITLES) -> str:
    """A part of a set in words; nothing for the whole."""
    kind, _, name = part.partition(":")
    if kind == "signal":
        return title_of(name, titles, lang)
    languages = {"es": ("Spanish", "español"), "en": ("English", "inglés")}
    return languages[name][lang] if kind == "language" and name in languages else name
