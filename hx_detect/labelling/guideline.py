"""What each label means, in one line. In: nothing. Out: Spanish and English wording for labelling pages and tools."""

from __future__ import annotations

from typing import Final

SIGNALS: Final[dict[str, tuple[str, str]]] = {
    "ignored": ("sin respuesta", "left without an answer"),
    "deceived": ("le mintieron u ocultaron algo", "lied to, a term or charge hidden"),
    "obstructed": ("le ponen trabas para resolver o irse", "help, redress or leaving made hard"),
    "harassed": ("le contactan o presionan sin parar", "contacted or pressed again and again"),
    "disrespected": ("mala educación, desprecio, acusación", "rudeness, contempt, accusation"),
    "promise_broken": ("no cumplen lo acordado o pagado", "what was agreed or paid for is not honoured"),
    "failure": ("el producto, servicio o trabajo falló", "product, service or work was poor"),
    "overpriced": ("demasiado para lo que dan", "too much for what was given"),
    "warns_others": ("dice a otros que no vayan", "tells others to stay away"),
    "leaving": ("se ha ido, se va, nunca más", "has left, leaves, never again"),
    "rage": ("odio, insultos, furia contra la marca", "hate, insults, fury at the brand"),
    "escalates": ("acude a un tercero", "takes it to a third party"),
    "responsive": ("rápido, fácil", "fast, easy"),
    "honest": ("claro en precio, condiciones, fallos", "open about price, terms, faults"),
    "resolved": ("arreglaron un problema", "a problem was put right"),
    "kind": ("personal cercano, paciente, atento", "warm, patient, helpful staff"),
    "delighted": ("más de lo esperado", "more than expected"),
    "recommends": ("recomienda, vuelve, se queda", "recommends, returns, stays"),
}
"""Signal -> Spanish, English; as in the tables of ``docs/output.md`` and ``docs/output.es.md``."""

RULES: Final[tuple[tuple[str, str], ...]] = (
    ("Una señal dice lo que la persona cuenta que hizo la empresa, o lo que ella hace al respecto; no trata del tono.",
     "A signal is what the writer reports of the company's conduct, or does about it; it is not about tone."),
    ("Cada señal necesita palabras del texto que la prueben: el trozo más corto que baste, tres como mucho.",
     "Each signal needs words of the text that prove it: the shortest stretch that does, three at most."),
    ("Entre una señal y nada: nada. Entre dos señales: las dos.",
     "Between a signal and nothing: nothing. Between two signals: both."),
    ("La ironía se etiqueta por lo que quiere decir; la negación cuenta.",
     "Irony is labelled by what it means; negation counts."),
)  # fmt: skip
"""The rules that decide most doubts: Spanish, English."""
