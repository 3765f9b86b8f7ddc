"""The command: what it prints, its exit codes, and that no bad input ends in a traceback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_scorer import FakeScorer

from hx_detect import cli
from hx_detect.cli import COMMANDS, main
from hx_detect.commands import score
from hx_detect.errors import EXIT_CODES, BundleDamagedError, BundleVersionError, HxDetectError, exit_code
from hx_detect.wording import language_of_environment

GOOD = "id;texto\n1;nadie me contesta hace días\n2;muchas gracias por todo\n"


@pytest.fixture(autouse=True)
def scorer(monkeypatch: pytest.MonkeyPatch) -> FakeScorer:
    """The command scores with the fake scorer, and the environment is English."""
    fake = FakeScorer()
    monkeypatch.setattr(score, "scorer_loader", lambda _: lambda: fake)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    return fake


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A small good file."""
    path = tmp_path / "in.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_score_and_summary(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(good)]) == 0
    out, err = capsys.readouterr()
    assert "2 texts scored" in out
    assert "text column: 'texto'" in err
    assert good.with_name("in.scored.csv").read_text().count("\n") == 3


def test_spanish(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(good), "--lang", "es"]) == 0
    out, err = capsys.readouterr()
    assert "2 textos puntuados" in out
    assert "columna del texto" in err
    assert main(["--lang=es", "score", "nada.csv"]) == 11
    assert capsys.readouterr().err.startswith("error: No existe el fichero nada.csv. Compruebe")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score"], "Falta indicar: FICHERO. Vea: hx-detect score --help"),
        (["score", "a.csv", "--kind", "x"], "--kind: 'x' no es una opción; elija entre "),
        (["score", "a.csv", "--max-chars", "x"], "--max-chars: 'x' no es un número entero. "),
        (["score", "a.csv", "--delimiter"], "--delimiter: falta su valor. "),
        (["score", "a.csv", "--nope"], "Argumentos desconocidos: --nope. "),
        (["puntua"], "ORDEN: 'puntua' no es una opción; elija entre "),
    ],
)
def test_wrong_calls_in_spanish(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "es", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {said}")


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "en_GB"}, "en"),
        ({"LANG": "es_ES", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "es"}, "es"),
    ],
)
def test_language_of_the_environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], lang: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_environment() == lang


