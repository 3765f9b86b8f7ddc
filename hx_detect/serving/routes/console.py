"""The console at ``/`` and the documentation at ``/docs``. In: a path. Out: assets of the package, nothing else."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from hx_detect.labels import DISPLAY, HX_LEVELS, LEVELS, NPS_BANDS, SENTIMENTS, SIGNALS, STAGES

router = APIRouter(include_in_schema=False)

FOLDER: Final = Path(__file__).parents[1] / "console"
MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""What is served, by ending; the licences beside vendored files are read as plain text."""
_PLAIN: Final = "text/plain; charset=utf-8"
_PACKED: Final = (".html", ".css", ".js", ".json", ".svg")
_VENDORED: Final = "static/vendor/"
_LABELS: Final = "static/labels.json"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent.

    Attributes:
        body: its bytes.
        packed: the same through gzip, or None where that gains nothing.
        media_type: of the body.
        tag: changes whenever the body does; weak, as it is the same for both.
    """

    body: bytes
    packed: bytes | None
    media_type: str
    tag: str


@router.api_route("/", methods=["GET", "HEAD"])
def console(request: Request) -> Response:
    """The console."""
    return _answer(request, "index.html")


@router.api_route("/docs", methods=["GET", "HEAD"])
def documentation(request: Request) -> Response:
    """The interface's documentation, to read and to try; it works offline."""
    return _answer(request, "docs.html")


@router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
def static(request: Request, path: str) -> Response:
    """An asset of the pages."""
    return _answer(request, f"static/{path}")


def label_names() -> dict[str, object]:
    """What the page knows of labels: their names in both languages, groups and orders, from ``labels``."""
    return {
        "signals": [{"name": item.name, "group": item.group, "es": item.es, "en": item.en} for item in SIGNALS],
        "names": {name: {"es": es, "en": en} for name, (es, en) in DISPLAY.items()},
        "levels": list(LEVELS),
        "hx_levels": list(HX_LEVELS),
        "sentiments": list(SENTIMENTS),
        "stages": list(STAGES),
        "nps_bands": list(NPS_BANDS),
    }


@lru_cache(maxsize=1)
def paths() -> frozenset[str]:
    """Every path that is served. A path from outside is only ever looked up here, never joined to a folder."""
    found = (path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
    return frozenset(found) | {_LABELS}


@cache
def asset(path: str) -> Asset:
    """The asset at one of ``paths()``."""
    body = json.dumps(label_names(), ensure_ascii=False).encode() if path == _LABELS else (FOLDER / path).read_bytes()
    ending = Path(path).suffix
    packed = gzip.compress(body, 6, mtime=0) if ending in _PACKED else None
    return Asset(body, packed, MEDIA_TYPES.get(ending, _PLAIN), f'W/"{sha256(body).hexdigest()[:20]}"')


def _answer(request: Request, path: str) -> Response:
    if path not in paths():
        raise HTTPException(404)
    found = asset(path)
    # What we wrote is asked for anew each time (a 304 where unchanged), so that a page never mixes two releases.
    age = "public, max-age=86400" if path.startswith(_VENDORED) else "no-cache"
    headers = {"ETag": found.tag, "Cache-Control": age, "Vary": "Accept-Encoding"}
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=found.media_type)
    return Response(found.body, headers=headers, media_type=found.media_type)
