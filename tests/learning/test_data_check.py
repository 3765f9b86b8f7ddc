"""A check names every problem once, doubtful labels first, says what the data lack, and drops nothing."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace
from pathlib import Path

import pytest
from labelled_files import csv_file, read_rows
from labelled_judge import clear_rows, judge, row

from hx_detect.bundle import load_bundle
from hx_detect.learning.data_check import check_data, judge_with
from hx_detect.learning.frozen_set import frozen_records
from hx_detect.learning.label_problems import KINDS, kind_title
from hx_detect.learning.label_report import COLUMNS, html, markdown, summary_text, table_csv
from hx_detect.learning.labelled_row import LabelledOptions, LabelledTable
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.wording import set_language

FRENCH = "Je suis très déçue du service, personne ne répond jamais au téléphone et on me raccroche au nez"
OTHER = {"negative": "positive", "positive": "negative"}
LONG = "Llevo tres semanas esperando la caldera y en la tienda nadie sabe decirme cuándo llega"


def test_everything_at_once(tmp_path: Path) -> None:
    good = {"texto": LONG, "sentimiento": "negativo", "señales": "ignorado", "idioma": "es"}
    table = read_rows(
        tmp_path,
        [
            good,
            good | {"sentimiento": "positivo"},
            good | {"texto": ""},
            good | {"texto": FRENCH, "idioma": ""},
            good | {"texto": "Nobody at the branch has answered a single one of my letters", "idioma": "es"},
            good | {"texto": "Me prometieron una llamada y sigo esperando sentado", "señales": "ignorrado"},
            good | {"texto": "El reparto llegó abierto y sin la mitad de las cosas", "sentimiento": "regular tirando"},
        ],
    )
    check = check_data(table, evaluation={"mine": ["El reparto llegó abierto y sin la mitad de las cosas"]})
    assert check.counts() == {
        "rejected": 1, "leak": 1, "contradiction": 1, "third_language": 1, "language_mismatch": 1, "unknown_label": 1,
        "bad_value": 1,
    }  # fmt: skip
    assert [problem.rank for problem in check.problems] == list(range(1, 8))
    assert [problem.row for problem in check.problems] == [2, 3, 7, 7, 4, 6, 5]
    assert [problem.kind for problem in check.problems[:3]] == ["contradiction", "rejected", "leak"]
    assert len(check.table.rows) == 6
    assert check.model == ""
    assert "not_judged" in {note.code for note in check.notes}
    assert "labelled.csv:3 texto · cannot be used · The text is empty" in summary_text(check), "why, where no words are"
    assert "sentiment: only 1 text says positive" in summary_text(check)


def test_likely_label_errors_are_named_with_the_better_label() -> None:
    rows = clear_rows(120)
    rows[2] = replace(rows[2], sentiment="negative", row=3)
    check = check_data(LabelledTable(tuple(rows)), judge(rows))
    (problem,) = (one for one in check.problems if one.kind == "label_error")
    assert (problem.row, problem.field, problem.value, problem.suggestion) == (3, "sentiment", "negative", "positive")
    assert problem.certainty > 0.5
    assert "positive and not negative" in problem.why
    assert check.model == "toy 1.0.0"


def test_notes_on_the_whole() -> None:
    rows = [replace(one, stage="support") for one in clear_rows(200)]
    rows += [row(900, "se cierra sola", "negative", ["failure"])]
    notes = {note.message for note in check_data(LabelledTable(tuple(rows))).notes}
    assert any(message.startswith("stage: all 200 texts say support") for message in notes)
    assert any(message.startswith("failure: 1 text has it") for message in notes)
    assert not any(message.startswith("rage") for message in notes)


def test_labels_that_may_become_signals(tmp_path: Path) -> None:
    labels = ["app crash"] * 12 + ["none"] * 28
    rows = [{"texto": f"La app se cierra, caso número {n}", "labels": label} for n, label in enumerate(labels)]
    few = check_data(read_rows(tmp_path, rows))
    assert any("'app crash' is no signal of the model: 12 texts" in note.message for note in few.notes)
    asked = check_data(read_rows(tmp_path, rows, new_signals=("app_crash",)))
    assert any("'app_crash' will be learned" in note.message for note in asked.notes)
    assert {(one.name, one.count) for one in asked.balance if one.task == "app_crash"} == {("0", 28), ("1", 12)}


def test_a_signal_that_every_text_has() -> None:
    rows = [replace(one, signals={"rage": ()}) for one in clear_rows(40)]
    codes = {note.code for note in check_data(LabelledTable(tuple(rows))).notes}
    assert "one_class" in codes


@pytest.mark.parametrize("lang", ["es", "en"])
def test_reports_in_both_languages(lang: str, tmp_path: Path) -> None:
    set_language("es" if lang == "es" else "en")
    table = read_rows(
        tmp_path,
        [{"texto": LONG, "stars": 1}, {"texto": "<b>|x|</b> nada más que decir", "stars": "9"},
         {"texto": LONG, "stars": 5}, {"texto": "Nada más que decir de todo esto", "stars": "4"}],
    )  # fmt: skip
    check = check_data(table)
    titles = {"es": ["Filas que mirar", "Reparto de clases"], "en": ["Rows to look at", "Class balance"]}[lang]
    page, text = html(check), markdown(check)
    assert all(title in page and title in text for title in titles)
    assert f'<html lang="{lang}">' in page
    assert "<b>" not in page
    assert "<b>" not in text
    assert kind_title("contradiction") in summary_text(check)
    assert {len(line.split(" | ")) for line in text.splitlines() if line.startswith("| 1 ")} == {8}


def test_the_worked_list_is_a_table_without_formulas(tmp_path: Path) -> None:
    text = "=HYPERLINK(1) y además nadie contesta"
    table = read_rows(tmp_path, [{"texto": text, "stars": 1}, {"texto": text, "stars": 5}, {"texto": LONG, "stars": 3}])
    header, (rank, kind, file, row, *rest) = csv.reader(io.StringIO(table_csv(check_data(table))))
    assert tuple(header) == COLUMNS
    assert (rank, kind, file, row) == ("1", "contradiction", "labelled.csv", "2")
    assert rest[-1] == "'" + text


def test_every_kind_has_a_title_in_both_languages() -> None:
    english = [kind_title(kind) for kind in KINDS]
    set_language("es")
    spanish = [kind_title(kind) for kind in KINDS]
    assert len(set(english)) == len(set(spanish)) == len(KINDS)
    assert not set(english) & set(spanish)


def test_no_rows_at_all() -> None:
    check = check_data(LabelledTable(()))
    assert check.problems == ()
    assert "0 labelled texts" in summary_text(check)


def test_flipped_texts_of_the_frozen_set_are_found_by_the_shipped_model(tmp_path: Path) -> None:
    draw = random.Random(7)
    records = draw.sample([record for record in frozen_records() if record["sentiment"] in OTHER], 60)
    wrong = set(draw.sample(range(60), 18))
    rows = [
        {
            "text": one["text"],
            "lang": one["lang"],
            "sentiment": OTHER[one["sentiment"]] if n in wrong else one["sentiment"],
        }
        for n, one in enumerate(records)
    ]
    table = read_labelled([csv_file(tmp_path, rows)], LabelledOptions(kind="review"))
    told: list[int] = []
    check = check_data(table, judge_with(load_bundle(), table.rows, told.append))
    suspects = [problem.row - 1 for problem in check.problems if problem.kind == "label_error"]
    first = suspects[: len(suspects) // 2]
    assert told == [60]
    assert len(suspects) >= 9
    assert sum(place in wrong for place in first) >= 0.7 * len(first)
