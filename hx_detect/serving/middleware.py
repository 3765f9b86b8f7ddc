"""What holds for every request. In: ASGI requests. Out: answers with id and security headers, logged and counted."""

from __future__ import annotations

import os
import re
import time
from asyncio import CancelledError
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hx_detect.labels import Lang
from hx_detect.serving.client_watch import CLIENT_GONE
from hx_detect.serving.logs import log, note_failure
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.problems import internal, not_ready, problem_response
from hx_detect.wording import set_language

REQUEST_ID: Final = b"x-request-id"
_SANE_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
QUIET: Final = ("/livez", "/readyz", "/metrics")
"""Routes that are asked all the time: not logged unless they fail."""
NO_ROUTE: Final = "(none)"

CONTENT_SECURITY_POLICY: Final = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
    "font-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
))  # fmt: skip
SECURITY_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_CLOSE: Final = (b"connection", b"close")
_NO_STORE: Final = (b"cache-control", b"no-store")


class Gate:
    """The outermost layer of the application.

    Args:
        app: the application.
        metrics: is told of every request.
        ending: the service is about to end: connections are not to be used again.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, ending: Callable[[], bool] = lambda: False) -> None:
        self._app = app
        self._metrics = metrics
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        given = dict(scope["headers"])
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = _request_id(given.get(REQUEST_ID))
        set_language(preferred(given.get(b"accept-language", b"")))
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = _completed(message.get("headers", []), scope)
                message = {**message, "headers": [*headers, _CLOSE] if self._ending() else headers}
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except CancelledError:  # the time to finish in is over
            if not status:
                note_failure(scope, "not_ready")
                await problem_response(not_ready(), request_id)(scope, receive, send_on)
            raise
        except Exception as error:  # the last net; what rises here is a fault of ours
            problem = internal()
            note_failure(scope, problem.code, error)
            if not status:
                await problem_response(problem, request_id)(scope, receive, send_on)
        finally:
            self._note(scope, status or CLIENT_GONE, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """One request more, in log and metrics; the route's template, as a path could hold anything."""
        state: MutableMapping[str, Any] = scope["state"]
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        code = state.get("failure_code", "")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.request(method, route, status, code, seconds)
        if route in QUIET and status < 400:
            return
        fields: dict[str, Any] = {"code": code} if code else {}
        if "caller" in state:
            fields["caller"] = state["caller"]
        log(
            "request", level=40 if "failure" in state else 20, error=state.get("failure"), method=method, route=route,
            status=status, milliseconds=round(1000 * seconds, 2), request_id=state["request_id"], **fields,
        )  # fmt: skip


_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@lru_cache(maxsize=256)
def preferred(accept: bytes) -> Lang:
    """The language of messages by Accept-Language: the better liked of Spanish and English, else English."""
    best: tuple[float, Lang] = (0.0, "en")
    for part in accept.decode("latin-1").lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        lang: Lang | None = "es" if name.startswith("es") else "en" if name.startswith("en") else None
        try:
            liked = float(weight) if weight else 1.0
        except ValueError:
            continue
        if lang is not None and liked > best[0]:
            best = (liked, lang)
    return best[1]


def _request_id(given: bytes | None) -> str:
    """The caller's, if it is harmless in logs and headers; else a new one."""
    if given is not None and _SANE_ID.fullmatch(given):
        return given.decode("ascii")
    return os.urandom(16).hex()


def _completed(headers: list[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
    """An answer's headers with those that every answer has, where the route did not set its own."""
    state = scope["state"]
    there = {name.lower() for name, _ in headers}
    more = [(REQUEST_ID, state["request_id"].encode("ascii")), *SECURITY_HEADERS]
    if scope["path"].startswith("/v1/"):
        more.append(_NO_STORE)
    more += [(name.lower().encode(), value.encode()) for name, value in state.get("rate_headers", {}).items()]
    return [*headers, *(pair for pair in more if pair[0] not in there)]
