"""Are the new labels to be trusted? In: new texts, and what the model in use is sure of. Out: how often they differ.

The model in use has not seen the new texts, and its probabilities are calibrated: of what it gives 0.95, 95 % hold.
Where far more of that is labelled otherwise, either the labels are wrong or they follow another rule; both want a look
before anything learns from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hx_detect.evaluation.predictions import TextScorer, score_all
from hx_detect.labels import SENTIMENTS
from hx_detect.records import Review, Score
from hx_detect.registry.gate_rows import GateRow

SURE: Final = 0.9
"""Probability from which the model counts as sure of a class or a signal."""
SURE_NOT: Final = 0.02
"""Probability up to which it counts as sure that a signal is not there."""
MOST_CONTRADICTED: Final = 0.15
MOST_UNSEEN: Final = 0.05
MIN_SURE: Final = 20
"""Of fewer answers that it is sure of nothing is concluded."""
MOST_TEXTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class LabelDoubt:
    """How often labels contradict what the model is sure of.

    Attributes:
        about: ``sentiment``, ``present`` (it is sure of a signal) or ``absent`` (it is sure that there is none).
        sure: answers that it is sure of.
        contradicted: of these, labelled otherwise.
        bound: the share of them that is still believed.
    """

    about: str
    sure: int
    contradicted: int
    bound: float

    @property
    def share(self) -> float:
        """Contradicted among sure, 0 to 1."""
        return self.contradicted / self.sure if self.sure else 0.0

    @property
    def believed(self) -> bool:
        """Few enough, or too few answers to say."""
        return self.sure < MIN_SURE or self.share <= self.bound


def label_doubts(champion: TextScorer, rows: Sequence[GateRow]) -> list[LabelDoubt]:
    """Hold the labels against the model in use.

    Args:
        champion: it has not been trained on these texts.
        rows: labelled texts; of more than 2,000 evenly spread ones are looked at.
    """
    step = max(1, -(-len(rows) // MOST_TEXTS))
    chosen = rows[::step]
    scored = zip(chosen, score_all(champion, (Review(row.text) for row in chosen)), strict=True)
    pairs = [(row, score) for row, score in scored if score is not None]
    return [_sentiment(pairs), _present(pairs), _absent(pairs)]


def _sentiment(pairs: Sequence[tuple[GateRow, Score]]) -> LabelDoubt:
    """Where it is sure of one of three sentiments; texts that are labelled mixed are left out."""
    sure = [
        (row.sentiment, SENTIMENTS[score.sentiment_probabilities.index(max(score.sentiment_probabilities))])
        for row, score in pairs
        if row.sentiment in SENTIMENTS and max(score.sentiment_probabilities) >= SURE
    ]
    return LabelDoubt("sentiment", len(sure), sum(label != said for label, said in sure), MOST_CONTRADICTED)


def _present(pairs: Sequence[tuple[GateRow, Score]]) -> LabelDoubt:
    sure = [signal.name in row.signals for row, score in pairs for signal in score.signals
            if signal.name in row.known and signal.probability >= SURE]  # fmt: skip
    return LabelDoubt("present", len(sure), sure.count(False), MOST_CONTRADICTED)


def _absent(pairs: Sequence[tuple[GateRow, Score]]) -> LabelDoubt:
    sure = [signal.name in row.signals for row, score in pairs for signal in score.signals
            if signal.name in row.known and signal.probability <= SURE_NOT]  # fmt: skip
    return LabelDoubt("absent", len(sure), sure.count(True), MOST_UNSEEN)
