"""Rows of cases -> what people and programs are told of them. In: rows. Out: JSON values; the reason in words."""

from __future__ import annotations

from typing import Any

from hx_detect.serving.case_rules import MOVES, reason
from hx_detect.serving.store.case_pages import WholeCase
from hx_detect.serving.store.case_tables import Case, CaseEvent, CaseText

_CASE = (
    "id", "version", "state", "created", "updated", "contacted", "closed", "owner", "customer", "group", "review_id",
    "written", "level", "hx_probability", "priority", "stage", "nps_band", "language", "text", "masked", "source",
    "model",
)  # fmt: skip
_TEXT = (
    "review_id", "created", "written", "level", "hx_probability", "priority", "language", "text", "masked", "source",
    "model",
)  # fmt: skip
_EVENT = ("created", "who", "what", "from_state", "to_state", "note")


def case_dict(case: Case) -> dict[str, Any]:
    """A case without its later texts and events; times stay times."""
    shown = {name: getattr(case, name) for name in _CASE}
    return shown | {
        "reason": reason(case.level, list(case.signals)),
        "signals": stretches(case),
        "moves": list(MOVES[case.state]),
    }


def text_dict(text: CaseText) -> dict[str, Any]:
    """A later text."""
    return {name: getattr(text, name) for name in _TEXT} | {"signals": stretches(text)}


def event_dict(event: CaseEvent) -> dict[str, Any]:
    """Something that happened."""
    return {name: getattr(event, name) for name in _EVENT}


def whole_dict(whole: WholeCase) -> dict[str, Any]:
    """A case with all that is known of it."""
    return case_dict(whole.case) | {
        "texts": [text_dict(text) for text in whole.texts],
        "events": [event_dict(event) for event in whole.events],
    }


def stretches(row: Case | CaseText) -> dict[str, list[dict[str, Any]]]:
    """Signal -> its evidence, with its words where texts are kept."""
    text = row.text
    return {
        name: [{"start": start, "end": end, "text": text[start:end]} for start, end in places] if text else []
        for name, places in row.signals.items()
    }


def evidence(row: Case | CaseText) -> list[str]:
    """The words that prove it, each stretch once, in the order of the text."""
    if row.text is None:
        return []
    places = sorted({(start, end) for spans in row.signals.values() for start, end in spans})
    return [row.text[start:end] for start, end in places]
