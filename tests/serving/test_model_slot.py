"""The model in use. In: loads that work and fail, folders that change. Out: the scorer, its state, reloads."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from fake_scorer import FakeScorer
from toy_bundle import write_toy_bundle
from waiting import until

from hx_detect.errors import BundleDamagedError, SelfTestError
from hx_detect.registry.versions import Registry
from hx_detect.scorer import Scorer
from hx_detect.serving.model_slot import ModelSlot, Reloaded, SlotState, check, mark_of, model_folder, slot_of

TAKEN_UP = 120.0
"""Seconds in which another model must be taken up."""


def test_the_life_of_a_slot() -> None:
    scorer = FakeScorer()
    slot = ModelSlot(lambda: scorer)
    assert (slot.state, slot.current) == (SlotState.STARTING, None)
    slot.start()
    assert (slot.state, slot.current) == (SlotState.READY, scorer)
    assert len(scorer.scored) >= 2, "it was not warmed up"
    slot.drain()
    assert (slot.state, slot.current) == (SlotState.DRAINING, scorer)


def test_a_slot_that_is_drained_while_it_starts_does_not_get_ready() -> None:
    slot = ModelSlot(FakeScorer)
    slot.drain()
    slot.start()
    assert slot.state is SlotState.DRAINING


def test_a_first_load_that_fails() -> None:
    def load() -> FakeScorer:
        raise BundleDamagedError("model.bin differs")

    slot = ModelSlot(load)
    with pytest.raises(BundleDamagedError):
        slot.start()
    assert slot.state is SlotState.FAILED
    assert isinstance(slot.failure, BundleDamagedError)


def test_a_reload_that_fails_changes_nothing() -> None:
    loads = iter([FakeScorer(), None, FakeScorer()])

    def load() -> FakeScorer:
        scorer = next(loads)
        if scorer is None:
            raise BundleDamagedError("model.bin differs")
        return scorer

    told: list[Reloaded | None] = []
    slot = ModelSlot(load, told=told.append)
    slot.start()
    first = slot.current
    with pytest.raises(BundleDamagedError):
        slot.reload()
    assert (slot.current, slot.state) == (first, SlotState.READY)
    done = slot.reload()
    assert done.scorer is slot.current is not first
    assert [one is not None for one in told] == [True, False, True]


def test_a_model_that_scores_otherwise_than_shipped_is_not_taken(tmp_path: Path) -> None:
    golden = '{"text": "bueno", "score": {"priority": 7.5}}'
    scorer = Scorer.load(write_toy_bundle(tmp_path / "toy", golden=golden), threads=1)
    with pytest.raises(SelfTestError, match="priority"):
        check(scorer)


def test_the_models_place(tmp_path: Path) -> None:
    assert model_folder(None) is None
    assert model_folder(tmp_path) == tmp_path
    pointer = tmp_path / "current"
    pointer.write_text("models/v2\n", encoding="utf-8")
    assert model_folder(pointer) == tmp_path / "models" / "v2"


def test_a_name_means_the_registrys_current_version(tmp_path: Path) -> None:
    registry = Registry()
    for version in ("0.1.0", "0.2.0"):
        registry.add(write_toy_bundle(tmp_path / version, info=lambda info, v=version: info | {"version": v}))  # type: ignore[misc] # a default binds it
    registry.promote(registry.find("toy@0.1.0"), expected=None)
    first, pinned = mark_of(Path("toy")), mark_of(Path("toy@0.1.0"))
    assert first == pinned is not None
    registry.promote(registry.find("toy@0.2.0"), expected=registry.pointer("toy"))
    assert mark_of(Path("toy")) == mark_of(Path("toy@0.2.0")) != first
    assert mark_of(Path("toy@0.1.0")) == pinned
    assert mark_of(Path("toy@0.3.0")) is None


def test_marks_differ_where_models_do(tmp_path: Path) -> None:
    one, two = (write_toy_bundle(tmp_path / name) for name in ("one", "two"))
    pointer, signal = tmp_path / "current", tmp_path / "reload"
    pointer.write_text("one", encoding="utf-8")
    first = mark_of(pointer)
    assert first == mark_of(one) == mark_of(pointer, signal) != mark_of(two)
    pointer.write_text(str(two), encoding="utf-8")
    assert mark_of(pointer) == mark_of(two)
    signal.touch()
    assert mark_of(two, signal) != mark_of(two)
    assert mark_of(tmp_path / "nowhere") is None
    assert mark_of(None) is not None


def test_where_only_the_signal_counts_another_model_in_its_place_is_none(tmp_path: Path) -> None:
    signal, folder = tmp_path / "signal", tmp_path / "model"
    folder.mkdir()
    (folder / "SHA256SUMS").write_text("a")
    slot, all_count = (slot_of(folder, 1, signal=signal, signal_only=only) for only in (True, False))
    before = slot._mark(), all_count._mark()
    (folder / "SHA256SUMS").write_text("b")
    assert slot._mark() == before[0]
    assert all_count._mark() != before[1]
    signal.touch()
    assert slot._mark() != before[0]


def test_the_pointer_is_followed(tmp_path: Path) -> None:
    write_toy_bundle(tmp_path / "one")
    write_toy_bundle(tmp_path / "two", info=lambda info: info | {"version": "0.2.0"})
    pointer = tmp_path / "current"

    def point(name: str) -> None:
        (tmp_path / "next").write_text(name, encoding="utf-8")
        (tmp_path / "next").replace(pointer)

    point("one")
    told: list[Reloaded | None] = []
    slot = slot_of(pointer, 1, told=told.append)
    slot.start()
    following = threading.Thread(target=slot.follow, args=(0.02,))
    following.start()
    try:
        time.sleep(0.1)
        assert len(told) == 1, "nothing had changed"
        point("two")
        until(lambda: slot.current is not None and slot.current.model_version == "0.2.0", TAKEN_UP)
        (tmp_path / "two" / "bundle.json").write_bytes(b"{}")
        (tmp_path / "two" / "SHA256SUMS").write_bytes(b"spoilt")
        until(lambda: told[-1] is None, TAKEN_UP)
        assert slot.current is not None
        assert slot.current.model_version == "0.2.0"
        time.sleep(0.2)
        assert told.count(None) == 1, "a model that failed is not tried again until it changes"
        point("one")
        until(lambda: slot.current is not None and slot.current.model_version == "0.1.0", TAKEN_UP)
    finally:
        slot.drain()
        following.join(60)
    assert not following.is_alive()
