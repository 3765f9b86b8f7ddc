"""The JSON of scoring requests and answers. In: values as they came. Out: checked requests; OpenAPI's description."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from hx_detect.labels import KINDS, LANGUAGES, LEVELS, NPS_BANDS, SENTIMENTS, SIGNAL_GROUPS, STAGES

MOST_ID: Final = 500
"""Characters of an id."""


def _lenient(**schema: Any) -> WithJsonSchema:  # noqa: ANN401 - any JSON schema
    """Documented, but checked item by item, so that one bad item fails alone."""
    return WithJsonSchema(schema)


class ReviewIn(BaseModel):
    """One text and what is known of it. Values that do not serve are an error of this item alone."""

    model_config = ConfigDict(extra="forbid", title="Review")

    text: Annotated[Any, _lenient(description="The customer's words: a string")] = None
    id: Annotated[Any, _lenient(description=f"Yours, given back: a string up to {MOST_ID} characters, or a whole "
                                "number (given back as its text)")] = None  # fmt: skip
    language: Annotated[Any, _lenient(description="`es` or `en` where you know it; else it is found")] = None
    kind: Annotated[Any, _lenient(description=f"{', '.join(KINDS)}, where you know it; else it is found")] = None
    answer: Annotated[Any, _lenient(description="The real answer to 'would you recommend us', 0 to 10")] = None
    stars: Annotated[Any, _lenient(description="The real star rating, 1 to 5")] = None


class ScoreOptions(BaseModel):
    """How the answer shall be."""

    model_config = ConfigDict(extra="forbid", strict=True)

    evidence: bool = Field(default=True, description="With the words that prove each signal")
    all_signals: bool = Field(default=False, description="All 18 signals, each with `present`, not only those found")
    lang: Literal["es", "en"] | None = Field(default=None, description="Language of messages; else by Accept-Language")


_EXAMPLES: Final[list[JsonValue]] = [
    {"text": "Llevo tres semanas reclamando y nadie me contesta."},
    {
        "reviews": [
            {"id": "r-1042", "text": "Llevo tres semanas reclamando y nadie me contesta.", "answer": 2},
            {"id": "r-1043", "text": "They fixed it on the spot, with a smile. Thank you!", "stars": 5},
        ],
        "options": {"all_signals": False, "lang": "es"},
    },
]


class ScoreRequest(BaseModel):
    """One `text`, or a list of `reviews`, Spanish and English mixed."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": _EXAMPLES, "oneOf": [{"required": ["text"]}, {"required": ["reviews"]}]},
    )

    text: str = Field(default="", description="One text, instead of reviews")
    reviews: list[ReviewIn] = Field(
        default_factory=list, description="Up to 256 (--max-reviews)", json_schema_extra={"maxItems": 256}
    )
    options: ScoreOptions = Field(default_factory=ScoreOptions)


def _names(names: tuple[str, ...]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(names)})


Probability = Annotated[float, Field(ge=0, le=1)]


class EvidenceOut(BaseModel):
    """A stretch of the text as it was sent: code points, end exclusive."""

    start: int = Field(ge=0)
    end: int
    text: str


class SignalOut(BaseModel):
    """One signal."""

    name: str = Field(description="As `/v1/labels` lists them: the 18, and the model's own")
    group: Annotated[str, _names(SIGNAL_GROUPS)]
    probability: Probability
    evidence: list[EvidenceOut] | None = Field(default=None, description="Left out with `evidence: false`",
                                               json_schema_extra={"type": "array"})  # fmt: skip
    present: bool | None = Field(
        default=None, description="With `all_signals` only", json_schema_extra={"type": "boolean"}
    )


class LanguageOut(BaseModel):
    """The language of a text; `supported` is there, and false, where it is neither Spanish nor English."""

    code: Annotated[str, _names(LANGUAGES)]
    probability: Probability
    supported: bool = True


class SentimentProbabilities(BaseModel):
    """They sum to 1."""

    negative: Probability
    neutral: Probability
    positive: Probability


class SentimentOut(BaseModel):
    """Sentiment of the writer."""

    label: Annotated[str, _names((*SENTIMENTS, "mixed"))]
    probabilities: SentimentProbabilities


class ExperienceOut(BaseModel):
    """HX against CX; a text is HX at the levels `hx`, `hx_risk` and `hx_voiced`."""

    level: Annotated[str, _names(LEVELS)]
    hx_probability: Probability
    cx_probability: Probability


class StageOut(BaseModel):
    """Journey stage."""

    label: Annotated[str, _names(STAGES)]
    probability: Probability


class StarsOut(BaseModel):
    """Implied stars, and the probabilities of one to five."""

    expected: float = Field(ge=1, le=5)
    probabilities: list[Probability] = Field(min_length=5, max_length=5)


class NpsOut(BaseModel):
    """Net Promoter band; `mismatch` is there where there is an answer: it and the words disagree."""

    band: Annotated[str, _names(NPS_BANDS)]
    source: Annotated[str, _names(("answer", "text"))]
    mismatch: bool = False


class KindOut(BaseModel):
    """What sort of text it is, and whether the caller said so."""

    label: Annotated[str, _names(KINDS)]
    given: bool


class ModelName(BaseModel):
    """The model that scored."""

    name: str
    version: str


class RecordOut(BaseModel):
    """What hx-detect says of one text: the same record everywhere."""

    id: str | None
    language: LanguageOut
    sentiment: SentimentOut
    experience: ExperienceOut
    signals: list[SignalOut]
    stage: StageOut
    stars: StarsOut
    nps: NpsOut
    priority: Probability = Field(description="Order of the call-back list; blind to tone")
    kind: KindOut
    tokens: int
    truncated: bool
    model: ModelName


class ItemError(BaseModel):
    """Why one item could not be scored."""

    index: int = Field(description="Of the item, from 0")
    id: str | None
    code: str = Field(description="Stable: empty, not_text, too_long, bad_id, bad_language, bad_kind, bad_answer, …")
    message: str
    cure: str


class ScoreAnswer(BaseModel):
    """One result per item, in order; null where the item is among the errors."""

    model: ModelName
    results: list[RecordOut | None]
    errors: list[ItemError]


class LineErrorOut(BaseModel):
    """A line of the stream that could not be scored."""

    error: ItemError


class SignalNames(BaseModel):
    """A signal and its names."""

    name: str
    group: str
    es: str
    en: str


class LabelNames(BaseModel):
    """A label and its names."""

    name: str
    es: str
    en: str


class LabelsAnswer(BaseModel):
    """Every label that a record can hold, with its Spanish and English names."""

    signals: list[SignalNames]
    levels: list[LabelNames]
    sentiments: list[LabelNames]
    stages: list[LabelNames]
    kinds: list[LabelNames]
    nps_bands: list[LabelNames]
    languages: list[LabelNames]


class ModelAnswer(BaseModel):
    """The model in use."""

    name: str
    version: str
    checksum: str = Field(description="SHA-256 of the model's list of checksums; empty where there is none")
    languages: list[str]
    metrics: dict[str, Any] = Field(description="Its headline figures")
    own_signals: list[SignalNames] = Field(description="Signals that it knows beside the 18")


class ReloadAnswer(BaseModel):
    """The model in use now, whether it is another one than before, and how long the exchange took."""

    model: ModelName
    changed: bool
    seconds: float


class StatusAnswer(BaseModel):
    """A sign of life."""

    status: str


class ProblemOut(BaseModel):
    """A failure, RFC 9457; there may be further members."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(description="urn:hx-detect:problem:CODE")
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable word for machines")
    cure: str = Field(description="What you can do")
    request_id: str
