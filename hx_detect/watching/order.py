"""A frame's rows -> the order in time that they are watched in. In: days, groups, files. Out: places, by day.

Exports often hold a day but no hour. Within a day the file's order is kept where it can be that of time; groups are
interleaved, so that a file sorted by shop shows no waves. Where texts of one sort stand together within the days (a
file sorted by stars), or the days themselves are in no order, the texts of a day are shuffled, always alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hx_detect.watching.detector import BoolArray, IntArray

_CLUMPED: Final = 4.0
"""Standard errors below the expected number of runs from which the order within days is not taken for that of time."""
_IN_ORDER: Final = 0.95


def time_order(days: IntArray, groups: IntArray, files: IntArray, hx: BoolArray) -> IntArray:
    """Places of the rows in the order to watch them.

    Args:
        days: day number of each row, as read.
        groups: a number for each group.
        files: ascending number of the file of each row.
        hx: the text is HX; tells whether alike texts stand together.

    Returns:
        Shape (n,), days ascending.
    """
    place = np.arange(len(days))
    trusted = np.ones(len(days), bool)
    for file in np.unique(files):
        here = np.flatnonzero(files == file)
        steps = np.diff(days[here])
        turns = steps[steps != 0]
        if len(turns) and (turns < 0).all():
            place[here] = place[here][::-1]
        elif len(turns) and (turns > 0).mean() < _IN_ORDER:
            trusted[here] = False
    if not trusted.all():
        place = _shuffled(len(days))
    order = _interleaved(days, groups, place)
    if clumped(days[order], hx[order]):
        order = _interleaved(days, groups, _shuffled(len(days)))
    return order


def clumped(days: IntArray, hits: BoolArray) -> bool:
    """Within the days, alike texts follow each other more than by chance (runs test, Wald and Wolfowitz 1940).

    Args:
        days: ascending.
        hits: shape (n,).
    """
    if not len(days):
        return False
    number = np.unique(days, return_inverse=True)[1]
    texts = np.bincount(number).astype(float)
    marked = np.bincount(number, hits)
    pairs = 2 * marked * (texts - marked)
    changes = (number[1:] == number[:-1]) & (hits[1:] != hits[:-1])
    expected = pairs / texts
    variance = pairs * (pairs - texts) / (texts**2 * np.maximum(1.0, texts - 1))
    spread = float(np.sqrt(np.maximum(0.0, variance[texts > 1]).sum()))
    return spread > 0 and float(changes.sum() - expected.sum()) < -_CLUMPED * spread


def _interleaved(days: IntArray, groups: IntArray, place: IntArray) -> IntArray:
    """By day; within it the groups mixed evenly, each in its own order."""
    by_group = np.lexsort((place, groups, days))
    edge = np.r_[True, (np.diff(days[by_group]) != 0) | (np.diff(groups[by_group]) != 0)] if len(days) else []
    starts = np.flatnonzero(edge)
    lengths = np.diff(np.r_[starts, len(days)])
    position = (np.arange(len(days)) - np.repeat(starts, lengths) + 0.5) / np.repeat(lengths, lengths)
    order: IntArray = by_group[np.lexsort((position, days[by_group]))]
    return order


def _shuffled(length: int) -> IntArray:
    return np.random.default_rng(0).permutation(length)
