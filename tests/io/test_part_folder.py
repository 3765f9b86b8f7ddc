"""Finished chunks survive; a folder of another run is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hx_detect.errors import OutputError, ResumeError
from hx_detect.io.part_folder import PartFolder

STATE = {"input": {"size": 3, "ends": "abc"}, "model": "m 1"}


def start(path: Path, *, resume: bool = False, overwrite: bool = False, **changes: Any) -> PartFolder:  # noqa: ANN401 - fields of a state
    return PartFolder.start(path, {**STATE, **changes}, resume=resume, overwrite=overwrite)


def test_chunks_come_back_in_order(tmp_path: Path) -> None:
    part = start(tmp_path / "out.part")
    for number in range(12):
        part.add([{"n": number}, {"text": "ñ\u2028"}])
    again = start(tmp_path / "out.part", resume=True)
    assert again.done == 12
    assert [outcome["n"] for outcome in again.outcomes() if "n" in outcome] == list(range(12))


def test_a_half_written_chunk_does_not_count(tmp_path: Path) -> None:
    part = start(tmp_path / "out.part")
    part.add([{"n": 0}])
    (part.path / "chunk-0000001.gz.new").write_bytes(b"half")
    again = start(tmp_path / "out.part", resume=True)
    again.add([{"n": 1}])
    assert [outcome["n"] for outcome in again.outcomes()] == [0, 1]


def test_work_is_not_thrown_away_unasked(tmp_path: Path) -> None:
    start(tmp_path / "out.part").add([{"n": 0}])
    with pytest.raises(ResumeError, match="--resume"):
        start(tmp_path / "out.part")
    assert start(tmp_path / "out.part", overwrite=True).done == 0


def test_a_folder_without_finished_chunks_is_simply_used(tmp_path: Path) -> None:
    start(tmp_path / "out.part")
    part = start(tmp_path / "out.part", model="m 2")
    assert json.loads((part.path / "state.json").read_text())["model"] == "m 2"


@pytest.mark.parametrize(
    ("change", "told"),
    [({"model": "m 2"}, "model: 'm 1' ≠ 'm 2'"), ({"input": {"size": 4, "ends": "abc"}}, "input.size: 3 ≠ 4")],
)
def test_another_run_is_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    start(tmp_path / "out.part").add([{"n": 0}])
    with pytest.raises(ResumeError, match=told) as caught:
        start(tmp_path / "out.part", resume=True, **change)
    assert "--overwrite" in caught.value.cure


def test_nothing_to_resume_starts_anew(tmp_path: Path) -> None:
    assert start(tmp_path / "out.part", resume=True).done == 0


def test_a_damaged_state_is_another_run(tmp_path: Path) -> None:
    part = start(tmp_path / "out.part")
    part.add([{"n": 0}])
    (part.path / "state.json").write_text("{")
    with pytest.raises(ResumeError):
        start(tmp_path / "out.part", resume=True)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be made"):
        start(tmp_path / "file" / "out.part")


def test_remove(tmp_path: Path) -> None:
    part = start(tmp_path / "out.part")
    part.add([{"n": 0}])
    part.remove()
    assert not part.path.exists()
