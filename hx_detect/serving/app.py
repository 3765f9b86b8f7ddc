"""The service as an ASGI application. In: settings, perhaps a scorer. Out: FastAPI with all its routes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from hx_detect.batch_options import StreamScorer
from hx_detect.serving import documented, problems
from hx_detect.serving.body_limit import BodyLimit
from hx_detect.serving.jobs import JobRunner
from hx_detect.serving.logs import log
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.micro_batch import MicroBatcher
from hx_detect.serving.middleware import Gate
from hx_detect.serving.model_slot import ModelSlot, Reloaded, SlotState, slot_of
from hx_detect.serving.routes.admin import SIGNAL_FILE
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.state import ServiceState
from hx_detect.serving.store.engine import Store, database_url

SIGNAL_SECONDS: Final = 2.0
"""Between looks for a reload that another worker was asked for, where none are made for a new model."""
ROUTES: Final = ("score", "stream", "jobs", "feedback", "cases", "about", "admin", "console")
"""Modules of ``hx_detect.serving.routes``, in the order of the documentation."""


def create_app(settings: ServeSettings, *, scorer: StreamScorer | None = None) -> FastAPI:
    """The application; nothing is opened before it is started.

    Args:
        settings: how it runs.
        scorer: to use instead of a model folder.
    """
    metrics = Metrics()
    slot = _slot(settings, metrics, scorer)
    app = FastAPI(
        title="hx-detect",
        version=_version(),
        docs_url=None,
        openapi_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        middleware=_middleware(settings, metrics, slot),
    )
    app.state.service = ServiceState(
        settings=settings,
        store=Store(database_url(settings.database, settings.data)),
        batcher=MicroBatcher(
            slot,
            metrics,
            queue_texts=settings.queue_texts,
            batch_tokens=settings.batch_tokens,
            max_wait=settings.max_wait_ms / 1000,
            timeout=settings.timeout_s,
        ),
        models=slot,
        metrics=metrics,
    )
    problems.install(app)
    documented.install(app)
    for name in ROUTES:
        if find_spec(f"hx_detect.serving.routes.{name}"):
            app.include_router(import_module(f"hx_detect.serving.routes.{name}").router)
    return app


def _slot(settings: ServeSettings, metrics: Metrics, scorer: StreamScorer | None) -> ModelSlot:
    """The place of the model; whoever makes it reload, the metrics hear of it."""

    def told(done: Reloaded | None) -> None:
        metrics.reload(done=done is not None)
        if done is not None:
            metrics.model(done.scorer.model_name, done.scorer.model_version)

    if scorer is not None:
        return ModelSlot(lambda: scorer, told=told)
    signal = settings.data / SIGNAL_FILE if settings.workers > 1 else None
    threads = settings.threads
    if threads is None and settings.workers > 1:
        threads = max(1, (os.cpu_count() or 1) // settings.workers)
    return slot_of(settings.model, threads, signal=signal, signal_only=not settings.reload_s, told=told)


def _middleware(settings: ServeSettings, metrics: Metrics, slot: ModelSlot) -> list[Middleware]:
    def ending() -> bool:
        return slot.state is SlotState.DRAINING

    layers = [Middleware(Gate, metrics=metrics, ending=ending), Middleware(BodyLimit, most=settings.max_bytes)]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-API-Key", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
        layers.insert(1, cors)
    return layers


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the store, load the model beside, score and run jobs; at the end finish what waits.

    The document is made before the first request: making it builds the routes, which a request would do at the same
    time, and pydantic's fields are not made for two threads.
    """
    state: ServiceState = app.state.service
    await to_thread.run_sync(state.store.migrate)
    threading.Thread(target=_keep_model, args=(state,), name="model", daemon=True).start()
    await to_thread.run_sync(documented.as_bytes, app)
    state.batcher.start()
    state.jobs = JobRunner(state.settings, state.store, state.batcher, state.models, state.metrics)
    await state.jobs.start()
    try:
        yield
    finally:
        state.models.drain()
        state.metrics.ready(False)
        await state.jobs.stop()
        left = state.settings.drain_s - (time.monotonic() - (state.models.drained_at or 0.0))
        if not await to_thread.run_sync(state.batcher.stop, max(1.0, left)):
            log("unfinished", level=30)
        await to_thread.run_sync(state.store.close)


def _keep_model(state: ServiceState) -> None:
    """Load the model, then look for another one now and then."""
    try:
        state.models.start()
    except Exception as error:  # the server ends by it (server.GracefulServer)
        log("model_failed", level=40, error=error, what=getattr(error, "what", ""))
        return
    state.metrics.ready(state.models.state is SlotState.READY)  # of several workers only one is asked for /metrics
    log("ready")
    if state.settings.reload_s or state.settings.workers > 1:  # the other workers hear of a reload by its signal
        state.models.follow(state.settings.reload_s or SIGNAL_SECONDS)


def _version() -> str:
    try:
        return version("hx-detect")
    except PackageNotFoundError:  # run from its source
        return "0"
