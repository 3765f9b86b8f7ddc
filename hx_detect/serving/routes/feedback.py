"""``/v1/feedback``. In: corrections by people, places to read on from. Out: receipts, pages, lines for training."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from hx_detect.serving.auth import Caller, require
from hx_detect.serving.corrections import correction_row
from hx_detect.serving.documented import problems
from hx_detect.serving.labelled_records import receipt, record, training_line
from hx_detect.serving.own_names import accepted_own
from hx_detect.serving.problems import Problem
from hx_detect.serving.schemas_feedback import (
    LARGEST_PAGE,
    PAGE,
    FeedbackPage,
    FeedbackReceipt,
    FeedbackRequest,
    Since,
)
from hx_detect.serving.state import ServiceState, get_state
from hx_detect.serving.store.feedback import Added, add_feedback, all_feedback, earlier_feedback, feedback_page

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])

LINES: Final = "application/x-ndjson"
_LINE_TYPES: Final = (LINES, "application/jsonl", "application/x-jsonlines")

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="The caller's own word for this request: sent again with it, the correction is stored once",
    ),
]
Cursor = Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="`next` of the page before")]


@router.post(
    "",
    status_code=201,
    response_model=FeedbackReceipt,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
    summary="Store a correction",
)
async def give(
    request: Request,
    response: Response,
    correction: FeedbackRequest,
    caller: Annotated[Caller, require("feedback")],
    idempotency_key: IdempotencyKey = None,
) -> FeedbackReceipt:
    """Store a person's correction of one text. The answer is sent once it is on disk."""
    added = await run_in_threadpool(_add, get_state(request), correction, caller, idempotency_key)
    if added.clashes:
        raise _clash()
    if added.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return receipt(added.row)


@router.get(
    "",
    response_model=FeedbackPage,
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}, **problems(401, 403, 422, 429, 503)},
    summary="Page through corrections, or export them for training",
)
async def pages(
    request: Request,
    _caller: Annotated[Caller, require("feedback")],
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Of a page; an export has no limit")] = PAGE,
    after: Cursor = None,
    since: Annotated[Since | None, Query()] = None,
    format: Annotated[
        Literal["json", "jsonl"] | None, Query(description="jsonl is the export; so is Accept: application/x-ndjson")
    ] = None,
) -> Any:  # noqa: ANN401 - a page, or a stream of lines
    """A page of corrections, oldest first, or all of them as labelled data: the last word on every text.

    The lines are by `data/schema.json`; `hx-detect train --authored FILE` reads them.
    """
    store, start = get_state(request).store, int(after or 0)
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")}
    if format == "jsonl" or (format is None and accepted.intersection(_LINE_TYPES)):
        await run_in_threadpool(store.ping)  # before the answer begins, so that a lost database is a 503
        headers = {"Content-Disposition": 'attachment; filename="feedback.jsonl"'}
        return StreamingResponse(_lines(get_state(request), start, since), media_type=LINES, headers=headers)
    rows = await run_in_threadpool(feedback_page, store, limit + 1, after=start, since=since)
    shown = [record(row) for row in rows[:limit]]
    return FeedbackPage(feedback=shown, next=shown[-1].cursor if len(rows) > limit else None)


def _add(state: ServiceState, correction: FeedbackRequest, caller: Caller, idempotency_key: str | None) -> Added:
    earlier = None
    if correction.text is None:
        earlier = earlier_feedback(state.store, correction.id) if correction.id else None
        if earlier is None:
            raise _nothing_to_correct(named=correction.id is not None)
    row = correction_row(
        correction,
        earlier,
        masking=state.settings.mask,
        key_name=caller.name,
        idempotency_key=idempotency_key,
        own=accepted_own(state, correction.labels),
    )
    return add_feedback(state.store, row)


def _lines(state: ServiceState, after: int, since: datetime | None) -> Iterator[str]:
    return map(training_line, all_feedback(state.store, after=after, since=since))


def _clash() -> Problem:
    return Problem(
        409, "idempotency_key_reused",
        "This Idempotency-Key came with another correction before",
        "Esta Idempotency-Key ya llegó con otra corrección",
        cure_en="Use a new Idempotency-Key for every correction",
        cure_es="Use una Idempotency-Key nueva para cada corrección",
    )  # fmt: skip


def _nothing_to_correct(*, named: bool) -> Problem:
    status, code, en, es = (
        (404, "unknown_id", "No feedback has this id", "Ninguna corrección tiene este id")
        if named
        else (422, "no_text", "Neither id nor text was given", "No se ha dado ni id ni texto")
    )
    return Problem(status, code, en, es, cure_en="Send the text as well", cure_es="Envíe también el texto")
