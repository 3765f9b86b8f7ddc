"""Long measurements taken over. In: two runs. Out: one page's worth, or a refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.earlier import told_earlier, with_earlier

MODEL = {"name": "hx-es-en", "version": "1.1.0"}


def written(place: Path, **parts: object) -> Path:
    file = place / "earlier.json"
    file.write_text(json.dumps({"model": MODEL, "date": "2026-11-20", **parts}), encoding="utf-8")
    return file


def test_what_was_left_out_is_taken_over_and_said(tmp_path: Path) -> None:
    found = with_earlier({"model": MODEL, "date": "2026-11-22", "batch": None}, written(tmp_path, batch={"rows": 9}))
    assert found["batch"] == {"rows": 9}
    assert "batch command (2026-11-20)" in told_earlier(found, "en")
    assert "orden por lotes (2026-11-20)" in told_earlier(found, "es")


def test_what_was_measured_now_stays(tmp_path: Path) -> None:
    file = written(tmp_path, soak={"errors": 5})
    found = with_earlier({"model": MODEL, "date": "2026-11-22", "soak": {"errors": 0}}, file)
    assert found["soak"] == {"errors": 0}
    assert told_earlier(found, "en") == ""


def test_parts_of_the_other_benchmark_are_left_alone(tmp_path: Path) -> None:
    found = with_earlier({"model": MODEL, "date": "2026-11-22", "batch": None}, written(tmp_path, soak={"errors": 5}))
    assert found["batch"] is None
    assert "soak" not in found


def test_another_model_is_refused(tmp_path: Path) -> None:
    now = {"model": {"name": "hx-es-en", "version": "1.2.0"}, "date": "2026-11-22", "batch": None}
    with pytest.raises(EvaluationError, match=r"1\.1\.0"):
        with_earlier(now, written(tmp_path))


@pytest.mark.parametrize("content", ["", "[]", '{"date": "2026-11-20"}'])
def test_a_file_without_measurements_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "earlier.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"earlier\.json"):
        with_earlier({"model": MODEL, "date": "2026-11-22", "batch": None}, file)
