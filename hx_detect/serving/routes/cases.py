"""``/v1/cases``. In: texts to call back for, changes, filters. Out: cases, what was done, how it goes."""

from __future__ import annotations

from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from hx_detect.labels import LEVELS
from hx_detect.records import RowFailure
from hx_detect.serving.auth import Caller, require
from hx_detect.serving.case_records import Keeping, Kept, ScoredText, score_fields, storable
from hx_detect.serving.case_shown import case_dict, whole_dict
from hx_detect.serving.case_stats import stats_of
from hx_detect.serving.documented import problems
from hx_detect.serving.mask import mask
from hx_detect.serving.problems import Problem
from hx_detect.serving.schemas import ReviewIn
from hx_detect.serving.schemas_cases import (
    LARGEST_PAGE,
    PAGE,
    CaseChange,
    CaseNames,
    CaseRequest,
    CasesPage,
    CaseStatsAnswer,
    LaterTextRequest,
    NoteRequest,
    State,
    TakenAnswer,
    WholeCaseAnswer,
)
from hx_detect.serving.score_json import ItemFailure, failure_of, review_of
from hx_detect.serving.state import ServiceState, get_state
from hx_detect.serving.store.case_block import Taken
from hx_detect.serving.store.case_pages import (
    CaseFilter,
    Order,
    case_facts,
    cases_page,
    count_states,
    find_case,
    known_names,
)
from hx_detect.serving.store.cases import Change, change_case, link_text, remove_case, take_in
from hx_detect.serving.store.tables import now

router = APIRouter(prefix="/v1/cases", tags=["cases"])

ID: Final = r"^[0-9a-f-]{36}$"
LEVEL: Final = f"^({'|'.join(('any_hx', *LEVELS))})$"
SIGNAL: Final = r"^\w{1,100}$"
"""One of the 18, or one that a model brings along."""
_READ: Final = (401, 403, 422, 429, 503)
_ONE: Final = (401, 403, 404, 422, 429, 503)
_WRITE: Final = (400, 401, 403, 404, 409, 413, 422, 429, 503)
_SCORED: Final = (400, 401, 403, 404, 413, 422, 429, 500, 503, 504)
_Name = Annotated[str | None, Query(max_length=200)]
CaseId = Annotated[str, Path(pattern=ID)]
Worker = Annotated[Caller, require("cases")]


def wanted_cases(
    state: Annotated[list[State] | None, Query(description="May be given several times")] = None,
    owner: Annotated[str | None, Query(max_length=200, description="Empty: nobody's")] = None,
    group: _Name = None,
    level: Annotated[str | None, Query(pattern=LEVEL, description="any_hx is hx, hx_risk and hx_voiced")] = None,
    signal: Annotated[str | None, Query(pattern=SIGNAL)] = None,
    customer: _Name = None,
    search: Annotated[str | None, Query(max_length=200, description="In text, customer or id")] = None,
    min_priority: Annotated[float | None, Query(ge=0, le=1)] = None,
) -> CaseFilter:
    """The filter of a list, from its query."""
    for value in (owner, group, customer, search):
        if value is not None and value != storable(value):
            raise Problem(
                422, "wrong_shape", "A filter holds a NUL character", "Un filtro contiene un carácter NUL",
                cure_en="Take it out", cure_es="Quítelo",
            )  # fmt: skip
    return CaseFilter(
        states=state or (), owner=owner, group=group, level=level, signal=signal, customer=customer,
        search=search, min_priority=min_priority,
    )  # fmt: skip


Wanted = Annotated[CaseFilter, Depends(wanted_cases)]


@router.get("", response_model=CasesPage, responses=problems(*_READ), summary="Page through cases")
async def cases(
    request: Request,
    _caller: Worker,
    wanted: Wanted,
    order: Annotated[Order, Query(description="The most urgent first, or those opened or changed last")] = "priority",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    after: Annotated[str | None, Query(pattern=ID, description="`next` of the page before")] = None,
) -> dict[str, Any]:
    """Cases that pass the filter, and how many there are of each state."""
    store = get_state(request).store

    def read() -> dict[str, Any]:
        found = cases_page(store, wanted, order=order, limit=limit + 1, after=after)
        more = found[limit - 1].id if len(found) > limit else None
        return {
            "cases": [case_dict(case) for case in found[:limit]],
            "counts": count_states(store, wanted),
            "next": more,
        }

    return await to_thread.run_sync(read)


@router.post(
    "",
    status_code=201,
    response_model=TakenAnswer,
    responses={
        200: {"model": TakenAnswer, "description": "The text belongs to a case that is there"},
        **problems(*_SCORED),
    },
    summary="Make a case of a text",
)
async def make(request: Request, response: Response, wanted: CaseRequest, caller: Worker) -> dict[str, Any]:
    """Score a text and make a case of it, unless it is known or its customer has a case, to which it is then linked."""
    state = get_state(request)
    scored = await _scored(state, wanted, caller, customer=wanted.customer, group=wanted.group)

    def write() -> dict[str, Any]:
        kept = Kept(scored, _keeping(state, caller))
        return _taken(state, take_in(state.store, [kept], wanted.who or caller.name)[0])

    done = await to_thread.run_sync(write)
    if done["outcome"] != "new":
        response.status_code = 200
    response.headers["Location"] = f"/v1/cases/{done['id']}"
    return done


