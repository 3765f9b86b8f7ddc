"""The wording counts as far as it helps on validation texts: for signals, for HX, for stars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_training import annotated, row

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.learning.lexical_weight import LEXICAL_STEPS, choose_lexical_weight
from hx_detect.stage_records import BatchLogits, FloatArray

LABELS = len(SIGNAL_NAMES)


def _deep(count: int, seed: int = 1) -> BatchLogits:
    """Logits that know nothing."""
    noise = np.random.default_rng(seed)
    shapes = {"sentiment": (2, 3), "stars": (5,), "signals": (LABELS,), "stage": (7,), "kind": (4,), "hx": ()}
    return BatchLogits(
        **{name: noise.normal(0, 1, (count, *shape)) for name, shape in shapes.items()}, evidence=[], hidden=[]
    )


def _examples() -> list[Example]:
    """Labelled texts, reviews with stars, and one text of which nothing is known."""
    reviews = [replace(row(f"r{number}", source="marc.es"), stars=number % 5) for number in range(50)]
    return [*annotated(160), *reviews, row("not labelled")]


def _truth(examples: list[Example]) -> FloatArray:
    """(n, 24): what the wording would say if it knew all."""
    signals = [[k in (example.signals or ()) for k in range(LABELS)] for example in examples]
    stars = [[example.stars == k for k in range(5)] for example in examples]
    is_hx = [[bool(example.is_hx)] for example in examples]
    return np.concatenate([np.array(signals), np.array(is_hx), np.array(stars)], axis=1).astype(np.float64)


def test_wording_that_knows_counts() -> None:
    examples = _examples()
    weight = choose_lexical_weight(examples, _deep(len(examples)), _truth(examples) * 6.0)
    assert weight.shape == (24,)
    assert set(weight) <= set(LEXICAL_STEPS)
    assert weight.min() >= 0.6


def test_wording_that_knows_nothing_does_not() -> None:
    examples = _examples()
    truth, deep = _truth(examples) * 4.0, _deep(len(examples))
    knowing = BatchLogits(
        deep.sentiment, truth[:, LABELS + 1 :], truth[:, :LABELS], deep.stage, deep.kind, truth[:, LABELS], []
    )
    noise = np.random.default_rng(3).normal(0, 30, (len(examples), 24))
    assert (choose_lexical_weight(examples, knowing, noise) == 0).all()


def test_without_labelled_texts_the_wording_is_left_out() -> None:
    for examples in ([], [row("x"), row("y")]):
        count = len(examples)
        assert (choose_lexical_weight(examples, _deep(count), np.ones((count, 24))) == 0).all()
