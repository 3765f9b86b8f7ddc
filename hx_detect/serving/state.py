"""What the routes share. In: the parts that the application opens. Out: ``ServiceState``, found from a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from starlette.requests import HTTPConnection

if TYPE_CHECKING:
    from hx_detect.serving.jobs import JobRunner
    from hx_detect.serving.metrics import Metrics
    from hx_detect.serving.micro_batch import MicroBatcher
    from hx_detect.serving.model_slot import ModelSlot
    from hx_detect.serving.settings import ServeSettings
    from hx_detect.serving.store.engine import Store


@dataclass(slots=True)
class ServiceState:
    """The parts of a running service; hangs on ``app.state.service``."""

    settings: ServeSettings
    store: Store
    batcher: MicroBatcher
    models: ModelSlot
    metrics: Metrics
    jobs: JobRunner | None = None


def get_state(request: HTTPConnection) -> ServiceState:
    """The service that a request came to; may stand as ``Depends(get_state)``."""
    return cast(ServiceState, request.app.state.service)
