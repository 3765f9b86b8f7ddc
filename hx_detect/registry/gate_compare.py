"""Two models on one set -> figure by figure which is better. In: both models' answers. Out: ``Comparison`` records.

Both models answer for the same texts and are resampled together (paired bootstrap, Efron & Tibshirani 1993, chapter
16); what counts is the difference, never the figures by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from hx_detect.evaluation.bootstrap import Bootstrap, Estimate, Floats, interval, rounded
from hx_detect.evaluation.multiple_tests import holm
from hx_detect.registry.gate_answers import Compared
from hx_detect.registry.gate_figures import WHOLE, Figure, figures_of, mean_defined

CONFIDENCE: Final = 0.95
ASKED: Final = "asked.mean"
"""The figure of the new data: the mean of what its labels speak of."""
TASKS: Final = ("sentiment.macro_f1", "signals.macro_average_precision", "stage.macro_f1", "stars.mae_of_expected")
WIDEST_STARS: Final = 4.0
"""Greatest possible error of a star rating: makes it one of the figures between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure of both models.

    Attributes:
        data: name of the set.
        part: ``all``, ``language:es``, ``source:telecom`` or ``signal:ignored``.
        name: of the figure, as ``sentiment.macro_f1``.
        n: labelled texts.
        cases: of these, texts with the signal; -1 where that makes no sense.
        margin: how much worse it may be.
        less_is_better: as for errors.
        champion: the figure of the model in use.
        challenger: of the new one.
        difference: challenger minus champion.
        low: of the 95 % interval of the difference.
        high: of the same.
        p_worse: chance of a difference as bad as this, or worse, if the new model were worse by the margin and no more;
            among groups of texts and among signals corrected for their number (Holm 1979).
        p_better: chance of a difference as good as this, or better, if the new model were no better.
        verdict: ``better``, ``same``, ``worse`` or ``few`` (too few texts to judge).
    """

    data: str
    part: str
    name: str
    n: int
    cases: int
    margin: float
    less_is_better: bool
    champion: float
    challenger: float
    difference: float
    low: float
    high: float
    p_worse: float
    p_better: float
    verdict: str

    @property
    def kind(self) -> str:
        """``all``, ``language``, ``source`` or ``signal``."""
        return self.part.partition(":")[0]

    def to_dict(self) -> dict[str, Any]:
        """As in ``verdict.json``: four decimals, None where undefined."""
        return {name: rounded(value) if isinstance(value, float) else value for name, value in asdict(self).items()}


def compare_set(compared: Compared, data: str, bootstrap: Bootstrap, *, asks: bool = False) -> list[Comparison]:
    """All figures of a set that its labels allow.

    Args:
        compared: both models' answers.
        data: name of the set.
        bootstrap: of as many units as there are texts.
        asks: add the mean of what the labels speak of (``ASKED``).
    """
    found: list[Comparison] = []
    tasks: list[tuple[Figure, Estimate, Estimate]] = []
    for figure in figures_of(compared):
        old = bootstrap.estimate(figure.make(compared.champion))
        new = bootstrap.estimate(figure.make(compared.challenger))
        found.append(_comparison(figure, data, old, new))
        if figure.part == WHOLE and figure.name in TASKS and figure.enough:
            tasks.append((figure, old, new))
    if asks and tasks:
        found.insert(0, _asked(tasks, data, len(compared.rows)))
    return _corrected(found)


def _comparison(figure: Figure, data: str, old: Estimate, new: Estimate) -> Comparison:
    samples = new.samples - old.samples
    low, high = interval(samples)
    difference = new.value - old.value
    sign = -1.0 if figure.less_is_better else 1.0
    gains = (sign * low, sign * high)
    verdict = "same"
    if not figure.enough or math.isnan(difference) or math.isnan(low):
        verdict = "few"
    elif max(gains) < -figure.margin:
        verdict = "worse"
    elif min(gains) > 0:
        verdict = "better"
    return Comparison(
        data=data,
        part=figure.part,
        name=figure.name,
        n=figure.n,
        cases=figure.cases,
        margin=figure.margin,
        less_is_better=figure.less_is_better,
        champion=old.value,
        challenger=new.value,
        difference=difference,
        low=low,
        high=high,
        p_worse=_chance(sign * difference + figure.margin, samples),
        p_better=_chance(-sign * difference, samples),
        verdict=verdict,
    )


def _chance(distance: float, samples: Floats) -> float:
    """Chance that the difference falls ``distance`` short or further, by the normal approximation, one-sided."""
    defined = samples[~np.isnan(samples)]
    spread = float(defined.std()) if defined.size else math.nan
    if math.isnan(distance) or math.isnan(spread):
        return math.nan
    if spread == 0:
        return 0.0 if distance < 0 else 1.0
    return 0.5 * math.erfc(-distance / spread / math.sqrt(2.0))


def _asked(tasks: Sequence[tuple[Figure, Estimate, Estimate]], data: str, n: int) -> Comparison:
    """The mean over the tasks that the labels speak of, all of them between 0 and 1 and the more the better."""
    olds = [_as_gain(figure, old) for figure, old, _ in tasks]
    news = [_as_gain(figure, new) for figure, _, new in tasks]
    old, new = (
        Estimate(float(np.mean([one.value for one in each])), math.nan, math.nan, n,
                 mean_defined([one.samples for one in each]))
        for each in (olds, news)
    )  # fmt: skip
    figure = Figure(WHOLE, ASKED, tasks[0][0].make, n, -1, 0.0)
    return _comparison(figure, data, old, new)


def _as_gain(figure: Figure, estimate: Estimate) -> Estimate:
    if not figure.less_is_better:
        return estimate
    return replace(estimate, value=1 - estimate.value / WIDEST_STARS, samples=1 - estimate.samples / WIDEST_STARS)


def _corrected(found: Iterable[Comparison]) -> list[Comparison]:
    """Groups of texts, and signals, are many: there a loss counts only where it holds against their number."""
    every = list(found)
    for kind in ("source", "signal"):
        places = [place for place, one in enumerate(every) if one.kind == kind and one.verdict != "few"]
        if not places:
            continue
        corrected = holm([every[place].p_worse for place in places])
        for place, p in zip(places, corrected, strict=True):
            one = every[place]
            worse = one.verdict == "worse" and p < 1 - CONFIDENCE
            verdict = "worse" if worse else "same" if one.verdict == "worse" else one.verdict
            every[place] = replace(one, p_worse=float(p), verdict=verdict)
    return every
