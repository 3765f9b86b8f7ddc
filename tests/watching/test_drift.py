"""``hx-detect drift``. In: tables that differ in known ways, or not. Out: findings, verdict, exit code, es and en."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched_file import COLUMNS, rows_of, write

from hx_detect.cli import main
from hx_detect.errors import (
    DRIFT_EXIT,
    EXIT_CODES,
    ROWS_REJECTED_EXIT,
    ColumnError,
    EvaluationError,
    UsageError,
)
from hx_detect.watching.drift_calibration import compare_calibration, expected_calibration_error
from hx_detect.watching.drift_labels import truth
from hx_detect.watching.drift_records import Comparison
from hx_detect.watching.two_samples import (
    cliffs_delta,
    compare_categories,
    compare_means,
    compare_numbers,
    compare_shares,
    compare_vectors,
)

RNG = np.random.default_rng


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """``old``, ``alike`` and ``worse``: the last ten days of which are an outage."""
    folder = tmp_path_factory.mktemp("drift")
    return {
        "old": write(folder / "old.csv", rows_of(20, outage=())),
        "alike": write(folder / "alike.csv", rows_of(20, outage=(), seed=9)),
        "worse": write(folder / "worse.csv", rows_of(20, outage=range(10, 20), seed=9)),
    }


def drift_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["drift", *map(str, arguments), "--format", "json", "-q", "--sample", "0"])
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, result


def finding(result: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in result["comparisons"] if one["name"] == name)
    return found


def test_nothing_differs(tables: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, result = drift_json(capsys, tables["old"], tables["alike"])
    assert (code, result["verdict"]) == (0, "same")
    assert {one["finding"] for one in result["comparisons"]} == {"same"}
    assert any("16" in words["en"] for words in result["skipped"]), "signals in neither table are no tests"


def test_an_outage_is_drift_of_the_output(tables: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, result = drift_json(capsys, tables["old"], tables["worse"])
    assert (code, result["verdict"]) == (DRIFT_EXIT, "drift")
    ignored = finding(result, "signal:ignored")
    assert ignored["finding"] == "drift"
    assert ignored["p_value"] <= ignored["p_corrected"] < 0.001
    assert ignored["difference_interval"][0] > 0
    assert ignored["effect"] > 0.2
    assert finding(result, "language")["finding"] == "same"


@pytest.mark.parametrize(("lang", "words"), [
    ("es", ("DERIVA: ", "proporción de HX", "ignorado", "p corregida", "probablemente", "grande", "mediano")),
    ("en", ("DRIFT: ", "share of HX", "ignored", "corrected p", "different models", "large", "medium")),
])  # fmt: skip
def test_both_languages(
    tables: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(tables["worse"].read_text().replace("fake 1.0.0", "fake 2.0.0"))
    assert main(["drift", str(tables["old"]), str(other), "--sample", "0", "--lang", lang]) == DRIFT_EXIT
    out = capsys.readouterr().out
    assert sum(word in out for word in words) >= len(words) - 2, out
    assert words[0] in out


def test_what_is_wrong_is_said(tables: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = write(tmp_path / "few.csv", rows_of(1, 5))
    assert main(["drift", str(tables["old"]), str(few), "-q", "--sample", "0"]) == EXIT_CODES[EvaluationError]
    assert "30" in capsys.readouterr().err
    call = ["drift", str(tables["old"]), str(tables["alike"]), "-q"]
    assert main([*call, "--sample", "5"]) == EXIT_CODES[UsageError]
    assert main([*call, "--sample", "0", "--labels", "nada"]) == EXIT_CODES[ColumnError]


def test_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the new texts that get 0.04 a third is HX; so it was not in the reference."""
    rng = RNG(0)
    sides = []
    for name, wrong in (("a", 0.04), ("b", 0.35)):
        chances = ((row, 0.93 if float(row[5]) > 0.5 else wrong) for row in rows_of(20))
        rows = [(*row, "sí" if rng.random() < chance else "no") for row, chance in chances]
        sides.append(write(tmp_path / f"{name}.csv", rows, (*COLUMNS, "de_verdad")))
    code, result = drift_json(capsys, *sides, "--labels", "de_verdad")
    calibration = finding(result, "hx_probability:calibration")
    assert (code, calibration["finding"], calibration["part"]) == (DRIFT_EXIT, "drift", "calibration")
    assert calibration["new"] > 0.2 > 0.05 > calibration["reference"]
    assert calibration["difference_interval"][0] > 0.1
    assert (
        main(["drift", *map(str, sides), "-q", "--sample", "0", "--labels", "de_verdad", "--lang", "en"]) == DRIFT_EXIT
    )
    assert "retrain" in capsys.readouterr().out
    unlabelled = write(tmp_path / "c.csv", rows_of(20))
    _, result = drift_json(capsys, unlabelled, sides[0], "--labels", "de_verdad")
    assert finding(result, "hx_probability:calibration")["finding"] == "same"
    _, result = drift_json(capsys, sides[0], unlabelled, "--labels", "de_verdad")
    assert any("calibration" in words["en"] for words in result["skipped"])


