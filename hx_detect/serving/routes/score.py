"""``POST /v1/score``. In: one text or a list of reviews. Out: a record or an error for each, in order."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from hx_detect.serving.auth import Caller, door_of
from hx_detect.serving.client_watch import ClientWatch
from hx_detect.serving.documented import problems
from hx_detect.serving.problems import JSON, wrong_media_type
from hx_detect.serving.schemas import ScoreAnswer, ScoreRequest
from hx_detect.serving.score_json import (
    ItemFailure,
    answer_json,
    failure_of,
    items_of,
    read_request,
    review_of,
    shaper,
)
from hx_detect.serving.state import ServiceState, get_state
from hx_detect.wording import set_language

LARGE_BODY: Final = 32 << 10
"""Bytes from which on a body is parsed beside the event loop."""


class DirectRoute(APIRoute):
    """Calls its endpoint with the request and nothing else: FastAPI's search for dependencies takes too long here."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


router = APIRouter(prefix="/v1", tags=["score"], route_class=DirectRoute)
_REQUEST: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{ScoreRequest.__name__}"}}},
    }
}


@router.post(
    "/score",
    summary="Score one text or many",
    response_class=Response,
    responses={
        200: {"model": ScoreAnswer, "description": "One result per item, in order"},
        **problems(400, 401, 403, 413, 415, 422, 429, 500, 503, 504),
    },
    openapi_extra=_REQUEST,
)
async def score(request: Request) -> Response:
    """Score one `text` or up to 256 `reviews`, Spanish and English mixed.

    An item that cannot be scored stands in `errors` with its index, is null in `results`, and fails no other.
    """
    state = get_state(request)
    caller = await door_of(request).admit(request, "score")  # not by Depends, which takes three times as long
    check_media_type(request, (JSON,))
    body = await request.body()
    if len(body) < LARGE_BODY:
        wanted = read_request(body, state.settings.max_reviews)
    else:
        wanted = await to_thread.run_sync(read_request, body, state.settings.max_reviews)
    if wanted.options.lang is not None:
        set_language(wanted.options.lang)
    request.state.caller = caller.name
    with ClientWatch(request.receive):
        return Response(await _answer(state, wanted, caller), media_type=JSON)


async def _answer(state: ServiceState, wanted: ScoreRequest, caller: Caller) -> bytes:
    """Score what can be scored and put everything into its place."""
    checked = [review_of(index, item) for index, item in enumerate(items_of(wanted))]
    failures = [one for one in checked if isinstance(one, ItemFailure)]
    for failure in failures:
        state.metrics.item_failure(failure.code)
    places = [index for index, one in enumerate(checked) if not isinstance(one, ItemFailure)]
    reviews = [one for one in checked if not isinstance(one, ItemFailure)]
    scored = await state.batcher.submit_shaped(reviews, caller.name, shaper(wanted.options))
    results: list[bytes | None] = [None] * len(checked)
    for index, result in zip(places, scored.results, strict=True):
        if isinstance(result, bytes):
            results[index] = result
        else:
            failures.append(failure_of(index, result))
    failures.sort(key=lambda failure: failure.index)
    return answer_json(scored.model_name, scored.model_version, results, failures)


def check_media_type(request: Request, allowed: tuple[str, ...]) -> None:
    """Refuse bodies of another type: forms of foreign pages among them.

    Raises:
        Problem: 415.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if given not in allowed or coding not in ("", "identity"):
        raise wrong_media_type(*allowed)
