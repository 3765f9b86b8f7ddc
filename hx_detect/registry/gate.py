"""Challenger against champion. In: two models and sets of labelled texts. Out: a ``Verdict``.

A new model passes where it is better on what the new data asks for, and for sure not worse, beyond a stated margin, in
any language, group of texts or signal; where its probabilities are as good, shouting pays no more, and it is neither
much slower nor much larger. What "for sure" means stands in ``gate_compare``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import numpy as np

from hx_detect.bundle import verify
from hx_detect.errors import EvaluationError
from hx_detect.evaluation.bootstrap import RESAMPLES, SEED, Bootstrap, Floats
from hx_detect.evaluation.predictions import TextScorer
from hx_detect.records import Review
from hx_detect.registry import gate_rules as rules
from hx_detect.registry.gate_answers import Compared, answers_of
from hx_detect.registry.gate_changes import Change, changes_of
from hx_detect.registry.gate_compare import CONFIDENCE, Comparison, compare_set
from hx_detect.registry.gate_figures import (
    BRIER_MARGIN,
    ECE_MARGIN,
    MIN_CASES,
    MIN_TEXTS,
    NARROW_MARGIN,
    STARS_MARGIN,
    WIDE_MARGIN,
)
from hx_detect.registry.gate_labels import label_doubts
from hx_detect.registry.gate_rows import GateRow, GateSet
from hx_detect.registry.signal_titles import Titles
from hx_detect.registry.verdict import SetSummary, Verdict, summary_of
from hx_detect.registry.versions import ModelVersion
from hx_detect.wording import say

SPEED_TEXTS: Final = 128
SPEED_PART: Final = 32
SPEED_ROUNDS: Final = 3

Tell = Callable[[str], None]


class Timer(Protocol):
    """Seconds, from any moment on."""

    def __call__(self) -> float:
        """Now."""
        ...


@dataclass(frozen=True, slots=True)
class Contender:
    """A model that is judged: its version, its scorer, the languages that it is for, the titles of its own signals."""

    version: ModelVersion
    scorer: TextScorer
    languages: frozenset[str]
    titles: Titles = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateOptions:
    """How the gate judges.

    Attributes:
        resamples: of the bootstrap.
        seed: of the bootstrap.
        timer: of the measurement of speed: seconds of processor time, which others' work on the machine leaves alone.
    """

    resamples: int = RESAMPLES
    seed: int = SEED
    timer: Timer = time.process_time


def judge(
    champion: Contender, challenger: Contender, sets: Sequence[GateSet], options: GateOptions, tell: Tell
) -> Verdict:
    """Compare two models and decide.

    Args:
        champion: the model in use.
        challenger: the one that is to take its place.
        sets: what to judge on; that which ``asks`` is the new data's.
        options: how.
        tell: is told what is being done, one line each.

    Raises:
        BundleError: one of the models is damaged.
        EvaluationError: a set holds no text that both can score.
    """
    comparisons: list[Comparison] = []
    changes: list[Change] = []
    summaries: list[SetSummary] = []
    compared: dict[str, Compared] = {}
    for one in sets:
        tell(f"{say(*one.title)}: {len(one.rows)} " + say("texts", "textos"))
        both = answers_of(champion.scorer, challenger.scorer, one.rows)
        if not both.rows:
            raise EvaluationError(
                say(f"{one.title[0]}: no text is left to judge on", f"{one.title[1]}: no queda texto con que juzgar"),
                cure=say("Give other texts: the new model has learned from these, or they cannot be scored",
                         "Dé otros textos: el modelo nuevo ha aprendido de estos, o no se pueden puntuar"),
            )  # fmt: skip
        bootstrap = Bootstrap(len(both.rows), options.resamples, options.seed)
        comparisons += compare_set(both, one.name, bootstrap, asks=one.asks)
        changes += changes_of(both, one.name)
        summaries.append(SetSummary(one.name, one.title, len(both.rows), both.left_out, one.left_out, one.sha256))
        compared[one.name] = both
    tell(say("speed of both", "velocidad de ambos"))
    speeds = speeds_of(champion.scorer, challenger.scorer, sets[0].rows, options.timer)
    gaps = tone_gaps(compared.values())
    old, new = (
        summary_of(one.version, verify(one.version.path), fast, float(gap.mean()) if gap.size else None)
        for one, fast, gap in zip((champion, challenger), speeds, gaps, strict=True)
    )
    said = compared[sets[0].name]
    new_data = [one for one in sets if one.asks]
    doubts = [doubt for one in new_data for doubt in label_doubts(champion.scorer, (*one.rows, *one.seen))]
    titles = {**champion.titles, **challenger.titles}
    checks = (
        rules.asked(comparisons, None if new_data else sets[0].name, said.champion.names, titles),
        rules.no_loss(comparisons, titles),
        rules.calibration(comparisons),
        rules.tone(*gaps, options.resamples, options.seed),
        rules.labels(doubts),
        rules.knows((said.champion.names, champion.languages), (said.challenger.names, challenger.languages), titles),
        rules.speed(old.texts_per_second, new.texts_per_second),
        rules.size(old.bytes, new.bytes),
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Verdict(
        now, old, new, checks, tuple(summaries), tuple(comparisons), tuple(changes), _settings(options), titles
    )


def speeds_of(
    champion: TextScorer, challenger: TextScorer, rows: Sequence[GateRow], timer: Timer
) -> tuple[float, float]:
    """Texts per second of processor time, in turns, a few texts at a time; of several rounds the fastest few count.

    Args:
        champion: the model in use.
        challenger: the new one.
        rows: texts to score.
        timer: seconds.
    """
    reviews = [Review(row.text) for row in rows[:SPEED_TEXTS]]
    parts = [reviews[start : start + SPEED_PART] for start in range(0, len(reviews), SPEED_PART)]
    totals = [0.0, 0.0]
    for part in parts:
        fastest = [float("inf"), float("inf")]
        for _ in range(SPEED_ROUNDS):
            for place, scorer in enumerate((champion, challenger)):
                began = timer()
                for _ in scorer.score_stream(part):
                    pass
                fastest[place] = min(fastest[place], timer() - began)
        totals = [total + seconds for total, seconds in zip(totals, fastest, strict=True)]
    first, second = (len(reviews) / max(seconds, 1e-9) for seconds in totals)
    return first, second


def tone_gaps(sets: Iterable[Compared]) -> tuple[Floats, Floats]:
    """For each pair of a calm and a furious telling how far its priorities are apart, by both models.

    Args:
        sets: both models' answers.

    Returns:
        (m,) of the champion, (m,) of the challenger, in [0, 1], for the same m pairs.
    """
    told: dict[tuple[str, str], dict[str, list[tuple[float, float]]]] = {}
    for both in sets:
        priorities = zip(both.champion.priority().tolist(), both.challenger.priority().tolist(), strict=True)
        for row, two in zip(both.rows, priorities, strict=True):
            if row.role in ("calm", "furious"):
                told.setdefault((row.language, row.pair), {}).setdefault(row.role, []).append(two)
    gaps = [np.abs(np.mean(roles["calm"], axis=0) - np.mean(roles["furious"], axis=0))
            for roles in told.values() if len(roles) > 1]  # fmt: skip
    old, new = np.array(gaps, np.float64).reshape(-1, 2).T
    return old, new


def _settings(options: GateOptions) -> dict[str, Any]:
    return {
        "resamples": options.resamples,
        "seed": options.seed,
        "confidence": CONFIDENCE,
        "margins": {
            "set_and_language": WIDE_MARGIN,
            "group_and_signal": NARROW_MARGIN,
            "stars": STARS_MARGIN,
            "brier": BRIER_MARGIN,
            "calibration_error": ECE_MARGIN,
        },
        "fewest_texts": MIN_TEXTS,
        "fewest_cases": MIN_CASES,
    }
