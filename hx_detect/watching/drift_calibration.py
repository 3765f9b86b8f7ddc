"""Probabilities and what was true, then and now -> has the calibration changed. In: arrays. Out: ``Comparison``."""

from __future__ import annotations

from typing import Final

import numpy as np

from hx_detect.watching.detector import BoolArray, FloatArray
from hx_detect.watching.drift_records import Comparison

BINS: Final = 10
DRAWS: Final = 2000
RESAMPLES: Final = 1000
FEWEST: Final = 50


def compare_calibration(
    reference: tuple[FloatArray, BoolArray] | None, new: tuple[FloatArray, BoolArray], seed: int = 0
) -> Comparison:
    """Do the probabilities still mean what they meant?

    Bins of equal size by the new probabilities. The statistic is the mean distance, over the new texts, of each bin's
    share from the one of the reference; its distribution under "as before" is simulated (parametric bootstrap, Efron
    and Tibshirani 1993) with both samples' chance. Without labels in the reference the probabilities are taken at
    their word (Vaicenavicius et al. 2019). The effect is how much the expected calibration error has grown.

    Args:
        reference: probabilities and truths, or None.
        new: the same, at least ``FEWEST``.
        seed: of the simulation.
    """
    rng = np.random.default_rng(seed)
    edges = np.unique(np.quantile(new[0], np.linspace(0, 1, BINS + 1)[1:-1]))
    texts, hits, claimed = _binned(*new, edges)
    observed = hits / np.maximum(1, texts)
    if reference is None:
        believed = np.repeat(claimed[None, :], DRAWS, axis=0)
        target = claimed
    else:
        old_texts, old_hits, _ = _binned(*reference, edges)
        target = (old_hits + claimed) / (old_texts + 1)
        believed = (rng.binomial(old_texts.astype(int), target, (DRAWS, len(target))) + claimed) / (old_texts + 1)
    drawn = rng.binomial(texts.astype(int), np.clip(target, 0, 1), (DRAWS, len(target))) / np.maximum(1, texts)
    weight = texts / texts.sum()
    statistic = float((weight * np.abs(observed - target)).sum())
    simulated = (weight * np.abs(drawn - believed)).sum(axis=1)
    p_value = float((1 + (simulated >= statistic).sum()) / (DRAWS + 1))
    now = _errors(new, rng)
    before = _errors(reference, rng) if reference is not None else np.zeros_like(now)
    gap = now[1:] - before[1:]
    interval = (float(np.quantile(gap, 0.025)), float(np.quantile(gap, 0.975)))
    return Comparison(
        "hx_probability:calibration", "calibration", "calibration_bootstrap", statistic, p_value,
        float(now[0] - before[0]), "ece_difference", float(before[0]), float(now[0]), interval,
    )  # fmt: skip


def expected_calibration_error(probabilities: FloatArray, truths: BoolArray) -> float:
    """Mean distance of what was said from what was so, in ten bins of equal size (Naeini et al. 2015).

    Args:
        probabilities: shape (n,), in [0, 1].
        truths: shape (n,).
    """
    return float(_error(*_own_bins(probabilities, truths)))


def _errors(sample: tuple[FloatArray, BoolArray], rng: np.random.Generator) -> FloatArray:
    """The error of the sample, and of samples drawn from its bins."""
    texts, hits, claimed = _own_bins(*sample)
    cells = np.r_[hits, texts - hits]
    drawn = rng.multinomial(int(texts.sum()), cells / cells.sum(), RESAMPLES)
    yes, no = drawn[:, : len(texts)], drawn[:, len(texts) :]
    errors: FloatArray = np.append(
        _error(texts, hits, claimed), _error((yes + no).astype(float), yes.astype(float), claimed)
    )
    return errors


def _error(texts: FloatArray, hits: FloatArray, claimed: FloatArray) -> FloatArray:
    distance: FloatArray = np.abs(hits / np.maximum(1, texts) - claimed)
    error: FloatArray = (distance * texts).sum(axis=-1) / texts.sum(axis=-1)
    return error


def _own_bins(probabilities: FloatArray, truths: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    return _binned(probabilities, truths, np.unique(np.quantile(probabilities, np.linspace(0, 1, BINS + 1)[1:-1])))


def _binned(
    probabilities: FloatArray, truths: BoolArray, edges: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Texts, hits and mean probability of each bin; of an empty bin the middle of its edges."""
    bins = np.searchsorted(edges, probabilities, "right")
    count = len(edges) + 1
    texts = np.bincount(bins, minlength=count).astype(float)
    hits = np.bincount(bins, truths, count).astype(float)
    claimed = np.bincount(bins, probabilities, count) / np.maximum(1, texts)
    outer = np.r_[0.0, edges, 1.0]
    return texts, hits, np.where(texts > 0, claimed, (outer[:-1] + outer[1:]) / 2)
