"""Rows that Qualtrics and SurveyMonkey write under the header are left out, and said; answers never are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.errors import EmptyInputError
from hx_detect.io.columns import find_roles
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions, Row, Table
from hx_detect.io.source import fetch
from hx_detect.io.survey_rows import survey_rows
from hx_detect.wording import set_language

NAMES = ["StartDate", "ResponseId", "Q1", "Q2"]
QUESTIONS = ["Start Date", "Response ID", "How likely are you to recommend us?", 'Why? "In your words",\nplease.']
IMPORT_IDS = [
    json.dumps({"ImportId": "startDate", "timeZone": "Europe/Madrid"}), '{"ImportId":"_recordId"}',
    '{"ImportId":"QID1"}', '{"ImportId":"QID2_TEXT"}',
]  # fmt: skip
ANSWERS = [
    ["2026-05-01 10:00:00", "R_1", "0", "Nobody answers the phone"],
    ["2026-05-02 11:00:00", "R_2", "10", ""],
    ["2026-05-03 12:00:00", "R_3", "9", "Solved on the same day, thank you"],
]
QUALTRICS = [NAMES, QUESTIONS, IMPORT_IDS, *ANSWERS]
MONKEY = [
    ["Respondent ID", "Date Created", "How likely are you to recommend us?", "Please tell us why."],
    ["", "", "Response", "Open-Ended Response"],
    ["118", "05/01/2026 10:00:00 AM", "0", "Nobody answers the phone"],
    ["119", "05/02/2026 11:00:00 AM", "10", "Solved on the same day, thank you"],
]


def write(folder: Path, suffix: str, rows: Sequence[Sequence[str]]) -> Path:
    path = folder / f"a.{suffix}"
    if suffix == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in rows:
            sheet.append([cell or None for cell in row])
        book.save(path)
        return path
    text = io.StringIO()
    csv.writer(text, delimiter="\t" if suffix == "tsv" else ",", quoting=csv.QUOTE_ALL).writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-16" if suffix == "tsv" else "utf-8-sig"))
    return path


def read(path: Path, *, header: bool | None = None) -> tuple[Table, list[Row]]:
    with fetch(str(path)) as source:
        table = open_table(source, ReadOptions(header=header))
        return table, list(table.source.rows())


@pytest.mark.parametrize("suffix", ["csv", "tsv", "xlsx"])
@pytest.mark.parametrize("header", [None, True])
def test_qualtrics(tmp_path: Path, suffix: str, header: bool | None) -> None:
    table, rows = read(write(tmp_path, suffix, QUALTRICS), header=header)
    assert table.columns == tuple(NAMES)
    assert [row.number for row in rows] == [3, 4, 5]
    assert [row.values["Q2"] or "" for row in rows] == [answer[3] for answer in ANSWERS]
    assert [row.number for row in table.sample] == [3, 4, 5]
    assert table.details[-1] == "2 rows under the header left out (Qualtrics: question texts and ImportId)"


@pytest.mark.parametrize("suffix", ["csv", "tsv", "xlsx"])
def test_the_question_of_a_column_says_that_it_is_the_answer(tmp_path: Path, suffix: str) -> None:
    table, _ = read(write(tmp_path, suffix, QUALTRICS))
    assert table.questions == dict(zip(NAMES, QUESTIONS, strict=True))
    roles, reasons = find_roles(table, "a.csv", {})
    assert (roles.text, roles.answer) == ("Q2", "Q1")
    assert "column of the 0-10 answer: 'Q1' (by its question)" in reasons


def test_the_group_that_is_made_of_the_answer_is_not_the_answer(tmp_path: Path) -> None:
    extra = ["3", "1", "2"], "How likely are you to recommend us? - Group", '{"ImportId":"QID1_NPS_GROUP"}'
    groups = ["Q1_NPS_GROUP", *extra[1:], *extra[0]]
    rows = [[group, *row] for group, row in zip(groups, QUALTRICS, strict=True)]
    table, _ = read(write(tmp_path, "csv", rows))
    assert find_roles(table, "a.csv", {})[0].answer == "Q1"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_surveymonkey(tmp_path: Path, suffix: str) -> None:
    table, rows = read(write(tmp_path, suffix, MONKEY))
    assert table.columns == tuple(MONKEY[0])
    assert [(row.number, row.values["Respondent ID"]) for row in rows] == [(2, "118"), (3, "119")]
    assert table.details[-1] == "1 row under the header left out (SurveyMonkey: kinds of answer)"


@pytest.mark.parametrize(
    "kinds",
    [["", "", "Fast", "Cheap", "Open-Ended Response"], ["", "", "Fast", "Other (please specify)", "Response"],
     ["", "", "Rápido", "Otro (especifique)", "Respuesta de composición abierta"]],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_surveymonkey_with_options(tmp_path: Path, suffix: str, kinds: Sequence[str]) -> None:
    header = ["Respondent ID", "Start Date", "Which apply?", "", "Why do you say that?"]
    answers = [["118", "05/01/2026", "Fast", "", "They came at once"], ["119", "05/02/2026", "", "Cheap", "Low fees"]]
    table, rows = read(write(tmp_path, suffix, [header, kinds, *answers]))
    assert [row.values["Why do you say that?"] for row in rows] == ["They came at once", "Low fees"]
    assert [row.number for row in table.sample] == [2, 3]


def test_kinds_alone_need_no_blank_cell_before_them() -> None:
    sample = [Row(1, {"a": "Otro (especifique)", "b": "Response"}), Row(2, {"a": "blue", "b": "I like it"})]
    assert survey_rows(sample, header=None).last == 1


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_without_the_question_texts(tmp_path: Path, suffix: str) -> None:
    table, rows = read(write(tmp_path, suffix, [NAMES, IMPORT_IDS, *ANSWERS]))
    assert [row.number for row in rows] == [2, 3, 4]
    assert table.details[-1] == "1 row under the header left out (Qualtrics: ImportId)"


def test_in_spanish(tmp_path: Path) -> None:
    words = [["Id", "Motivo"], ["", "Respuesta de composición abierta"], ["1", "Nadie contesta al teléfono"]]
    set_language("es")
    try:
        assert read(write(tmp_path, "csv", QUALTRICS))[0].details[-1] == (
            "2 filas bajo la cabecera sin leer (Qualtrics: textos de las preguntas e ImportId)"
        )
        table, rows = read(write(tmp_path, "csv", words))
    finally:
        set_language("en")
    assert table.details[-1] == "1 fila bajo la cabecera sin leer (SurveyMonkey: tipos de respuesta)"
    assert [row.number for row in rows] == [2]


def test_where_the_user_says_there_is_no_header_every_row_is_data(tmp_path: Path) -> None:
    table, rows = read(write(tmp_path, "csv", MONKEY[1:]), header=False)
    assert len(rows) == len(MONKEY) - 1
    assert len(table.details) == 2


@pytest.mark.parametrize("rows", [QUALTRICS[:3], [["Id", "Why"], ["", "Response"]]])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_without_answers(tmp_path: Path, suffix: str, rows: Sequence[Sequence[str]]) -> None:
    with pytest.raises(EmptyInputError):
        read(write(tmp_path, suffix, rows))


@pytest.mark.parametrize(
    "row",
    [["", ""], ["1", "Response"], ["", "Response to your mail"], ['{"ImportId": 1}', "words"], ['{"Import": 1}', ""],
     ['{"ImportId": 1', ""], ['["ImportId"]', ""], ["ImportId", ""], ["{" * 5000, ""],
     ["", "Other (please specify)"], ["Fast", "Response"]],
)  # fmt: skip
def test_rows_that_may_be_answers_stay(row: list[str]) -> None:
    sample = [Row(1, dict(zip("ab", row, strict=True))), Row(2, {"a": "2", "b": "more words"})]
    found = survey_rows(sample, header=None)
    assert (found.last, found.data, found.details) == (0, sample, ())


def test_an_import_id_further_down_is_an_answer() -> None:
    sample = [Row(number, {"a": text}) for number, text in enumerate(["one", "two", '{"ImportId":"QID1"}'], 1)]
    assert survey_rows(sample, header=None).data == sample


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=1), max_size=6))
def test_rows_are_only_ever_left_out_at_the_top(values: list[dict[str, str]]) -> None:
    sample = [Row(number, cells) for number, cells in enumerate(values, 1)]
    ids = [Row(0, {"a": '{"ImportId":"QID1"}', "b": ""})]
    assert list(survey_rows([*ids, *sample], header=None).data) == sample
    found = survey_rows(sample, header=None)
    assert list(found.data) == sample[found.last :]
    assert bool(found.details) == (found.last > 0)
