"""``POST /v1/score/stream``. In: JSON lines, as long as they come. Out: JSON lines, in order, while more come in."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response

from hx_detect.serving.auth import Caller, require
from hx_detect.serving.documented import REFERENCE, problems
from hx_detect.serving.line_stream import LineStream, StreamPlan
from hx_detect.serving.model_slot import SlotState
from hx_detect.serving.problems import not_ready
from hx_detect.serving.routes.score import check_media_type
from hx_detect.serving.schemas import LineErrorOut, RecordOut, ReviewIn, ScoreOptions
from hx_detect.serving.state import get_state
from hx_detect.wording import set_language

LINES: Final = "application/x-ndjson"
LINE_TYPES: Final = (LINES, "application/jsonl", "application/x-jsonlines", "application/jsonlines")

router = APIRouter(prefix="/v1", tags=["score"])


def _described(name: str, *models: type[Any]) -> dict[str, Any]:
    """OpenAPI has no word for lines: the schema is of one line."""
    choices = [{"$ref": REFERENCE.format(model=model.__name__)} for model in models]
    shape: dict[str, Any] = {"x-line-schema": choices[0] if len(choices) == 1 else {"oneOf": choices}}
    return {LINES: {"schema": {"type": "string", "description": name} | shape}}


@router.post(
    "/score/stream",
    summary="Score lines for as long as they come",
    response_class=Response,
    responses={
        200: {
            "description": "One line per line, in order",
            "content": _described('A record, or {"error": {…}}, a line', RecordOut, LineErrorOut),
        },
        **problems(401, 403, 415, 422, 429, 503),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": _described('{"text": "…"} a line; blank ones do not count', ReviewIn),
        }
    },
)
async def stream(
    request: Request,
    caller: Annotated[Caller, require("score")],
    evidence: Annotated[bool, Query(description="With the words that prove each signal")] = True,
    all_signals: Annotated[bool, Query(description="All 18 signals, each with `present`")] = False,
    lang: Annotated[Literal["es", "en"] | None, Query(description="Language of messages")] = None,
) -> Response:
    """One JSON object a line in, one a line out, in order, while you go on sending; read while you write.

    A line that cannot be scored is answered `{"error": {"index", "id", "code", "message", "cure"}}`. Where the service
    ends, the last line is such an error with the code `shutting_down` and the index from which to send again.
    """
    state = get_state(request)
    check_media_type(request, LINE_TYPES)
    if lang is not None:
        set_language(lang)
    if state.models.state is not SlotState.READY:
        raise not_ready(state=state.models.state)
    request.state.caller = caller.name
    options = ScoreOptions(evidence=evidence, all_signals=all_signals)
    return LineStream(StreamPlan(
        batcher=state.batcher, caller=caller.name, options=options, longest=state.settings.max_bytes,
        patience=state.settings.timeout_s, ending=lambda: state.models.state is SlotState.DRAINING,
        refused=state.metrics.item_failure,
    ))  # fmt: skip
