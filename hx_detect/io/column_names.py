"""What people call the columns of an export. In: nothing. Out: names in Spanish and English, folded as by ``fold``."""

from __future__ import annotations

from typing import Final

TEXT_NAMES: Final = frozenset((
    "texto", "comentario", "comentarios", "opinion", "opiniones", "resena", "review", "reviews", "comment",
    "comments", "feedback", "verbatim", "text", "body", "message", "mensaje", "tweet", "content", "contenido",
    "queja", "reclamacion", "complaint", "narrative", "sugerencia", "observaciones", "descripcion", "description",
    "testimonial", "valoracion_texto", "review_text", "review_body", "post",
))  # fmt: skip
"""Columns of customers' words, alone or as a part of a longer name."""
DESCRIPTIONS: Final = frozenset(("descripcion", "description"))
"""Those of the above that are the seller's words where they are of a product."""
PRODUCTS: Final = frozenset(("product", "producto", "articulo", "item"))
WEAK_NAMES: Final = frozenset(
    ("respuesta", "response", "answer", "motivo", "reason", "por", "why", "resumen", "summary")
)
"""Columns that may hold customers' words."""
NOT_CUSTOMER: Final = frozenset((
    "empresa", "propietario", "owner", "reply", "agente", "agent", "company", "business", "contestacion",
))  # fmt: skip
"""Who writes columns that are not customers' words."""
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
NPS: Final = "nps"
"""A part of a name that alone makes it the 0-10 answer."""
GROUP: Final = "group"
"""The last part of a name that survey tools give to what they make of the answer, as ``Q1_NPS_GROUP``."""
RECOMMEND: Final = ("recomend", "recomiend", "recommend")
"""How parts of a name begin that asks whether one would recommend; its values tell the scale."""
