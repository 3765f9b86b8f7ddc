"""Files become cases: scored or raw, flat or nested, once however often; later texts find their customers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from batch_run import Said
from case_texts import HEADER, ROWS, write_table
from fake_scorer import FakeScorer

from hx_detect.batch import score_file
from hx_detect.batch_options import BatchOptions
from hx_detect.errors import ColumnError
from hx_detect.io.rows import ReadOptions
from hx_detect.serving.case_intake import Choice, Intake, Reader, add_file, follow_file
from hx_detect.serving.case_records import Keeping
from hx_detect.serving.case_rows import CaseColumns
from hx_detect.serving.store.case_pages import CaseFilter, WholeCase, cases_page, find_case
from hx_detect.serving.store.engine import Store

COLUMNS = CaseColumns(group="tienda")


def reader(columns: CaseColumns = COLUMNS) -> tuple[Reader, Said]:
    said = Said()
    return Reader(columns, ReadOptions(), FakeScorer, said), said


def add(store: Store, path: Path, choice: Choice | None = None, columns: CaseColumns = COLUMNS) -> Intake:
    return add_file(store, str(path), reader(columns)[0], choice or Choice(), Keeping(), "ana")


def by_customer(store: Store) -> dict[str | None, WholeCase]:
    return {case.customer: find_case(store, case.id) for case in cases_page(store, CaseFilter(), limit=50)}


def scored(path: Path, suffix: str) -> Path:
    out = path.with_name(f"out{suffix}")
    score_file(str(path), str(out), FakeScorer, BatchOptions(), Said())
    return out


@pytest.mark.parametrize("suffix", ["", ".csv", ".tsv", ".jsonl", ".parquet", ".xlsx", ".csv.gz"])
def test_every_form_of_a_file_gives_the_same_cases(sqlite_store: Store, tmp_path: Path, suffix: str) -> None:
    raw = write_table(tmp_path / "in.csv")
    path = scored(raw, suffix) if suffix else raw
    done = add(sqlite_store, path)
    assert (done.rows, done.chosen, dict(done.outcomes)) == (6, 3, {"new": 3, "linked": 1, "earlier": 1})
    cases = by_customer(sqlite_store)
    assert set(cases) == {"C1", "C2", None}
    one = cases["C1"].case
    assert (one.group, one.review_id, one.source, one.level) == ("Vigo", "r1", path.name, "hx_risk")
    assert one.written is not None
    assert (one.written.month, one.written.day) == (3, 3)
    assert one.text is not None
    ((start, end),) = one.signals["ignored"]
    assert one.text[start:end] == "nadie"
    assert [text.level for text in cases["C1"].texts] == ["cx"]
    assert cases["C2"].texts == []


def test_adding_again_changes_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    path = scored(write_table(tmp_path / "in.csv"), ".csv")
    add(sqlite_store, path)
    again = add(sqlite_store, path)
    assert dict(again.outcomes) == {"known": 4, "earlier": 1}
    assert again.new == []
    nested = add(sqlite_store, scored(tmp_path / "in.csv", ".jsonl"))
    assert nested.new == []


def test_a_scored_file_that_was_scored_again_counts_by_its_last_scores(sqlite_store: Store, tmp_path: Path) -> None:
    once = scored(write_table(tmp_path / "in.csv"), ".csv")
    lines = once.read_text(encoding="utf-8").replace("hx_risk", "neutral")
    once.write_text(lines, encoding="utf-8")
    twice = tmp_path / "twice.csv"
    score_file(str(once), str(twice), FakeScorer, BatchOptions(columns={"text": "comentario"}), Said())
    assert "hx_level_2" in twice.read_text(encoding="utf-8").splitlines()[0]
    assert len(add(sqlite_store, twice).new) == 3


def test_only_the_most_urgent_or_from_a_priority_on(sqlite_store: Store, tmp_path: Path) -> None:
    path = scored(write_table(tmp_path / "in.csv"), ".csv")
    assert len(add(sqlite_store, path, Choice(top=1)).new) == 1
    everything = add(sqlite_store, path, Choice(min_priority=0.0))
    assert everything.chosen == 4  # one of each customer
    assert add(sqlite_store, path, Choice(min_priority=0.99)).chosen == 0


def test_without_dates_the_files_order_tells(sqlite_store: Store, tmp_path: Path) -> None:
    rows = [(row[0], "", *row[2:]) for row in ROWS]
    done = add(sqlite_store, write_table(tmp_path / "in.csv", rows))
    assert dict(done.outcomes) == {"new": 3, "linked": 2}  # r5 stands below r3, so it counts as later
    above = write_table(tmp_path / "above.csv", [("s1", "", "x", "C8", "Muchas gracias a todos."),
                                                ("s2", "", "x", "C8", "Llamé y nadie contesta.")])  # fmt: skip
    assert dict(add(sqlite_store, above).outcomes) == {"new": 1}


def test_new_texts_of_the_same_customers_are_scored_and_linked(sqlite_store: Store, tmp_path: Path) -> None:
    add(sqlite_store, write_table(tmp_path / "in.csv", ROWS[:1]))
    rows = [("n1", "01/04/2025", "Vigo", "C1", "Todo arreglado, gracias."),
            ("n2", "02/04/2025", "Vigo", "C7", "Aquí nadie ayuda a nadie.")]  # fmt: skip
    later = write_table(tmp_path / "later.csv", rows)
    done = follow_file(sqlite_store, str(later), reader()[0], Keeping(), "crm")
    assert dict(done.outcomes) == {"linked": 1, "no_case": 1}
    assert [text.review_id for text in by_customer(sqlite_store)["C1"].texts] == ["n1"]
    again = follow_file(sqlite_store, str(later), reader()[0], Keeping(), "crm")
    assert dict(again.outcomes) == {"known": 1, "no_case": 1}


def test_what_was_found_is_said(sqlite_store: Store, tmp_path: Path) -> None:
    one, said = reader()
    rows = [*ROWS, ("r9", "ayer", "Vigo", "C9", "Sigue sin venir nadie.")]
    add_file(sqlite_store, str(write_table(tmp_path / "in.csv", rows)), one, Choice(), Keeping(), "ana")
    told = "\n".join(said.lines)
    for words in ("not scored yet", "customer column: 'cliente'", "date column: 'fecha'", "day first",
                  "dates that could not be read: 1"):  # fmt: skip
        assert words in told


def test_columns_that_are_not_there(sqlite_store: Store, tmp_path: Path) -> None:
    path = scored(write_table(tmp_path / "in.csv"), ".csv")
    for columns in (CaseColumns(customer="nadie"), CaseColumns(group="regiones"), CaseColumns(date="cuando")):
        with pytest.raises(ColumnError, match="has no column"):
            add(sqlite_store, path, columns=columns)
    bare = write_table(tmp_path / "bare.csv", [("Aquí no hay nadie que ayude.",)], ("comentario",))
    with pytest.raises(ColumnError, match="no column that names customers"):
        follow_file(sqlite_store, str(bare), reader(CaseColumns())[0], Keeping(), "crm")


def test_scores_that_are_not_whole(sqlite_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_text("comentario,hx_level\nAquí no contesta nadie nunca,hx\n", encoding="utf-8")
    with pytest.raises(ColumnError, match="not whole"):
        add(sqlite_store, path, columns=CaseColumns())


def test_evidence_that_was_cut_short_leaves_the_signals(sqlite_store: Store, tmp_path: Path) -> None:
    path = scored(write_table(tmp_path / "in.csv"), ".csv")
    text = path.read_text(encoding="utf-8").replace('""end""', '""en')
    path.write_text(text, encoding="utf-8")
    add(sqlite_store, path)
    assert by_customer(sqlite_store)["C1"].case.signals == {"ignored": []}


def test_rows_without_a_score_and_numbers_as_keys(sqlite_store: Store, tmp_path: Path) -> None:
    path = scored(write_table(tmp_path / "in.csv", ROWS[:1]), ".jsonl")
    record = json.loads(path.read_text(encoding="utf-8"))
    lines = [record | {"cliente": 17.0}, record | {"hx": None, "id": "none"}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert add(sqlite_store, path, columns=replace(COLUMNS, customer="CLIENTE")).rows == 1
    assert set(by_customer(sqlite_store)) == {"17"}


def test_the_most_urgent_text_of_a_customer_makes_the_case(sqlite_store: Store, tmp_path: Path) -> None:
    texts = ["Van tres y nadie.", "nadie llama, y van ya 4 semanas", "nadie"]
    rows = [(f"u{n}", f"0{n + 1}/05/2025", "x", "C1", text) for n, text in enumerate(texts)]
    path = scored(write_table(tmp_path / "in.csv", rows, HEADER), ".csv")
    done = add(sqlite_store, path)
    whole = by_customer(sqlite_store)["C1"]
    best = max(range(3), key=lambda n: (len(texts[n]) % 7, -n))
    assert whole.case.review_id == f"u{best}"
    assert done.outcomes["linked"] + done.outcomes["earlier"] == 2
