"""Old evidence in a file. In: labels and vectors. Out: the same again, without a text; a damaged file is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_refit import labelled_rows, old_examples, toy_with_replay
from small_training import SMALL, authored_sources

from hx_detect.bundle import FILES, load_bundle, verify
from hx_detect.errors import BundleDamagedError
from hx_detect.learning.quick_rows import examples_of, targets_of
from hx_detect.learning.quick_vectors import frozen_model
from hx_detect.learning.replay import read_replay, replay_bytes
from hx_detect.learning.replay_build import add_replay, replay_of
from hx_detect.stages.adapt import ADAPTED


def test_there_and_back(tmp_path: Path) -> None:
    bundle = toy_with_replay(tmp_path / "toy")
    replay = read_replay(bundle.file(FILES.replay))
    examples = old_examples(200)
    assert [
        (e.signals, e.sentiment_label, e.stars, e.stage, e.language, e.kind, e.source, e.role) for e in replay.examples
    ] == [(e.signals, e.sentiment_label, e.stars, e.stage, e.language, e.kind, e.source, e.role) for e in examples]
    assert replay.held.sum() == 80
    pairs = {example.group for example in replay.examples}
    assert len(pairs) == 100
    with frozen_model(bundle, 1) as model:
        known = model.read([example.original for example in examples])
    near = np.clip((known.vectors - replay.mean) / replay.deviation, -4, 4)
    np.testing.assert_allclose(replay.vectors, near, atol=0.02)
    np.testing.assert_allclose(replay.logits.signals, known.logits.signals, atol=0.02)


def test_no_text_is_kept(tmp_path: Path) -> None:
    bundle = toy_with_replay(tmp_path / "toy")
    content = bundle.file(FILES.replay).read_bytes()
    assert all(example.text.encode() not in content for example in old_examples(200))
    assert read_replay(bundle.file(FILES.replay)).examples[0].text == ""


def test_the_same_evidence_is_the_same_file(tmp_path: Path) -> None:
    bundle = toy_with_replay(tmp_path / "toy")
    again = replay_of(bundle, old_examples(200)[:120], old_examples(200)[120:])
    assert replay_bytes(again) == bundle.file(FILES.replay).read_bytes()


@pytest.mark.parametrize("content", [b"", b"not tensors at all", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_file(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "replay.safetensors").write_bytes(content)
    with pytest.raises(BundleDamagedError, match="replay") as caught:
        read_replay(tmp_path / "replay.safetensors")
    assert caught.value.cure


def test_a_bundle_gets_its_file_and_stays_as_it_is(tmp_path: Path) -> None:
    bundle = toy_with_replay(tmp_path / "toy")
    before = {name: bundle.file(name).read_bytes() for name in FILES.checked}
    told: list[str] = []
    assert SMALL.is_file()
    folder = add_replay(bundle.path, authored_sources(tmp_path, rows=60), told.append)
    assert {name: (folder / name).read_bytes() for name in FILES.checked} == before
    verify(folder)
    replay = read_replay(load_bundle(folder).file(FILES.replay))
    assert replay.held.any()
    assert not replay.held.all()
    assert str(int(replay.held.sum())) in told[0]


def test_what_rows_do_not_say_is_not_known(tmp_path: Path) -> None:
    rows = labelled_rows(4, own=False)
    bundle = toy_with_replay(tmp_path / "toy")
    silent = [type(rows[0])(row=9, file="f", source="f", text="Nobody answers the phone here, what a shame")]
    partly = [type(rows[0])(row=9, file="f", source="f", text="x", language="es", stars=2, known_signals=frozenset(
        {"rage"}))]  # fmt: skip
    texts = [*rows, *silent, *partly]
    with frozen_model(bundle, 1) as model:
        known = model.read([row.text for row in texts])
    targets = targets_of(texts, known.logits, bundle.decision, bundle.cleaning)
    assert targets.known("sentiment").tolist() == [True] * 4 + [False, False]
    assert targets.known("stars").tolist() == [True] * 4 + [False, True]
    assert targets.known("signals").tolist() == [True] * 4 + [False, False]
    assert np.isnan(targets.values[5, ADAPTED["hx"]]).all()
    assert targets.languages[4] == 1
    presence = np.zeros((6, 18), bool)
    presence[5, 0] = True
    examples = examples_of(targets, presence)
    assert examples[4].signals is None
    assert examples[5].signals == frozenset({0})
    assert examples[5].stars == 1
