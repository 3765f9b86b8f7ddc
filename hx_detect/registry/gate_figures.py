"""Which figures of a set the gate compares. In: both models' answers and what is known. Out: ``Figure`` records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hx_detect.evaluation import metrics
from hx_detect.evaluation.bootstrap import Floats, Statistic
from hx_detect.evaluation.metrics import Bools, Ints
from hx_detect.evaluation.predictions import SENTIMENT_LABELS
from hx_detect.labels import SENTIMENTS, STAGES
from hx_detect.registry.gate_answers import UNKNOWN, Answers, Compared

MIN_TEXTS: Final = 20
"""Fewer labelled texts are too few to judge a part on."""
MIN_CASES: Final = 8
"""Fewer texts that have a signal (or lack it) are too few to judge it on."""
WIDE_MARGIN: Final = 0.01
"""How much worse the whole of a set, or a language, may be for sure."""
NARROW_MARGIN: Final = 0.03
"""How much worse one group of texts, or one signal, may be for sure."""
STARS_MARGIN: Final = 0.05
"""How much further from the truth the expected stars may be."""
BRIER_MARGIN: Final = 0.01
ECE_MARGIN: Final = 0.02
WHOLE: Final = "all"

Make = Callable[[Answers], Statistic]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one part of a set.

    Attributes:
        part: ``all``, ``language:es``, ``source:telecom`` or ``signal:ignored``.
        name: as ``sentiment.macro_f1``.
        make: the figure of a model's answers, as a function of resampling weights.
        n: labelled texts in the part.
        cases: of these, texts with the signal; -1 where that makes no sense.
        margin: how much worse it may be.
        less_is_better: as for errors.
    """

    part: str
    name: str
    make: Make
    n: int
    cases: int
    margin: float
    less_is_better: bool = False

    @property
    def enough(self) -> bool:
        """Are there enough texts to judge?"""
        rare = min(self.cases, self.n - self.cases) if self.cases >= 0 else MIN_CASES
        return self.n >= MIN_TEXTS and rare >= MIN_CASES


def figures_of(compared: Compared) -> Iterator[Figure]:
    """The figures of a set, from the whole to its parts."""
    everything = np.ones(len(compared.rows), np.bool_)
    yield from _of_part(compared, WHOLE, everything)
    yield from _calibration(compared, everything)
    languages = np.array([row.language for row in compared.rows])
    for language in sorted(set(languages) - {""}):
        yield from _of_part(compared, f"language:{language}", languages == language)
    sources = np.array([row.source for row in compared.rows])
    if len(set(sources)) > 1:
        for source in sorted(set(sources)):
            yield from _of_source(compared, source, sources == source)
    for name in compared.signal_names():
        yield from _of_signal(compared, name)


def _of_part(compared: Compared, part: str, rows: Bools) -> Iterator[Figure]:
    yield from _sentiment(compared, part, rows)
    yield from _hx(compared, part, rows, WIDE_MARGIN)
    signals = _macro_signals(compared, part, rows)
    if signals is not None:
        yield signals
    yield from _stage(compared, part, rows)
    yield from _stars(compared, part, rows)


def _sentiment(compared: Compared, part: str, rows: Bools) -> Iterator[Figure]:
    truth = compared.known_sentiment()
    known = rows & (truth != UNKNOWN)
    if known.any():

        def make(said: Answers) -> Statistic:
            answer = said.sentiment()[known]
            return lambda w: metrics.macro_f1(truth[known], answer, len(SENTIMENT_LABELS), w[:, known])

        yield Figure(part, "sentiment.macro_f1", make, int(known.sum()), -1, WIDE_MARGIN)


def _hx(compared: Compared, part: str, rows: Bools, margin: float) -> Iterator[Figure]:
    truth = compared.known_hx()
    known = rows & (truth != UNKNOWN)
    if known.any():
        wanted = truth[known] == 1

        def make(said: Answers) -> Statistic:
            score = said.hx()[known]
            return lambda w: metrics.average_precision(wanted, score, w[:, known])

        yield Figure(part, "hx.average_precision", make, int(known.sum()), int(wanted.sum()), margin)


def _macro_signals(compared: Compared, part: str, rows: Bools) -> Figure | None:
    """The mean over the signals that have enough cases in the part."""
    chosen: list[tuple[str, Bools, Bools]] = []
    for name in compared.signal_names():
        truth = compared.known_signal(name)
        known = rows & (truth != UNKNOWN)
        cases = int((truth[known] == 1).sum())
        if MIN_CASES <= cases <= int(known.sum()) - MIN_CASES:
            chosen.append((name, known, truth[known] == 1))
    if not chosen:
        return None

    def make(said: Answers) -> Statistic:
        each = [(said.signal(name)[known], known, wanted) for name, known, wanted in chosen]
        return lambda w: mean_defined([metrics.average_precision(wanted, score, w[:, known])
                                        for score, known, wanted in each])  # fmt: skip

    n = int(np.any([known for _, known, _ in chosen], axis=0).sum())
    return Figure(part, "signals.macro_average_precision", make, n, -1, WIDE_MARGIN)


def _stage(compared: Compared, part: str, rows: Bools) -> Iterator[Figure]:
    truth = compared.known_stage()
    known = rows & (truth != UNKNOWN)
    if known.any():

        def make(said: Answers) -> Statistic:
            answer = said.stage()[known]
            return lambda w: metrics.macro_f1(truth[known], answer, len(STAGES), w[:, known])

        yield Figure(part, "stage.macro_f1", make, int(known.sum()), -1, WIDE_MARGIN)


