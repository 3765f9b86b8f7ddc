"""Records that pass between stages. In: plain values. Out: frozen records; ``to_dict`` is the JSON of every face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Review:
    """One customer's words, as they came.

    Attributes:
        text: the words, unchanged.
        id: the caller's identifier, or None.
        language: ``es`` or ``en`` where the caller knows it.
        kind: ``review``, ``post``, ``survey`` or ``complaint`` where the caller knows it.
        answer: the real answer to "would you recommend us", 0 to 10.
        stars: the real star rating, 1 to 5.
        row: row number in its file, counted from 1 without the header; 0 where there is no file.
    """

    text: str
    id: str | None = None
    language: str | None = None
    kind: str | None = None
    answer: float | None = None
    stars: float | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the original text: code points, end exclusive; ``text[start:end]`` is ``text``."""

    start: int
    end: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The span as in the contract."""
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: its calibrated probability in [0, 1], whether it is above its threshold, and its evidence."""

    name: str
    group: str
    probability: float
    evidence: tuple[Span, ...] = ()
    present: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The signal as in the contract."""
        return {
            "name": self.name,
            "group": self.group,
            "probability": self.probability,
            "evidence": [span.to_dict() for span in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Score:
    """All that hx-detect says of one text (``docs/output.md``). Probabilities are calibrated, in [0, 1], 4 decimals.

    Attributes:
        signals: all 18, strongest first; ``to_dict`` gives those above their threshold.
        sentiment_probabilities: negative, neutral, positive; sums to 1.
        stars_probabilities: one to five stars; sums to 1.
        nps_text_band: band of the words alone, where ``nps_band`` is that of an answer; for the summary, not in
            ``to_dict``.
        nps_mismatch: answer and words disagree; None where there is no answer.
        supported: False for a text in neither Spanish nor English.
        kind_given: the caller named the kind; else it was found from the text.
        tokens: length of the whole text in model tokens.
        truncated: some of the text was not read (never so for texts under the limit: long ones are read in windows).
    """

    id: str | None
    text: str
    language: str
    language_probability: float
    supported: bool
    sentiment: str
    sentiment_probabilities: tuple[float, float, float]
    level: str
    hx_probability: float
    cx_probability: float
    signals: tuple[Signal, ...]
    stage: str
    stage_probability: float
    stars_expected: float
    stars_probabilities: tuple[float, float, float, float, float]
    nps_band: str
    nps_source: str
    nps_mismatch: bool | None
    priority: float
    kind: str
    kind_given: bool
    tokens: int
    truncated: bool
    model_name: str
    model_version: str
    nps_text_band: str | None = None

    @property
    def present(self) -> tuple[Signal, ...]:
        """The signals above their threshold, strongest first."""
        return tuple(signal for signal in self.signals if signal.present)

    @property
    def is_hx(self) -> bool:
        """True where the level is ``hx``, ``hx_risk`` or ``hx_voiced``."""
        return self.level.startswith("hx")

    def to_dict(self, *, all_signals: bool = False) -> dict[str, Any]:
        """The record of the output contract, ready for JSON.

        Args:
            all_signals: all 18 instead of those above their threshold; each then says ``present``.
        """
        language: dict[str, Any] = {"code": self.language, "probability": self.language_probability}
        if not self.supported:
            language["supported"] = False
        nps: dict[str, Any] = {"band": self.nps_band, "source": self.nps_source}
        if self.nps_mismatch is not None:
            nps["mismatch"] = self.nps_mismatch
        negative, neutral, positive = self.sentiment_probabilities
        return {
            "id": self.id,
            "language": language,
            "sentiment": {
                "label": self.sentiment,
                "probabilities": {"negative": negative, "neutral": neutral, "positive": positive},
            },
            "experience": {
                "level": self.level,
                "hx_probability": self.hx_probability,
                "cx_probability": self.cx_probability,
            },
            "signals": (
                [signal.to_dict() | {"present": signal.present} for signal in self.signals]
                if all_signals
                else [signal.to_dict() for signal in self.present]
            ),
            "stage": {"label": self.stage, "probability": self.stage_probability},
            "stars": {"expected": self.stars_expected, "probabilities": list(self.stars_probabilities)},
            "nps": nps,
            "priority": self.priority,
            "kind": {"label": self.kind, "given": self.kind_given},
            "tokens": self.tokens,
            "truncated": self.truncated,
            "model": {"name": self.model_name, "version": self.model_version},
        }


@dataclass(frozen=True, slots=True)
class RowFailure:
    """A row that could not be scored: which, what is wrong with it, and what to do.

    Attributes:
        row: row number in its file, counted from 1 without the header.
        field: the column or field at fault.
        code: stable word: ``empty``, ``not_text``, ``too_long``, ``ragged``, ``bad_answer``, ``bad_json`` …
        message: what happened.
        cure: what to do.
        id: the caller's identifier, or None.
        value: the first 200 characters of the value at fault.
    """

    row: int
    field: str
    code: str
    message: str
    cure: str
    id: str | None = None
    value: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The failure as one JSON object of ``OUT.rejects.jsonl``."""
        return {
            "row": self.row,
            "id": self.id,
            "field": self.field,
            "code": self.code,
            "message": self.message,
            "cure": self.cure,
            "value": self.value,
        }
