"""What the service says of itself. In: nothing. Out: model, labels, signs of life, metrics, the OpenAPI document."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from hx_detect.batch_options import StreamScorer
from hx_detect.bundle import FILES, Bundle
from hx_detect.labels import KINDS, LANGUAGES, LEVELS, NPS_BANDS, SENTIMENTS, SIGNALS, STAGES, display
from hx_detect.serving import documented
from hx_detect.serving.documented import problems
from hx_detect.serving.metrics import CONTENT_TYPE
from hx_detect.serving.model_slot import SlotState
from hx_detect.serving.own_names import own_signals
from hx_detect.serving.problems import not_ready
from hx_detect.serving.schemas import LabelNames, LabelsAnswer, ModelAnswer, SignalNames, StatusAnswer
from hx_detect.serving.state import get_state

router = APIRouter()


@router.get("/v1/model", tags=["about"], summary="The model in use", responses=problems(503))
def model(request: Request) -> ModelAnswer:
    """Name, version, checksum, headline figures and own signals of the model in use."""
    scorer = get_state(request).models.current
    if scorer is None:
        raise not_ready(state="starting")
    return described(scorer)


def described(scorer: StreamScorer) -> ModelAnswer:
    """What a scorer's bundle says of it."""
    bundle: Bundle | None = getattr(scorer, "bundle", None)
    info = {} if bundle is None else bundle.info
    figures = {} if bundle is None else json.loads(bundle.file(FILES.metrics).read_bytes())
    return ModelAnswer(
        name=scorer.model_name,
        version=scorer.model_version,
        checksum=getattr(bundle, "checksum", ""),
        languages=list(info.get("languages", ["es", "en"])),
        metrics=figures.get("headline", {}),
        own_signals=own_signals(scorer),
    )


@router.get("/v1/labels", tags=["about"], summary="Every label in both languages")
async def labels(request: Request) -> LabelsAnswer:
    """Signals (the model's own too), levels, sentiments, stages, kinds, bands, languages: Spanish and English names."""
    return LabelsAnswer(
        signals=[
            *(SignalNames(name=one.name, group=one.group, es=one.es, en=one.en) for one in SIGNALS),
            *own_signals(get_state(request).models.current),
        ],
        levels=_named(LEVELS),
        sentiments=_named((*SENTIMENTS, "mixed")),
        stages=_named(STAGES),
        kinds=_named(KINDS),
        nps_bands=_named(NPS_BANDS),
        languages=_named(LANGUAGES),
    )


@router.get("/livez", tags=["health"], summary="Does the process run?")
async def livez() -> StatusAnswer:
    """Answers while the process runs."""
    return StatusAnswer(status="alive")


@router.get("/readyz", tags=["health"], summary="Does it take requests?", responses=problems(503))
async def readyz(request: Request) -> StatusAnswer:
    """200 once the model is warm; 503 before, and while the service ends."""
    state = get_state(request).models.state
    if state is not SlotState.READY:
        raise not_ready(state=state)
    return StatusAnswer(status="ready")


@router.get(
    "/metrics",
    tags=["health"],
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Requests and failures by reason, queue, batches, inference time, input length, share of every level."""
    state = get_state(request)
    state.metrics.ready(state.models.state is SlotState.READY)
    return Response(state.metrics.render(), headers={"Content-Type": CONTENT_TYPE})


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """This interface, described."""
    return Response(documented.as_bytes(request.app), media_type="application/json")


def _named(names: tuple[str, ...]) -> list[LabelNames]:
    return [LabelNames(name=name, es=display(name, "es"), en=display(name, "en")) for name in names]
