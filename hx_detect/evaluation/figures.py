"""Truth and predictions of one set -> its figures. In: arrays of n texts. Out: estimates by name (``hx.auroc``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np

from hx_detect.evaluation import metrics
from hx_detect.evaluation.bootstrap import SEED, Bootstrap, Estimate, Floats, interval
from hx_detect.evaluation.metrics import Bools, Ints
from hx_detect.evaluation.predictions import SENTIMENT_LABELS, Predictions, Truth
from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES, STAGES

Figures = dict[str, Estimate]
MIN_SUPPORT: Final = 20
"""Signals with fewer true cases in a set are shown, but do not enter its macro average."""
_MIXED: Final = SENTIMENT_LABELS.index("mixed")


def figures(truth: Truth, said: Predictions, bootstrap: Bootstrap) -> Figures:
    """Every figure that the truth and the predictions allow.

    Args:
        truth: of n texts.
        said: predictions for the same texts.
        bootstrap: of n units.
    """
    found: Figures = {}
    if truth.sentiment_label is not None and said.sentiment is not None:
        found |= _sentiment(truth.sentiment_label, said, bootstrap)
    if truth.stars is not None and said.stars is not None:
        found |= _stars(truth.stars, said, bootstrap)
    if truth.hx is not None and said.hx is not None:
        found |= _yes_or_no("hx", truth.hx, said.hx, said.hx_present, bootstrap, calibrated=said.calibrated)
        top = partial(metrics.precision_at_top, truth.hx, said.hx)
        found["hx.precision_top_10_percent"] = bootstrap.estimate(top)
    if truth.signals is not None and said.signals is not None:
        found |= _signals(truth.signals, said, bootstrap)
    if truth.stage is not None and said.stage is not None:
        found["stage.macro_f1"] = bootstrap.estimate(partial(metrics.macro_f1, truth.stage, said.stage, len(STAGES)))
        found["stage.accuracy"] = bootstrap.estimate(partial(metrics.accuracy, truth.stage, said.stage))
    return found


def _sentiment(truth: Ints, said: Predictions, bootstrap: Bootstrap) -> Figures:
    """Three classes; four, with ``mixed``, where the set has mixed texts (calibration then leaves those out)."""
    assert said.sentiment is not None  # figures() has looked
    has_mixed = bool(np.any(truth == _MIXED))
    chosen = said.sentiment
    if has_mixed and said.sentiment_label is not None:
        chosen = said.sentiment_label
    classes = len(SENTIMENT_LABELS) if has_mixed else len(SENTIMENTS)
    found = {
        "sentiment.macro_f1": bootstrap.estimate(partial(metrics.macro_f1, truth, chosen, classes)),
        "sentiment.accuracy": bootstrap.estimate(partial(metrics.accuracy, truth, chosen)),
    }
    for k, name in enumerate(SENTIMENT_LABELS[:classes]):
        found[f"sentiment.{name}.f1"] = bootstrap.estimate(partial(metrics.f1, truth == k, chosen == k))
    if said.sentiment_probabilities is not None and not np.all(truth == _MIXED):
        clear = truth != _MIXED
        probabilities = said.sentiment_probabilities[clear]
        found |= _calibration("sentiment", truth[clear], probabilities, clear, bootstrap)
    return found


def _calibration(name: str, truth: Ints, probabilities: Floats, rows: Bools, bootstrap: Bootstrap) -> Figures:
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    return {
        f"{name}.ece": bootstrap.estimate(lambda w: metrics.expected_calibration_error(confidence, right, w[:, rows])),
        f"{name}.ece_if_perfect": perfect_ece(confidence, bootstrap.n),
        f"{name}.brier": bootstrap.estimate(lambda w: metrics.brier_classes(truth, probabilities, w[:, rows])),
    }


def _stars(truth: Ints, said: Predictions, bootstrap: Bootstrap) -> Figures:
    assert said.stars is not None  # figures() has looked
    found = {
        "stars.accuracy": bootstrap.estimate(partial(metrics.accuracy, truth, said.stars)),
        "stars.mae": bootstrap.estimate(partial(metrics.mean_absolute_error, truth, said.stars)),
    }
    if said.stars_expected is not None:
        expected = partial(metrics.mean_absolute_error, truth, said.stars_expected)
        found["stars.mae_of_expected"] = bootstrap.estimate(expected)
    return found


def _signals(truth: Bools, said: Predictions, bootstrap: Bootstrap) -> Figures:
    assert said.signals is not None  # figures() has looked
    found: Figures = {}
    counted: list[int] = []
    for k, name in enumerate(SIGNAL_NAMES):
        present = None if said.signals_present is None else said.signals_present[:, k]
        found |= _yes_or_no(
            f"signals.{name}", truth[:, k], said.signals[:, k], present, bootstrap, calibrated=said.calibrated
        )
        if int(truth[:, k].sum()) >= MIN_SUPPORT:
            counted.append(k)
    if counted:
        for figure in ("average_precision", "f1"):
            each = [found.get(f"signals.{SIGNAL_NAMES[k]}.{figure}") for k in counted]
            known = [one for one in each if one is not None]
            if len(known) == len(counted):
                found[f"signals.macro_{figure}"] = average(known)
    return found


def average(each: list[Estimate]) -> Estimate:
    """The mean of several figures of the same resamples; those that are undefined in a resample are skipped."""
    stacked = np.array([one.samples for one in each])
    defined = ~np.isnan(stacked)
    samples = metrics.divide(np.where(defined, stacked, 0.0).sum(axis=0), defined.sum(axis=0).astype(np.float64))
    return Estimate(float(np.mean([one.value for one in each])), *interval(samples), each[0].n, samples)


def _yes_or_no(
    name: str, truth: Bools, scores: Floats, present: Bools | None, bootstrap: Bootstrap, *, calibrated: bool
) -> Figures:
    wanted: dict[str, Callable[[Floats], Floats]] = {
        "auroc": partial(metrics.auroc, truth, scores),
        "average_precision": partial(metrics.average_precision, truth, scores),
    }
    if present is not None:
        wanted["f1"] = partial(metrics.f1, truth, present)
        wanted["precision"] = partial(metrics.precision, truth, present)
    if calibrated:
        wanted["ece"] = partial(metrics.expected_calibration_error, scores, truth)
        wanted["brier"] = partial(metrics.brier, truth, scores)
    found = {f"{name}.{figure}": bootstrap.estimate(statistic) for figure, statistic in wanted.items()}
    if calibrated:
        found[f"{name}.ece_if_perfect"] = perfect_ece(scores, bootstrap.n)
    return found


def perfect_ece(confidence: Floats, n: int, draws: int = 200, seed: int = SEED) -> Estimate:
    """The ECE that these very probabilities would show if they were perfectly calibrated.

    On few texts the ECE is above 0 by chance alone; outcomes drawn from the probabilities themselves say how far
    ("consistency resampling", Broecker & Smith 2007).

    Args:
        confidence: (m,), in [0, 1].
        n: units of the set, for the record.
        draws: number of simulated outcomes.
        seed: of the draws.
    """
    generator = np.random.default_rng(seed)
    once = np.ones((1, confidence.size))
    samples = np.array(
        [
            metrics.expected_calibration_error(confidence, generator.random(confidence.size) < confidence, once)[0]
            for _ in range(draws)
        ]
    )
    low, high = np.percentile(samples, (2.5, 97.5))
    return Estimate(float(samples.mean()), float(low), float(high), n, samples)


def support(truth: Truth) -> dict[str, Any]:
    """How many texts carry each label."""
    found: dict[str, Any] = {}
    if truth.sentiment_label is not None:
        counts = np.bincount(truth.sentiment_label, minlength=len(SENTIMENT_LABELS))
        found["sentiment"] = dict(zip(SENTIMENT_LABELS, counts.tolist(), strict=True))
    if truth.stars is not None:
        found["stars"] = np.bincount(truth.stars, minlength=5).tolist()
    if truth.signals is not None and truth.hx is not None:
        found["hx"] = int(truth.hx.sum())
        found["signals"] = dict(zip(SIGNAL_NAMES, truth.signals.sum(axis=0).tolist(), strict=True))
    if truth.stage is not None:
        counts = np.bincount(truth.stage, minlength=len(STAGES))
        found["stage"] = dict(zip(STAGES, counts.tolist(), strict=True))
    return found
