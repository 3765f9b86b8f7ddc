"""What no training sees. In: texts, groups, the frozen file. Out: the same part for ever; a changed file is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hx_detect.errors import CorpusError
from hx_detect.learning.frozen_set import freeze, frozen_records, frozen_texts
from hx_detect.learning.held_out import HELD_OUT_SHARE, held_out

ROOT = Path(__file__).parents[2]
TEXTS = [f"Text number {n} about w{n * 7} and w{n * 13}, w{n * 17} besides w{n * 19}" for n in range(400)]


def test_about_one_in_five_is_held_out_and_always_the_same() -> None:
    flags = held_out(TEXTS)
    assert abs(sum(flags) / len(TEXTS) - HELD_OUT_SHARE) < 0.06
    assert held_out(TEXTS) == flags
    backwards = held_out(TEXTS[::-1])[::-1]
    assert backwards == flags


def test_near_duplicates_and_groups_stay_together() -> None:
    twins = [text + " !!" for text in TEXTS]
    flags = held_out([*TEXTS, *twins])
    assert flags[: len(TEXTS)] == flags[len(TEXTS) :]
    grouped = held_out(TEXTS, [f"customer {n // 4}" if n % 3 else None for n in range(len(TEXTS))])
    for start in range(0, len(TEXTS), 4):
        assert len({grouped[n] for n in range(start, start + 4) if n % 3}) == 1


def test_a_chain_of_groups_and_duplicates_is_one() -> None:
    texts = [TEXTS[0], TEXTS[0] + " !", TEXTS[1], TEXTS[1] + " !", TEXTS[2]]
    assert len(set(held_out(texts, [None, "a", "a", "b", "b"]))) == 1


def test_nothing() -> None:
    assert held_out([]) == []


def test_the_frozen_texts_are_ours_unchanged_and_never_trained_on() -> None:
    authored = sorted((ROOT / "data" / "authored").glob("*.jsonl"))
    lines = [line for path in authored for line in path.read_text(encoding="utf-8").splitlines()]
    known = {record["id"]: record for record in map(json.loads, lines)}
    frozen = frozen_records()
    assert [record for record in frozen if known.get(record["id"]) != record] == []
    held = {json.loads(line)["id"] for line in freeze(authored).splitlines()}
    assert {record["id"] for record in frozen} <= held
    assert len(set(frozen_texts())) == len(frozen)
    pairs = [record["group"] for record in frozen if record["role"] in ("calm", "furious")]
    assert all(pairs.count(pair) >= 2 for pair in pairs)


def test_a_changed_frozen_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path)
    with pytest.raises(CorpusError, match="cannot be read"):
        frozen_records()
    (tmp_path / "frozen.jsonl").write_text("{}\n")
    with pytest.raises(CorpusError, match="has been changed"):
        frozen_records()
