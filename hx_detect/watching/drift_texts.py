"""Texts of two tables -> how the model sees them. In: texts, a model. Out: comparisons of tokens and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hx_detect.bundle import FILES, load_bundle
from hx_detect.watching.detector import FloatArray
from hx_detect.watching.drift_records import Comparison
from hx_detect.watching.two_samples import compare_means, compare_vectors


def compare_texts(reference: Sequence[str], new: Sequence[str], model: Path | None) -> list[Comparison]:
    """Unknown tokens, and the distance of the encoder's vectors.

    Args:
        reference: texts, 4 or more.
        new: the same.
        model: folder of the model; None for the installed one.

    Raises:
        BundleError: the model cannot be used.
    """
    from tokenizers import Tokenizer

    from hx_detect.learning.quick_vectors import frozen_model

    bundle = load_bundle(model)
    with frozen_model(bundle) as frozen:
        known = frozen.read([*reference, *new])
    unknown = Tokenizer.from_file(str(bundle.file(FILES.tokenizer))).token_to_id("<unk>")
    shares = np.array([float((text.ids == unknown).mean()) if len(text.ids) else 0.0 for text in known.tokens])
    edge = len(reference)
    vectors: FloatArray = known.vectors.astype(float)
    return [
        compare_means("unknown_tokens", "input", shares[:edge], shares[edge:]),
        compare_vectors("embedding", vectors[:edge], vectors[edge:]),
    ]


def sampled(texts: Sequence[str], size: int, seed: int) -> list[str]:
    """At most ``size`` of the texts, drawn at random and always alike."""
    if len(texts) <= size:
        return list(texts)
    places = np.sort(np.random.default_rng(seed).choice(len(texts), size, replace=False))
    return [texts[place] for place in places]
