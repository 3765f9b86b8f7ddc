"""The requests and answers of ``/v1/cases``, as pydantic checks and OpenAPI shows them. In: JSON. Out: models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hx_detect.serving.flood import FewFields
from hx_detect.serving.schemas_feedback import KindName, Line, Reason, Stretch, Text

PAGE: Final = 50
LARGEST_PAGE: Final = 500
State = Literal["open", "contacted", "solved", "lost"]
Name = Annotated[Line, Field(max_length=100)]
Who = Annotated[Name | None, Field(description="The person who does it; the key's name where not given")]
Written = Annotated[AwareDatetime | None, Field(description="When the text was written", strict=False)]
Version = Annotated[int, Field(ge=1, description="Of the case as it was read; another one is answered 409")]

EXAMPLE: Final[dict[str, Any]] = {
    "text": "Llevo tres semanas llamando y nadie me ha contestado.",
    "id": "r-1042",
    "customer": "C-20871",
    "group": "Vigo Centro",
    "written": "2026-05-02T10:30:00Z",
    "who": "ana.ruiz",
}
_STRICT: Final = ConfigDict(extra="forbid", strict=True)


class LaterTextRequest(FewFields):
    """A later text of the same customer; it is scored and linked."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [
        {"text": "Por fin me llamaron y lo arreglaron. Gracias.", "written": "2026-05-09T09:00:00Z"}]})  # fmt: skip

    text: Text
    id: Line | None = Field(default=None, description="The caller's identifier of the text")
    kind: KindName | None = None
    written: Written = None
    who: Who = None


class CaseRequest(LaterTextRequest):
    """A text to call back for; it is scored. Where its customer has a case, it is linked to that one."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [EXAMPLE]})

    customer: Line | None = Field(default=None, description="The key by which the company knows the customer")
    group: Line | None = Field(default=None, description="Shop, product, agent …")


class CaseChange(FewFields):
    """What is to become of a case; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [
        {"version": 3, "state": "contacted", "note": "Llamada; espera el abono.", "who": "ana.ruiz"}]})  # fmt: skip

    version: Version
    state: State | None = None
    owner: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = Field(
        default=None, description="Who cares for it; empty for nobody"
    )
    note: Reason | None = None
    at: Written = Field(default=None, description="When the customer was reached, where that was before now")
    who: Who = None


class NoteRequest(FewFields):
    """Something to be kept with a case."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"note": "No contesta."}]})

    note: Reason
    who: Who = None


class CaseWords(BaseModel):
    """A text and its scores."""

    review_id: str | None
    created: datetime
    written: datetime | None
    level: str
    hx_probability: float
    priority: float
    language: str
    text: str | None = Field(description="None where texts are not kept")
    masked: bool = Field(description="Personal data was taken out before storing")
    signals: dict[str, list[Stretch]] = Field(description="Signals above their threshold, strongest first")
    source: str | None = Field(description="Name of the file it came from")
    model: str


class CaseAnswer(CaseWords):
    """A customer who is to be called back."""

    id: str
    version: int
    state: State
    moves: list[State] = Field(description="States that it can go over to")
    updated: datetime
    contacted: datetime | None = Field(description="When the customer was first reached")
    closed: datetime | None
    owner: str | None
    customer: str | None
    group: str | None
    stage: str
    nps_band: str
    reason: str = Field(description="Why to call, in the caller's language")


class CaseEventAnswer(BaseModel):
    """Something that happened to a case."""

    created: datetime
    who: str
    what: Literal["created", "state", "owner", "note", "text"]
    from_state: State | None
    to_state: State | None
    note: str | None


class WholeCaseAnswer(CaseAnswer):
    """A case with its later texts and all that happened, oldest first."""

    texts: list[CaseWords]
    events: list[CaseEventAnswer]


class TakenAnswer(WholeCaseAnswer):
    """The case that a text is now of."""

    outcome: Literal["new", "known", "linked", "reopened", "earlier"] = Field(
        description="new: a case was made; known: the text was there before; linked to its customer's case; reopened: "
        "linked, and the closed case is open again, since the text is HX; earlier than the case's own text: not kept"
    )


class CasesPage(BaseModel):
    """A page of cases."""

    cases: list[CaseAnswer]
    counts: dict[State, int] = Field(description="State -> cases that pass the filter, its states left aside")
    next: str | None = Field(description="`after` of the next page; null on the last one")


class CaseNames(BaseModel):
    """What one can filter by."""

    owners: list[str]
    groups: list[str]


class ShareAnswer(BaseModel):
    """A share with its 95 % interval (Wilson)."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class MedianAnswer(BaseModel):
    """Hours until half of the customers are reached, with the 95 % interval (Kaplan-Meier); null: not known yet."""

    hours: float | None
    low: float | None
    high: float | None
    reached: int
    of: int


class GroupStats(BaseModel):
    """How well the loop is closed."""

    group: str | None
    cases: int
    states: dict[State, int]
    time_to_contact: MedianAnswer
    customers: int = Field(description="HX customers; without a customer's key each case counts as one")
    heard: int = Field(description="Of these, those who wrote again or are lost")
    won_back: ShareAnswer = Field(description="Of `heard`: their latest text is not HX, and they are not lost")
    won_back_of_all: ShareAnswer = Field(description="The same of all `customers`: at least so many")


class CaseStatsAnswer(GroupStats):
    """How well the loop is closed, and in each group."""

    groups: list[GroupStats]
