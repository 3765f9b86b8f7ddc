"""Answers on disk: whole after a kill, undone, changed, one writer at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hx_detect.errors import InputFormatError, OutputError
from hx_detect.labelling.answer_log import AnswerLog
from hx_detect.learning.labelled_row import text_hash


def record(text: str, day: int = 1, **more: object) -> dict[str, object]:
    return {"id": text, "text": text, "date": f"2026-01-{day:02d}", **more}


def lines(place: Path) -> list[str]:
    return [json.loads(line)["text"] for line in place.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "ana.jsonl"


def test_every_answer_is_on_the_disk_at_once(place: Path) -> None:
    log = AnswerLog(place)
    for number, text in enumerate("abc", 1):
        log.add(record(text, number))
        assert lines(place) == list("abc")[:number]
    assert log.last == text_hash("c")
    log.close()


def test_a_half_written_line_is_cut_off_and_the_rest_goes_on(place: Path) -> None:
    place.parent.mkdir()
    place.write_text(json.dumps(record("á")) + "\n" + '{"id": "b", "te', encoding="utf-8")
    log = AnswerLog(place)
    assert list(log.labelled) == [text_hash("á")]
    log.add(record("c", 2))
    log.close()
    assert lines(place) == ["á", "c"]


@pytest.mark.parametrize("mark", ["\u2028", "\u0085", "\x0b", "\r\n"])
def test_marks_that_some_take_for_line_ends_are_part_of_the_text(mark: str, place: Path) -> None:
    text = f"Nadie contesta{mark}a nada"
    log = AnswerLog(place)
    log.add(record(text))
    log.close()
    again = AnswerLog(place)
    assert list(again.labelled) == [text_hash(text)]
    again.close()


def test_undoing_takes_the_last_one_back_over_restarts(place: Path) -> None:
    log = AnswerLog(place)
    log.add(record("a", 1))
    log.add(record("b", 2, skipped="unclear"), skipped=True)
    log.add(record("c", 3))
    log.close()
    again = AnswerLog(place)
    undone = []
    while again.last is not None:
        removed = again.remove(again.last)
        assert removed is not None
        undone.append(removed["text"])
    again.close()
    assert undone == ["c", "b", "a"]
    assert lines(place) == lines(again.skipped_place) == []
    assert again.remove("none") is None


def test_a_later_answer_takes_the_place_of_the_former(place: Path) -> None:
    log = AnswerLog(place)
    log.add(record("a", sentiment="neutral"))
    log.add(record("b"))
    log.add(record("a", sentiment="negative"))
    assert lines(place) == ["a", "b"]
    assert json.loads(place.read_text(encoding="utf-8").splitlines()[0])["sentiment"] == "negative"
    assert log.last == text_hash("a")
    log.add(record("a", skipped="other"), skipped=True)
    assert (lines(place), lines(log.skipped_place)) == (["b"], ["a"])
    log.add(record("a"))
    assert (lines(place), lines(log.skipped_place)) == (["b", "a"], [])
    log.close()


def test_drafts_last_until_they_are_forgotten(place: Path) -> None:
    log = AnswerLog(place)
    log.keep_draft("k1", {"sentiment": "negative"})
    log.keep_draft("k2", {"sentiment": None})
    log.keep_draft("k1", {"sentiment": "mixed"})
    log.close()
    again = AnswerLog(place)
    assert list(again.drafts.items()) == [("k2", {"sentiment": None}), ("k1", {"sentiment": "mixed"})]
    again.keep_draft("k1", None)
    again.keep_draft("none", None)
    again.close()
    (place.parent / "ana.draft.json").write_text("[broken", encoding="utf-8")
    last = AnswerLog(place)
    assert last.drafts == {}
    last.close()


def test_two_processes_cannot_write_the_same_file(place: Path) -> None:
    first = AnswerLog(place)
    with pytest.raises(OutputError, match=r"ana\.jsonl is being written by another process"):
        AnswerLog(place)
    first.close()
    AnswerLog(place).close()


def test_a_file_of_something_else_is_not_touched(place: Path) -> None:
    place.parent.mkdir()
    place.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputFormatError, match="line 1"):
        AnswerLog(place)
    assert place.read_text(encoding="utf-8") == "a,b\n1,2\n"
    place.unlink()
    AnswerLog(place).close()  # nobody holds it


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        AnswerLog(tmp_path / "file" / "ana.jsonl")


def test_a_full_disk_changes_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AnswerLog(place)
    log.add(record("a"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    acts: list[Callable[[], object]] = [
        lambda: log.add(record("b")),
        lambda: log.remove(text_hash("a")),
        lambda: log.keep_draft("k", {"a": 1}),
        lambda: log.add(record("a", 2)),
    ]
    for act in acts:
        with pytest.raises(OutputError, match="No space left"):
            act()
    monkeypatch.undo()
    assert lines(place) == ["a"]
    assert list(log.labelled) == [text_hash("a")]
    log.add(record("b"))
    log.close()
    assert lines(place) == ["a", "b"]