def labelled(path: Path, *changed: tuple[int, str], column: str = "de_verdad") -> Path:
    """600 rows labelled with what they are, but for the changed ones (row from 1, label)."""
    labels = ["sí" if float(row[5]) > 0.5 else "no" for row in rows_of(20)]
    for row, label in changed:
        labels[row - 1] = label
    return write(path, [(*row, label) for row, label in zip(rows_of(20), labels, strict=True)], (*COLUMNS, column))


def test_labels_that_are_not_known_are_told_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = labelled(tmp_path / "old.csv", (3, ""))
    new = labelled(tmp_path / "new.csv", *((row, "Quizá") for row in range(11, 18)), (4, "hx risck"), (5, "Satisfecho"))
    code, result = drift_json(capsys, old, new, "--labels", "de_verdad")
    assert (code, result["verdict"]) == (ROWS_REJECTED_EXIT, "same")
    assert finding(result, "hx_probability:calibration")["finding"] == "same"
    assert result["labels_left_out"] == 9
    assert result["unknown_labels"] == [
        {"file": "new.csv", "value": "Quizá", "count": 7, "rows": [11, 12, 13, 14, 15], "suggestion": None},
        {"file": "new.csv", "value": "hx risck", "count": 1, "rows": [4], "suggestion": "hx_risk"},
        {"file": "new.csv", "value": "Satisfecho", "count": 1, "rows": [5], "suggestion": "satisfied"},
    ]
    call = ["drift", str(old), str(new), "--labels", "de_verdad", "-q", "--sample", "0"]
    assert main([*call, "--lang", "en"]) == ROWS_REJECTED_EXIT
    lines = capsys.readouterr().out.splitlines()[-4:]
    assert lines[0].startswith("labels that are not known, rows left out of the calibration: 9. Write yes or no")
    assert lines[1:3] == ["  new.csv: 'Quizá': 7 (rows 11, 12, 13, 14, 15 …)",
                          "  new.csv: 'hx risck': 1 (rows 4); did you mean hx_risk?"]  # fmt: skip
    assert main([*call, "--lang", "es"]) == ROWS_REJECTED_EXIT
    out = capsys.readouterr().out
    assert "etiquetas desconocidas, filas fuera de la calibración: 9. Escriba sí o no" in out
    assert "  new.csv: 'Satisfecho': 1 (filas 5); ¿quería decir satisfied?" in out


def test_many_unknown_labels_are_summed_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = labelled(tmp_path / "new.csv", *((row, f"{row} {'x' * 60}") for row in range(1, 31)))
    code, result = drift_json(capsys, new, new, "--labels", "de_verdad")
    assert (code, result["labels_left_out"], len(result["unknown_labels"])) == (ROWS_REJECTED_EXIT, 60, 40)
    assert {len(one["value"]) for one in result["unknown_labels"]} == {40}
    main(["drift", str(new), str(new), "--labels", "de_verdad", "-q", "--sample", "0"])
    assert capsys.readouterr().out.splitlines()[-1] == "  … and others in 55 rows"


