"""Calibrated probabilities -> verdicts. In: probabilities of a batch, reviews' answers and kinds. Out: one per text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hx_detect.decision import TABLE_LANGUAGES, Decision
from hx_detect.labels import CONDUCT, CX_PROPER, KINDS, OUTCOMES, SENTIMENTS, SIGNAL_NAMES, STAGES, VOICED
from hx_detect.records import Review
from hx_detect.stage_records import BatchProbabilities, FloatArray, Verdict

DECIMALS = 4
"""Decimals of every number in a record."""
_PROMOTER_ANSWER, _PASSIVE_ANSWER = 9, 7
_UNITS = 10**DECIMALS


def decide(
    probabilities: BatchProbabilities, languages: Sequence[str], reviews: Sequence[Review], decision: Decision
) -> list[Verdict]:
    """Labels, level, stars, NPS band, priority and kind of each text.

    Args:
        probabilities: of n texts.
        languages: ``es`` or ``en`` for each text: whose thresholds hold.
        reviews: the n reviews; their ``kind`` and ``answer`` are used.
        decision: the bundle's tables.

    Returns:
        n verdicts, in order.
    """
    signals = np.round(probabilities.signals, DECIMALS)
    lang = [TABLE_LANGUAGES.index(code) for code in languages]
    present = signals >= decision.signal_thresholds[lang]
    stars = probabilities.stars @ np.arange(1.0, probabilities.stars.shape[1] + 1)
    priorities = priority(probabilities.signals, decision)
    return [
        _verdict(probabilities, row, review, signals[row].tolist(), present[row].tolist(), float(stars[row]),
                 float(priorities[row]), decision, float(decision.mixed_minimum[lang[row]]))
        for row, review in enumerate(reviews)
    ]  # fmt: skip


def _verdict(
    probabilities: BatchProbabilities,
    row: int,
    review: Review,
    signals: list[float],
    present: list[bool],
    stars: float,
    urgency: float,
    decision: Decision,
    mixed_minimum: float,
) -> Verdict:
    sentiment = round_to_one(probabilities.sentiment[row])
    label = sentiment_label(sentiment, mixed_minimum)
    stage = round_to_one(probabilities.stage[row])
    likeliest = max(range(len(stage)), key=stage.__getitem__)
    words = _band(stars, decision.nps_promoter, decision.nps_passive)
    band, source, mismatch = nps(words, review.answer)
    return Verdict(
        sentiment=label,
        sentiment_probabilities=(sentiment[0], sentiment[1], sentiment[2]),
        level=level((name for name, there in zip(SIGNAL_NAMES, present, strict=True) if there), label),
        hx_probability=round(float(probabilities.hx[row]), DECIMALS),
        cx_probability=round(float(probabilities.cx[row]), DECIMALS),
        signal_probabilities=tuple(signals),
        present=tuple(present),
        stage=STAGES[likeliest],
        stage_probability=stage[likeliest],
        stars_expected=round(stars, DECIMALS),
        stars_probabilities=_five(round_to_one(probabilities.stars[row])),
        nps_band=band,
        nps_source=source,
        nps_mismatch=mismatch,
        nps_text_band=words,
        priority=round(urgency, DECIMALS),
        kind=review.kind or KINDS[int(probabilities.kind[row].argmax())],
        kind_given=review.kind is not None,
    )


def _five(values: tuple[float, ...]) -> tuple[float, float, float, float, float]:
    one, two, three, four, five = values
    return one, two, three, four, five


def round_to_one(probabilities: FloatArray) -> tuple[float, ...]:
    """Probabilities that sum to 1, rounded so that they still do: the largest takes what rounding left over.

    Args:
        probabilities: shape (k,), summing to 1.

    Returns:
        k numbers of 4 decimals.
    """
    units = np.rint(probabilities * _UNITS).astype(np.int64)
    units[int(units.argmax())] += _UNITS - int(units.sum())
    return tuple(unit / _UNITS for unit in units.tolist())


def sentiment_label(probabilities: Sequence[float], mixed_minimum: float) -> str:
    """The sentiment of negative, neutral, positive; ``mixed`` where negative and positive both reach the minimum."""
    if min(probabilities[0], probabilities[2]) >= mixed_minimum:
        return "mixed"
    return SENTIMENTS[max(range(len(SENTIMENTS)), key=probabilities.__getitem__)]


def level(present: Iterable[str], sentiment: str) -> str:
    """The level of a text: the first rule of the guideline's table that holds.

    Args:
        present: names of the signals above their threshold.
        sentiment: the sentiment label.
    """
    there = set(present)
    if there & set(CONDUCT):
        return "hx" if there & set(OUTCOMES) else "hx_risk"
    if there & set(VOICED):
        return "hx_voiced"
    if sentiment == "positive":
        return "cx" if there & set(CX_PROPER) else "satisfied"
    return {"negative": "dissatisfied", "mixed": "mixed"}.get(sentiment, "neutral")


def nps(words: str, answer: float | None) -> tuple[str, str, bool | None]:
    """The Net Promoter band (Reichheld 2003), its source, and whether answer and words are at opposite ends.

    Args:
        words: band of the words alone.
        answer: the real answer, 0 to 10, or None.
    """
    if answer is None:
        return words, "text", None
    said = _band(answer, _PROMOTER_ANSWER, _PASSIVE_ANSWER)
    return said, "answer", {said, words} == {"promoter", "detractor"}


def _band(value: float, promoter: float, passive: float) -> str:
    return "promoter" if value >= promoter else "passive" if value >= passive else "detractor"


def priority(signals: FloatArray, decision: Decision) -> FloatArray:
    """How soon to call back, from what was done to the customer; blind to tone: rage has no weight.

    Args:
        signals: shape (n, 18), calibrated probabilities.
        decision: the bundle's weights and curve.

    Returns:
        Shape (n,), in [0, 1]: the curve at the noisy-or of weighted signals.
    """
    urgency = 1.0 - np.prod(1.0 - signals * decision.priority_weights, axis=1)
    return np.asarray(np.interp(urgency, decision.priority_curve[:, 0], decision.priority_curve[:, 1]))
