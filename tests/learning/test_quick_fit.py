"""The change of one head. In: made-up vectors and labels. Out: it learns what is new, and leaves the rest alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hx_detect.learning.quick_fit import FEWEST_ROWS, HeadData, fit_head, row_loss

SIZE = 12


def made(count: int, classes: int, *, new: float, seed: int = 3) -> HeadData:
    """Texts whose labels follow from the old logits and, times ``new``, from a vector's first number."""
    random = np.random.default_rng(seed)
    vectors, old = random.normal(size=(count, SIZE)), random.normal(size=(2000, SIZE))
    old[:, 0] = random.normal(0, 0.05, 2000)  # old texts say nothing of what is new
    weights = random.normal(size=(SIZE, classes))
    weights[0] = 0
    logits = vectors @ weights
    moved = logits.copy()
    moved[:, 0] += new * vectors[:, 0]
    if classes == 1:
        targets = (random.random((count, 1)) < 1 / (1 + np.exp(-moved))).astype(float)
    else:
        targets = np.eye(classes)[(moved + random.gumbel(size=moved.shape)).argmax(axis=1)]
    unknown, languages = np.full((2000, classes), np.nan), np.arange(2000) % 2
    return HeadData(vectors, logits, targets, np.arange(count), old, old @ weights, unknown, languages)


@pytest.mark.parametrize("classes", [1, 3])
def test_it_learns_what_is_new(classes: int) -> None:
    fit = fit_head(made(400, classes, new=3.0))
    assert fit.strength is not None
    assert fit.loss[1] < 0.85 * fit.loss[0]
    assert np.abs(fit.weights[0]).max() > 0.6
    assert np.abs(fit.weights[0]).max() > 3 * np.abs(fit.weights[1:]).max()


@pytest.mark.parametrize("classes", [1, 4])
def test_it_leaves_alone_what_was_right(classes: int) -> None:
    fit = fit_head(made(300, classes, new=0.0))
    assert fit.strength is None
    assert not fit.weights.any()
    assert not fit.bias.any()
    assert fit.loss[0] == fit.loss[1]


def test_old_evidence_holds_it_back() -> None:
    """The same new labels move a direction that the old texts speak of less than one that they do not."""
    free = made(400, 1, new=3.0)
    spread = np.random.default_rng(1).normal(0, 3, len(free.old_vectors))
    old = free.old_vectors.copy()
    old[:, 0] = spread
    held = replace(free, old_vectors=old)
    assert abs(fit_head(held).weights[0, 0]) < abs(fit_head(free).weights[0, 0])


@pytest.mark.parametrize("language", [0, 1])
def test_a_change_that_harms_the_old_texts_of_one_language_is_not_kept(language: int) -> None:
    """New labels bend what one language's old texts say of the same direction, whatever the other's say."""
    free = made(400, 1, new=3.0)
    spread = np.random.default_rng(2).normal(0, 1, len(free.old_vectors))
    old = free.old_vectors.copy()
    old[:, 0] = spread
    right = (free.old_logits > 0).astype(float)
    bent = (free.old_logits + 6 * spread[:, None] > 0).astype(float)
    told = np.where((free.old_languages == language)[:, None], right, bent)
    assert fit_head(replace(free, old_vectors=old, old_targets=bent)).strength is not None
    assert fit_head(replace(free, old_vectors=old, old_targets=told)).strength is None
    few = np.where((np.arange(2000) < 30)[:, None], told, np.nan)
    assert fit_head(replace(free, old_vectors=old, old_targets=few)).strength is not None


@pytest.mark.parametrize("count", [0, FEWEST_ROWS - 1])
def test_too_few_rows_change_nothing(count: int) -> None:
    data = made(max(count, 1), 1, new=9.0)
    few = replace(data, vectors=data.vectors[:count], logits=data.logits[:count], targets=data.targets[:count],
                  groups=data.groups[:count])  # fmt: skip
    assert fit_head(few).strength is None


def test_texts_of_one_group_are_no_evidence_for_each_other() -> None:
    data = made(200, 1, new=5.0)
    same = replace(data, groups=np.zeros(200, np.intp))
    assert fit_head(same).strength is None


@pytest.mark.parametrize(
    ("logits", "targets", "classes", "want"),
    [
        ([[0.0]], [[1.0]], False, np.log(2)),
        ([[40.0]], [[1.0]], False, 0.0),
        ([[0.0, 0.0]], [[0.5, 0.5]], True, np.log(2)),
        ([[50.0, 0.0]], [[1.0, 0.0]], True, 0.0),
    ],
)
def test_loss(logits: Any, targets: Any, classes: bool, want: float) -> None:  # noqa: ANN401 - nested lists
    found: NDArray[np.float64] = row_loss(np.array(logits), np.array(targets), classes=classes)
    assert found == pytest.approx([want], abs=1e-9)
