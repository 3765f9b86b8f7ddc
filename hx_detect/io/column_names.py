"""What people call the columns of an export. In: a column's name. Out: it folded; sets of names, folded likewise."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TEXT_NAMES: Final = frozenset((
    "texto", "comentario", "comentarios", "opinion", "opiniones", "resena", "resenas", "review", "reviews", "comment",
    "comments", "feedback", "verbatim", "text", "body", "cuerpo", "message", "mensaje", "tweet", "content", "contenido",
    "queja", "quejas", "reclamacion", "reclamaciones", "complaint", "complaints", "narrative", "relato", "sugerencia",
    "sugerencias", "observaciones", "descripcion", "description", "testimonial", "testimonio", "valoracion_texto",
    "review_text", "review_body", "post",
))  # fmt: skip
"""Columns of customers' words, alone or as a part of a longer name."""
DESCRIPTIONS: Final = frozenset(("descripcion", "description"))
"""Those of the above that are the seller's words where they are of a product."""
PRODUCTS: Final = frozenset(("product", "producto", "articulo", "item"))
WEAK_NAMES: Final = frozenset((
    "respuesta", "response", "answer", "motivo", "reason", "porque", "why", "resumen", "summary", "pros", "cons",
    "contras", "positivo", "negativo", "positive", "negative", "liked", "disliked",
))  # fmt: skip
"""Columns that may hold customers' words; so may those with ``por_que`` in their name."""
CUSTOMERS: Final = frozenset(("cliente", "clientes", "customer", "customers", "client", "user", "usuario", "guest"))
"""Who writes customers' words."""
TO_CUSTOMERS: Final = re.compile(
    r"(?:^|_)(?:al|para_el|to|to_the)_(?:cliente|usuario|customer|client|user|guest)(?:_|$)"
)
"""What is said to them is not theirs: ``Respuesta dada al cliente``."""
FIRM: Final = frozenset((
    "empresa", "propietario", "owner", "agente", "agent", "company", "business", "teammate", "admin", "administrador",
    "operador", "operator", "asesor", "gestor", "responsable", "supervisor", "soporte", "support", "staff", "merchant",
    "property", "host", "anfitrion", "management", "manager", "gerencia", "desarrollador", "developer", "seller",
    "vendedor", "vendor", "proveedor",
))  # fmt: skip
"""Who writes columns that are not customers' words."""
FIRM_WORDS: Final = frozenset((
    "reply", "replies", "contestacion", "solucion", "resolucion", "solution", "resolution", "interno", "interna",
    "internos", "internas", "internal", "case_comment", "case_comments",
))  # fmt: skip
"""What only a firm writes; the last two are whole names."""
REPLIES: Final = frozenset(("respuesta", "respuestas", "response", "responses"))
"""Answers: a customer's to a survey, but a firm's where another column holds the customer's words."""
ONLY_OF_CUSTOMERS: Final = frozenset((
    "review", "reviews", "resena", "resenas", "opinion", "opiniones", "queja", "quejas", "reclamacion", "reclamaciones",
    "complaint", "complaints", "testimonial", "testimonio",
))  # fmt: skip
"""Where a firm is named beside these it is what they are about, not who writes: ``Opinión de la empresa``."""
ABOUT: Final = frozenset(("about", "on", "sobre", "acerca", "regarding", "con", "with"))
"""Before what a text is about: ``Comments about staff``."""
NOTES: Final = frozenset(("notas", "notes"))
"""More often a firm's than a customer's, but seldom enough to be sure."""
TITLES: Final = frozenset(("title", "titulo", "subject", "asunto", "headline"))
"""Customers' words, yet less than the text below them."""
BESIDES: Final = TITLES | frozenset((
    "author", "autor", "name", "nombre", "category", "categoria", "type", "tipo", "status", "estado", "topic", "tema",
))  # fmt: skip
"""What a text has besides its words: ``Review author``."""
NO_WORDS: Final = frozenset(("date", "fecha", "timestamp", "url", "link", "enlace"))
"""Parts of names of columns without words of anybody."""
_ASKING: Final = frozenset((
    "what", "why", "how", "which", "would", "should", "could", "do", "did", "is", "are", "was", "were", "please",
    "tell", "que", "por", "como", "cual", "cuales", "cuentanos", "cuentenos", "dinos", "diganos",
))  # fmt: skip
"""First words of questions."""
_LONG: Final = 7
"""Parts of a name beyond which it is a sentence, as only surveys have them."""
NAMES_OF_ROLES: Final[dict[str, frozenset[str]]] = {
    "id": frozenset((
        "id", "review_id", "comment_id", "opinion_id", "id_opinion", "id_comentario", "id_resena", "ticket",
        "ticket_id", "folio", "response_id", "respondent_id", "id_respuesta", "respuesta_id", "id_encuestado",
        "case_id", "id_caso", "tweet_id", "uuid",
    )),
    "answer": frozenset((
        "nps", "nps_score", "score_nps", "nps_answer", "puntuacion_nps", "nota_nps", "recomendaria",
        "likelihood_to_recommend", "recommend_score", "probabilidad_de_recomendar",
    )),
    "stars": frozenset(("stars", "estrellas", "star_rating", "rating", "calificacion", "valoracion", "puntuacion")),
    "language": frozenset(("language", "lang", "idioma", "lengua", "review_language")),
    "kind": frozenset(("kind", "tipo", "text_kind", "tipo_texto")),
}  # fmt: skip
"""Role -> whole names of its columns."""
NPS: Final = re.compile(r"(?:^|_)(?:nps|net_promoter)(?:_|$)")
"""What in a name alone makes it the 0-10 answer."""
GROUP: Final = "group"
"""The last part of a name that survey tools give to what they make of the answer, as ``Q1_NPS_GROUP``."""
RECOMMEND: Final = ("recomend", "recomiend", "recommend")
"""How parts of a name begin that asks whether one would recommend; its values tell the scale."""
STARS: Final = frozenset(("star", "stars", "estrella", "estrellas"))
"""Parts of names of stars."""
SCORES: Final = frozenset(("rating", "valoracion", "puntuacion", "calificacion"))
"""Parts of names of stars, or of how many there are, or of a scale to 10."""
WHOLE_SCORES: Final = STARS | ONLY_OF_CUSTOMERS | frozenset(("overall", "global", "general"))
"""Parts that tell the stars of all from those of one matter: ``Overall Rating``, ``Service Rating``."""
AVERAGES: Final = frozenset(("average", "avg", "mean", "media", "promedio"))
"""Parts of names of stars that may be other people's."""
NOT_STARS: Final = frozenset(("count", "cantidad", "hotel", "class", "category", "categoria", "0", "10"))
"""Parts of names of numbers of ratings, of a hotel's own stars, and of scales that say that they go to 10."""
NUMBERS: Final = frozenset(("number", "numero", "no", "n", "num", "nro"))
"""Parts of names of ids (``Case Number``, ``Nº de caso``), or of how many there are (``Number of visits``)."""
IDS: Final = frozenset(("id", "expediente", "folio", "ticket"))
"""Parts of names of ids."""
NOT_IDS: Final = NO_WORDS | frozenset(
    ("phone", "telephone", "telefono", "mobile", "movil", "celular", "card", "tarjeta")
)
"""Parts of names of what is distinct as ids are, and should not be shown in their place."""


def fold(name: str) -> str:
    """A name without case, accents and signs: ``Opinión del Cliente`` -> ``opinion_del_cliente``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    parts = unicodedata.normalize("NFD", spaced.casefold())
    return re.sub(r"[^0-9a-z]+", "_", "".join(char for char in parts if not unicodedata.combining(char))).strip("_")


def is_question(name: str) -> bool:
    """Is a column called by the question that it answers? Then the words in it do not say who writes."""
    parts = fold(name).split("_")
    return "?" in name or "¿" in name or parts[0] in _ASKING or len(parts) > _LONG
