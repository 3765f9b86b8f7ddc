"""How well languages are told. In: texts with their language, or our own. Out: accuracy by language and length."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hx_detect.stages.clean import CleaningSpec, clean
from hx_detect.stages.language import LanguageIdentifier

LENGTH_GROUPS: Final = ((0, 15), (15, 30), (30, 60), (60, sys.maxsize))
"""Groups by characters of the cleaned text: from, below."""


@dataclass(frozen=True, slots=True)
class LanguageFigure:
    """Accuracy in one group.

    Attributes:
        language: the true one.
        shortest: characters from which the group goes.
        below: characters below which it stays.
        texts: how many.
        accuracy: share told right, in [0, 1].
    """

    language: str
    shortest: int
    below: int
    texts: int
    accuracy: float


def measure_language_id(
    rows: Iterable[tuple[str, str]] | None = None, spec: CleaningSpec | None = None
) -> list[LanguageFigure]:
    """Measure language identification.

    Args:
        rows: texts and their languages (``es``, ``en``, ``mixed``, ``other``); None for our own short ``SAMPLES``.
        spec: how the texts are cleaned; None for the usual cleaning.

    Returns:
        One figure per language and length group that has a text, by language, then length.
    """
    identifier = LanguageIdentifier()
    right: dict[tuple[str, tuple[int, int]], list[bool]] = {}
    for text, language in SAMPLES if rows is None else rows:
        cleaned = clean(text, spec or CleaningSpec()).text
        group = next(limits for limits in LENGTH_GROUPS if limits[0] <= len(cleaned) < limits[1])
        right.setdefault((language, group), []).append(identifier.identify(cleaned).code == language)
    return [
        LanguageFigure(language, *group, len(found), sum(found) / len(found))
        for (language, group), found in sorted(right.items())
    ]


def _samples(language: str, texts: str) -> list[tuple[str, str]]:
    return [(text.strip(), language) for text in texts.strip().splitlines()]


SAMPLES: Final[Sequence[tuple[str, str]]] = (
    *_samples(
        "es",
        """
        Fatal
        Muy bien
        Nadie contesta
        Una vergüenza
        Todo perfecto
        No lo compren
        Son unos ladrones
        Pésima atención
        Llegó roto
        Me encantó
        Muy caro para lo que es
        Jamás volveré a ese hotel
        Tres horas de espera
        No devuelven el dinero
        Trato inmejorable, gracias
        La app se cierra sola
        El paquete nunca llegó
        Me cobraron dos veces
        Excelente servicio, muy recomendable
        Les escribí cinco correos y ni una respuesta
        La chica de recepción fue un encanto con mis padres
        Me dijeron que era gratis y luego venía en la factura
        Llevo desde marzo pidiendo la baja y me siguen cobrando cada mes
        El técnico vino cuando dijo, lo arregló en diez minutos y no nos cobró el desplazamiento
        """,
    ),
    *_samples(
        "en",
        """
        Awful
        Very good
        Nobody answers
        What a joke
        All perfect
        Do not buy
        Absolute thieves
        Terrible support
        Arrived broken
        Loved it
        Too dear for what it is
        Never staying there again
        Three hours waiting
        They keep my refund
        Lovely staff, thank you
        The app keeps crashing
        The parcel never came
        They charged me twice
        Great service, would recommend
        Five emails sent and not one reply
        The girl at the desk was so sweet to my parents
        They said it was free and then it was on the bill
        I have been trying to cancel since March and they still bill me every month
        The engineer came when he said, fixed it in ten minutes and did not charge for the visit
        """,
    ),
    *_samples(
        "other",
        """
        Não recomendo a ninguém
        Péssimo atendimento, nunca mais compro aqui
        Adorei o hotel, funcionários muito simpáticos
        Très déçu, je ne reviendrai pas
        Personne ne répond au téléphone depuis trois semaines
        Pessima esperienza, non tornerò mai più
        Non rispondono mai al telefono, è una vergogna
        Sehr schlechter Service, nie wieder
        Die Lieferung kam drei Wochen zu spät
        El servei és molt dolent i ningú no contesta
        Slechte bediening, wij komen nooit meer terug
        Bardzo słaba obsługa, nie polecam
        """,
    ),
)
"""Short opinions of our own, one a line, with their language."""
