"""A scorer that knows the labels, more or less. In: labelled texts, noise. Out: scores, right as often as asked.

The gate is tested with it: two of them differ in a known way, and no model has to be trained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from fake_scorer import fake_score
from numpy.typing import NDArray

from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES, SIGNALS, STAGES
from hx_detect.records import Review, RowFailure, Score, Signal
from hx_detect.registry.gate_rows import ALL_SIGNALS, GateRow

NAMES = SIGNAL_NAMES


def some_rows(n: int, seed: int = 1, language: str = "", source: str = "") -> tuple[GateRow, ...]:
    """Labelled texts: a third of each sentiment, each signal in one of six, two languages, three sources."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        held = frozenset(name for name in NAMES if draw.random() < 1 / 6)
        rows.append(
            GateRow(
                text=f"text {seed}-{number} " + " ".join(f"w{draw.integers(10_000)}" for _ in range(8)),
                language=language or ("es", "en")[number % 2],
                source=source or ("shop", "bank", "hotel")[number % 3],
                sentiment=SENTIMENTS[int(draw.integers(3))],
                stars=int(draw.integers(1, 6)),
                stage=STAGES[int(draw.integers(len(STAGES)))],
                signals=held,
                known=ALL_SIGNALS,
            )
        )
    return tuple(rows)


class InformedScorer:
    """Says what the labels say, with noise.

    Args:
        rows: the texts that it knows.
        noise: standard deviation on the logits; 0 is always right.
        bad: name of a signal that it knows nothing of.
        bad_source: a source of whose texts it knows nothing.
        squeezed: what its logits are divided by: above 1 it is less sure than it could be.
        shouting: added to the priority of texts with that role.
    """

    model_name = "informed"
    model_version = "1"

    def __init__(
        self,
        rows: Iterable[GateRow],
        noise: float,
        *,
        bad: str = "",
        bad_source: str = "",
        squeezed: float = 1.0,
        shouting: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._rows = {row.text: row for row in rows}
        self._noise, self._bad, self._bad_source = noise, bad, bad_source
        self._squeezed, self._shouting, self._seed = squeezed, shouting, seed
        self._made: dict[str, Score] = {}

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """Scores in order; a text that it does not know cannot be scored."""
        for review in reviews:
            row = self._rows.get(review.text)
            if row is not None and review.text not in self._made:
                self._made[review.text] = self._score(row)
            yield RowFailure(0, "text", "x", "x", "x") if row is None else self._made[review.text]

    def _score(self, row: GateRow) -> Score:
        key = hashlib.blake2b(f"{self._seed}{row.text}".encode(), digest_size=8).digest()
        draw = np.random.default_rng(int.from_bytes(key, "little"))
        knows = 0.0 if self._bad_source and row.source == self._bad_source else 1.0
        sentiment = self._classes(SENTIMENTS.index(row.sentiment or "neutral"), 3, knows, draw)
        stage = self._classes(STAGES.index(row.stage or "none"), len(STAGES), knows, draw)
        signals = [self._signal(name, row, knows, draw) for name in NAMES]
        hx = float(max(one.probability for one in signals[:6]))
        return replace(
            fake_score(Review(row.text)),
            sentiment=SENTIMENTS[int(sentiment.argmax())],
            sentiment_probabilities=tuple(sentiment.tolist()),
            stage=STAGES[int(stage.argmax())],
            stage_probability=float(stage.max()),
            signals=tuple(signals),
            hx_probability=hx,
            level="hx" if hx > 0.5 else "neutral",
            stars_expected=float(np.clip((row.stars or 3) + draw.normal(0, self._noise / 3), 1, 5)),
            priority=float(np.clip(0.4 + (self._shouting if row.role == "furious" else 0.0), 0, 1)),
        )

    def _classes(self, right: int, n: int, knows: float, draw: np.random.Generator) -> NDArray[np.float64]:
        logits = draw.normal(0, self._noise, n) + 4.0 * knows * (np.arange(n) == right)
        grown = np.exp((logits - logits.max()) / self._squeezed)
        return np.asarray(grown / grown.sum())

    def _signal(self, name: str, row: GateRow, knows: float, draw: np.random.Generator) -> Signal:
        informed = 0.0 if name == self._bad else knows
        logit = draw.normal(0, self._noise) + informed * (3.0 if name in row.signals else -3.0)
        probability = float(1 / (1 + np.exp(-logit / self._squeezed)))
        group = next(label.group for label in SIGNALS if label.name == name)
        return Signal(name, group, probability, present=probability > 0.5)
