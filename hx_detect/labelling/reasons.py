"""A suggestion -> why it was made. In: ``Suggestion``, a language. Out: one line for people."""

from __future__ import annotations

from typing import Final

from hx_detect.labelling.suggest import Suggestion
from hx_detect.labels import SIGNAL_INDEX, Lang, display

_SHARE: Final = 0.25
"""A part of the worth from this share on is named."""
_CLEAR: Final = 0.6
"""A contradiction from here on is named, whatever else speaks for the text."""
_NEW: Final = 0.2
"""A text less alike than this to all that were chosen before covers new ground."""


def reason(suggestion: Suggestion, lang: Lang) -> str:
    """Why a text was chosen, the strongest reason first.

    Args:
        suggestion: the text.
        lang: ``es`` or ``en``.
    """
    pick = suggestion.pick
    parts = sorted(
        ((pick.uncertainty, _undecided(suggestion, lang)), (pick.rarity, _rare(suggestion, lang)),
         (pick.disagreement, _contradicts(suggestion, lang))),
        key=lambda part: -part[0],
    )  # fmt: skip
    total = sum(worth for worth, _ in parts)
    named = [words for worth, words in parts if words and worth >= _SHARE * total]
    if suggestion.disagreement >= _CLEAR and (words := _contradicts(suggestion, lang)) not in named:
        named.append(words)
    if suggestion.rank > 1 and pick.similarity < _NEW:
        named.append("distinto de los ya elegidos" if lang == "es" else "unlike those chosen before")
    return "; ".join(named) or ("completa la muestra" if lang == "es" else "rounds off the sample")


def _undecided(suggestion: Suggestion, lang: Lang) -> str:
    names = suggestion.pick.undecided
    return f"{'indeciso en' if lang == 'es' else 'undecided on'} {_listed(suggestion, names, lang)}" if names else ""


def _rare(suggestion: Suggestion, lang: Lang) -> str:
    names = suggestion.pick.rare
    words = "puede mostrar señales con pocas etiquetas:" if lang == "es" else "may show signals with few labels:"
    return f"{words} {_listed(suggestion, names, lang)}" if names else ""


def _contradicts(suggestion: Suggestion, lang: Lang) -> str:
    words = "señales, sentimiento y nota se contradicen" if lang == "es" else "signals, sentiment and stars contradict"
    return f"{words} ({_number(suggestion.disagreement, lang)})"


def _listed(suggestion: Suggestion, names: tuple[str, ...], lang: Lang) -> str:
    return ", ".join(f"{signal_name(name, lang)} ({_number(suggestion.probabilities[name], lang)})" for name in names)


def signal_name(name: str, lang: Lang) -> str:
    """Its name for people; a signal of one's own is called as it was named."""
    return display(name, lang) if name in SIGNAL_INDEX else name


def _number(value: float, lang: Lang) -> str:
    text = f"{value:.2f}"
    return text.replace(".", ",") if lang == "es" else text
