"""What two models say of a set of texts. In: scorers and texts. Out: arrays of both, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hx_detect.evaluation.bootstrap import Floats
from hx_detect.evaluation.metrics import Bools, Ints
from hx_detect.evaluation.predictions import SENTIMENT_LABELS, TextScorer, score_all
from hx_detect.labels import SIGNAL_INDEX, STAGES
from hx_detect.records import Review, Score
from hx_detect.registry.gate_rows import GateRow

UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one model says of n texts.

    Attributes:
        scores: one for each text.
        signals: name -> (n,) probabilities, and (n,) whether it is above the model's own threshold.
    """

    scores: tuple[Score, ...]
    signals: Mapping[str, tuple[Floats, Bools]]

    @property
    def names(self) -> frozenset[str]:
        """The signals that the model knows."""
        return frozenset(self.signals)

    def signal(self, name: str) -> Floats:
        """(n,) probabilities of a signal; all 0 where the model does not know it."""
        return self.signals[name][0] if name in self.signals else np.zeros(len(self.scores))

    def present(self, name: str) -> Bools:
        """(n,) above the model's own threshold; nowhere where the model does not know the signal."""
        return self.signals[name][1] if name in self.signals else np.zeros(len(self.scores), np.bool_)

    def hx(self) -> Floats:
        """(n,) probability of HX."""
        return np.array([score.hx_probability for score in self.scores], np.float64)

    def sentiment(self) -> Ints:
        """(n,) index of ``SENTIMENT_LABELS``."""
        return np.array([SENTIMENT_LABELS.index(score.sentiment) for score in self.scores], np.int64)

    def sentiment_probabilities(self) -> Floats:
        """(n, 3)."""
        return np.array([score.sentiment_probabilities for score in self.scores], np.float64).reshape(-1, 3)

    def stage(self) -> Ints:
        """(n,) index of ``labels.STAGES``."""
        return np.array([STAGES.index(score.stage) for score in self.scores], np.int64)

    def stars(self) -> Floats:
        """(n,) expected stars, 1 to 5."""
        return np.array([score.stars_expected for score in self.scores], np.float64)

    def priority(self) -> Floats:
        """(n,) in [0, 1]."""
        return np.array([score.priority for score in self.scores], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Both models' answers to the texts that both could score.

    Attributes:
        rows: those texts, n.
        left_out: number of texts that one of them could not score.
    """

    rows: tuple[GateRow, ...]
    champion: Answers
    challenger: Answers
    left_out: int

    def known_sentiment(self) -> Ints:
        """(n,) index of ``SENTIMENT_LABELS``; ``UNKNOWN`` where nobody said."""
        return _places([row.sentiment for row in self.rows], SENTIMENT_LABELS)

    def known_stage(self) -> Ints:
        """(n,) index of ``labels.STAGES``; ``UNKNOWN`` where nobody said."""
        return _places([row.stage for row in self.rows], STAGES)

    def known_stars(self) -> Ints:
        """(n,) 1 to 5; ``UNKNOWN`` where nobody said."""
        return np.array([row.stars or UNKNOWN for row in self.rows], np.int64)

    def known_hx(self) -> Ints:
        """(n,) 1 or 0; ``UNKNOWN`` where nobody said."""
        return np.array([UNKNOWN if row.is_hx is None else int(row.is_hx) for row in self.rows], np.int64)

    def known_signal(self, name: str) -> Ints:
        """(n,) 1 or 0; ``UNKNOWN`` where nobody looked for it."""
        return np.array(
            [int(name in row.signals) if name in row.known or name in row.signals else UNKNOWN for row in self.rows],
            np.int64,
        )

    def signal_names(self) -> list[str]:
        """Every signal that a row speaks of, the built-in ones first, in their order."""
        spoken = {name for row in self.rows for name in (*row.known, *row.signals)}
        return sorted(spoken, key=lambda name: (SIGNAL_INDEX.get(name, len(SIGNAL_INDEX)), name))


def answers_of(champion: TextScorer, challenger: TextScorer, rows: Sequence[GateRow]) -> Compared:
    """Score the texts with both models, nothing said of their language or kind.

    Args:
        champion: the model in use.
        challenger: the new one.
        rows: the texts.
    """
    ours = score_all(champion, (Review(row.text) for row in rows))
    theirs = score_all(challenger, (Review(row.text) for row in rows))
    kept = [(row, a, b) for row, a, b in zip(rows, ours, theirs, strict=True) if a is not None and b is not None]
    return Compared(
        tuple(row for row, _, _ in kept),
        _answers([a for _, a, _ in kept]),
        _answers([b for _, _, b in kept]),
        len(rows) - len(kept),
    )


def _answers(scores: Sequence[Score]) -> Answers:
    names = [signal.name for signal in scores[0].signals] if scores else []
    rows = [{signal.name: (signal.probability, signal.present) for signal in score.signals} for score in scores]
    signals = {
        name: (np.array([row[name][0] for row in rows], np.float64), np.array([row[name][1] for row in rows], np.bool_))
        for name in names
    }
    return Answers(tuple(scores), signals)


def _places(values: Sequence[str | None], labels: Sequence[str]) -> Ints:
    return np.array([UNKNOWN if value is None else labels.index(value) for value in values], np.int64)
