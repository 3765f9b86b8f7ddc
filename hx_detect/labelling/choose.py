"""A pool of scored texts -> the ones to label next, best first. In: ``Pool``, what is labelled already. Out: picks.

Each text is worth what it would teach: how undecided the model is about it, how likely it holds signals of which there
are few labels, and how much the model's parts contradict each other. Texts like one that was chosen lose worth, and a
signal that the chosen ones already promise counts less for the next (a greedy, submodular choice: Wei et al. 2015,
"Submodularity in data subset selection and active learning").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.labelling.pool import Floats, Pool

_TYPICAL: Final = 95.0
"""Percentile of a part's worth that is made 1, so that the parts can be weighed against each other."""
_SMALLEST: Final = 1e-9
_AT_ONCE: Final = 256
"""Labelled texts that the pool is compared with at a time."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much; found with ``hx-detect label simulate``.

    Attributes:
        uncertainty: of being undecided, each signal weighed by how few labels there are.
        rarity: of the expected number of labels that are few.
        disagreement: between signals, sentiment, stars and answer.
        coverage: how much a text loses that is the same as one chosen before, 0 to 1.
        need: a signal with m labels counts (1 + m) ** -need.
    """

    uncertainty: float = 1.0
    rarity: float = 0.5
    disagreement: float = 0.3
    coverage: float = 0.5
    need: float = 1.0


@dataclass(frozen=True, slots=True)
class Pick:
    """One text that was chosen, and why.

    Attributes:
        index: in the pool.
        value: its worth when it was chosen; it falls from pick to pick.
        uncertainty: what being undecided added to it.
        rarity: what the expected rare labels added.
        disagreement: what contradictions added.
        similarity: to the most alike text chosen or labelled before, 0 to 1; what it was lessened by.
        undecided: names of the signals that added most to ``uncertainty``, at most two.
        rare: names of those that added most to ``rarity``, at most two.
    """

    index: int
    value: float
    uncertainty: float
    rarity: float
    disagreement: float
    similarity: float
    undecided: tuple[str, ...]
    rare: tuple[str, ...]


def entropy(probabilities: Floats) -> Floats:
    """Binary entropy in bits, 0 (decided) to 1 (even)."""
    inside = np.clip(probabilities, 1e-6, 1 - 1e-6)
    found: Floats = -(inside * np.log2(inside) + (1 - inside) * np.log2(1 - inside))
    return found


def choose(
    pool: Pool,
    count: int,
    *,
    labelled: Floats | None = None,
    covered: Any = None,  # noqa: ANN401 - vectors of texts that are labelled already, sparse or dense
    accept: Callable[[int], bool] = lambda _: True,
    weights: Weights | None = None,
) -> list[Pick]:
    """The texts to label next.

    Args:
        pool: what there is to choose from.
        count: how many, at most.
        labelled: (k,) texts already labelled with each signal.
        covered: vectors of texts that are labelled already.
        accept: is asked before a text is taken; False leaves it out for good (as a near-duplicate).
        weights: what counts how much.

    Returns:
        Up to ``count`` picks, first the best; the same for the same input.
    """
    weighed = weights or Weights()
    uncertain = entropy(pool.probabilities)
    promised = np.zeros(len(pool.names)) if labelled is None else labelled.astype(np.float64).copy()
    similarity = _nearest(pool, covered)
    alive = np.ones(len(pool.probabilities), np.bool_)
    start = _need(promised, weighed.need)
    scales = _scale(uncertain @ start), _scale(pool.probabilities @ start)
    picks: list[Pick] = []
    while len(picks) < count and alive.any():
        need = _need(promised, weighed.need)
        parts = np.stack((
            weighed.uncertainty / scales[0] * (uncertain @ need),
            weighed.rarity / scales[1] * (pool.probabilities @ need),
            weighed.disagreement * pool.disagreement,
        ))  # fmt: skip
        value = np.where(alive, parts.sum(axis=0) * (1.0 - weighed.coverage * similarity), -1.0)
        best = int(value.argmax())
        alive[best] = False
        if not accept(best):
            continue
        picks.append(_pick(pool, best, float(value[best]), parts[:, best], float(similarity[best]), need))
        promised += pool.probabilities[best]
        similarity = np.maximum(similarity, _likeness(pool.vectors, best))
    return picks


def _need(labels: Floats, power: float) -> Floats:
    """How much each signal counts, 0 to 1, summing to 1: the fewer labels, the more."""
    raw = (1.0 + labels) ** -power
    found: Floats = raw / raw.sum()
    return found


def _scale(worth: Floats) -> float:
    return max(float(np.percentile(worth, _TYPICAL)), _SMALLEST) if worth.size else 1.0


def _nearest(pool: Pool, covered: Any) -> Floats:  # noqa: ANN401 - sparse or dense
    """Similarity of each text to the most alike of those that are labelled, 0 to 1."""
    found = np.zeros(len(pool.probabilities))
    for first in range(0, 0 if covered is None else covered.shape[0], _AT_ONCE):
        block = pool.vectors @ covered[first : first + _AT_ONCE].T
        nearest = block.max(axis=1)
        found = np.maximum(found, nearest.toarray().ravel() if hasattr(nearest, "toarray") else nearest)
    return np.clip(found, 0.0, 1.0)


def _likeness(vectors: Any, row: int) -> Floats:  # noqa: ANN401 - sparse or dense
    return _product(vectors, vectors[row])


def _product(vectors: Any, one: Any) -> Floats:  # noqa: ANN401 - sparse or dense
    column = one.toarray().ravel() if hasattr(one, "toarray") else one
    found: Floats = np.clip(np.asarray(vectors @ column, np.float64), 0.0, 1.0)
    return found


def _pick(pool: Pool, index: int, value: float, parts: Floats, similarity: float, need: Floats) -> Pick:
    chances = pool.probabilities[index]
    uncertainty, rarity, disagreement = (float(part) for part in parts)
    return Pick(
        index, value, uncertainty, rarity, disagreement, similarity,
        _strongest(pool.names, entropy(chances) * need), _strongest(pool.names, chances * need),
    )  # fmt: skip


def _strongest(names: tuple[str, ...], shares: NDArray[np.float64]) -> tuple[str, ...]:
    order = np.argsort(-shares, kind="stable")[:2]
    return tuple(names[place] for place in order if shares[place] >= 0.5 * shares[order[0]] and shares[place] > 0)
