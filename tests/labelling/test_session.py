"""What the page works on: answers, undo, drafts, the model's guess, agreement."""

from __future__ import annotations

from pathlib import Path

import pytest
from labelling_tables import TEXTS, session_in, tasks_of

from hx_detect.errors import EvaluationError, RowError
from hx_detect.labels import SIGNAL_NAMES, STAGES

KEYS = [task.key for task in tasks_of()]
NEUTRAL = {"sentiment": "neutral", "labels": {}}


def test_one_text_after_the_other(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    assert (session.state()["place"], session.state()["total"]) == (0, 5)
    state = session.answer({"key": KEYS[0], **NEUTRAL})
    assert (state["place"], state["labelled"], state["task"]["text"]) == (1, 1, TEXTS[1])
    state = session.answer({"key": KEYS[1], "reason": "unclear"})
    assert (state["place"], state["labelled"], state["skipped"]) == (2, 1, 1)
    session.log.close()
    again = session_in(tmp_path)
    assert again.state()["place"] == 2
    for key in KEYS[2:]:
        state = again.answer({"key": key, **NEUTRAL})
    assert (state["place"], state["task"], state["labelled"]) == (None, None, 4)
    again.log.close()


def test_undo_brings_the_answer_back_as_a_draft(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    assert not session.state()["undoable"]
    assert session.undo()["place"] == 0
    session.answer({"key": KEYS[0], "sentiment": "negative", "labels": {"ignored": [[0, 5]]}, "guess_shown": True})
    session.answer({"key": KEYS[1], "reason": "other"})
    assert session.undo()["place"] == 1
    state = session.undo()
    assert (state["place"], state["labelled"]) == (0, 0)
    assert state["draft"]["labels"] == {"ignored": [[0, 5]]}
    assert state["draft"]["guess_shown"] is True
    session.log.close()


def test_a_draft_survives_and_is_shown_first(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    session.keep_draft({"key": KEYS[3], "sentiment": None, "labels": {"rage": []}, "stage": None, "stars": None})
    session.log.close()
    again = session_in(tmp_path)
    state = again.state()
    assert (state["place"], state["draft"]["labels"]) == (3, {"rage": []})
    again.answer({"key": KEYS[3], **NEUTRAL})
    assert again.state()["draft"] is None
    again.log.close()


def test_an_earlier_answer_can_be_looked_at_and_changed(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    session.answer({"key": KEYS[0], **NEUTRAL})
    assert session.state(0)["answer"]["sentiment"] == "neutral"
    state = session.answer({"key": KEYS[0], "sentiment": "mixed", "labels": {}})
    assert (state["place"], state["labelled"]) == (1, 1)
    assert session.state(0)["answer"]["sentiment"] == "mixed"
    assert session.state(77)["task"] is None
    session.log.close()


@pytest.mark.parametrize("act", ["answer", "keep_draft"])
def test_a_text_that_is_not_of_this_file_is_refused(tmp_path: Path, act: str) -> None:
    session = session_in(tmp_path)
    with pytest.raises(RowError, match="no such text"):
        getattr(session, act)({"key": "0" * 16, **NEUTRAL})
    with pytest.raises(RowError, match="labels"):
        getattr(session, act)({"key": KEYS[0], "sentiment": "neutral", "labels": {"none_such": []}})
    session.log.close()


def test_the_guess_is_the_models(tmp_path: Path) -> None:
    session = session_in(tmp_path, [*TEXTS, "UNSCORABLE todo esto"])
    guess = session.guess(KEYS[0])
    assert [signal["name"] for signal in guess["signals"]] == ["ignored"]
    with pytest.raises(RowError, match="cannot be scored"):
        session.guess(session.tasks[-1].key)
    session.log.close()


def test_agreement_is_with_the_files_of_others(tmp_path: Path) -> None:
    luis = session_in(tmp_path, who="luis")
    ana = session_in(tmp_path, who="ana", others=[tmp_path / "luis.jsonl"])
    with pytest.raises(EvaluationError):
        ana.agreement()
    for place, key in enumerate(KEYS[:3]):
        for session in (ana, luis):
            session.answer({"key": key, "sentiment": "negative" if place else "mixed", "labels": {"rage": []}})
    assert [one["name"] for one in ana.agreement()] == ["sentiment", "rage"]
    assert ana.state()["others"] == ["luis.jsonl"]
    ana.log.close()
    luis.log.close()


def test_every_label_has_a_key_of_its_own(tmp_path: Path) -> None:
    session = session_in(tmp_path, own=["app_crash", "roaming", "kiosk", "parking"])
    labels = session.labels()
    assert [one["name"] for one in labels["signals"]] == [*SIGNAL_NAMES, "app_crash", "roaming", "kiosk", "parking"]
    assert [one["name"] for one in labels["stages"]] == list(STAGES)
    keys = [one["key"] for kind in ("signals", "sentiments", "stages") for one in labels[kind] if one["key"]]
    assert len(keys) == len(set(keys)) == 18 + 3 + 4 + 7
    assert not {"m", ".", "?"} & set(keys)
    session.log.close()
