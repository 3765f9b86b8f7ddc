"""A bundle of a few KB with the real one's inputs and outputs. In: a folder. Out: a bundle there, always the same.

Its graph adds up, per token, rows of a fixed table; each signal answers to one word, so that tests know what to expect.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as ops
from safetensors.numpy import save
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from hx_detect.bundle import FILES, PLAIN_FORMAT, write_bundle
from hx_detect.decision import plain_decision
from hx_detect.labels import CONDUCT, KINDS, SIGNAL_NAMES, STAGES, VOICED
from hx_detect.stages.lexical import COLUMNS_WITHOUT_STARS, LEXICAL_COLUMNS

SIGNAL_WORDS = dict(zip(SIGNAL_NAMES, (
    "nadie", "timo", "bloqueo", "llamadas", "gritos", "reembolso", "roto", "caro", "evitad", "adiós", "odio",
    "denuncia", "pronto", "claro", "arreglado", "amable", "genial", "recomiendo",
), strict=True))  # fmt: skip
"""For each signal the word that stands for it."""
BAD_WORD, GOOD_WORD, POST_WORD = "malo", "bueno", "hashtag"
_WORDS = (*SIGNAL_WORDS.values(), BAD_WORD, GOOD_WORD, POST_WORD)
_LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúñü0123456789.,!?¡¿@#'-"
_BUCKETS = 64
_WIDTHS = {"sentiment": 6, "stars": 5, "signals": len(SIGNAL_NAMES), "stage": len(STAGES), "kind": len(KINDS), "hx": 1}


def toy_tokenizer() -> Tokenizer:
    """Whole words for those that matter, letters for the rest, ``▁`` for the space before a word."""
    words = ["<s>", "<pad>", "</s>", "<unk>", *(f"▁{word}" for word in _WORDS), "▁", *_LETTERS]
    tokenizer = Tokenizer(models.Unigram([(word, -1.0 if len(word) > 1 else -3.0) for word in words], unk_id=3))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    return tokenizer


def _tables(tokenizer: Tokenizer) -> dict[str, NDArray[np.float32]]:
    """For each output what each token adds to it."""
    size = tokenizer.get_vocab_size()
    noise = np.random.default_rng(7)
    tables = {name: noise.normal(0, 0.05, (size, width)).astype(np.float32) for name, width in _WIDTHS.items()}
    tables["evidence"] = np.full((size, len(SIGNAL_NAMES)), -4, np.float32)

    def row(word: str) -> int:
        place = tokenizer.token_to_id(f"▁{word}")
        assert place is not None
        return place

    for label, (name, word) in enumerate(SIGNAL_WORDS.items()):
        tables["signals"][row(word), label] = 9
        tables["evidence"][row(word), label] = 4
        tables["hx"][row(word), 0] = 5 if name in (*CONDUCT, *VOICED) else 0
    for word, (bad, good) in {BAD_WORD: (5, 0), GOOD_WORD: (0, 5)}.items():
        tables["sentiment"][row(word)] = [bad, 0, good] * 2
        tables["stars"][row(word)] = [bad, bad / 2, 0, good / 2, good]
    tables["kind"][row(POST_WORD)] = [0, 8, 0, 0]
    tables["sentiment"][row(POST_WORD)] = [0, 6, 0, 0, 0, 0]
    return tables


def toy_graph(tokenizer: Tokenizer) -> openvino.Model:
    """The graph: evidence per token, all else summed over the tokens that the mask lets in."""
    ids = ops.parameter([-1, -1], np.int64, name="input_ids")
    mask = ops.parameter([-1, -1], np.int64, name="attention_mask")
    ids.output(0).set_names({"input_ids"})
    mask.output(0).set_names({"attention_mask"})
    weight = ops.unsqueeze(ops.convert(mask, np.float32), ops.constant([2], np.int64))
    bias = {"signals": -4.0, "hx": -3.0}
    results = []
    for name, table in _tables(tokenizer).items():
        rows = ops.gather(ops.constant(table), ids, ops.constant(0, np.int64))
        output = rows
        if name == "evidence":  # as in a real graph, a matrix times the last layer; here that says which token it is
            hidden = ops.gather(ops.constant(np.eye(len(table), dtype=np.float32)), ids, ops.constant(0, np.int64))
            output = ops.matmul(hidden, ops.constant(table), False, False)
        else:
            output = ops.reduce_sum(ops.multiply(rows, weight), ops.constant([1], np.int64))
            output = ops.add(output, ops.constant(np.float32(bias.get(name, 0.0))))
        if name == "sentiment":
            output = ops.reshape(output, ops.constant([-1, 2, 3], np.int64), False)
        result = ops.result(output)
        result.output(0).set_names({name})
        results.append(result)
    model = openvino.Model(results, [ids, mask], "toy")
    for number, operation in enumerate(model.get_ordered_ops()):
        operation.set_friendly_name(f"toy_{number}")  # the library's own names go on counting from graph to graph
    return model


def write_toy_graph(path: Path, tokenizer: Tokenizer | None = None) -> Path:
    """Write the graph, its weights beside it; gives the path."""
    openvino.save_model(toy_graph(tokenizer or toy_tokenizer()), path, compress_to_fp16=False)
    return path


def toy_info() -> dict[str, Any]:
    """Its ``bundle.json``."""
    return {
        "format_version": PLAIN_FORMAT,
        "name": "toy",
        "version": "0.1.0",
        "languages": ["es", "en"],
        "cleaning": {"user": "@user", "url": "http", "repeats": 3},
        "window": {"tokens": 40, "overlap": 8},
        "precision": "f32",
        "lexical": {"buckets": _BUCKETS, "orders": [1, 2, 3]},
        "provenance": {},
        "base_encoder": {},
        "training_data": [],
    }


def toy_decision() -> dict[str, Any]:
    """Its ``decision.json``: a little of the wording counts."""
    return plain_decision() | {"lexical_weight": [0.01] * len(LEXICAL_COLUMNS)}


def write_toy_bundle(
    folder: Path,
    *,
    info: Callable[[dict[str, Any]], dict[str, Any]] = lambda info: info,
    decision: Callable[[dict[str, Any]], dict[str, Any]] = lambda decision: decision,
    golden: str = "",
) -> Path:
    """Write the toy bundle; ``info`` and ``decision`` may change what its files say."""
    tokenizer = toy_tokenizer()
    described = info(toy_info())
    columns = COLUMNS_WITHOUT_STARS if described["format_version"] == 1 else len(LEXICAL_COLUMNS)
    weights = np.random.default_rng(3).normal(0, 1, (_BUCKETS, columns)).astype(np.float16)
    tensors: dict[str, NDArray[Any]] = {
        "weights": weights,
        "idf": np.ones(_BUCKETS, np.float16),
        "bias": np.zeros(columns, np.float32),
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    graph = write_toy_graph(folder.parent / f"{folder.name}-graph.xml", tokenizer)
    write_bundle(
        folder,
        {
            FILES.info: json.dumps(described).encode(),
            FILES.decision: json.dumps(decision(toy_decision())).encode(),
            FILES.tokenizer: tokenizer.to_str().encode(),
            FILES.graph: graph,
            FILES.weights: graph.with_suffix(".bin"),
            FILES.lexical: save(tensors),
            FILES.metrics: b"{}",
            FILES.golden: golden.encode(),
            FILES.card: b"# Toy\n",
        },
    )
    graph.unlink()
    graph.with_suffix(".bin").unlink()
    return folder
