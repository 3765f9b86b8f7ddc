"""Which texts the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from labelling_tables import TEXTS, scored_csv

from hx_detect.errors import EmptyInputError
from hx_detect.labelling.suggest import SuggestOptions, suggest
from hx_detect.labelling.tasks import read_tasks
from hx_detect.labelling.write_suggestions import write_suggestions


@pytest.mark.parametrize("format", ["csv", "tsv", "xlsx", "jsonl"])
def test_what_suggest_writes_is_shown_in_its_order(tmp_path: Path, format: str) -> None:
    place = scored_csv(tmp_path / "s.csv")
    found = suggest(str(place), SuggestOptions(5), lambda: pytest.fail("it is scored")).suggestions
    write_suggestions(found, tmp_path / f"o.{format}", format)
    tasks, refused = read_tasks(str(tmp_path / f"o.{format}"))
    assert ([task.text for task in tasks], refused) == ([one.review.text for one in found], 0)
    assert (tasks[0].id, tasks[0].language, tasks[0].kind) == (found[0].review.id, "es", "review")
    assert tasks[0].reason[0].startswith("indeciso")
    assert tasks[0].to_dict()["reason"]["en"].startswith("undecided")


def test_a_scored_table_and_a_plain_one_serve_too(tmp_path: Path) -> None:
    tasks, _ = read_tasks(str(scored_csv(tmp_path / "s.csv")))
    assert [task.text for task in tasks] == list(TEXTS)
    assert tasks[0].language == "es"
    plain = tmp_path / "p.csv"
    plain.write_text("nota,opinión\n3,Fue bien todo aquello\n2,\n3,Fue bien todo aquello\n", encoding="utf-8")
    tasks, refused = read_tasks(str(plain))
    assert ([task.text for task in tasks], refused) == (["Fue bien todo aquello"], 1)
    assert tasks[0].reason == ("", "")


def test_a_table_without_texts_is_told(tmp_path: Path) -> None:
    place = tmp_path / "p.csv"
    place.write_text("texto\n\n", encoding="utf-8")
    with pytest.raises(EmptyInputError):
        read_tasks(str(place))
