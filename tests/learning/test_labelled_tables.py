"""Labelled files are read whole: every row is used, or named with what is wrong with it and what to do."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from labelled_files import codes, csv_file, json_lines, read_rows

from hx_detect.errors import ColumnError, EmptyInputError, InputFormatError, InputNotFoundError
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.labelled_row import FEWEST_EXAMPLES, LabelledOptions, text_hash
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.records import Span

AUTHORED = Path(__file__).parents[2] / "data" / "authored"
LINE = {
    "id": "a-1", "text": "Nadie contesta, qué asco", "lang": "es", "kind": "complaint", "sentiment": "negative",
    "stars": 1, "stage": "support", "labels": {"ignored": ["Nadie contesta"], "rage": [[16, 24]]}, "group": "g1",
}  # fmt: skip


def test_our_own_records(tmp_path: Path) -> None:
    table = read_labelled([json_lines(tmp_path, [LINE, LINE | {"id": "a-2", "labels": {}, "stage": None}])])
    row, other = table.rows
    assert (row.id, row.language, row.kind, row.group, row.row, row.file) == (
        "a-1", "es", "complaint", "g1", 1, "labelled.jsonl",
    )  # fmt: skip
    assert row.signals == {"ignored": (Span(0, 14, "Nadie contesta"),), "rage": (Span(16, 24, "qué asco"),)}
    assert row.known_signals == frozenset(SIGNAL_NAMES)
    assert (row.says("rage"), row.says("kind"), row.says("app_crash")) == (True, False, None)
    assert row.text_hash == text_hash(row.text) == hashlib.sha256(row.text.encode()).hexdigest()[:16]
    assert (other.signals, other.stage, other.labelled) == ({}, None, True)
    assert table.files[0].sha256 == hashlib.sha256((tmp_path / "labelled.jsonl").read_bytes()).hexdigest()
    assert not table.rejects


def test_the_authored_examples_are_read_without_a_word(tmp_path: Path) -> None:
    lines = (AUTHORED / "examples.es.jsonl").read_text(encoding="utf-8").splitlines()
    packed = tmp_path / "some.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(lines[:200]).encode()))
    table = read_labelled([packed])
    assert (len(table.rows), table.rejects, table.unknown_labels) == (200, (), ())
    records = [json.loads(line) for line in lines[:200]]
    assert [dict.fromkeys(record["labels"]) for record in records] == [
        {name: None for name in record["labels"] if name in (row.signals or {})}
        for record, row in zip(records, table.rows, strict=True)
    ]
    quotes = [span.text for row in table.rows for spans in (row.signals or {}).values() for span in spans]
    assert sorted(quotes) == sorted(
        quote for record in records for stretches in record["labels"].values() for quote in stretches
    )


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    good = {"texto": "Nadie me contesta", "sentimiento": "negativo", "estrellas": "1", "señales": "ignorado",
            "etapa": "atención", "idioma": "es", "fecha": "2026-05-31"}  # fmt: skip
    table = read_rows(
        tmp_path,
        [
            good,
            good | {"texto": " "},
            good | {"idioma": "fr"},
            dict.fromkeys(good, "") | {"texto": "Aquí no hay etiquetas"},
            good | {"sentimiento": "negatibo"},
            good | {"estrellas": "4.5"},
            good | {"etapa": "atencion al vecino"},
            good | {"fecha": "ayer"},
            good | {"señales": '{"ignorado": 0.7}'},
            good | {"señales": '{"ignorado": ["no es mi texto"]}'},
            *[good] * 5,
        ],
    )
    assert codes(table) == [
        (2, "empty", True), (3, "bad_language", True), (4, "unlabelled", True), (5, "bad_sentiment", False),
        (6, "bad_stars", False), (7, "bad_stage", False), (8, "bad_date", False), (9, "bad_labels", False),
        (10, "evidence_not_in_text", False),
    ]  # fmt: skip
    assert all(
        reject.failure.cure and reject.failure.field in good for reject in table.rejects if reject.failure.row != 4
    )
    assert "Did you mean negative?" in table.rejects[3].failure.cure
    by_row = {row.row: row for row in table.rows}
    assert set(by_row) == {1, *range(5, 16)}
    assert by_row[5].sentiment is None
    assert by_row[5].stars == 1
    assert by_row[9].signals is None
    assert by_row[10].signals == {"ignored": ()}


def test_stars_and_answers_as_people_write_them(tmp_path: Path) -> None:
    stars = ("4/5", "4 de 5", "★★★★☆", "4 estrellas", "4,0", "4,5/5", "4/10")
    rows = [{"texto": f"Texto número {n} de la tienda", "estrellas": cell, "nps": "9/10"}
            for n, cell in enumerate(stars)]  # fmt: skip
    table = read_rows(tmp_path, rows)
    assert [row.stars for row in table.rows] == [4] * 5 + [None] * 2
    assert {row.answer for row in table.rows} == {9.0}
    assert codes(table) == [(6, "bad_stars", False), (7, "bad_stars", False)]


def test_a_mark_for_no_text_is_nothing_to_learn_from(tmp_path: Path) -> None:
    texts = ("Nadie me contesta", "N/A", "...", "Nada", "Todo bien, gracias a todos")
    table = read_rows(tmp_path, [{"texto": text, "sentimiento": "neutro"} for text in texts])
    assert codes(table) == [(2, "empty", True), (3, "empty", True)]
    assert [reject.failure.value for reject in table.rejects] == ["N/A", "..."]


def test_blank_cells_are_unknown_unless_the_user_says_so(tmp_path: Path) -> None:
    rows = [{"texto": f"Texto número {n} de la tienda", "señales": cell, "stars": 3, "caro": mark}
            for n, (cell, mark) in enumerate([("fallo", "x"), ("", ""), ("ninguna", "no")])]  # fmt: skip
    table = read_rows(tmp_path, rows)
    assert [row.says("rage") for row in table.rows] == [False, None, False]
    assert [row.says("overpriced") for row in table.rows] == [True, None, False]
    told = read_rows(tmp_path, rows, blank_is_none=True)
    assert [row.says("rage") for row in told.rows] == [False, False, False]
    assert [row.says("overpriced") for row in told.rows] == [True, False, False]


def test_a_column_of_evidence_beside_the_labels(tmp_path: Path) -> None:
    text = "Nadie contesta y encima mienten"
    rows = [
        {"texto": text, "labels": "ignored", "evidencia": "Nadie contesta"},
        {"texto": text, "labels": "ignored; deceived", "evidencia": '[{"signal": "deceived", "start": 24, "end": 31}]'},
        {"texto": text, "labels": "ignored", "evidencia": '{"rage": ["mienten"]}'},
        {"texto": text, "labels": "ignored; deceived", "evidencia": ""},
    ]
    table = read_rows(tmp_path, rows)
    assert table.rows[0].signals == {"ignored": (Span(0, 14, "Nadie contesta"),)}
    assert table.rows[1].signals == {"ignored": (), "deceived": (Span(24, 31, "mienten"),)}
    assert table.rows[2].signals == {"ignored": ()}
    assert codes(table) == [(3, "evidence_unlabelled", False)]


def test_evidence_in_the_column_of_a_signal(tmp_path: Path) -> None:
    rows = [{"texto": "Nadie contesta nunca", "ignored": mark} for mark in ("x", "no", "no", "Nadie contesta", "quizá")]
    table = read_rows(tmp_path, rows, columns={"ignored": "ignored"})
    assert [row.says("ignored") for row in table.rows] == [True, False, False, True]
    assert table.rows[3].signals == {"ignored": (Span(0, 14, "Nadie contesta"),)}
    assert codes(table) == [(5, "bad_mark", True)]


def test_a_label_of_ones_own_needs_enough_texts(tmp_path: Path) -> None:
    def some(count: int) -> list[dict[str, str]]:
        labels = ["failure; App crash"] * count + ["failure"] * (50 - count)
        return [{"texto": f"La aplicación se cierra, caso {n}", "labels": label} for n, label in enumerate(labels)]

    enough = read_rows(tmp_path, some(FEWEST_EXAMPLES))
    assert enough.own_signals == ("app_crash",)
    (label,) = enough.unknown_labels
    assert (label.name, label.key, len(label.rows), label.suggestion) == ("App crash", "app_crash", 30, None)
    assert [enough.rows[n].says("app_crash") for n in (0, 49)] == [True, False]
    assert read_rows(tmp_path, some(FEWEST_EXAMPLES - 1)).own_signals == ()
    assert read_rows(tmp_path, some(3), new_signals=("app_crash",)).own_signals == ("app_crash",)
    assert read_rows(tmp_path, some(3), model_signals=("app_crash",)).own_signals == ("app_crash",)
    assert read_rows(tmp_path, some(FEWEST_EXAMPLES), new_signals=()).own_signals == ()


def test_a_misspelt_signal_is_no_new_one_and_makes_the_right_one_unknown(tmp_path: Path) -> None:
    rows = [{"texto": f"Nadie contesta, caso {n}", "labels": "ignorrado; rabia"} for n in range(FEWEST_EXAMPLES)]
    table = read_rows(tmp_path, rows)
    (label,) = table.unknown_labels
    assert (label.suggestion, label.own, table.own_signals) == ("ignored", False, ())
    assert table.rows[0].says("ignored") is None
    assert table.rows[0].says("kind") is False


def test_several_files_need_a_named_column_once(tmp_path: Path) -> None:
    first = csv_file(tmp_path, [{"texto": "Nadie me contesta", "nota": "1"}] * 4, "a.csv")
    second = json_lines(tmp_path, [LINE], "b.jsonl")
    table = read_labelled([first, second], LabelledOptions(columns={"stars": "nota"}))
    assert [(row.file, row.stars) for row in table.rows] == [("a.csv", 1)] * 4 + [("b.jsonl", 1)]
    with pytest.raises(ColumnError, match="nosuch"):
        read_labelled([first, second], LabelledOptions(columns={"stars": "nosuch"}))


def test_records_that_are_there_already(tmp_path: Path) -> None:
    table = read_labelled([json_lines(tmp_path, [LINE])], records={"feedback": [LINE | {"who": "ana"}]})
    assert [(row.file, row.who) for row in table.rows] == [("labelled.jsonl", None), ("feedback", "ana")]
    assert table.files[1].sha256 == read_labelled([], records={"feedback": [LINE | {"who": "ana"}]}).files[0].sha256


def test_a_file_whose_encoding_lies(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(
        "opinión;sentimiento\nEl señor no contestó;negativo\nMuy amable, señora;positivo\n".encode("cp1252")
    )
    assert [row.text for row in read_labelled([path]).rows] == ["El señor no contestó", "Muy amable, señora"]


@pytest.mark.parametrize(
    ("content", "error"),
    [("", EmptyInputError), ("[]", EmptyInputError), ('[{"text": "a"', InputFormatError), ("[1, 2", InputFormatError)],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: str, error: type[Exception]) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error):
        read_labelled([path])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError):
        read_labelled([tmp_path / "nowhere.csv"])