def _stars(compared: Compared, part: str, rows: Bools) -> Iterator[Figure]:
    truth = compared.known_stars()
    known = rows & (truth != UNKNOWN)
    if known.any():

        def make(said: Answers) -> Statistic:
            answer = said.stars()[known]
            return lambda w: metrics.mean_absolute_error(truth[known], answer, w[:, known])

        yield Figure(part, "stars.mae_of_expected", make, int(known.sum()), -1, STARS_MARGIN, less_is_better=True)


def _of_source(compared: Compared, source: str, rows: Bools) -> Iterator[Figure]:
    part = f"source:{source}"
    for figure in (*_sentiment(compared, part, rows), *_hx(compared, part, rows, NARROW_MARGIN)):
        yield replace(figure, margin=NARROW_MARGIN)
    cells, wanted = _cells(compared, rows)
    if wanted.sum() >= MIN_CASES:
        places = np.array([row for row, _ in cells], np.int64)

        def make(said: Answers) -> Statistic:
            score = _at(said, cells)
            return lambda w: metrics.average_precision(wanted, score, w[:, places])

        n = len(set(places.tolist()))
        yield Figure(part, "signals.micro_average_precision", make, n, -1, NARROW_MARGIN)


def _of_signal(compared: Compared, name: str) -> Iterator[Figure]:
    truth = compared.known_signal(name)
    known = truth != UNKNOWN
    wanted = truth[known] == 1

    def precision(said: Answers) -> Statistic:
        score = said.signal(name)[known]
        return lambda w: metrics.average_precision(wanted, score, w[:, known])

    def f1(said: Answers) -> Statistic:
        present = said.present(name)[known]
        return lambda w: np.nan_to_num(metrics.f1(wanted, present, w[:, known]))

    for figure, make in (("average_precision", precision), ("f1", f1)):
        yield Figure(f"signal:{name}", figure, make, int(known.sum()), int(wanted.sum()), NARROW_MARGIN)


def _calibration(compared: Compared, rows: Bools) -> Iterator[Figure]:
    truth = compared.known_sentiment()
    clear = rows & (truth != UNKNOWN) & (truth < len(SENTIMENTS))
    if clear.any():

        def brier(said: Answers) -> Statistic:
            given = said.sentiment_probabilities()[clear]
            return lambda w: metrics.brier_classes(truth[clear], given, w[:, clear])

        def ece(said: Answers) -> Statistic:
            given = said.sentiment_probabilities()[clear]
            right = given.argmax(axis=1) == truth[clear]
            return lambda w: metrics.expected_calibration_error(given.max(axis=1), right, w[:, clear])

        yield from _errors("sentiment", brier, ece, int(clear.sum()))
    hx = compared.known_hx()
    known = rows & (hx != UNKNOWN)
    if known.any():
        yield from _yes_or_no("hx", hx[known] == 1, lambda said: said.hx()[known], np.flatnonzero(known))
    cells, wanted = _cells(compared, rows, of_both=True)
    if cells:
        places = np.array([row for row, _ in cells], np.int64)
        yield from _yes_or_no("signals", wanted, lambda said: _at(said, cells), places)


def _yes_or_no(name: str, wanted: Bools, given: Callable[[Answers], Floats], places: Ints) -> Iterator[Figure]:
    def brier(said: Answers) -> Statistic:
        score = given(said)
        return lambda w: metrics.brier(wanted, score, w[:, places])

    def ece(said: Answers) -> Statistic:
        score = given(said)
        return lambda w: metrics.expected_calibration_error(score, wanted, w[:, places])

    return _errors(name, brier, ece, len(set(places.tolist())))


def _errors(name: str, brier: Make, ece: Make, n: int) -> Iterator[Figure]:
    yield Figure(WHOLE, f"{name}.brier", brier, n, -1, BRIER_MARGIN, less_is_better=True)
    yield Figure(WHOLE, f"{name}.ece", ece, n, -1, ECE_MARGIN, less_is_better=True)


def _cells(compared: Compared, rows: Bools, *, of_both: bool = False) -> tuple[list[tuple[int, str]], Bools]:
    """Every (text, signal) of which something is known, and whether it holds; perhaps only signals both models know."""
    cells: list[tuple[int, str]] = []
    wanted: list[bool] = []
    for name in compared.signal_names():
        if of_both and not (name in compared.champion.names and name in compared.challenger.names):
            continue
        truth = compared.known_signal(name)
        for row in np.flatnonzero(rows & (truth != UNKNOWN)).tolist():
            cells.append((row, name))
            wanted.append(bool(truth[row] == 1))
    return cells, np.array(wanted, np.bool_)


def _at(said: Answers, cells: Sequence[tuple[int, str]]) -> Floats:
    columns = {name: said.signal(name) for name in {name for _, name in cells}}
    return np.array([columns[name][row] for row, name in cells], np.float64)


def mean_defined(each: Sequence[Floats]) -> Floats:
    """The mean of several figures in each resample; those that are undefined in one are left out of it."""
    stacked = np.array(each)
    defined = ~np.isnan(stacked)
    return metrics.divide(np.where(defined, stacked, 0.0).sum(axis=0), defined.sum(axis=0).astype(np.float64))