def test_rejects_give_exit_code_three(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good.write_text(GOOD + "3;\n")
    assert main(["score", str(good), "-q"]) == 3
    assert capsys.readouterr() == ("", "")


def test_stdin_to_stdout(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert main(["score", "-"]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["hx"]["experience"]["level"] for line in out.splitlines()] == ["hx_risk", "cx"]
    assert "stdin: 2 texts scored" in err


def test_stdin_to_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert main(["score", "-", "-o", str(tmp_path / "out.csv"), "-q"]) == 0
    assert (tmp_path / "out.csv").read_text().startswith("id;texto;hx_level")


def test_summary_as_json(good: Path, tmp_path: Path) -> None:
    assert main(["score", str(good), "-q", "--summary-json", str(tmp_path / "s.json")]) == 0
    summary = json.loads((tmp_path / "s.json").read_text())
    assert (summary["texts"], summary["hx"], summary["file"]) == (2, 1, str(good))
    assert main(["score", str(good), "-q", "--summary-json", str(tmp_path / "no" / "s.json")]) == 20


def test_several_files(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.csv"
    other.write_text(GOOD)
    assert main(["score", str(good), str(tmp_path / "none.csv"), str(other), "-o", f"{tmp_path}/results/"]) == 11
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["in.scored.csv", "other.scored.csv"]
    assert "error: There is no file" in capsys.readouterr().err
    assert main(["score", str(good), str(other), "-o", str(tmp_path / "one.csv")]) == 2
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "in.csv").write_text(GOOD)
    assert main(["score", str(good), str(tmp_path / "sub" / "in.csv"), "-o", f"{tmp_path}/results/"]) == 2


BAD_INPUT: dict[str, tuple[str, bytes, list[str], int]] = {
    "missing": ("", b"", [], 11),
    "unknown column": ("a.csv", GOOD.encode(), ["--text-column", "palabras"], 14),
    "broken parquet": ("a.parquet", b"PAR1 broken", [], 12),
    "broken excel": ("a.xlsx", b"PK\x03\x04 broken", [], 12),
    "old excel": ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 99, [], 12),
    "empty": ("a.csv", b"", [], 13),
    "header only": ("a.csv", b"id,text\n", [], 13),
    "no header": ("a.csv", b"1,good food here\n2,bad food here\n", [], 12),
    "ragged": ("a.csv", b"id,text\n1,good food here\n2,bad, food here\n", [], 3),
    "NUL": ("a.csv", b"id,text\n1,good food here and there\n2,ba\0d food here\n" + b"3,words and words\n" * 9, [], 3),
    "binary": ("a.csv", b"\0\1\0\2\0\0\0\0\3" * 99, [], 12),
    "json of no objects": ("a.json", b"[1, 2]", [], 12),
    "web page": ("a.csv", b"<html><body>Your session, it has ended</body></html>", [], 12),
    "encoding": ("a.csv", GOOD.encode(), ["--encoding", "klingon"], 2),
    "delimiter": ("a.csv", GOOD.encode(), ["--delimiter", "||"], 2),
    "limit": ("a.csv", GOOD.encode(), ["--max-chars", "0"], 2),
    "not a number": ("a.csv", GOOD.encode(), ["--max-chars", "many"], 2),
    "output": ("a.csv", GOOD.encode(), ["-o", "out.doc"], 2),
    "option": ("a.csv", GOOD.encode(), ["--texto"], 2),
}


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_line_and_a_code(
    case: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name, content, options, code = BAD_INPUT[case]
    if name:
        Path(name).write_bytes(content)
    assert main(["score", name or "none.csv", "--lang", lang, *options]) == code
    err = capsys.readouterr().err
    assert "Traceback" not in err
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(errors) == (code != 3)
    assert all(". " in line for line in errors), "a cure follows the fault"


def test_a_folder(tmp_path: Path) -> None:
    assert main(["score", str(tmp_path)]) == 11


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BundleDamagedError("model.bin differs", cure="Install again"), 32),
        (BundleVersionError("format 9", cure="Update"), 33),
    ],
)
def test_bundle_errors(
    good: Path, error: HxDetectError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load() -> FakeScorer:
        raise error

    monkeypatch.setattr(score, "scorer_loader", lambda _: load)
    assert main(["score", str(good)]) == code
    assert capsys.readouterr().err.splitlines()[-1] == f"error: {error.what}. {error.cure}"
    assert not list(good.parent.glob("*.part"))


def test_damage_in_the_middle_keeps_the_rows_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("id;texto\n1;nadie contesta, señor\n".encode("utf-16") + b"\x00\xd8\x41")
    assert main(["score", str(path)]) == 12
    out, err = capsys.readouterr()
    assert "1 texts scored" in out
    assert err.splitlines()[-1].startswith("error: in.csv has bytes that are not utf-16")
    assert (tmp_path / "in.scored.csv").exists()


def test_resume_and_overwrite(good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: Any) -> None:  # noqa: ANN401 - takes whatever comes
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hx_detect.batch._add", interrupted)
        assert main(["score", str(good)]) == 130
    assert main(["score", str(good)]) == 21
    assert "--resume" in capsys.readouterr().err
    assert main(["score", str(good), "--resume"]) == 0


def test_faults_of_ours_are_named(
    good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> FakeScorer:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(score, "scorer_loader", lambda _: broken)
    assert main(["score", str(good)]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ZeroDivisionError: oh. This is a bug")
    assert main(["score", str(good), "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_closed_pipe_is_quiet(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert main(["score", str(good), "-o", "-"]) == 0
    sys.stdout.close()


def test_every_error_has_a_code_of_its_own() -> None:
    codes = list(EXIT_CODES.values())
    assert len(codes) == len(set(codes))
    assert not {0, 3, 130} & set(codes)
    assert exit_code(type("Sub", (BundleDamagedError,), {})("x")) == 32


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)
    assert main([]) == 2


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_help_of_each_command(command: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help", "--lang", lang]) == 0
    assert ("muestra esta ayuda" if lang == "es" else "show this help") in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from hx_detect.cli import main; main(['--help']); main(['score', '--help']);"
        "heavy = {'torch', 'numpy', 'pyarrow', 'openpyxl', 'fsspec', 'tqdm', 'transformers', 'onnxruntime'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    root = str(Path(cli.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": root}, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
