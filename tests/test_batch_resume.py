"""A run that was stopped goes on: kills, resumes, inputs and options that changed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batch_run import ids_of, run, table
from fake_scorer import FakeScorer

from hx_detect import batch
from hx_detect.batch_options import BatchOptions
from hx_detect.errors import InputError, ResumeError
from hx_detect.io.part_folder import PartFolder


class Killed(BaseException):
    """Stands for a kill."""


class DyingScorer(FakeScorer):
    """Dies at a text."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self._last = last

    def score_stream(self, reviews):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201 - as FakeScorer's
        """Scores until it dies."""
        for result in super().score_stream(reviews):
            if len(self.scored) > self._last:
                raise Killed
            yield result


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx", "jsonl.gz"])
@pytest.mark.parametrize("last", [0, 1, 5, 8, 17])
def test_a_stopped_run_goes_on_and_gives_the_same_bytes(tmp_path: Path, suffix: str, last: int) -> None:
    source = table(tmp_path / "in.csv", count=20)
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    run(source, whole)
    with pytest.raises(Killed):
        run(source, cut, scorer=DyingScorer(last))
    assert not cut.exists()
    again = FakeScorer()
    result, _ = run(source, cut, BatchOptions(chunk_rows=3, resume=True), scorer=again)
    assert cut.read_bytes() == whole.read_bytes()
    assert Path(result.rejects).read_bytes() == Path(f"{whole}.rejects.jsonl").read_bytes()
    assert len(again.scored) <= 18 - last + 3
    assert result.summary.texts == 18


def test_a_kill_while_writing_is_no_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = table(tmp_path / "in.csv"), tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        patch.setattr(batch, "_add", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            run(source, out)
    scorer = FakeScorer()
    run(source, out, BatchOptions(chunk_rows=3, resume=True), scorer=scorer)
    assert scorer.scored == []
    assert ids_of(out)[-1] == "10"


def test_kill_minus_nine(tmp_path: Path) -> None:
    source, out = table(tmp_path / "in.csv", count=60), tmp_path / "out.csv"
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from batch_run import SMALL, run; from fake_scorer import FakeScorer\n"
        f"run({str(source)!r}, {str(out)!r}, SMALL, scorer=FakeScorer(pause=0.02))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(batch.__file__).parents[1])}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    part = tmp_path / "out.csv.part"
    deadline = time.monotonic() + 30
    while len(list(part.glob("chunk-*.gz"))) < 3 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    scorer = FakeScorer()
    run(source, out, BatchOptions(chunk_rows=3, resume=True), scorer=scorer)
    run(source, tmp_path / "whole.csv")
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert len(scorer.scored) < 58


def test_resume_refuses_a_changed_input_and_other_options(tmp_path: Path) -> None:
    source, out = table(tmp_path / "in.csv"), tmp_path / "out.csv"
    with pytest.raises(Killed):
        run(source, out, scorer=DyingScorer(5))
    with pytest.raises(ResumeError, match=r"options\.kind"):
        run(source, out, BatchOptions(chunk_rows=3, resume=True, kind="post"))
    source.write_text(source.read_text() + "11,una más para todos,5\n")
    with pytest.raises(ResumeError, match=r"input\.size"):
        run(source, out, BatchOptions(chunk_rows=3, resume=True))
    result, _ = run(source, out, BatchOptions(chunk_rows=3, overwrite=True))
    assert result.summary.texts == 9


def test_input_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv")

    class Changing(FakeScorer):
        def score_stream(self, reviews):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - as FakeScorer's
            source.write_text(source.read_text() + "12,otra fila más tarde,5\n")
            return super().score_stream(reviews)

    with pytest.raises(InputError, match="changed"):
        run(source, tmp_path / "out.csv", scorer=Changing())


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl"])
def test_kept_chunks_are_written_in_another_format_without_scoring(tmp_path: Path, suffix: str) -> None:
    source, first, second = table(tmp_path / "in.csv"), tmp_path / "first.parquet", tmp_path / f"second.{suffix}"
    run(source, first, BatchOptions(chunk_rows=3, keep_part=True))
    PartFolder.copy_for(tmp_path / "first.parquet.part", str(second))
    scorer = FakeScorer()
    run(source, second, BatchOptions(chunk_rows=3, resume=True), scorer=scorer)
    assert scorer.scored == []
    run(source, tmp_path / f"direct.{suffix}")
    assert second.read_bytes() == (tmp_path / f"direct.{suffix}").read_bytes()
    assert not (tmp_path / f"second.{suffix}.part").exists()
    assert (tmp_path / "first.parquet.part").is_dir()
