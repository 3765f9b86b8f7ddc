"""``hx-detect data check`` shows the columns, then what is wrong, writes the list, and says so by its exit code."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from labelled_files import csv_file, json_lines
from labelled_judge import clear_rows, judge

from hx_detect.cli import main
from hx_detect.commands import labelled_arguments
from hx_detect.errors import EXIT_CODES, PROBLEMS_EXIT, ColumnError, InputNotFoundError, OutputError, UsageError
from hx_detect.learning import data_check
from hx_detect.learning.data_check import Judge
from hx_detect.learning.labelled_row import LabelledRow

FROZEN = "Left three messages with the surgery about my blood results, the first on 2 May. No reply to any of them."
CLEAN = [{"texto": row.text + " de la tienda", "estrellas": 1 + row.row % 5, "pedido": f"A{row.row}"}
         for row in clear_rows(8)]  # fmt: skip


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rows are judged without a model; gives the models that were asked for."""
    asked: list[str] = []

    def judge_with(bundle: str, rows: Sequence[LabelledRow], tell: Callable[[int], None]) -> Judge:
        asked.append(bundle)
        tell(len(rows))
        return judge(rows)

    monkeypatch.setattr(data_check, "judge_with", judge_with)
    monkeypatch.setattr("hx_detect.bundle.load_bundle", str)
    return asked


def spoilt(folder: Path) -> Path:
    rows = [{"texto": row.text, "sentimiento": row.sentiment, "quien": "ana"} for row in clear_rows(60)]
    rows[2] = rows[2] | {"sentimiento": "negativo"}
    return csv_file(folder, [*rows, {"texto": "", "sentimiento": "negativo", "quien": "luis"}])


@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_is_found_is_shown_and_written(
    lang: str, tmp_path: Path, toy: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "list.csv"
    assert main(["data", "check", str(spoilt(tmp_path)), "-o", str(out), "--lang", lang]) == PROBLEMS_EXIT
    shown = capsys.readouterr()
    assert "sentimiento -> sentiment" in shown.err
    assert {"es": "no cambia ni quita nada", "en": "Nothing was changed or left out"}[lang] in shown.out
    with out.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [(row["kind"], row["row"]) for row in rows][:2] == [("label_error", "3"), ("rejected", "61")]
    assert (rows[0]["value"], rows[0]["suggestion"]) == ("negative", "positive")
    assert toy == ["None"]


def test_nothing_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(csv_file(tmp_path, CLEAN)), "--no-model"]) == 0
    assert "0 of their rows need a look" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["report.md", "report.html"])
def test_pages(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*CLEAN, {"texto": FROZEN, "estrellas": 2, "pedido": "B"}]
    out = tmp_path / name
    assert main(["data", "check", str(csv_file(tmp_path, rows)), "--no-model", "-o", str(out)]) == PROBLEMS_EXIT
    assert "the frozen set of the gate" in out.read_text(encoding="utf-8")
    assert f"-> {out}" in capsys.readouterr().out


def test_evaluation_sets_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [{"texto": str(CLEAN[3]["texto"]), "n": "x"}, {"texto": "Otra cosa muy distinta", "n": "y"}]
    mine = csv_file(tmp_path, texts, "mine.csv")
    checked = str(csv_file(tmp_path, CLEAN))
    assert main(["data", "check", checked, "--no-model", "--evaluation", str(mine)]) == PROBLEMS_EXIT
    assert "is in an evaluation set" in capsys.readouterr().out


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = csv_file(tmp_path, CLEAN)
    content = file.read_bytes()
    report = tmp_path / "list.csv"
    report.write_text("my notes", encoding="utf-8")
    call = ["data", "check", str(file), "--no-model", "-o"]
    assert main([*call, str(file), "--overwrite"]) == EXIT_CODES[UsageError]
    assert f"The output {file} is the input {file}" in capsys.readouterr().err
    assert main([*call, str(report), "--evaluation", str(report), "--overwrite"]) == EXIT_CODES[UsageError]
    assert main([*call, str(report)]) == EXIT_CODES[OutputError]
    assert "--overwrite" in capsys.readouterr().err
    assert (file.read_bytes(), report.read_text(encoding="utf-8")) == (content, "my notes")
    assert main([*call, str(report), "--overwrite"]) == 0
    assert report.read_text(encoding="utf-8-sig").startswith("rank,")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], UsageError),
        (["FILE", "-o", "report.pdf"], UsageError),
        (["FILE", "--map", "stars"], UsageError),
        (["FILE", "--map", "stars=a", "--map", "stars=b"], UsageError),
        (["FILE", "--delimiter", "::"], UsageError),
        (["FILE", "--map", "stars=nosuch"], ColumnError),
        (["nowhere.csv"], InputNotFoundError),
        (["FILE", "--no-model", "-o", "no/such/folder/list.csv"], OutputError),
    ],
)
def test_calls_that_cannot_work(
    arguments: list[str], error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    file = str(csv_file(tmp_path, CLEAN))
    code = main(["data", "check", *(file if word == "FILE" else word for word in arguments)])
    assert code == EXIT_CODES[error]  # type: ignore[index] # all of them are ours
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")


def test_mapping_and_signals_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"a": row.text, "b": place % 2} for place, row in enumerate(clear_rows(8))]
    arguments = ["--map", "text=a", "--map", "app_crash=b", "--new-signals", "app_crash", "--no-model"]
    assert main(["data", "check", str(csv_file(tmp_path, rows)), *arguments]) == 0
    shown = capsys.readouterr()
    assert "b -> signal:app_crash (given)" in shown.err
    assert "'app_crash' will be learned as a signal of your own" in shown.out


def test_feedback_of_the_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sqlalchemy")
    from hx_detect.serving.corrections import correction_row
    from hx_detect.serving.schemas_feedback import EXAMPLE_EN, EXAMPLE_ES, FeedbackRequest
    from hx_detect.serving.store.engine import Store
    from hx_detect.serving.store.feedback import add_feedback

    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = Store(url)
    store.migrate()
    for example in (EXAMPLE_ES, EXAMPLE_EN):
        request = FeedbackRequest.model_validate(example)
        add_feedback(store, correction_row(request, None, masking=False, key_name="k", idempotency_key=None))
    store.close()
    assert [record["who"] for record in labelled_arguments.feedback_records(url)] == ["ana.ruiz", "j.smith"]
    more = str(json_lines(tmp_path, [{"text": "Nadie contesta nunca", "labels": ["ignored"]}]))
    assert main(["data", "check", more, "--feedback", url, "--no-model"]) == 0
    shown = capsys.readouterr()
    assert "feedback (records): 2 labelled texts" in shown.err
    assert "3 labelled texts" in shown.out


def test_help_names_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", "--help", "--lang", "es"]) == 0
    shown = capsys.readouterr().out
    assert all(option in shown for option in ("--map", "--new-signals", "--feedback", "--evaluation", "--no-model"))
