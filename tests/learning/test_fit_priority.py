"""The priority curve rises, keeps wronged texts apart, and makes tone matter less than the plain urgency does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from small_training import row

from hx_detect.labels import SIGNAL_INDEX
from hx_detect.learning.examples import Example
from hx_detect.learning.fit_priority import FEWEST_PAIRS, IDENTITY, KEPT_SEPARATION, STEEPEST, fit_priority_curve

FloatArray = npt.NDArray[np.float64]
IGNORED = frozenset({SIGNAL_INDEX["ignored"]})
FAILURE = frozenset({SIGNAL_INDEX["failure"]})


def _validation(pairs: int) -> tuple[list[Example], FloatArray]:
    """Pairs of wronged texts, tellings up to 0.3 apart and high on the scale, and texts of mere failure, low."""
    random = np.random.default_rng(5)
    examples: list[Example] = []
    urgency: list[float] = []
    for number in range(pairs):
        for role in ("calm", "furious"):
            examples.append(row(f"{number}-{role}", signals=IGNORED, group=f"g{number}", role=role))
            urgency.append(0.6 + 0.3 * random.random())
        examples.append(row(f"{number}-mere", signals=FAILURE))
        urgency.append(0.1 * random.random())
    return examples, np.array(urgency)


def _gap(examples: list[Example], values: FloatArray) -> float:
    places = {(e.group, e.role): place for place, e in enumerate(examples)}
    groups = {e.group for e in examples if e.group}
    return float(np.mean([abs(values[places[g, "calm"]] - values[places[g, "furious"]]) for g in groups]))


def test_tone_matters_less_and_wrongs_stand_out() -> None:
    examples, urgency = _validation(20)
    curve = np.array(fit_priority_curve(examples, urgency))
    values = np.interp(urgency, curve[:, 0], curve[:, 1])
    rises = np.diff(curve, axis=0)
    assert (rises > 0).all()
    assert (rises[:, 1] / rises[:, 0]).max() <= STEEPEST + 1e-6
    assert curve[0].tolist() == [0, 0]
    assert curve[-1].tolist() == [1, 1]
    assert _gap(examples, values) < 0.5 * _gap(examples, urgency)
    wronged = np.array([e.signals == IGNORED for e in examples])
    apart = values[wronged].mean() - values[~wronged].mean()
    assert apart >= KEPT_SEPARATION * (urgency[wronged].mean() - urgency[~wronged].mean())


def test_few_pairs_change_nothing() -> None:
    assert fit_priority_curve(*_validation(FEWEST_PAIRS - 1)) == IDENTITY
    assert fit_priority_curve(*_validation(FEWEST_PAIRS)) != IDENTITY


def test_without_texts_that_were_not_wronged_nothing_can_be_told() -> None:
    examples, urgency = _validation(20)
    keep = [place for place, e in enumerate(examples) if e.signals == IGNORED]
    assert fit_priority_curve([examples[place] for place in keep], urgency[keep]) == IDENTITY


def test_half_a_pair_is_no_pair() -> None:
    examples, urgency = _validation(20)
    calm = [place for place, e in enumerate(examples) if e.role != "furious"]
    assert fit_priority_curve([examples[place] for place in calm], urgency[calm]) == IDENTITY
