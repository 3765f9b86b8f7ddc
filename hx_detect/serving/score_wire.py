"""Reviews and scores as JSON between two of our processes. In: records. Out: JSON values and back, unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, cast

from hx_detect.labels import SENTIMENTS
from hx_detect.records import Review, RowFailure, Score, Signal, Span

_FAILED: Final = "failed"
_SCORED: Final = "scored"


def review_to_wire(review: Review) -> dict[str, Any]:
    """A review as JSON."""
    return asdict(review)


def review_from_wire(value: Mapping[str, Any]) -> Review:
    """The review."""
    return Review(**value)


def result_to_wire(result: Score | RowFailure) -> dict[str, Any]:
    """A score or a failure as JSON; the text is not sent back."""
    if isinstance(result, RowFailure):
        return {_FAILED: result.to_dict()}
    return {_SCORED: result.to_dict(all_signals=True), "words_band": result.nps_text_band}


def result_from_wire(value: Mapping[str, Any], review: Review) -> Score | RowFailure:
    """The score or the failure of a review."""
    if _FAILED in value:
        return RowFailure(**value[_FAILED])
    record = value[_SCORED]
    language, experience, nps = record["language"], record["experience"], record["nps"]
    return Score(
        id=record["id"],
        text=review.text,
        language=language["code"],
        language_probability=language["probability"],
        supported=language.get("supported", True),
        sentiment=record["sentiment"]["label"],
        sentiment_probabilities=cast(
            "tuple[float, float, float]", tuple(record["sentiment"]["probabilities"][name] for name in SENTIMENTS)
        ),
        level=experience["level"],
        hx_probability=experience["hx_probability"],
        cx_probability=experience["cx_probability"],
        signals=tuple(_signal(signal) for signal in record["signals"]),
        stage=record["stage"]["label"],
        stage_probability=record["stage"]["probability"],
        stars_expected=record["stars"]["expected"],
        stars_probabilities=cast("tuple[float, float, float, float, float]", tuple(record["stars"]["probabilities"])),
        nps_band=nps["band"],
        nps_source=nps["source"],
        nps_mismatch=nps.get("mismatch"),
        priority=record["priority"],
        kind=record["kind"]["label"],
        kind_given=record["kind"]["given"],
        tokens=record["tokens"],
        truncated=record["truncated"],
        model_name=record["model"]["name"],
        model_version=record["model"]["version"],
        nps_text_band=value["words_band"],
    )


def _signal(value: Mapping[str, Any]) -> Signal:
    evidence = tuple(Span(span["start"], span["end"], span["text"]) for span in value["evidence"])
    return Signal(value["name"], value["group"], value["probability"], evidence, value["present"])
