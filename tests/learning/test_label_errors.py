"""Wrong labels are found and come first; right ones are left alone; how likely is a probability."""

from __future__ import annotations

import random
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_judge import clear_rows, judge, row

from hx_detect.errors import MissingExtraError
from hx_detect.learning.label_errors import Suspect, find_suspects, posterior
from hx_detect.learning.label_tasks import UNKNOWN, label_tasks
from hx_detect.learning.labelled_row import LabelledRow

OTHER = {"negative": "positive", "positive": "negative", "neutral": "negative"}


def flipped(rows: list[LabelledRow], share: float, seed: int = 1) -> tuple[list[LabelledRow], set[int]]:
    """Rows of which some have another sentiment, and which."""
    chosen = set(random.Random(seed).sample(range(len(rows)), round(share * len(rows))))
    return [
        replace(one, sentiment=OTHER[str(one.sentiment)]) if place in chosen else one for place, one in enumerate(rows)
    ], chosen


def found(rows: list[LabelledRow], *, knows: bool = True) -> list[Suspect]:
    one = judge(rows, knows=knows)
    return find_suspects(label_tasks(rows), one.features, one.answers, list(range(len(rows))))


@pytest.mark.parametrize("knows", [True, False], ids=["model and rows", "rows alone"])
def test_flipped_labels_come_first(knows: bool) -> None:
    rows, wrong = flipped(clear_rows(200), 0.3)
    suspects = found(rows, knows=knows)
    order = list(dict.fromkeys(one.row for one in suspects))
    first = order[: len(order) // 2]
    assert len(order) >= 0.6 * len(wrong)
    assert sum(place in wrong for place in first) >= 0.9 * len(first)
    assert {one.task for one in suspects} == {"sentiment"}
    assert all(one.given == rows[one.row].sentiment != one.suggested for one in suspects)


def test_right_labels_are_left_alone() -> None:
    assert found(clear_rows(120)) == []


def test_a_missing_and_a_made_up_signal() -> None:
    rows = clear_rows(160)
    for place in (0, 4, 8, 12):
        rows[place] = replace(rows[place], signals={})
        rows[place + 3] = replace(rows[place + 3], signals={"ignored": ()})
    wrong = {*((place, "ignored", "0", "1") for place in (0, 4, 8, 12)),
             *((place, "ignored", "1", "0") for place in (3, 7, 11, 15))}  # fmt: skip
    named = {(one.row, one.task, one.given, one.suggested) for one in found(rows)}
    assert named
    assert named <= wrong


def test_a_handful_of_rows_is_judged_by_the_model_alone() -> None:
    rows = [
        row(1, "nadie contesta", "positive"),
        row(2, "muchas gracias", "positive"),
        row(3, "me mienten", "negative"),
    ]
    assert {(one.row, one.suggested) for one in found(rows)} <= {(0, "negative")}
    assert found(rows, knows=False) == []


def test_the_same_rows_give_the_same_list() -> None:
    rows, _ = flipped(clear_rows(120), 0.2)
    assert found(rows) == found(rows)


def test_one_class_only_is_no_reason_to_doubt() -> None:
    rows = [replace(one, sentiment="negative", signals=None, known_signals=frozenset()) for one in clear_rows(80)]
    assert {one.suggested for one in found(rows, knows=False)} == set()


def test_rows_that_do_not_say_are_not_judged() -> None:
    rows, wrong = flipped(clear_rows(160), 0.3)
    silent = [replace(one, sentiment=None) if place % 2 else one for place, one in enumerate(rows)]
    assert all(one.row % 2 == 0 for one in found(silent))
    assert {one.row for one in found(silent)} & wrong


@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_posteriors_are_probabilities(classes: int, rows: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    judged = draw.dirichlet(np.ones(classes), rows) * 0.99 + 0.01 / classes
    chances = posterior(judged, draw.integers(0, classes, rows))
    assert chances.shape == (rows, classes)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert (chances >= 0).all()


def test_a_doubt_weighs_more_where_many_labels_are_wrong() -> None:
    judged = np.tile([[0.95, 0.05], [0.05, 0.95]], (100, 1))
    right = np.tile([0, 1], 100)
    spoiled = right.copy()
    spoiled[:60] = 1 - spoiled[:60]
    single = right.copy()
    single[0] = 1
    assert posterior(judged, spoiled)[0, 0] > posterior(judged, single)[0, 0] > posterior(judged, right)[1, 0]


def test_tasks_of_rows() -> None:
    rows = [replace(row(1, "a", "mixed", ["rage"]), stars=2, own={"app_crash": ()}), row(2, "b")]
    tasks = {task.name: task for task in label_tasks(rows, ["app_crash"])}
    assert tasks["sentiment"].given.tolist() == [3, UNKNOWN]
    assert tasks["stars"].counts() == {"1-2": 1, "3": 0, "4-5": 0}
    assert tasks["rage"].is_signal
    assert tasks["app_crash"].given.tolist() == [1, UNKNOWN]
    assert "stage" not in tasks


@pytest.mark.parametrize("library", ["cleanlab.filter", "sklearn.linear_model", "threadpoolctl"])
def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"hx-detect\[learn\]"):
        found(clear_rows(80))
