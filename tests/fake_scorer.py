"""A scorer without a model. In: reviews. Out: scores that follow from words and length alone, always the same."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from hx_detect.labels import OWN_GROUP, SIGNALS
from hx_detect.records import Review, RowFailure, Score, Signal, Span

_HATED = "nadie"
_LOVED = "gracias"
_CRASHED = "cierra"


class FakeScorer:
    """Says HX where a text holds ``nadie``, CX where it holds ``gracias``; fails on ``UNSCORABLE``.

    Attributes:
        own: signals that it brings along, each with name, es and en; the first holds where a text holds ``cierra``.
    """

    model_name = "fake"
    model_version = "0.0.1"

    def __init__(self, pause: float = 0.0) -> None:
        self.scored: list[str] = []
        self._pause = pause
        self.own: tuple[dict[str, str], ...] = ()

    @property
    def bundle(self) -> OwnBundle | None:
        """Says its own signals; without any it has none."""
        return OwnBundle({"own_signals": list(self.own)}) if self.own else None

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """Scores in order."""
        for review in reviews:
            self.scored.append(review.text)
            if self._pause:
                time.sleep(self._pause)
            if "UNSCORABLE" in review.text:
                yield RowFailure(review.row, "text", "unscorable", "cannot be scored", "none", review.id, review.text)
            else:
                yield self._with_own(fake_score(review))

    def _with_own(self, score: Score) -> Score:
        place = score.text.find(_CRASHED)
        evidence = (Span(place, place + len(_CRASHED), _CRASHED),) if place >= 0 else ()
        found = [Signal(one["name"], OWN_GROUP, 0.03, present=False) for one in self.own]
        if evidence and found:
            found[0] = Signal(found[0].name, OWN_GROUP, 0.88, evidence, True)
        return replace(score, signals=tuple(sorted((*score.signals, *found), key=lambda one: -one.probability)))


@dataclass(frozen=True)
class OwnBundle:
    """What the service asks of a bundle."""

    info: dict[str, Any]
    checksum: str = "00"

    def file(self, _name: str) -> OwnBundle:
        """Stands for the place of ``metrics.json``."""
        return self

    def read_bytes(self) -> bytes:
        """No figures."""
        return b"{}"


def fake_score(review: Review) -> Score:
    """One score."""
    place = review.text.find(_HATED)
    hated, loved = place >= 0, _LOVED in review.text
    evidence = (Span(place, place + len(_HATED), _HATED),) if hated else ()
    signals = tuple(
        Signal(label.name, label.group, 0.91 if label.name == "ignored" and hated else 0.05,
               evidence if label.name == "ignored" else (), label.name == "ignored" and hated)
        for label in SIGNALS
    )  # fmt: skip
    words = "detractor" if hated else "promoter" if loved else "passive"
    band = words
    if review.answer is not None:
        band = "promoter" if review.answer >= 9 else "passive" if review.answer >= 7 else "detractor"
    return Score(
        id=review.id, text=review.text, language=review.language or "es", language_probability=0.99, supported=True,
        sentiment="negative" if hated else "positive" if loved else "neutral",
        sentiment_probabilities=(0.9, 0.06, 0.04) if hated else (0.04, 0.06, 0.9) if loved else (0.1, 0.8, 0.1),
        level="hx_risk" if hated else "cx" if loved else "neutral",
        hx_probability=0.93 if hated else 0.02, cx_probability=0.9 if loved else 0.01,
        signals=signals, stage="support", stage_probability=0.7, stars_expected=1.2 if hated else 4.1,
        stars_probabilities=(0.8, 0.1, 0.05, 0.03, 0.02), nps_band=band,
        nps_source="text" if review.answer is None else "answer",
        nps_mismatch=None if review.answer is None else band != words,
        priority=round(0.5 + 0.4 * hated - 0.2 * loved + len(review.text) % 7 / 100, 4), kind=review.kind or "review",
        kind_given=review.kind is not None, tokens=len(review.text.split()), truncated=False,
        model_name="fake", model_version="0.0.1", nps_text_band=words,
    )  # fmt: skip