@router.get(
    "/stats", response_model=CaseStatsAnswer, responses=problems(*_READ), summary="Time to contact, customers won back"
)
async def stats(request: Request, _caller: Worker, wanted: Wanted) -> dict[str, Any]:
    """How well the loop is closed, with 95 % intervals, all together and by group."""
    store = get_state(request).store
    return await to_thread.run_sync(lambda: stats_of(case_facts(store, wanted), now(), by_group=True).to_dict())


@router.get("/names", response_model=CaseNames, responses=problems(401, 403, 429, 503), summary="Owners and groups")
async def names(request: Request, _caller: Worker) -> dict[str, Any]:
    """The owners and groups that there are, to filter by."""
    owners, groups = await to_thread.run_sync(known_names, get_state(request).store)
    return {"owners": owners, "groups": groups}


@router.get("/{case_id}", response_model=WholeCaseAnswer, responses=problems(*_ONE), summary="One case")
async def one(request: Request, case_id: CaseId, _caller: Worker) -> dict[str, Any]:
    """A case with its customer's later texts and all that happened."""
    return await to_thread.run_sync(_whole, get_state(request), case_id)


@router.patch("/{case_id}", response_model=WholeCaseAnswer, responses=problems(*_WRITE), summary="Change a case")
async def change(request: Request, case_id: CaseId, wanted: CaseChange, caller: Worker) -> dict[str, Any]:
    """Change state or owner. `version` is that of the case as it was read; 409 where it changed since."""
    state = get_state(request)
    if wanted.at is not None and wanted.at > now():
        raise Problem(
            422, "not_yet", "`at` is yet to come", "`at` aún no ha llegado",
            cure_en="Give the time at which it happened", cure_es="Indique cuándo ocurrió",
        )  # fmt: skip
    done = Change(
        who=wanted.who or caller.name, version=wanted.version, state=wanted.state, owner=wanted.owner,
        note=_note(state, wanted.note), at=wanted.at,
    )  # fmt: skip
    return await to_thread.run_sync(_changed, state, case_id, done)


@router.post(
    "/{case_id}/notes",
    status_code=201,
    response_model=WholeCaseAnswer,
    responses=problems(*_WRITE),
    summary="Write something down",
)
async def note(request: Request, case_id: CaseId, wanted: NoteRequest, caller: Worker) -> dict[str, Any]:
    """Keep a note with a case."""
    state = get_state(request)
    done = Change(who=wanted.who or caller.name, note=_note(state, wanted.note))
    return await to_thread.run_sync(_changed, state, case_id, done)


@router.post(
    "/{case_id}/texts",
    status_code=201,
    response_model=TakenAnswer,
    responses={200: {"model": TakenAnswer, "description": "The text was there before"}, **problems(*_SCORED)},
    summary="Add a later text of the customer",
)
async def later_text(
    request: Request, response: Response, case_id: CaseId, wanted: LaterTextRequest, caller: Worker
) -> dict[str, Any]:
    """Score a later text and link it; where it is HX and the case was closed before, the case is open again."""
    state = get_state(request)
    await to_thread.run_sync(find_case, state.store, case_id)
    scored = await _scored(state, wanted, caller)

    def write() -> dict[str, Any]:
        kept = Kept(scored, _keeping(state, caller))
        return _taken(state, link_text(state.store, case_id, kept, wanted.who or caller.name))

    done = await to_thread.run_sync(write)
    if done["outcome"] == "known":
        response.status_code = 200
    return done


@router.delete("/{case_id}", status_code=204, responses=problems(*_ONE), summary="Remove a case")
async def remove(request: Request, case_id: CaseId, _caller: Worker) -> Response:
    """Remove a case with its texts and all that is known of it."""
    await to_thread.run_sync(remove_case, get_state(request).store, case_id)
    return Response(status_code=204)


async def _scored(
    state: ServiceState,
    wanted: LaterTextRequest,
    caller: Caller,
    *,
    customer: str | None = None,
    group: str | None = None,
) -> ScoredText:
    """The text with its scores.

    Raises:
        Problem: 422 it cannot be scored; what ``MicroBatcher.submit`` raises.
    """
    review = review_of(0, ReviewIn(text=wanted.text, id=wanted.id, kind=wanted.kind))
    if isinstance(review, ItemFailure):
        state.metrics.item_failure(review.code)
        raise _unscorable(review)
    done = await state.batcher.submit([review], caller.name)
    result = done.results[0]
    if isinstance(result, RowFailure):
        raise _unscorable(failure_of(0, result))
    fields = score_fields(result.to_dict())
    return ScoredText(
        text=wanted.text, review_id=wanted.id, customer=customer, group=group, written=wanted.written, **fields
    )  # fmt: skip


def _unscorable(failure: ItemFailure) -> Problem:
    return Problem(
        422, failure.code, failure.message, failure.message, cure_en=failure.cure, cure_es=failure.cure, field="text"
    )  # fmt: skip


def _keeping(state: ServiceState, caller: Caller) -> Keeping:
    return Keeping(masking=state.settings.mask, key_name=caller.name)


def _note(state: ServiceState, words: str | None) -> str | None:
    return mask(words).text if words and state.settings.mask else words


def _whole(state: ServiceState, case_id: str) -> dict[str, Any]:
    return whole_dict(find_case(state.store, case_id))


def _changed(state: ServiceState, case_id: str, done: Change) -> dict[str, Any]:
    change_case(state.store, case_id, done)
    return _whole(state, case_id)


def _taken(state: ServiceState, taken: Taken) -> dict[str, Any]:
    if taken.case is None:  # only where no case may be made
        raise LookupError(taken.outcome)
    return _whole(state, taken.case.id) | {"outcome": taken.outcome}
