"""Figure by figure. In: scorers that know the labels more or less. Out: which differences the gate sees, which not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from informed_scorer import InformedScorer, some_rows

from hx_detect.evaluation.bootstrap import Bootstrap
from hx_detect.registry.gate_answers import answers_of
from hx_detect.registry.gate_compare import ASKED, Comparison, compare_set
from hx_detect.registry.gate_rows import GateRow

ROWS = some_rows(150)
CHAMPION = InformedScorer(ROWS, 2.0)


def compared(challenger: InformedScorer, rows: Sequence[GateRow] = ROWS, *, asks: bool = False) -> list[Comparison]:
    both = answers_of(CHAMPION, challenger, rows)
    return compare_set(both, "some", Bootstrap(len(both.rows), 100), asks=asks)


def of_kind(found: list[Comparison], verdict: str) -> set[str]:
    return {f"{one.part} {one.name}" for one in found if one.verdict == verdict}


def test_a_model_against_itself_is_neither_better_nor_worse() -> None:
    found = compared(CHAMPION, asks=True)
    assert {one.verdict for one in found} <= {"same", "few"}
    assert all(one.difference == 0 for one in found if not np.isnan(one.difference))
    assert {one.kind for one in found} == {"all", "language", "source", "signal"}


def test_another_draw_of_the_same_quality_is_not_called_worse() -> None:
    found = compared(InformedScorer(ROWS, 2.0, seed=5))
    assert len(of_kind(found, "worse")) <= 1


def test_a_better_model_is_better_where_it_is_asked() -> None:
    found = compared(InformedScorer(ROWS, 0.5), asks=True)
    assert "all asked.mean" in of_kind(found, "better")
    assert "all signals.macro_average_precision" in of_kind(found, "better")
    assert of_kind(found, "worse") == set()
    errors = [one for one in found if one.name in ("stars.mae_of_expected", "signals.brier") and one.kind == "all"]
    assert all(one.difference < 0 and one.less_is_better for one in errors)


def test_a_worse_model_is_worse_as_a_whole_and_in_each_language() -> None:
    worse = of_kind(compared(InformedScorer(ROWS, 5.0)), "worse")
    assert {"all sentiment.macro_f1", "language:es signals.macro_average_precision", "all sentiment.brier"} <= worse


def test_one_lost_signal_is_found_and_the_others_stay() -> None:
    worse = of_kind(compared(InformedScorer(ROWS, 2.0, bad="harassed")), "worse")
    assert "signal:harassed average_precision" in worse
    assert not {one for one in worse if one.startswith("signal:") and "harassed" not in one}


def test_one_lost_source_is_found() -> None:
    worse = of_kind(compared(InformedScorer(ROWS, 2.0, bad_source="bank")), "worse")
    assert {one.partition(" ")[0] for one in worse if one.startswith("source:")} == {"source:bank"}


def test_probabilities_that_are_less_sure_than_they_could_be_are_found() -> None:
    worse = of_kind(compared(InformedScorer(ROWS, 2.0, squeezed=6.0)), "worse")
    assert {"all signals.brier", "all sentiment.ece"} <= worse
    assert not {one for one in worse if "precision" in one}


def test_few_texts_decide_nothing() -> None:
    found = compared(InformedScorer(ROWS, 9.0), ROWS[:12])
    assert {one.verdict for one in found} == {"few"}
    assert ASKED not in {one.name for one in compared(InformedScorer(ROWS, 0.5), ROWS[:12], asks=True)}


def test_what_nobody_labelled_is_not_counted() -> None:
    bare = tuple(replace(row, sentiment=None, stage=None, stars=None, known=frozenset({"ignored"}),
                         signals=row.signals & {"ignored"}) for row in ROWS)  # fmt: skip
    scorer = InformedScorer(ROWS, 2.0)
    both = answers_of(scorer, scorer, bare)
    found = compare_set(both, "some", Bootstrap(len(bare), 20), asks=True)
    names = {one.name for one in found}
    assert not {name for name in names if name.startswith(("sentiment", "stage", "stars"))}
    assert {one.part for one in found if one.kind == "signal"} == {"signal:ignored"}
    assert ASKED in names


def test_texts_that_one_cannot_score_are_left_out() -> None:
    both = answers_of(CHAMPION, InformedScorer(ROWS[:100], 1.0), ROWS)
    assert (len(both.rows), both.left_out) == (100, 50)


def test_p_falls_with_the_loss() -> None:
    def p_of(noise: float) -> float:
        found = compared(InformedScorer(ROWS, noise))
        return next(one.p_worse for one in found if one.name == "signals.macro_average_precision")

    assert p_of(1.0) > p_of(3.0) > p_of(6.0)


def test_as_json_without_nan() -> None:
    few = compared(CHAMPION, ROWS[:12])
    assert all(value == value for one in few for value in one.to_dict().values())
