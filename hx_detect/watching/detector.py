"""Yes-or-no of texts in time order -> the moment a share has risen. In: one stream, its usual shares. Out: ``Rise``.

An e-detector (Shin, Ramdas and Rinaldo 2023, "E-detectors: a nonparametric framework for sequential change detection")
of Shiryaev-Roberts form: for every possible start of a change a likelihood-ratio bet against "the share is as usual or
lower", the bets weighted so that the starts of one year share a stake of 1. By Ville's inequality the sum passes
``1/a`` within a year of quiet with probability ``a`` at most, however often it is looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

STEPS: Final = (0.8, 1.6, 2.4, 3.4)
"""Rises that are bet on, in logits: odds 2, 5, 11 and 30 times the usual; a quarter of the stake on each."""
DAYS_A_YEAR: Final = 365.0
_START_MASS: Final = 0.95
_RECOVERED: Final = math.log(1000)
"""Evidence (log likelihood ratio) that ends an alarm: a thousand to one for the usual share."""
_LEAST_RISE: Final = 0.05
_CALM_DAYS: Final = 2


@dataclass(frozen=True, slots=True)
class Rise:
    """A share that rose; places count texts of the stream.

    Attributes:
        since: likeliest first text of the change.
        since_low, since_high: the change began between these with 95 % of the evidence.
        found: text at which the threshold was passed.
        end: first text after the change; the stream's length where it still goes on.
        recovered: the share is back at its usual; else the data ends first.
        log_evidence: natural logarithm of the e-value when found.
    """

    since: int
    since_low: int
    since_high: int
    found: int
    end: int
    recovered: bool
    log_evidence: float


def start_weights(days: IntArray, volume: FloatArray) -> FloatArray:
    """Stake on a change that starts at each text: each day has 1/365, half on its first text, half spread out.

    Args:
        days: day number of each text, ascending.
        volume: texts a day that are expected, known before the day, per text; any above 0.

    Returns:
        Shape (n,); sums to 1/365 a day at most.
    """
    fresh = np.flatnonzero(np.r_[True, days[1:] != days[:-1]]) if len(days) else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[fresh, len(days)])
    rank = np.arange(len(days)) - np.repeat(fresh, lengths)
    expected = np.maximum(1.0, np.ceil(volume))
    spread = np.where(rank < expected, 0.5 / expected, 0.0)
    weights: FloatArray = (np.where(rank == 0, 0.5, 0.0) + spread) / DAYS_A_YEAR
    return weights


def log_bets(hits: BoolArray, usual: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Logarithm of the bet of each step on each text; a bet is worth 1 at most while the share is ``usual`` or lower.

    Args:
        hits: shape (…, n).
        usual: highest share that counts as usual, in (0, 1), per text.
        dispersion: 1 or more; bets are tempered by it (Jensen: still valid), as days differ more than chance alone.

    Returns:
        Shape (steps, …, n).
    """
    steps = np.array(STEPS).reshape(-1, *[1] * usual.ndim)
    logit = np.log(usual) - np.log1p(-usual)
    risen = 1 / (1 + np.exp(-(logit + steps)))
    bets: FloatArray = np.where(hits, np.log(risen / usual), np.log((1 - risen) / (1 - usual))) / dispersion
    return bets


def log_evidence(
    hits: BoolArray, usual: FloatArray, weights: FloatArray, dispersion: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logarithm of the e-value after each text.

    Args:
        hits: shape (…, n), in time order.
        usual: upper end of the usual share per text.
        weights: of ``start_weights``, shape (…, n).
        dispersion: of the days, 1 or more, per text.

    Returns:
        The evidence, shape (…, n); per step, shape (steps, …, n), the logarithm of the stake on each start over what
        had been won before it, and the sum of the bets up to and with each text.
    """
    bets = log_bets(hits, usual, dispersion)
    total = np.cumsum(bets, axis=-1)
    with np.errstate(divide="ignore"):
        starts = np.log(weights) - (total - bets) - math.log(len(STEPS))
    evidence: FloatArray = np.logaddexp.reduce(np.logaddexp.accumulate(starts, axis=-1) + total, axis=0)
    return evidence, starts, total


def first_rise(
    hits: BoolArray, usual: FloatArray, weights: FloatArray, dispersion: FloatArray, log_threshold: float
) -> Rise | None:
    """The first time that the evidence for a rise passes the threshold, and what it says of its start.

    Args:
        hits: shape (n,), in time order.
        usual: upper end of the usual share per text.
        weights: of ``start_weights``.
        dispersion: of the days, 1 or more, per text.
        log_threshold: natural logarithm of ``1/a``.

    Returns:
        The rise, ``end`` not yet looked for (the stream's length); None where there is none.
    """
    evidence, starts, total = log_evidence(hits, usual, weights, dispersion)
    found = int(np.argmax(evidence >= log_threshold)) if len(hits) else 0
    if not len(hits) or evidence[found] < log_threshold:
        return None
    terms = starts[:, : found + 1] + total[:, found : found + 1]
    step = int(np.argmax(np.logaddexp.reduce(terms, axis=1)))
    before = np.r_[0.0, total[step, :found]]
    since = int(np.argmin(before))
    belief = np.exp(np.logaddexp.reduce(terms, axis=0) - evidence[found])
    mass = np.cumsum(belief)
    tail = (1 - _START_MASS) / 2 * mass[-1]
    low, high = int(np.searchsorted(mass, tail)), int(np.searchsorted(mass, mass[-1] - tail))
    return Rise(since, min(low, since), max(high, since), found, len(hits), False, float(evidence[found]))


def recovery(hits: BoolArray, days: IntArray, usual: FloatArray, risen: float) -> int | None:
    """Where a risen share went back to its usual (CUSUM, Page 1954), or None.

    It is weighed against a share half-way (in logits) up to the risen one, which is overstated at the time of an alarm.

    Args:
        hits: texts since the alarm, shape (n,).
        days: their day numbers; a calm that is shorter than two days is none.
        usual: usual share per text.
        risen: share since the change, in [0, 1].

    Returns:
        Place of the first text of the usual share.
    """
    if not len(hits):
        return None
    top = np.maximum(min(max(risen, 0.01), 0.99), usual + _LEAST_RISE * (1 - usual))
    odds = np.sqrt(usual / (1 - usual) * top / (1 - top))
    high = odds / (1 + odds)
    total = np.cumsum(np.where(hits, np.log(usual / high), np.log((1 - usual) / (1 - high))))
    before = np.r_[0.0, total[:-1]]
    lowest = np.minimum.accumulate(before)
    start = np.maximum.accumulate(np.where(before <= lowest, np.arange(len(hits)), 0))
    passed = np.flatnonzero((total - lowest >= _RECOVERED) & (days - days[start] >= _CALM_DAYS))
    return int(start[passed[0]]) if len(passed) else None
