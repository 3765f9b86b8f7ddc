"""What signals are called in sentences, and what to do first about them. In: a signal. Out: ``Words``."""

from __future__ import annotations

from typing import Final

from hx_detect.reporting.figure_records import Words
from hx_detect.reporting.page.bilingual import both, label, sentence

_TITLES: Final = {
    "ignored": Words("being ignored", "ser ignorados"),
    "deceived": Words("being deceived", "ser engañados"),
    "obstructed": Words("being obstructed", "encontrar trabas"),
    "harassed": Words("being harassed", "ser acosados"),
    "disrespected": Words("being disrespected", "ser maltratados"),
    "promise_broken": Words("broken promises", "las promesas incumplidas"),
    "failure": Words("something that fails", "los fallos"),
    "overpriced": Words("prices felt as too high", "los precios altos"),
    "warns_others": Words("warning others", "desaconsejar"),
    "leaving": Words("leaving", "irse"),
    "rage": Words("rage", "la rabia"),
    "escalates": Words("taking it further", "denunciar"),
    "responsive": Words("quick answers", "la respuesta ágil"),
    "honest": Words("honesty", "la honestidad"),
    "resolved": Words("problems resolved", "los problemas resueltos"),
    "kind": Words("kindness", "el trato cercano"),
    "delighted": Words("delight", "el entusiasmo"),
    "recommends": Words("recommendations", "las recomendaciones"),
}
_HEADINGS_ES: Final = {
    "ignored": "Se les ignora",
    "deceived": "Se les engaña",
    "obstructed": "Se les ponen trabas",
    "harassed": "Se les acosa",
    "disrespected": "Se les trata mal",
    "failure": "Algo falla",
    "overpriced": "Precios que parecen altos",
    "promise_broken": "Promesas incumplidas",
    "rage": "Rabia",
    "responsive": "Respuesta ágil",
    "honest": "Honestidad",
    "resolved": "Problemas resueltos",
    "kind": "Trato cercano",
    "delighted": "Entusiasmo",
    "recommends": "Recomendaciones",
    "warns_others": "Lo desaconsejan",
    "leaving": "Se van",
    "escalates": "Lo denuncian",
}
_STEPS: Final = {
    "ignored": Words(
        "Find where messages and calls go unanswered, and answer there: who has no solution yet still gets a name "
        "and a date.",
        "Buscar dónde quedan sin respuesta mensajes y llamadas, y responder ahí: quien aún no tiene solución recibe "
        "un nombre y una fecha.",
    ),
    "deceived": Words(
        "Lay what is promised at the sale beside what is delivered and charged; correct the wording, then make it "
        "good to those concerned.",
        "Comparar lo que se promete al vender con lo que se entrega y se cobra; corregir el mensaje y después "
        "compensar a los afectados.",
    ),
    "obstructed": Words(
        "Walk the way of a complaint, a refund and a cancellation yourself, and take out the steps that block it.",
        "Recorrer en persona el camino de una queja, un reembolso y una baja, y quitar los pasos que lo bloquean.",
    ),
    "harassed": Words(
        "Stop calls and messages to everyone who asked for it, and find out which campaign sent them.",
        "Parar llamadas y mensajes a quien lo ha pedido, y averiguar qué campaña los envía.",
    ),
    "disrespected": Words(
        "Go through the cases quoted here with the people who dealt with them, and agree how it is done next time.",
        "Repasar los casos citados aquí con quienes los atendieron, y acordar cómo se hará la próxima vez.",
    ),
    "promise_broken": Words(
        "List the promises that are open (dates, refunds, calls) and keep or renew each before its day.",
        "Listar las promesas pendientes (fechas, reembolsos, llamadas) y cumplir o renovar cada una antes de su día.",
    ),
    "failure": Words(
        "Find which failure comes back in these texts, and mend it at its source before compensating.",
        "Buscar qué fallo se repite en estos textos y arreglarlo en su origen antes de compensar.",
    ),
    "overpriced": Words(
        "Find where the price surprises (fees, conditions, renewals) and say it beforehand.",
        "Buscar dónde sorprende el precio (comisiones, condiciones, renovaciones) y decirlo antes.",
    ),
}


def in_sentence(signal: str) -> Words:
    """What a signal is called after a verb: ``being ignored``; a customer's own by its name."""
    return _TITLES.get(signal) or label(signal)


def heading(signal: str) -> Words:
    """What a signal is called where it stands alone."""
    words = sentence(in_sentence(signal))
    return Words(words.en, _HEADINGS_ES.get(signal, words.es))


def first_step(signal: str) -> Words:
    """What is usually done first about a grievance."""
    return _STEPS.get(signal) or both(
        "Read the texts that speak of “{name}”, and name who answers for it.",
        "Leer los textos que hablan de «{name}» y nombrar a quien responde de ello.",
        name=label(signal),
    )
