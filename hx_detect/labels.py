"""Every label, its group and its names. In: nothing. Out: the fixed label orders of heads, records and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Group = Literal["hx", "cause", "outcome", "cx"]
Lang = Literal["es", "en"]


@dataclass(frozen=True, slots=True)
class SignalLabel:
    """One of the 18 signals.

    Attributes:
        name: stable identifier, used in files and records.
        group: ``hx`` (conduct), ``cause``, ``outcome`` or ``cx``.
        es: name shown to Spanish readers.
        en: name shown to English readers.
    """

    name: str
    group: Group
    es: str
    en: str


SIGNALS: Final[tuple[SignalLabel, ...]] = (
    SignalLabel("ignored", "hx", "ignorado", "ignored"),
    SignalLabel("deceived", "hx", "engañado", "deceived"),
    SignalLabel("obstructed", "hx", "obstaculizado", "obstructed"),
    SignalLabel("harassed", "hx", "acosado", "harassed"),
    SignalLabel("disrespected", "hx", "maltratado", "disrespected"),
    SignalLabel("promise_broken", "hx", "promesa incumplida", "promise broken"),
    SignalLabel("failure", "cause", "fallo", "failure"),
    SignalLabel("overpriced", "cause", "caro", "overpriced"),
    SignalLabel("warns_others", "outcome", "desaconseja", "warns others"),
    SignalLabel("leaving", "outcome", "se va", "leaving"),
    SignalLabel("rage", "outcome", "rabia", "rage"),
    SignalLabel("escalates", "outcome", "denuncia", "escalates"),
    SignalLabel("responsive", "cx", "ágil", "responsive"),
    SignalLabel("honest", "cx", "honesto", "honest"),
    SignalLabel("resolved", "cx", "resuelto", "resolved"),
    SignalLabel("kind", "cx", "trato cercano", "kind"),
    SignalLabel("delighted", "cx", "encantado", "delighted"),
    SignalLabel("recommends", "cx", "recomienda", "recommends"),
)

OWN_GROUP: Final = "own"
"""Group of the signals that a model brings along."""
SIGNAL_GROUPS: Final = (*dict.fromkeys(signal.group for signal in SIGNALS), OWN_GROUP)
SIGNAL_NAMES: Final = tuple(signal.name for signal in SIGNALS)
SIGNAL_INDEX: Final = {name: index for index, name in enumerate(SIGNAL_NAMES)}
CONDUCT: Final = tuple(signal.name for signal in SIGNALS if signal.group == "hx")
OUTCOMES: Final = tuple(signal.name for signal in SIGNALS if signal.group == "outcome")
VOICED: Final = ("warns_others", "rage", "escalates")
"""Outcomes that make a text HX even where no conduct is told."""
CX_PROPER: Final = ("responsive", "honest", "resolved", "kind", "delighted")
"""CX signals other than ``recommends``: one of them makes a positive text ``cx``."""

SENTIMENTS: Final = ("negative", "neutral", "positive")
STAGES: Final = ("discovery", "purchase", "delivery", "use", "support", "exit", "none")
KINDS: Final = ("review", "post", "survey", "complaint")
LEVELS: Final = ("hx", "hx_risk", "hx_voiced", "dissatisfied", "mixed", "cx", "satisfied", "neutral")
HX_LEVELS: Final = ("hx", "hx_risk", "hx_voiced")
NPS_BANDS: Final = ("promoter", "passive", "detractor")
LANGUAGES: Final = ("es", "en", "mixed", "other")

DISPLAY: Final[dict[str, tuple[str, str]]] = {
    "negative": ("negativo", "negative"),
    "neutral": ("neutro", "neutral"),
    "positive": ("positivo", "positive"),
    "mixed": ("mixto", "mixed"),
    "hx": ("HX: agraviado y actúa", "HX: wronged and acting on it"),
    "hx_risk": ("HX en riesgo: agraviado, aún recuperable", "HX at risk: wronged, still recoverable"),
    "hx_voiced": ("HX en voz alta: rechazo sin causa dicha", "HX voiced: the hate shows, its cause does not"),
    "dissatisfied": ("insatisfecho", "dissatisfied"),
    "cx": ("CX: buena experiencia", "CX: good experience"),
    "satisfied": ("satisfecho", "satisfied"),
    "discovery": ("descubrimiento", "discovery"),
    "purchase": ("compra", "purchase"),
    "delivery": ("entrega", "delivery"),
    "use": ("uso", "use"),
    "support": ("atención", "support"),
    "exit": ("salida", "exit"),
    "none": ("ninguna", "none"),
    "review": ("reseña", "review"),
    "post": ("publicación", "post"),
    "survey": ("encuesta", "survey"),
    "complaint": ("reclamación", "complaint"),
    "promoter": ("promotor", "promoter"),
    "passive": ("pasivo", "passive"),
    "detractor": ("detractor", "detractor"),
    "es": ("español", "Spanish"),
    "en": ("inglés", "English"),
    "other": ("otro", "other"),
}
"""Names, Spanish and English, of everything a record can say that is not a signal."""


def signal_title(name: str, lang: Lang) -> str:
    """The name of a signal in ``lang``; of one that a model brings along, its identifier without underscores."""
    return display(name, lang) if name in SIGNAL_INDEX else name.replace("_", " ")


def display(name: str, lang: Lang) -> str:
    """The name of a label, level, stage, kind or language in ``lang``.

    Raises:
        KeyError: no such label.
    """
    if name in SIGNAL_INDEX:
        signal = SIGNALS[SIGNAL_INDEX[name]]
        return signal.es if lang == "es" else signal.en
    return DISPLAY[name][0 if lang == "es" else 1]
