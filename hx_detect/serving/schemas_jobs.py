"""Requests and answers of file jobs, as pydantic checks and OpenAPI shows them. In: form fields, rows. Out: models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hx_detect.io.rows import FORMATS
from hx_detect.serving.store.tables import Job

PAGE: Final = 50
LARGEST_PAGE: Final = 200

Format = Literal["csv", "tsv", "jsonl", "parquet", "xlsx"]
State = Literal["queued", "running", "done", "failed", "cancelled"]
Column = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]

FORM_EXAMPLE: Final[dict[str, Any]] = {"file": "opiniones.csv", "text_column": "comentario", "format": "xlsx"}


class JobFields(BaseModel):
    """What a form may say beside its file. Columns that are not named are found by name and content."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text_column: Column | None = Field(None, description="Column of the texts")
    id_column: Column | None = Field(None, description="Column that identifies the rows")
    answer_column: Column | None = Field(None, description="Column of the 0-10 answer")
    stars_column: Column | None = Field(None, description="Column of the 1-5 stars")
    language_column: Column | None = Field(None, description="Column of the language")
    kind_column: Column | None = Field(None, description="Column of the kind of text")
    kind: Literal["review", "post", "survey", "complaint"] | None = Field(None, description="Kind of all texts")
    language: Literal["es", "en"] | None = Field(None, description="Language of texts whose row names none")
    format: Format | None = Field(None, description="Of the result; that of the file where none is given")
    lang: Literal["es", "en"] | None = Field(None, description="Language of messages")
    all_signals: bool = Field(False, description="Nested records list all 18 signals")

    def columns(self) -> dict[str, str | None]:
        """Role -> column, as ``BatchOptions`` wants them."""
        roles = ("text", "id", "answer", "stars", "language", "kind")
        return {role: getattr(self, f"{role}_column") for role in roles}


class JobError(BaseModel):
    """Why a job failed; of a job that is done, why its file could not be read to the end."""

    code: str
    message: str
    cure: str


class JobAnswer(BaseModel):
    """A file that is scored, and how far it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "3f0c8a52-7d2e-4a55-9d0b-5f6a1c2b7e90",
                "state": "running",
                "file": "opiniones.csv",
                "format": "csv",
                "result_format": "xlsx",
                "created": "2026-11-22T07:00:00Z",
                "started": "2026-11-22T07:00:01Z",
                "finished": None,
                "expires": None,
                "rows_total": 3000,
                "rows_done": 1250,
                "rejected": 3,
                "error": None,
                "summary": None,
                "model": {"name": "hx-es-en", "version": "1.0.0"},
            }
        }
    )

    id: str
    state: State
    file: str = Field(description="Name of the file as it was sent")
    format: Format = Field(description="What the file was found to be")
    result_format: Format
    created: datetime
    started: datetime | None
    finished: datetime | None
    expires: datetime | None = Field(description="When the job and its files are taken away")
    rows_total: int | None = Field(description="None until the rows are counted")
    rows_done: int
    rejected: int = Field(description="Rows that could not be scored, so far")
    error: JobError | None
    summary: dict[str, Any] | None = Field(description="Once it is done: what the batch command's summary says")
    model: dict[str, str] | None = Field(description="Name and version of the model that scores it")


class JobsPage(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobAnswer]
    next: str | None = Field(description="`after` of the next page; none where this is the last")


def job_answer(job: Job) -> JobAnswer:
    """What a caller is told of a job."""
    model = job.options.get("model")
    return JobAnswer.model_validate({
        "id": job.id,
        "state": job.state,
        "file": job.file_name,
        "format": job.format,
        "result_format": job.options["result_format"],
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "expires": job.expires,
        "rows_total": job.rows_total,
        "rows_done": job.rows_done,
        "rejected": job.rejected,
        "error": job.error,
        "summary": job.summary,
        "model": None if model is None else {"name": model[0], "version": model[1]},
    })  # fmt: skip


def form_schema() -> dict[str, Any]:
    """The form as OpenAPI shows it."""
    schema = JobFields.model_json_schema()
    properties = {name: _without_null(value) for name, value in schema["properties"].items()}
    file = {"type": "string", "format": "binary", "description": f"One of {', '.join(FORMATS)}; text also .gz or .zst"}
    return {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": file, **properties},
        "example": FORM_EXAMPLE,
    }


def _without_null(value: dict[str, Any]) -> dict[str, Any]:
    """A form cannot send null: a field is there or not."""
    kinds = [kind for kind in value.get("anyOf", []) if kind != {"type": "null"}]
    kept = {key: part for key, part in value.items() if key not in ("anyOf", "title", "default")}
    return {**kept, **(kinds[0] if kinds else {})}
