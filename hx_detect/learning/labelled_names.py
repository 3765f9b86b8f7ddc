"""Words that people write in labelled tables -> our labels. In: cells, column names. Out: a label, a role, or None."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from hx_detect.io.column_names import fold
from hx_detect.io.columns import language_code
from hx_detect.io.ratings import RANGES, rating_of
from hx_detect.labels import DISPLAY, KINDS, SENTIMENTS, SIGNALS, STAGES


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TEXT, LABELS, EVIDENCE = "text", "labels", "evidence"
VALUE_ROLES: Final = ("sentiment", "stars", "answer", "stage")
"""Roles that say something to learn, beside signals."""
PLAIN_ROLES: Final = ("id", "language", "kind", "date", "source", "who", "group")
ROLES: Final = (TEXT, *VALUE_ROLES, LABELS, EVIDENCE, *PLAIN_ROLES)
SIGNAL_ROLE: Final = "signal:"
UNUSED: Final = "unused"
NEAR: Final = 0.75
"""Likeness (difflib's ratio) from which an unknown label is taken for a misspelt one."""

COLUMN_NAMES: Final[dict[str, frozenset[str]]] = {
    "sentiment": _set(
        "sentiment sentimiento sentimientos polarity polaridad sentiment_label valence valencia tono_general"
    ),
    "stars": _set(
        "stars star estrellas estrella star_rating rating calificacion valoracion puntuacion puntaje nota score"
    ),
    "answer": _set(
        "nps nps_score score_nps nps_answer puntuacion_nps nota_nps recomendaria likelihood_to_recommend answer"
        " recommend_score probabilidad_de_recomendar respuesta_nps"
    ),
    "stage": _set("stage etapa fase journey_stage etapa_del_viaje momento journey"),
    LABELS: _set("labels label signals signal senales senal etiquetas etiqueta tags tag categorias categories"),
    EVIDENCE: _set("evidence evidencia evidencias prueba pruebas spans fragmentos"),
    "id": _set("id review_id comment_id id_opinion opinion_id id_comentario id_resena ticket ticket_id"),
    "language": _set("language lang idioma lengua review_language"),
    "kind": _set("kind tipo text_kind tipo_texto tipo_de_texto"),
    "date": _set("date fecha created created_at timestamp day dia fecha_de_la_opinion published"),
    "source": _set("source fuente origen corpus channel canal dataset"),
    "who": _set("who quien annotator anotador anotadora labelled_by labeled_by etiquetado_por"),
    "group": _set("group grupo pair pareja"),
}
GENERIC: Final = _set("label labels etiqueta etiquetas class clase target tag")
"""Names of columns that may hold sentiment, a stage or signals: what is in them decides."""
OURS: Final = "hx_"
"""Columns that begin so are the model's own scores in a scored table, not a person's word."""

_SENTIMENT_WORDS: Final = {
    "negative": "negative negativo negativa neg malo mala bad",
    "neutral": "neutral neutro neutra neu",
    "positive": "positive positivo positiva pos bueno buena good",
    "mixed": "mixed mixto mixta mix mezclado",
}
_YES: Final = _set("1 1_0 x yes y si s true t verdadero v present presente") | {"✓", "✔"}
_NO: Final = _set("0 0_0 no n false f falso absent ausente")
_NOTHING: Final = _set("none ninguno ninguna nada nothing no sin_senales no_signals sin_etiquetas no_labels")


def sentiment_of(value: object) -> str | None:
    """``negative``, ``neutral``, ``positive`` or ``mixed`` from a word in either language; None for anything else."""
    return _SENTIMENTS.get(fold(value)) if isinstance(value, str) else None


def stage_of(value: object) -> str | None:
    """One of ``labels.STAGES`` from its name in either language; None for anything else."""
    return _STAGES.get(fold(value)) if isinstance(value, str) else None


def kind_of(value: object) -> str | None:
    """One of ``labels.KINDS`` from its name in either language; None for anything else."""
    return _KINDS.get(fold(value)) if isinstance(value, str) else None


def signal_of(value: object) -> str | None:
    """One of the 18 from its identifier or its name in either language; None for anything else."""
    return _SIGNALS.get(fold(value)) if isinstance(value, str) else None


def yes_or_no(value: object) -> bool | None:
    """A mark: ``1``, ``x``, ``sí``, ``true`` … or ``0``, ``no`` …; None for anything else, blanks too."""
    if isinstance(value, bool):
        return value
    word = str(value).strip() if isinstance(value, str | int | float) else ""
    folded = fold(word) or word
    return True if folded in _YES else False if folded in _NO else None


def says_none(value: object) -> bool:
    """Does a cell say that no signal holds (``none``, ``ninguna``, ``-``)?"""
    return isinstance(value, str) and (fold(value) in _NOTHING or value.strip() in ("-", "–", "—", "∅"))


def is_blank(value: object) -> bool:
    """Nothing was written."""
    return value is None or (isinstance(value, str) and not value.strip())


def reads_as(role: str, value: object) -> bool:
    """Can the value of a column be of this role?"""
    if role == "sentiment":
        return sentiment_of(value) is not None
    if role == "stage":
        return stage_of(value) is not None
    if role == "kind":
        return kind_of(value) is not None
    if role == "language":
        return language_code(value) is not None
    if role in RANGES:
        return rating_of(role, value) is not None
    return True


def nearest(name: str, known: Iterable[str], cutoff: float = NEAR) -> str | None:
    """The known name that is most like a folded one, or None."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return found[0] if found else None


def nearest_signal(name: str) -> str | None:
    """The signal (identifier) whose name in any language is most like this one, or None."""
    near = nearest(fold(name), _SIGNALS)
    return None if near is None else _SIGNALS[near]


def _words_of(names: Iterable[str], more: Mapping[str, str]) -> dict[str, str]:
    """Folded word -> label: identifiers, names in both languages, and what else people write."""
    words: dict[str, str] = {}
    for name in names:
        for word in (name, *DISPLAY.get(name, ()), *more.get(name, "").split()):
            words[fold(word)] = name
    return words


_SENTIMENTS: Final = _words_of((*SENTIMENTS, "mixed"), _SENTIMENT_WORDS)
_STAGES: Final = _words_of(
    STAGES,
    {
        "discovery": "descubrir",
        "purchase": "comprar contratacion pedido order",
        "delivery": "envio reparto shipping",
        "use": "usage using",
        "support": "soporte atencion_al_cliente customer_service",
        "exit": "baja cancelacion cancellation leaving",
        "none": "ninguno no_stage",
    },
)
_KINDS: Final = _words_of(
    KINDS, {"review": "opinion resena", "post": "tweet tuit", "survey": "nps", "complaint": "queja"}
)
_SIGNALS: Final = {
    fold(name): signal.name
    for signal in SIGNALS
    for name in (re.sub("o$", "a", signal.es), signal.name, signal.es, signal.en)
}
