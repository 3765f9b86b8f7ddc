"""``POST /v1/admin/reload``. In: nothing. Out: the model that is in use now; requests on their way keep theirs."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request

from hx_detect.serving.auth import Caller, require
from hx_detect.serving.documented import problems
from hx_detect.serving.logs import log
from hx_detect.serving.model_slot import Reloaded
from hx_detect.serving.schemas import ModelName, ReloadAnswer
from hx_detect.serving.state import ServiceState, get_state

SIGNAL_FILE: Final = "reload"
"""File of the data folder that tells the other workers to reload."""

router = APIRouter(prefix="/v1/admin", tags=["admin"])


@router.post("/reload", summary="Take up the model anew", responses=problems(401, 403, 429, 500, 503))
async def reload(request: Request, caller: Annotated[Caller, require("admin")]) -> ReloadAnswer:
    """Load the model again from where it lies, test it, then use it for every request that comes after.

    Where it fails, the model in use stays.
    """
    done = await to_thread.run_sync(_reload, get_state(request), limiter=_one_at_a_time())
    scorer = done.scorer
    log("reloaded", by=caller.name, model=scorer.model_name, version=scorer.model_version, changed=done.changed)
    return ReloadAnswer(
        model=ModelName(name=scorer.model_name, version=scorer.model_version),
        changed=done.changed,
        seconds=round(done.seconds, 3),
    )


@cache
def _one_at_a_time() -> CapacityLimiter:
    """Reloads wait for each other here and not in the threads that all requests share."""
    return CapacityLimiter(1)


def _reload(state: ServiceState) -> Reloaded:
    if state.settings.workers > 1:  # before the model's mark is taken, or this worker would load it once more
        (state.settings.data / SIGNAL_FILE).touch()
    return state.models.reload()
