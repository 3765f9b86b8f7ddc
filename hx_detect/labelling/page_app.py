"""The labelling page as an application. In: a session, a token. Out: FastAPI routes under ``/TOKEN/``, nothing else.

The token is a part of the path: whoever does not know it, as another page in the same browser, gets 404 for everything.
Nothing is loaded from anywhere else, and the page works offline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from hx_detect import serving
from hx_detect.errors import HxDetectError, http_status
from hx_detect.labelling.session import Session
from hx_detect.wording import set_language

HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FOLDER: Final = Path(__file__).parent / "page"
CONSOLE: Final = Path(serving.__file__).parent / "console"
SHARED: Final = (
    "static/css/tokens.css", "static/css/frame.css", "static/icon.svg", "static/js/dom.js", "static/js/spans.js",
    "static/js/theme.js", "static/vendor/newsreader.woff2", "static/vendor/instrument-sans.woff2",
)  # fmt: skip
"""What the page has in common with the service's console, and takes from there."""
MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
LARGEST_BODY: Final = 1_000_000
Json = Annotated[dict[str, Any], Body()]


def create_app(session: Session, token: str) -> FastAPI:
    """The application.

    Args:
        session: what is labelled.
        token: the first part of every path.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)
    app.middleware("http")(_guarded)
    app.add_exception_handler(HxDetectError, _told)
    app.include_router(_routes(session), prefix=f"/{token}")
    return app


@cache
def assets() -> dict[str, Path]:
    """Every path that is served, and its file. A path from outside is looked up here, never joined to a folder."""
    own = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES}
    return {name: CONSOLE / name for name in SHARED} | own


def _routes(session: Session) -> APIRouter:
    """Plain functions, so that each runs in a thread: writing to the disk holds nobody up."""
    router = APIRouter()

    @router.get("/")
    def page() -> Response:
        return _asset("index.html")

    @router.get("/static/{path:path}")
    def static(path: str) -> Response:
        return _asset(f"static/{path}")

    @router.get("/api/labels")
    def labels() -> dict[str, Any]:
        return session.labels()

    @router.get("/api/state")
    def state(place: int | None = None) -> dict[str, Any]:
        return session.state(place)

    @router.post("/api/answer")
    def answer(body: Json) -> dict[str, Any]:
        return session.answer(body)

    @router.post("/api/undo")
    def undo() -> dict[str, Any]:
        return session.undo()

    @router.post("/api/draft")
    def draft(body: Json) -> dict[str, Any]:
        session.keep_draft(body)
        return {"kept": True}

    @router.get("/api/guess")
    def guess(key: str) -> dict[str, Any]:
        return session.guess(key)

    @router.get("/api/agreement")
    def agreement() -> list[dict[str, Any]]:
        return session.agreement()

    return router


def _asset(name: str) -> Response:
    path = assets().get(name)
    if path is None:
        raise HTTPException(404)
    return Response(path.read_bytes(), media_type=MEDIA_TYPES[path.suffix])


async def _guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Headers on every answer, the page's language for every message, and no body that is too large."""
    set_language("es" if request.headers.get("accept-language", "").lower().startswith("es") else "en")
    length = request.headers.get("content-length", "0")
    foreign = request.headers.get("origin") not in (None, str(request.base_url).rstrip("/"))
    if foreign or not length.isdigit() or int(length) > LARGEST_BODY or "transfer-encoding" in request.headers:
        response: Response = JSONResponse({"message": "refused"}, 403 if foreign else 413)
    else:
        response = await go_on(request)
    response.headers.update(HEADERS)
    return response


async def _told(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 - the interface of handlers
    """An error of ours as JSON."""
    known = error if isinstance(error, HxDetectError) else HxDetectError(str(error))
    return JSONResponse({"message": known.what, "cure": known.cure}, http_status(known))
