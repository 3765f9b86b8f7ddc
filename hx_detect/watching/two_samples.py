"""Two samples of one thing -> how they differ. In: values of reference and new. Out: ``Comparison``, uncorrected."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist

from hx_detect.reporting.intervals import difference, share, two_shares_p
from hx_detect.watching.detector import BoolArray, FloatArray
from hx_detect.watching.drift_records import Comparison, Part

PERMUTATIONS: Final = 3999
_RARE: Final = 5
"""Categories that are expected less often than this in either table are counted together."""


def compare_categories(name: str, part: Part, reference: Sequence[str], new: Sequence[str]) -> Comparison:
    """Shares of categories: chi-square test of homogeneity (Pearson 1900), effect Cramér's V (1946).

    Args:
        name: of the comparison.
        part: what it belongs to.
        reference: a category of each text; at least one.
        new: the same.
    """
    counts = [Counter(reference), Counter(new)]
    labels = sorted(counts[0] | counts[1])
    table = np.array([[count[label] for label in labels] for count in counts], float)
    expected = table.sum(axis=0) * (table.sum(axis=1).min() / table.sum())
    rare = expected < _RARE
    if rare.sum() > 1 and not rare.all():
        table = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
    statistic, p_value, v = 0.0, 1.0, 0.0
    if table.shape[1] > 1:
        tested = stats.chi2_contingency(table, correction=False)
        statistic, p_value = float(tested.statistic), float(tested.pvalue)
        v = math.sqrt(statistic / table.sum())
    most = max(labels, key=lambda label: abs(_share(counts[1], label) - _share(counts[0], label)))
    shown = [f"{most} {100 * _share(count, most):.1f}%" for count in counts]
    return Comparison(name, part, "chi_square", statistic, p_value, v, "cramers_v", shown[0], shown[1])


def _share(count: Counter[str], label: str) -> float:
    return count[label] / max(1, count.total())


def compare_shares(name: str, part: Part, hits: tuple[int, int], texts: tuple[int, int]) -> Comparison:
    """Two shares: score test, Fisher's exact test where counts are small; effect Cohen's h (1988).

    Args:
        name: of the comparison.
        part: what it belongs to.
        hits: in reference and new.
        texts: in reference and new, both above 0.
    """
    before, after = share(hits[0], texts[0]), share(hits[1], texts[1])
    gap = difference(before, after)
    effect = 2 * (math.asin(math.sqrt(after.value)) - math.asin(math.sqrt(before.value)))
    return Comparison(
        name, part, "two_shares", gap.value, two_shares_p(before, after), effect, "cohens_h",
        before.value, after.value, (gap.low, gap.high),
    )  # fmt: skip


def compare_numbers(name: str, part: Part, reference: FloatArray, new: FloatArray) -> Comparison:
    """Two samples of numbers: Kolmogorov-Smirnov test; effect Cliff's delta (1993), shown are the medians.

    Args:
        name: of the comparison.
        part: what it belongs to.
        reference: shape (n,).
        new: shape (m,).
    """
    tested = stats.ks_2samp(reference, new, method="asymp")
    return Comparison(
        name, part, "kolmogorov_smirnov", float(tested.statistic), float(tested.pvalue), cliffs_delta(reference, new),
        "cliffs_delta", float(np.median(reference)), float(np.median(new)),
    )  # fmt: skip


def compare_means(name: str, part: Part, reference: FloatArray, new: FloatArray) -> Comparison:
    """As ``compare_numbers`` but by ranks (Mann-Whitney 1947), for shares that are mostly 0; shown are the means."""
    if np.ptp(np.r_[reference, new]) == 0:
        statistic, p_value = 0.0, 1.0
    else:
        tested = stats.mannwhitneyu(reference, new, method="asymptotic")
        statistic, p_value = float(tested.statistic), float(tested.pvalue)
    return Comparison(
        name, part, "mann_whitney", statistic, p_value, cliffs_delta(reference, new), "cliffs_delta",
        float(np.mean(reference)), float(np.mean(new)),
    )  # fmt: skip


def cliffs_delta(reference: FloatArray, new: FloatArray) -> float:
    """Probability that a new value is above a reference value, minus that it is below; -1 to 1."""
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, new, "left").sum()
    not_above = np.searchsorted(ordered, new, "right").sum()
    return float((below + not_above) / (len(reference) * len(new)) - 1)


def compare_vectors(name: str, reference: FloatArray, new: FloatArray, seed: int = 0) -> Comparison:
    """Two samples of vectors: kernel two-sample test by permutation (MMD, Gretton et al. 2012).

    Gaussian kernel, its width the median distance. The effect is Cliff's delta of the witness function, learnt on one
    half of each sample and measured on the other (Kübler et al. 2022): 0 where nothing tells the two apart.

    Args:
        name: of the comparison.
        reference: shape (n, d), at least 4 rows.
        new: shape (m, d), at least 4 rows.
        seed: of the permutations.
    """
    both = np.concatenate([reference, new]).astype(float)
    spread = both.std(axis=0)
    distances = cdist(both / np.where(spread > 0, spread, 1), both / np.where(spread > 0, spread, 1), "sqeuclidean")
    middle = float(np.median(distances[np.triu_indices(len(both), 1)]))
    kernel = np.exp(-distances / (middle if middle > 0 else 1.0))
    np.fill_diagonal(kernel, 0.0)
    first = np.arange(len(both)) < len(reference)
    rng = np.random.default_rng(seed)
    sides = np.stack([first, *(rng.permutation(first) for _ in range(PERMUTATIONS))]).astype(float)
    values = _mmd(kernel, sides)
    p_value = float((values >= values[0] - 1e-12).mean())
    effect = _witness_delta(kernel, first)
    return Comparison(name, "input", "mmd_permutation", float(values[0]), p_value, effect, "cliffs_delta", 0.0,
                      float(values[0]))  # fmt: skip


def _mmd(kernel: FloatArray, sides: FloatArray) -> FloatArray:
    """Unbiased squared MMD for each row of ``sides`` (1 marks the reference); the kernel's diagonal is 0."""
    others = 1 - sides
    n, m = sides.sum(axis=1), others.sum(axis=1)
    towards = sides @ kernel
    within = (towards * sides).sum(axis=1)
    between = (towards * others).sum(axis=1)
    rest = kernel.sum() - within - 2 * between
    values: FloatArray = within / (n * (n - 1)) + rest / (m * (m - 1)) - 2 * between / (n * m)
    return values


def _witness_delta(kernel: FloatArray, first: BoolArray) -> float:
    place = np.arange(len(first))
    halves = [
        (first & (place % 2 == 0), ~first & (place % 2 == 0)),
        (first & (place % 2 == 1), ~first & (place % 2 == 1)),
    ]
    deltas = []
    for (old_fit, new_fit), (old_test, new_test) in (halves, halves[::-1]):
        witness = kernel[:, new_fit].mean(axis=1) - kernel[:, old_fit].mean(axis=1)
        deltas.append(cliffs_delta(witness[old_test], witness[new_test]))
    return float(np.mean(deltas))
