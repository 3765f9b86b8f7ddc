"""The service as a process. In: settings. Out: a listening socket, workers, an orderly end at SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Any, Final

import uvicorn

from hx_detect.bundle import load_bundle
from hx_detect.bundle_places import default_bundle
from hx_detect.errors import HxDetectError, UsageError
from hx_detect.serving.auth import is_loopback
from hx_detect.serving.logs import flush_logs, set_up_logs
from hx_detect.serving.metrics import MULTIPROCESS
from hx_detect.serving.model_slot import ModelSlot, SlotState, model_folder
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.state import ServiceState
from hx_detect.serving.store.engine import Store, database_url
from hx_detect.serving.store.keys import list_keys
from hx_detect.wording import say

BACKLOG: Final = 2048
LAST_SECONDS: Final = 2.0
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than load balancers keep an idle connection (60), so that it is they who close it."""
SWITCH_SECONDS: Final = 0.0002
"""How long a scoring thread may hold the interpreter while the event loop waits for it."""


class GracefulServer(uvicorn.Server):
    """Ends in two steps: not ready but still answering, then no new connections and the rest finished.

    Args:
        config: of uvicorn.
        state: of the service; its model's failure to start ends the server.
    """

    def __init__(self, config: uvicorn.Config, state: ServiceState) -> None:
        super().__init__(config)
        self._slot = state.models
        self._batcher = state.batcher
        self._unready, self._finishing = steps(state.settings)
        self._end_at: float | None = None
        self._settled = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the interface of signal handlers
        """Begin to end; a second signal skips the first step, a third does not wait for anything."""
        if self._end_at is None:
            self._slot.drain()
            self._end_at = time.monotonic() + (self._unready if sig == signal.SIGTERM else 0.0)
        elif not self.should_exit:
            self.should_exit = True
        else:
            self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if not self._settled and self._slot.state is SlotState.READY:
            self._settled = True
            settle()
        ended = self._end_at is not None and time.monotonic() >= self._end_at
        if ended or self._slot.state is SlotState.FAILED:
            self.should_exit = True
        if self.should_exit:
            asyncio.get_running_loop().call_later(self._finishing, self._batcher.give_up)
        return await super().on_tick(counter)


def settle() -> None:
    """Leave what is there by now out of the search for garbage, which would stop the event loop for 0.1 s each time."""
    gc.collect()
    gc.freeze()


def steps(settings: ServeSettings) -> tuple[float, float]:
    """Seconds of still answering while not ready, then of finishing; a last second is left for the answers' way."""
    unready = min(settings.unready_s, settings.drain_s)
    return unready, max(0.0, settings.drain_s - unready - LAST_SECONDS)


def serve(settings: ServeSettings, announce: Callable[[str], None]) -> int:
    """Run the service until it is told to end.

    Args:
        settings: how.
        announce: is told the address once it listens.

    Returns:
        0 after SIGTERM or SIGINT.

    Raises:
        UsageError: the address cannot be used, or lies beyond this machine while there are no keys.
        BundleError: the model cannot be used.
        StoreError: the database cannot be used.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until there is something to finish
    _prepare(settings)
    listening = _listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    announce(f"http://{host}:{port}")
    if settings.workers == 1:
        return run_worker(settings, listening)
    from hx_detect.serving.supervisor import supervise

    with ExitStack() as stack:
        os.environ[MULTIPROCESS] = stack.enter_context(tempfile.TemporaryDirectory(prefix="hx-detect-metrics-"))
        return supervise(settings, listening)


def run_worker(settings: ServeSettings, listening: socket.socket) -> int:
    """Serve in this process; gives its exit code.

    Raises:
        HxDetectError: the model cannot be used.
    """
    from hx_detect.serving.app import create_app

    sys.setswitchinterval(SWITCH_SECONDS)
    set_up_logs(texts=settings.log_texts)
    app = create_app(settings)
    slot: ModelSlot = app.state.service.models
    server = GracefulServer(_config(app, settings), app.state.service)
    try:
        server.run(sockets=[listening])
    finally:
        flush_logs()
    if app.state.service.batcher.busy and slot.state is SlotState.DRAINING:
        os._exit(0)  # the time is over: a model at work in another thread would hold up the interpreter's own end
    if isinstance(slot.failure, HxDetectError) and slot.state is SlotState.FAILED:
        raise slot.failure
    return 0 if server.started and slot.state is not SlotState.FAILED else 1


def _config(app: Any, settings: ServeSettings) -> uvicorn.Config:  # noqa: ANN401 - an ASGI application
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, math.ceil(steps(settings)[1] + 0.5)),
        proxy_headers=False,
    )


def _prepare(settings: ServeSettings) -> None:
    """Find out what would not work before anything listens.

    Raises:
        UsageError: reachable from other machines, but without keys.
        BundleError: the model cannot be used.
        StoreError: the database cannot be used.
    """
    load_bundle(model_folder(settings.model) or default_bundle())
    store = Store(database_url(settings.database, settings.data))
    try:
        store.migrate()
        keyed = any(key.revoked is None for key in list_keys(store))
    finally:
        store.close()
    if not (keyed or settings.insecure or is_loopback(settings.host)):
        raise UsageError(
            say(f"{settings.host} is reached from other machines, and there are no API keys",
                f"A {settings.host} se llega desde otras máquinas, y no hay claves de API"),
            cure=say("Make one with: hx-detect keys create NAME; or say --insecure",
                     "Cree una con: hx-detect keys create NOMBRE; o indique --insecure"),
        )  # fmt: skip


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise UsageError(
            say(f"{host}:{port} cannot be listened on: {error.strerror}",
                f"No se puede escuchar en {host}:{port}: {error.strerror}"),
            cure=say("Choose others with --host and --port", "Elija otros con --host y --port"),
        ) from error  # fmt: skip
