"""Streams of texts with a known truth. In: weeks, texts a day, shares, a weekday pattern. Out: days and hits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hx_detect.watching.detector import BoolArray, FloatArray, IntArray
from hx_detect.watching.table import WATCHED, WatchTable
from hx_detect.watching.usual import weekday

FIRST = 19_000
"""Day number of the first day, a Saturday."""
PATTERN = (0.5, 0.2, 0.0, 0.0, 0.0, -0.3, -0.6)
"""What a weekday adds to a share, in logits, from Monday to Sunday."""
VOLUME = (1.0, 1.0, 1.0, 1.0, 1.3, 0.6, 0.4)


@dataclass(frozen=True)
class Stream:
    """Days and hits of one stream."""

    days: IntArray
    hits: BoolArray


def days_of(weeks: int, a_day: float, rng: np.random.Generator) -> IntArray:
    """The day of each text, with a weekday pattern of the volume."""
    every = FIRST + np.arange(7 * weeks)
    return np.repeat(every, rng.poisson(a_day * np.array(VOLUME)[weekday(every)]))


def shares_on(
    days: IntArray, share: float, pattern: tuple[float, ...] = PATTERN, wobble: FloatArray | None = None
) -> FloatArray:
    """The share that holds on each text's day; ``wobble`` adds to the logit of each day."""
    logit = np.log(share / (1 - share)) + np.array(pattern)[weekday(days)]
    if wobble is not None:
        logit = logit + wobble[days - FIRST]
    shares: FloatArray = 1 / (1 + np.exp(-logit))
    return shares


def quiet(weeks: int, a_day: float, share: float, rng: np.random.Generator) -> Stream:
    """A stream in which nothing changes but the weekday."""
    days = days_of(weeks, a_day, rng)
    return Stream(days, rng.random(len(days)) < shares_on(days, share))


def quiet_table(weeks: int, a_day: float, shops: int, rng: np.random.Generator) -> WatchTable:
    """A table of several shops, each with shares and a weekday pattern of its own; signals come together."""
    parts = []
    for shop in range(shops):
        days = days_of(weeks, a_day, rng)
        pattern = PATTERN if shop % 2 == 0 else PATTERN[::-1]
        hx = rng.random(len(days)) < shares_on(days, 0.06 + 0.04 * shop, pattern)
        hits = np.zeros((len(days), len(WATCHED)), bool)
        hits[:, 0] = hx
        for column in range(1, len(WATCHED)):
            hits[:, column] = rng.random(len(days)) < np.where(hx, 0.25, 0.02)
        parts.append((days, np.full(len(days), shop), hits))
    days, groups, hits = (np.concatenate([part[column] for part in parts]) for column in range(3))
    order = np.lexsort((rng.random(len(days)), days))
    names = tuple(f"Tienda {shop}" for shop in range(shops))
    return WatchTable(days[order], groups[order], names, WATCHED, hits[order], np.arange(len(days))[order])
