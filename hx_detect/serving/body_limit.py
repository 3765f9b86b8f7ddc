"""Bodies of bounded size and time. In: ASGI requests. Out: the same with their body read, or 413 or 408 at once."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hx_detect.serving.logs import note_failure
from hx_detect.serving.problems import Problem, problem_response

UNBOUNDED: Final = ("/v1/score/stream", "/v1/score/file")
"""Paths that bound by themselves what they read."""
FORGIVEN: Final = 8 << 20
"""Bytes over the limit that are still read and thrown away, so that the client gets to read why."""
SECONDS: Final = 30.0
"""In which a whole body must have come: a client that sends a byte now and then would hold its memory for ever."""


class BodyLimit:
    """Reads whole bodies up to a limit before the application is called.

    Args:
        app: the application.
        most: bytes.
        seconds: in which they must have come.
    """

    def __init__(self, app: ASGIApp, most: int, seconds: float = SECONDS) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in UNBOUNDED or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await _read(receive, self._most, _announced(scope))
        except (_TooLargeError, TimeoutError) as error:
            problem = body_too_slow(self._seconds) if isinstance(error, TimeoutError) else _too_large(self._most)
            note_failure(scope, problem.code)
            await problem_response(problem, scope["state"]["request_id"])(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replayed(body, receive), send)


class _TooLargeError(Exception):
    """The body is over the limit."""


async def _read(receive: Receive, most: int, announced: int) -> bytes | None:
    """The whole body; None where the client left before its end."""
    parts: list[bytes] = []
    size = 0
    more = announced <= most + FORGIVEN
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        more = message.get("more_body", False) and size <= most + FORGIVEN
    if max(size, announced) > most:
        raise _TooLargeError
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body once, then what the server says next: that the client is gone."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _announced(scope: Scope) -> int:
    """What Content-Length says; 0 where there is none that makes sense."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def body_too_slow(seconds: float) -> Problem:
    """408: what was announced did not come in time."""
    return Problem(
        408, "too_slow",
        f"The body came too slowly: it was waited for over {seconds:g} seconds",
        f"El cuerpo llegó demasiado despacio: se esperó más de {seconds:g} segundos",
        cure_en="Send it again, in fewer bytes or over a faster line",
        cure_es="Envíelo de nuevo, con menos bytes o por una línea más rápida",
        headers={"Connection": "close"},
    )  # fmt: skip


def _too_large(most: int) -> Problem:
    return Problem(
        413, "too_large",
        f"The body is larger than {most:,} bytes", f"El cuerpo pasa de {most:,} bytes",
        cure_en="Send fewer texts at once, or use /v1/score/stream or /v1/score/file",
        cure_es="Envíe menos textos a la vez, o use /v1/score/stream o /v1/score/file",
        headers={"Connection": "close"}, limit=most,
    )  # fmt: skip
