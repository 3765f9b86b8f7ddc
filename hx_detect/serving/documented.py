"""What OpenAPI says of the service. In: the application. Out: its document, as committed in serve/openapi.json."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from hx_detect.serving.problems import JSON, MEDIA_TYPE, TITLES
from hx_detect.serving.schemas import LineErrorOut, ProblemOut, RecordOut, ReviewIn, ScoreRequest

REFERENCE: Final = "#/components/schemas/{model}"
OPEN: Final = ("/livez", "/readyz", "/metrics", "/v1/labels", "/v1/model", "/openapi.json", "/docs", "/")
"""Paths that need no key."""
_RETRIED: Final = (429, 503)
_SECURITY: Final[dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key made with `hx-detect keys create`"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_ABOUT: Final = (
    "Tells hated from cherished customer experience in Spanish and English texts, with the words that prove it. "
    "Failures are RFC 9457 problems with a stable `code` and a `cure`; messages are in the language of "
    "`Accept-Language` (es, en)."
)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of failures, for ``responses``; whose body may be too large, may also be too slow (408)."""
    slow = (408,) if 413 in statuses else ()
    return {status: _problem(status) for status in sorted((*statuses, *slow))}


def _problem(status: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "description": TITLES[status][0],
        "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}}},
    }
    if status in _RETRIED:
        shown["headers"] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    return shown


def install(app: FastAPI) -> None:
    """Let the application describe itself by ``document``; made once, when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def as_bytes(app: FastAPI) -> bytes:
    """The document as JSON; made once."""
    found: bytes | None = getattr(app.state, "document", None)
    if found is None:
        found = app.state.document = json.dumps(app.openapi(), ensure_ascii=False).encode()
    return found


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the application."""
    content = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
    components = content.setdefault("components", {})
    components.setdefault("schemas", {}).update(_schemas())
    components["schemas"].pop("HTTPValidationError", None)
    components["schemas"].pop("ValidationError", None)
    components["securitySchemes"] = _SECURITY
    for path, operations in content["paths"].items():
        for operation in operations.values():
            _correct(path, operation)
    return content


def _schemas() -> dict[str, Any]:
    """Of the bodies that routes read themselves."""
    models: list[tuple[type[Any], Any]] = [
        (ScoreRequest, "validation"), (ReviewIn, "validation"), (RecordOut, "serialization"),
        (LineErrorOut, "serialization"), (ProblemOut, "serialization"),
    ]  # fmt: skip
    _, schemas = models_json_schema(models, ref_template=REFERENCE)
    definitions: dict[str, Any] = schemas["$defs"]
    definitions["Problem"] = definitions.pop(ProblemOut.__name__)
    return definitions


def _correct(path: str, operation: dict[str, Any]) -> None:
    """Failures are problems, not FastAPI's own form; every operation may fail as any can; keys where they count."""
    answers = operation.setdefault("responses", {})
    own = answers.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    if own.endswith("HTTPValidationError"):
        answers["422"] = _problem(422)
    if JSON in operation.get("requestBody", {}).get("content", {}):
        answers.setdefault("415", _problem(415))
    if path not in OPEN:
        operation["security"] = [{}, {"bearer": []}, {"header": []}]
    operation["responses"] = dict(sorted(answers.items()))


def main() -> None:
    """Write the document to stdout: ``make openapi``."""
    from hx_detect.serving.app import create_app
    from hx_detect.serving.settings import ServeSettings

    with tempfile.TemporaryDirectory() as folder:
        made = create_app(ServeSettings(data=Path(folder))).openapi()
    sys.stdout.write(json.dumps(made, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
