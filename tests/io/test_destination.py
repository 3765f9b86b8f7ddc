"""Where an output goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hx_detect.errors import OutputError, UsageError
from hx_detect.io.destination import Destination, check_many, check_not_input, default_name, is_folder
from hx_detect.io.source import Source
from hx_detect.wording import set_language


@pytest.mark.parametrize(
    ("location", "format", "name"),
    [
        ("a/in.csv", "csv", "in.scored.csv"),
        ("in.CSV.GZ", "csv", "in.scored.csv.gz"),
        ("in.jsonl.zst", "jsonl", "in.scored.jsonl.zst"),
        ("in.json", "jsonl", "in.scored.jsonl"),
        ("in.xlsm", "xlsx", "in.scored.xlsx"),
        ("in.parquet.gz", "parquet", "in.scored.parquet"),
        ("in", "csv", "in.scored.csv"),
        ("in.txt", "csv", "in.scored.csv"),
        ("v1.2.csv", "csv", "v1.2.scored.csv"),
        ("-", "jsonl", "stdin.scored.jsonl"),
    ],
)
def test_default_name(location: str, format: str, name: str) -> None:
    assert default_name(Source(Path("x"), location, "", fetched=location == "-"), format) == name


def test_urls_are_prepared_in_the_current_folder() -> None:
    source = Source(Path("folder/x"), "s3://box/deep/in.csv", "", fetched=True)
    assert Destination.of(None, source, "csv").shown == "in.scored.csv"
    target = Destination.of("s3://box/out.parquet", source, "csv")
    assert (target.part, target.format) == (Path("out.parquet.part"), "parquet")
    assert Destination.of("s3://box/out/", source, "csv").shown == "s3://box/out/in.scored.csv"


def test_folders(tmp_path: Path) -> None:
    assert is_folder(str(tmp_path))
    assert is_folder("new/")
    assert not is_folder(str(tmp_path / "out.csv"))


def test_many_inputs() -> None:
    check_many(["a.csv"], "out.csv")
    check_many(["a.csv", "b.csv"], None)
    check_many(["a.csv", "b.csv"], "out/")
    for output in ("-", "out.csv"):
        with pytest.raises(UsageError, match="2 files"):
            check_many(["a.csv", "b.csv"], output)
    with pytest.raises(UsageError, match=r"named a\.csv"):
        check_many(["x/a.csv", "y/a.csv"], "out/")


def test_an_input_is_never_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("texto\nhola\n", encoding="utf-8")
    Path("link.csv").symlink_to("b.csv")
    Path("twin.csv").hardlink_to("b.csv")
    for output in ("b.csv", "./b.csv", str(tmp_path / "b.csv"), "link.csv", "twin.csv"):
        with pytest.raises(UsageError, match=r"is the input b\.csv.*another name with -o"):
            check_not_input(output, ["a.csv", "b.csv"])
    with pytest.raises(UsageError, match="s3://box/a"):
        check_not_input("s3://box/a.csv", ["s3://box/a.csv"])
    set_language("es")
    with pytest.raises(UsageError, match=r"La salida \./a\.csv es la entrada a\.csv"):
        check_not_input("./a.csv", ["a.csv"])


@pytest.mark.parametrize("output", ["-", "c.csv", "s3://box/a.csv", "folder/a.csv"])
def test_other_places_are_free(output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").touch()
    check_not_input(output, ["a.csv", "-", "s3://box/b.csv", "hf:owner/name", "gone.csv"])


def test_commit_to_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    target = Destination(str(tmp_path / "taken.csv"), tmp_path / "taken.csv.part", "csv", "")
    (tmp_path / "taken.csv").mkdir()
    target.part.mkdir()
    target.staged.write_text("a")
    target.staged_rejects.touch()
    with pytest.raises(OutputError, match=r"taken\.csv cannot be written"):
        target.commit()
    assert target.staged.exists()
