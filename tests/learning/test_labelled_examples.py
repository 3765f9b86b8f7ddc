"""Rows of a table in the full training. In: labelled rows. Out: examples of the sets they belong to."""

from __future__ import annotations

from pathlib import Path

from small_refit import labelled_rows
from small_training import authored_sources

from hx_detect.labels import SIGNAL_INDEX, SIGNAL_NAMES
from hx_detect.learning.datasets import EXPERIENCE, cleaner, load_datasets
from hx_detect.learning.held_out import held_out
from hx_detect.learning.labelled_examples import NEW, labelled_examples, with_new_rows
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.recipe import Phase, Recipe
from hx_detect.records import Span

ROW = LabelledRow(
    row=1, file="f.csv", source="f.csv", text="  Nadie  contesta, es un timo", stars=1, sentiment="negative",
    signals={"ignored": (Span(2, 17, "Nadie  contesta"),)}, known_signals=frozenset(SIGNAL_NAMES), stage="support",
)  # fmt: skip


def test_a_row_becomes_an_example() -> None:
    (example,) = labelled_examples([ROW], cleaner())
    assert (example.language, example.stars, example.sentiment_label) == ("es", 0, "negative")
    assert example.signals == frozenset({SIGNAL_INDEX["ignored"]})
    ((_, start, end),) = example.spans
    assert example.text[start:end] == "Nadie contesta"


def test_signals_are_known_only_where_a_row_speaks_of_all() -> None:
    partly = LabelledRow(1, "f", "f", "Es un timo", language="es", signals={"deceived": ()},
                         known_signals=frozenset({"deceived"}))  # fmt: skip
    silent = LabelledRow(2, "f", "f", "Es un timo")
    (example,) = labelled_examples([partly, silent], cleaner())
    assert example.signals is None


def test_rows_go_where_they_belong_and_the_gates_are_left_out(tmp_path: Path) -> None:
    rows = labelled_rows(60, own=False)
    starred = [LabelledRow(n, "s.csv", "s.csv", f"cosa {n} {n * n} {n**3}", language="es", stars=3) for n in range(30)]
    sources = authored_sources(tmp_path, rows=30)
    before = load_datasets(sources)
    after = load_datasets(type(sources)(**{**vars(sources), "labelled": (*rows, *starred)}))
    apart = held_out([row.text for row in (*rows, *starred)])
    new = {example.text for some in (*after.train.values(), *after.val.values()) for example in some}
    assert sum(apart) == after.left_out["new rows: held out for the gate"] > 0
    assert not {row.text for row, out in zip((*rows, *starred), apart, strict=True) if out} & new
    assert len(after.train[EXPERIENCE]) > len(before.train[EXPERIENCE])
    assert {example.stars for example in after.train[NEW]} == {2}
    assert NEW in after.hashes


def test_a_recipe_draws_new_rows_unless_it_says_how_many() -> None:
    recipe = Recipe("r", "1", (Phase("a", {"hx": 3}), Phase("b", {"hx": 9})))
    assert [phase.rows for phase in with_new_rows(recipe, 7).phases] == [{"hx": 3, NEW: 7}, {"hx": 9, NEW: 7}]
    assert with_new_rows(recipe, 0) == recipe
    own = Recipe("r", "1", (Phase("a", {"hx": 3, NEW: 2}),))
    assert with_new_rows(own, 7) == own
