"""The requests and answers of ``/v1/feedback``, as pydantic checks and OpenAPI shows them. In: JSON. Out: models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from hx_detect.labels import KINDS, LEVELS, SENTIMENTS, STAGES
from hx_detect.serving.flood import FewFields

LONGEST_TEXT: Final = 100_000
LONGEST_REASON: Final = 5_000
MOST_STRETCHES: Final = 20
MOST_SIGNALS: Final = 100
LONGEST_NAME: Final = 200
PAGE: Final = 100
LARGEST_PAGE: Final = 1000

Choice = Annotated[str, StringConstraints(max_length=40)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


def storable(text: str) -> str:
    """The text, if every database can keep it.

    Raises:
        ValueError: it has a NUL or half a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("NUL characters and lone surrogates cannot be stored")
    return text


def _choice(names: tuple[str, ...], description: str) -> WithJsonSchema:
    """As OpenAPI shows it; what is not among the names is refused with the nearest one (``corrections``)."""
    return WithJsonSchema({"type": "string", "enum": list(names), "description": description})


SignalName = Annotated[
    str,
    StringConstraints(max_length=LONGEST_NAME),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": LONGEST_NAME,
            "description": "As `/v1/labels` lists them: the 18, and the model's own",
        }
    ),
]
Sentiment = Annotated[Choice, _choice((*SENTIMENTS, "mixed"), "Of the writer towards the company")]
Stage = Annotated[Choice, _choice(STAGES, "Journey stage of the main grievance or praise")]
KindName = Annotated[Choice, _choice(KINDS, "What sort of text it is")]
Level = Annotated[Choice, _choice(LEVELS, "What the person says the level is")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT), AfterValidator(storable)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON), AfterValidator(storable)]

EXAMPLE_ES: Final[dict[str, Any]] = {
    "id": "r-1042",
    "text": "Llevo tres semanas llamando y nadie me ha contestado.",
    "labels": {"ignored": ["nadie me ha contestado"]},
    "sentiment": "negative",
    "stage": "support",
    "who": "ana.ruiz",
    "why": "No es un fallo del producto: no le atienden.",
    "model": {"name": "hx-es-en", "version": "1.0.0"},
}
EXAMPLE_EN: Final[dict[str, Any]] = {
    "text": "They fixed it the same day, and Priya could not have been kinder.",
    "language": "en",
    "labels": {"resolved": [{"start": 0, "end": 22}], "kind": ["could not have been kinder"]},
    "who": "j.smith",
}


class Stretch(FewFields):
    """A stretch of the text as a score's evidence gives it: code points, end exclusive."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start: int = Field(ge=0, le=LONGEST_TEXT)
    end: int = Field(ge=1, le=LONGEST_TEXT)
    text: str | None = Field(default=None, max_length=LONGEST_TEXT, description="May stand beside; must then agree")


Evidence = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)] | Stretch,
    Field(description="A stretch of the text: verbatim (the first place where it occurs is meant), or its offsets"),
]


Labels = (
    Annotated[
        dict[SignalName, Annotated[list[Evidence], Field(max_length=MOST_STRETCHES)]], Field(max_length=MOST_SIGNALS)
    ]
    | Annotated[list[SignalName], Field(max_length=MOST_SIGNALS)]
)


class CorrectedModel(FewFields):
    """Which model the correction is of."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Line | None = None
    version: Line


class FeedbackRequest(FewFields):
    """A correction by a person: all signals that are right, not only those that were wrong."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [EXAMPLE_ES, EXAMPLE_EN]}
    )  # fmt: skip

    id: Line | None = Field(
        default=None, description="The caller's identifier of the text; without text, one of earlier feedback"
    )
    text: Text | None = Field(default=None, description="The words, unchanged; may be left out where the id is known")
    language: Literal["es", "en"] | None = Field(default=None, description="Found from the text where not given")
    kind: KindName | None = None
    labels: Labels = Field(description="The signals that hold, each with its evidence; or only their names")
    sentiment: Sentiment | None = Field(
        default=None,
        description="Where not given, it follows from the signals; needed where all of these are the model's own",
    )
    stage: Stage | None = None
    stars: Annotated[int, Field(ge=1, le=5)] | None = None
    level: Level | None = None
    who: Line | None = Field(default=None, description="Who corrects")
    why: Reason | None = Field(default=None, description="Their reason")
    model: CorrectedModel | None = None


class FeedbackReceipt(BaseModel):
    """What was stored. When this answer is sent it is on disk."""

    id: str
    review_id: str | None
    created: datetime
    language: Literal["es", "en"]
    sentiment: str
    masked: bool = Field(description="Personal data was taken out before storing")


class FeedbackRecord(FeedbackReceipt):
    """A stored correction."""

    cursor: str = Field(description="Give it as `after` to go on behind this one")
    text: str
    kind: str | None
    labels: dict[str, list[Stretch]]
    stage: str | None
    stars: int | None
    level: str | None
    who: str | None
    why: str | None
    model: dict[str, str | None] | None
    key: str = Field(description="Name of the API key it came with")


class FeedbackPage(BaseModel):
    """A page of corrections, oldest first."""

    feedback: list[FeedbackRecord]
    next: str | None = Field(description="Give it as `after` for the next page; null on the last one")


Since = Annotated[AwareDatetime, Field(description="Only what came at this time or later, as 2026-05-01T00:00:00Z")]