def test_drift_counts_more_than_unknown_labels(
    tables: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = labelled(tmp_path / "old.csv", (3, "quizá"))
    code, result = drift_json(capsys, old, tables["worse"], "--labels", "de_verdad")
    assert (code, result["labels_left_out"]) == (DRIFT_EXIT, 1)


def test_a_column_of_labels_with_another_name_is_suggested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = labelled(tmp_path / "old.csv"), labelled(tmp_path / "new.csv", column="verdad")
    call = ["drift", str(old), str(new), "--sample", "0", "--labels"]
    assert main([*call, "de_verdad"]) == 0
    shown = capsys.readouterr()
    assert "new.csv has no column 'de_verdad' (--labels). Did you mean 'verdad'?" in shown.err
    assert "calibration: fewer than 50 labelled texts in the new table" in shown.out
    assert main([*call, "verdades", "--lang", "es"]) == EXIT_CODES[ColumnError]
    assert "(--labels). ¿Quería decir 'verdad'?" in capsys.readouterr().err


def test_the_model_reads_the_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Telecom against hotels, and telecom against telecom: the encoder's vectors tell."""
    telecom = [
        "Sin internet desde el martes y el soporte no responde",
        "La factura de la fibra viene con cargos raros",
        "El router se apaga y el técnico no aparece",
        "Cambié de tarifa y la línea móvil dejó de funcionar",
    ]
    hotels = ["La habitación olía a humedad y el desayuno era pobre", "Cama cómoda y vistas al mar desde la terraza",
              "Recepción amable, piscina pequeña pero limpia", "El restaurante cierra pronto 客服不回复"]  # fmt: skip
    files = {}
    for name, texts in (("a", telecom), ("b", telecom[::-1]), ("c", hotels)):
        rows = [
            (*row[:3], f"{texts[place % 4]}, {place % 7} días", *row[4:])
            for place, row in enumerate(rows_of(4, outage=()))
        ]
        files[name] = write(tmp_path / f"{name}.csv", rows)
    call = ["--format", "json", "-q", "--sample", "40"]
    assert main(["drift", str(files["a"]), str(files["c"]), *call]) == DRIFT_EXIT
    result = json.loads(capsys.readouterr().out)
    assert finding(result, "embedding")["finding"] == "drift"
    assert finding(result, "embedding")["effect_size"] == "large"
    assert finding(result, "unknown_tokens")["new"] > 0
    main(["drift", str(files["a"]), str(files["b"]), *call])
    assert finding(json.loads(capsys.readouterr().out), "embedding")["finding"] == "same"


class TestTwoSamples:
    """Tests keep their level, and effects are what they are called."""

    def test_false_findings_are_as_rare_as_stated(self) -> None:
        rng = RNG(1)
        runs, wrong = 120, np.zeros(5)
        for _ in range(runs):
            a, b = rng.normal(size=80), rng.normal(size=60)
            letters = [rng.choice(list("abcd"), size).tolist() for size in (80, 60)]
            said = [(chance, rng.random(len(chance)) < chance) for chance in (rng.random(80), rng.random(60))]
            made = (
                compare_numbers("length", "input", a, b),
                compare_means("unknown_tokens", "input", a, b),
                compare_categories("stage", "output", *letters),
                compare_shares("x", "output", (int((a > 0).sum()), int((b > 0).sum())), (80, 60)),
                compare_calibration(said[0], said[1]),
            )
            wrong += [one.p_value < 0.05 for one in made]
        assert (wrong <= 0.05 * runs + 2.6 * np.sqrt(0.0475 * runs)).all(), wrong

    def test_vectors_that_are_alike_are_not_told_apart(self) -> None:
        rng = RNG(2)
        p_values = [compare_vectors("embedding", *rng.normal(size=(2, 30, 5))).p_value for _ in range(20)]
        assert sum(p < 0.05 for p in p_values) <= 4
        assert min(p_values) > 0

    def test_vectors_that_differ_are(self) -> None:
        moved = compare_vectors("embedding", RNG(0).normal(size=(60, 5)), RNG(1).normal(1.0, 1, size=(60, 5)))
        assert moved.p_value < 0.001
        assert moved.size == "large"

    def test_cliffs_delta(self) -> None:
        assert cliffs_delta(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == 1
        assert cliffs_delta(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0
        assert cliffs_delta(np.array([5.0]), np.array([1.0, 9.0, 0.0])) == pytest.approx(-1 / 3)

    def test_calibration_error(self) -> None:
        probabilities = np.repeat([0.2, 0.8], 100)
        truths = np.r_[np.arange(100) < 20, np.arange(100) < 50]
        assert expected_calibration_error(probabilities, truths) == pytest.approx(0.15)

    def test_one_value_only(self) -> None:
        same = compare_means("unknown_tokens", "input", np.zeros(40), np.zeros(40))
        assert (same.p_value, same.effect) == (1.0, 0.0)
        alone = compare_categories("language", "input", ["es"] * 40, ["es"] * 40)
        assert (alone.p_value, alone.effect) == (1.0, 0.0)

    @pytest.mark.parametrize(("effect", "p_value", "expected"), [
        (0.6, 0.001, "drift"), (0.1, 0.001, "slight"), (0.6, 0.2, "same"),
    ])  # fmt: skip
    def test_beyond_chance_and_large_enough(self, effect: float, p_value: float, expected: str) -> None:
        made = Comparison("x", "output", "two_shares", 0, p_value, effect, "cohens_h", 0, 0, corrected=p_value)
        assert made.finding == expected


@pytest.mark.parametrize(("value", "expected"), [
    ("Sí", True), ("hx_risk", True), (1, True), ("1.0", True), (True, True), ("no", False), ("satisfied", False),
    (0, False), (False, False), ("", None), (None, None), ("quizá", None),
])  # fmt: skip
def test_truth(value: object, expected: bool | None) -> None:
    assert truth(value) is expected
