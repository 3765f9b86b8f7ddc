"""Failures as HTTP answers, RFC 9457. In: exceptions. Out: application/problem+json in the caller's language."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hx_detect.errors import HxDetectError, http_status
from hx_detect.serving.logs import note_failure
from hx_detect.serving.shape_words import Complaint, first_complaint
from hx_detect.wording import say

MEDIA_TYPE: Final = "application/problem+json"
JSON: Final = "application/json"
TYPE_PREFIX: Final = "urn:hx-detect:problem:"
MOST_DETAIL: Final = 400
"""Characters of a detail; what is longer is cut."""

LONGEST_RETRY: Final = 60

TITLES: Final[dict[int, tuple[str, str]]] = {
    400: ("The request cannot be read", "No se puede leer la petición"),
    401: ("Who are you?", "¿Quién es usted?"),
    403: ("Not allowed", "No permitido"),
    404: ("There is no such thing", "No existe"),
    405: ("Not this way", "Método no admitido"),
    406: ("Not in this form", "Formato no admitido"),
    408: ("The request came too slowly", "La petición llegó demasiado despacio"),
    409: ("It does not fit what is there", "No concuerda con lo que hay"),
    411: ("Say how long it is", "Indique la longitud"),
    413: ("Too large", "Demasiado grande"),
    415: ("Not this media type", "Tipo de contenido no admitido"),
    422: ("The request does not have the right shape", "La petición no tiene la forma debida"),
    429: ("Too many at once", "Demasiado a la vez"),
    499: ("Nobody waits any more", "Ya no espera nadie"),
    500: ("A fault of the service", "Fallo del servicio"),
    503: ("Not now", "Ahora no es posible"),
    504: ("It took too long", "Ha tardado demasiado"),
}
"""Status -> title in English and Spanish."""

_CODES: Final = {
    404: "not_found", 405: "method_not_allowed", 406: "not_acceptable", 413: "too_large",
    415: "wrong_media_type", 422: "wrong_shape", 429: "too_many", 503: "not_ready",
}  # fmt: skip
_CURES: Final[dict[int, tuple[str, str]]] = {
    404: ("See /docs for what there is", "Vea en /docs lo que hay"),
    405: ("See /docs for the method, and Allow in this answer", "Vea el método en /docs y Allow en esta respuesta"),
}
_LOOK: Final = ("See /docs for what is expected", "Vea en /docs lo que se espera")


class Problem(Exception):
    """A failure that is answered as problem+json.

    Args:
        status: HTTP status.
        code: stable word for machines.
        en: what happened, in English; never a customer's words.
        es: the same in Spanish.
        cure_en: what the caller can do.
        cure_es: the same in Spanish.
        headers: further headers of the answer.
        extra: further members of the problem.
    """

    def __init__(
        self,
        status: int,
        code: str,
        en: str,
        es: str,
        *,
        cure_en: str,
        cure_es: str,
        headers: Mapping[str, str] = {},
        **extra: Any,  # noqa: ANN401 - any JSON
    ) -> None:
        super().__init__(en)
        self.status = status
        self.code = code
        self.detail = (en, es)
        self.cure = (cure_en, cure_es)
        self.headers = dict(headers)
        self.extra = extra


def problem_response(problem: Problem, request_id: str) -> Response:
    """The answer of a problem, in the language of ``wording.language()``."""
    detail, cure = say(*problem.detail), say(*problem.cure)
    body = {
        "type": TYPE_PREFIX + problem.code,
        "title": say(*_title(problem.status)),
        "status": problem.status,
        "detail": detail if len(detail) <= MOST_DETAIL else detail[: MOST_DETAIL - 1] + "…",
        "code": problem.code,
        "cure": cure,
        "request_id": request_id,
        **problem.extra,
    }
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, problem.status, problem.headers, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """The problem that any exception is."""
    match error:
        case Problem():
            return error
        case HxDetectError():
            return _of_ours(error)
        case RequestValidationError():
            return _of_shape(error)
        case HTTPException():
            return _of_http(error)
        case _:
            return internal()


def internal() -> Problem:
    """A fault of ours, without its insides."""
    return Problem(
        500, "internal",
        "The service failed at this request; nothing of it was kept",
        "El servicio ha fallado con esta petición; no se ha guardado nada de ella",
        cure_en="Try again; if it stays so, report it with the request_id",
        cure_es="Inténtelo de nuevo; si persiste, comuníquelo con el request_id",
    )  # fmt: skip


def not_ready(**extra: str) -> Problem:
    """503: no model yet, or about to end."""
    return Problem(
        503, "not_ready", "The service is starting or ending", "El servicio está arrancando o terminando",
        cure_en="Ask another instance, or again soon; /readyz says when",
        cure_es="Pregunte a otra instancia, o de nuevo en breve; /readyz dice cuándo",
        headers={"Retry-After": "1"}, **extra,
    )  # fmt: skip


def queue_full(seconds: float) -> Problem:
    """429: what waits takes ``seconds``, about."""
    return Problem(
        429, "queue_full", "More texts wait than the service can score soon",
        "Esperan más textos de los que el servicio puede puntuar pronto",
        cure_en="Wait as long as Retry-After says", cure_es="Espere lo que diga Retry-After",
        headers={"Retry-After": str(min(max(math.ceil(seconds), 1), LONGEST_RETRY))},
    )  # fmt: skip


def too_slow(seconds: float) -> Problem:
    """504: not done in time."""
    return Problem(
        504, "timeout", f"The texts were not scored within {seconds:g} seconds",
        f"Los textos no se han puntuado en {seconds:g} segundos",
        cure_en="Send fewer texts at once, or later", cure_es="Envíe menos textos a la vez, o más tarde",
        headers={"Retry-After": "1"},
    )  # fmt: skip


def install(app: FastAPI) -> None:
    """Answer every exception of the application's routes as a problem."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = wrong_media_type(JSON) if _is_other_body(request, error) else problem_of(error)
        ours = problem.status >= 500 and not isinstance(error, Problem)
        note_failure(request.scope, problem.code, error if ours else None)
        return problem_response(problem, request.scope.get("state", {}).get("request_id", ""))

    for kind in (Problem, HxDetectError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _title(status: int) -> tuple[str, str]:
    if status in TITLES:
        return TITLES[status]
    phrase = HTTPStatus(status).phrase
    return phrase, phrase


def _of_ours(error: HxDetectError) -> Problem:
    """By ``errors.HTTP_STATUSES``; a fault of ours shows no paths of this machine."""
    status = http_status(error)
    code = getattr(error, "code", None) or code_of(type(error))
    if status == 500:
        return internal()
    cure = error.cure or say(*_LOOK)
    later = {"Retry-After": "1"} if status == 503 else {}
    return Problem(status, code, error.what, error.what, cure_en=cure, cure_es=cure, headers=later)


def code_of(kind: type[HxDetectError]) -> str:
    """``InputFormatError`` -> ``input_format``."""
    name = kind.__name__.removesuffix("Error")
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def _of_shape(error: RequestValidationError) -> Problem:
    """The first complaint of pydantic: where, and what is wanted; never the value, which may be a customer's words."""
    if error.errors()[0]["type"] == "json_invalid":
        return bad_json()
    found = first_complaint(error.errors())
    return Problem(422, shape_code(found), found.en, found.es, cure_en=_LOOK[0], cure_es=_LOOK[1], field=found.field)


def shape_code(found: Complaint) -> str:
    """The stable word for a request that has not the right shape."""
    return "unknown_field" if found.kind == "extra_forbidden" else "wrong_shape"


def _is_other_body(request: Request, error: Exception) -> bool:
    """Was the body not even looked at, as it does not say that it is JSON?"""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))
    return (
        isinstance(error, RequestValidationError)
        and not is_json
        and any(one["loc"][:1] == ("body",) for one in error.errors())
    )


