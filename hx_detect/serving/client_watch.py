"""A client that leaves while its request waits. In: a request in work. Out: the work ends, instead of for nobody."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

from hx_detect.serving.problems import Problem

AFTER_SECONDS: Final = 1.0
"""What is done sooner is not watched: most requests, so that it costs them nothing."""
CLIENT_GONE: Final = 499
"""Status, in log and metrics only, of a request whose client left (as nginx has it)."""


def client_gone() -> Problem:
    """499, which nobody will read."""
    return Problem(
        CLIENT_GONE, "client_gone", "The client left", "El cliente se fue",
        cure_en="Wait for the answer", cure_es="Espere la respuesta",
    )  # fmt: skip


class ClientWatch:
    """``with ClientWatch(receive): await work`` cancels the work once the client is gone.

    Args:
        receive: of the ASGI request, its body read.

    Raises:
        Problem: 499, which nobody will read.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer = loop.call_later(AFTER_SECONDS, self._begin)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._gone and self._task is not None:
            self._task.uncancel()
            raise client_gone() from error

    def _begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._task is not None:
            self._task.cancel()
