"""What a caller hands over -> reviews that can be scored. In: str, Review. Out: blocks of them, checked reviews."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from hx_detect.errors import RowError
from hx_detect.labels import KINDS
from hx_detect.records import Review, RowFailure
from hx_detect.wording import say

MAX_CHARS: Final = 1_000_000
"""Longest text that is scored, in characters."""
BLOCK_REVIEWS: Final = 512
"""Reviews of a block, at most: enough that those of like length fill batches."""
BLOCK_CHARS: Final = 300_000
"""Characters of a block: it ends with the review that reaches them."""
_SHOWN: Final = 200
_ANSWERS: Final = (0, 10)
_STARS: Final = (1, 5)
_LANGUAGES: Final = ("es", "en")
_Item = TypeVar("_Item", bound=str | Review)


def listed(texts: Sequence[str | Review]) -> Sequence[str | Review]:
    """The texts, if they are several.

    Raises:
        TypeError: one bare text or review was given.
    """
    if isinstance(texts, str | bytes | Review):
        raise TypeError(
            say(f"Give a list of texts, as score([text]), not one {type(texts).__name__}",
                f"Indique una lista de textos, como score([texto]), no un solo {type(texts).__name__}")
        )  # fmt: skip
    return texts


def blocks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Runs of items, in order, each within the read-ahead limits."""
    block: list[_Item] = []
    characters = 0
    for item in items:
        block.append(item)
        text: object = item.text if isinstance(item, Review) else item
        characters += len(text) if isinstance(text, str) else 0
        if len(block) == BLOCK_REVIEWS or characters >= BLOCK_CHARS:
            yield block
            block, characters = [], 0
    if block:
        yield block


def check_review(item: str | Review) -> Review:
    """The review, if it can be scored.

    Args:
        item: a text, or a review.

    Raises:
        RowError: its code is ``not_text``, ``empty``, ``too_long``, ``bad_language``, ``bad_kind``, ``bad_answer`` or
            ``bad_stars``.
    """
    review = item if isinstance(item, Review) else Review(item)
    _check_text(review.text)
    _check_choice("language", review.language, _LANGUAGES)
    _check_choice("kind", review.kind, KINDS)
    _check_number("answer", review.answer, _ANSWERS)
    _check_number("stars", review.stars, _STARS)
    return review


def empty_text(field: str = "text") -> RowError:
    """The error of a text in which there is nothing to read."""
    return RowError(
        say("The text is empty", "El texto está vacío"),
        cure=say("Nothing to score", "No hay nada que puntuar"),
        code="empty",
        field=field,
    )


def failure_of(item: str | Review, error: RowError) -> RowFailure:
    """The failure that stands in a stream for a review that could not be scored."""
    review = item if isinstance(item, Review) else Review(item)
    value = getattr(review, error.field, None)
    shown = None if value is None else str(value)[:_SHOWN]
    return RowFailure(review.row, error.field, error.code, error.what, error.cure, review.id, shown)


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        name = type(text).__name__
        raise RowError(
            say(f"The text is not text but {name}", f"El texto no es texto sino {name}"),
            cure=say("Give it as a string", "Indíquelo como cadena de texto"),
            code="not_text",
        )
    if not text or text.isspace():
        raise empty_text()
    if len(text) > MAX_CHARS:
        raise RowError(
            say(f"The text has {len(text):,} characters, the limit is {MAX_CHARS:,}",
                f"El texto tiene {len(text):,} caracteres y el límite es {MAX_CHARS:,}"),
            cure=say("Cut it into parts", "Divídalo en partes"),
            code="too_long",
        )  # fmt: skip


def _check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise RowError(
            say(f"{field} is {value!r}, which is none of {', '.join(choices)}",
                f"{field} es {value!r}, que no es ninguno de {', '.join(choices)}"),
            cure=say("Correct it or leave it out", "Corríjalo u omítalo"),
            code=f"bad_{field}",
            field=field,
        )  # fmt: skip


def _check_number(field: str, value: object, limits: tuple[int, int]) -> None:
    low, high = limits
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RowError(
            say(f"{field} is {value!r}, not a number from {low} to {high}",
                f"{field} es {value!r}, no un número de {low} a {high}"),
            cure=say("Correct it or leave it out", "Corríjalo u omítalo"),
            code=f"bad_{field}",
            field=field,
        )  # fmt: skip