def wrong_media_type(*allowed: str) -> Problem:
    """415: the body is of another type, or compressed."""
    return Problem(
        415, "wrong_media_type",
        f"The body must be {' or '.join(allowed)}, not compressed",
        f"El cuerpo debe ser {' o '.join(allowed)}, sin comprimir",
        cure_en=f"Send the header Content-Type: {allowed[0]}",
        cure_es=f"Envíe la cabecera Content-Type: {allowed[0]}",
    )  # fmt: skip


def bad_json() -> Problem:
    """The body is no JSON."""
    return Problem(
        400, "bad_json", "The body is not valid JSON in UTF-8", "El cuerpo no es JSON válido en UTF-8",
        cure_en='Send JSON such as {"text": "…"}', cure_es='Envíe JSON como {"text": "…"}',
    )  # fmt: skip


def _of_http(error: HTTPException) -> Problem:
    """What the framework itself refuses."""
    status = error.status_code
    if status == 400:  # of a body that is not UTF-8, or nested too deeply
        return bad_json()
    en, es = _title(status)
    cure_en, cure_es = _CURES.get(status, _LOOK)
    return Problem(status, _CODES.get(status, f"http_{status}"), en, es, cure_en=cure_en, cure_es=cure_es,
                   headers=error.headers or {})  # fmt: skip
