"""Requests of JSON -> reviews, scores -> JSON. In: bytes, results. Out: reviews or item errors; bytes of records."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from pydantic import ValidationError
from pydantic_core import from_json

from hx_detect.errors import RowError
from hx_detect.intake import check_review, empty_text
from hx_detect.io.text_lines import has_bad_bytes
from hx_detect.records import Review, RowFailure, Score
from hx_detect.serving.flood import refuse_flood
from hx_detect.serving.problems import Problem, bad_json, shape_code
from hx_detect.serving.schemas import MOST_ID, ReviewIn, ScoreOptions, ScoreRequest
from hx_detect.serving.shape_words import first_complaint
from hx_detect.wording import say

LONGEST_MESSAGE: Final = 300
SHOWN: Final = 12
"""Characters of a value that a message may repeat."""
_EMPTY: Final = "empty"
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode
"""``json.dumps`` would make an encoder for every call."""
_HALVES: Final = re.compile(rb"\\u[dD][89a-fA-F]")
"""Of a body: escapes of surrogates, in pairs or alone."""


@dataclass(frozen=True, slots=True)
class ItemFailure:
    """Why one item could not be scored, in the caller's language."""

    index: int
    id: str | None
    code: str
    message: str
    cure: str

    def to_dict(self) -> dict[str, Any]:
        """As it stands in ``errors``."""
        cut = self.message if len(self.message) <= LONGEST_MESSAGE else self.message[: LONGEST_MESSAGE - 1] + "…"
        return {"index": self.index, "id": self.id, "code": self.code, "message": cut, "cure": self.cure}


def read_request(body: bytes, most: int) -> ScoreRequest:
    """The request in a body.

    Args:
        body: JSON in UTF-8.
        most: reviews of one call.

    Raises:
        Problem: 400 no JSON; 422 not of the shape, with the place of the first fault.
    """
    content = load_json(body)
    reviews = content.get("reviews") if isinstance(content, dict) else None
    if isinstance(reviews, list) and len(reviews) > most:
        raise _too_many(len(reviews), most)
    for thing in (content, *(reviews if isinstance(reviews, list) else ())):
        refuse_flood(thing)
    try:
        request = ScoreRequest.model_validate(content)
    except ValidationError as error:
        raise _wrong_shape(error) from None
    if len(request.model_fields_set & {"text", "reviews"}) != 1:
        raise _text_or_reviews()
    return request


def load_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """The value in JSON text; half a surrogate pair in it, as of a text that was cut within an emoji, stays.

    Raises:
        Problem: 400 it is no JSON, or not in UTF-8.
    """
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        if not _HALVES.search(body):
            raise bad_json() from None
    try:
        return json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise bad_json() from None


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)


def items_of(request: ScoreRequest) -> Sequence[ReviewIn]:
    """The request's items."""
    return [ReviewIn(text=request.text)] if "text" in request.model_fields_set else request.reviews


def review_of(index: int, item: ReviewIn) -> Review | ItemFailure:
    """The review of an item, or what is wrong with it."""
    try:
        name = _id_of(item.id)
    except RowError as error:
        return _failure(index, None, error)
    if item.text is None:
        return _failure(index, name, empty_text())
    if isinstance(item.text, str) and has_bad_bytes(item.text):
        return _failure(index, name, _halved())
    review = Review(
        item.text, id=name, language=item.language, kind=item.kind, answer=item.answer, stars=item.stars
    )  # fmt: skip
    try:
        return check_review(review)
    except RowError as error:
        return ItemFailure(index, name, error.code, _without_words(error, review), error.cure)


def failure_of(index: int, failure: RowFailure) -> ItemFailure:
    """What the scorer said of a review, in the caller's language: a thread of another language may have said it."""
    if failure.code == _EMPTY:
        return _failure(index, failure.id, empty_text())
    return ItemFailure(index, failure.id, failure.code, failure.message, failure.cure)


def shaper(options: ScoreOptions) -> Callable[[Score | RowFailure], bytes | RowFailure]:
    """What makes the JSON of a result, so that a scoring thread does it and not the event loop."""

    def shape(result: Score | RowFailure) -> bytes | RowFailure:
        return result if isinstance(result, RowFailure) else record_json(result, options)

    return shape


def record_json(score: Score, options: ScoreOptions) -> bytes:
    """The record as the files of the batch command hold it, byte for byte."""
    record = score.to_dict(all_signals=options.all_signals)
    if not options.evidence:
        for signal in record["signals"]:
            del signal["evidence"]
    return as_json(record)


def as_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """JSON in UTF-8."""
    return _ENCODE(value).encode()


def answer_json(name: str, version: str, results: Sequence[bytes | None], failures: Sequence[ItemFailure]) -> bytes:
    """The body of ``/v1/score``'s answer."""
    return b'{"model": %b, "results": [%b], "errors": %b}' % (
        as_json({"name": name, "version": version}),
        b", ".join(b"null" if result is None else result for result in results),
        as_json([failure.to_dict() for failure in failures]),
    )


def _id_of(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MOST_ID:
        return str(value)
    if value is None or (isinstance(value, str) and len(value) <= MOST_ID and not has_bad_bytes(value)):
        return value
    raise RowError(
        say("The id is neither a string nor a whole number, or too long",
            "El id no es ni una cadena ni un número entero, o es demasiado largo"),
        cure=say(f"Send a string of up to {MOST_ID} characters", f"Envíe una cadena de hasta {MOST_ID} caracteres"),
        code="bad_id",
        field="id",
    )  # fmt: skip


def _halved() -> RowError:
    return RowError(
        say("The text holds half a surrogate pair", "El texto contiene un carácter a medias"),
        cure=say("Cut texts between characters, not within an emoji",
                 "Corte los textos entre caracteres, no dentro de un emoji"),
        code="encoding",
    )  # fmt: skip


def _without_words(error: RowError, review: Review) -> str:
    """The message; a string that is too long to be a slip, and may be a customer's words, is not repeated."""
    value = getattr(review, error.field, None)
    if error.field == "text" or isinstance(value, int | float) or (isinstance(value, str) and len(value) <= SHOWN):
        return error.what
    return error.what.replace(repr(value), "…")


def _failure(index: int, name: str | None, error: RowError) -> ItemFailure:
    return ItemFailure(index, name, error.code, error.what, error.cure)


def _wrong_shape(error: ValidationError) -> Problem:
    found = first_complaint(error.errors(include_input=False, include_url=False))
    return Problem(
        422, shape_code(found), found.en, found.es,
        cure_en='Send {"text": "…"} or {"reviews": [{"text": "…"}, …]}; see /docs',
        cure_es='Envíe {"text": "…"} o {"reviews": [{"text": "…"}, …]}; vea /docs',
        field=found.field[:LONGEST_MESSAGE],
    )  # fmt: skip


def _too_many(count: int, most: int) -> Problem:
    return Problem(
        422, "too_many_reviews",
        f"{count:,} reviews in one call; the limit is {most}",
        f"{count:,} opiniones en una llamada; el límite es {most}",
        cure_en="Send several calls, or use /v1/score/stream or /v1/score/file",
        cure_es="Haga varias llamadas, o use /v1/score/stream o /v1/score/file",
        limit=most,
    )  # fmt: skip


def _text_or_reviews() -> Problem:
    return Problem(
        422, "text_or_reviews", "Give either text or reviews", "Indique text o reviews, uno de los dos",
        cure_en='Send {"text": "…"} or {"reviews": [{"text": "…"}, …]}',
        cure_es='Envíe {"text": "…"} o {"reviews": [{"text": "…"}, …]}',
    )  # fmt: skip
