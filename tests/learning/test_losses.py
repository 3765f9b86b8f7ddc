"""Each head's loss is the textbook's; what a text is not labelled for costs nothing and moves nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from labelled import labelled
from small_training import batch_of, row
from torch import Tensor

from hx_detect.labels import KINDS, SENTIMENTS, SIGNAL_INDEX, SIGNAL_NAMES, STAGES
from hx_detect.learning.batches import Batch, source_priors
from hx_detect.learning.examples import SENTIMENT_TARGETS
from hx_detect.learning.losses import total_loss

LABELS = len(SIGNAL_NAMES)
CLASSES = {"mood": ["joy", "anger", "fear"]}
KNOWN = labelled(
    "nadie contesta nunca", labels={"ignored": ["nadie contesta"]}, sentiment="negative", stars=1, stage="support"
)
HEADS = ("sentiment", "stars", "signals", "evidence", "hx", "stage", "kind", "auxiliary")


def _outputs(batch: Batch, scale: float = 0.0) -> dict[str, Tensor]:
    """Logits of the right shapes: all 0, or random."""
    count, length = batch.ids.shape
    shapes = {
        "sentiment": (count, 2, len(SENTIMENTS)), "stars": (count, 5), "signals": (count, LABELS), "hx": (count, 1),
        "evidence": (count, length, LABELS), "stage": (count, len(STAGES)), "kind": (count, len(KINDS)),
        "aux:mood": (count, 3),
    }  # fmt: skip
    noise = torch.Generator().manual_seed(3)
    return {name: (scale * torch.randn(shape, generator=noise)).requires_grad_() for name, shape in shapes.items()}


def _loss(outputs: dict[str, Tensor], batch: Batch, *heads: str, positive_weight: float = 1.0) -> float:
    weights = dict.fromkeys(heads, 1.0)
    return float(total_loss(outputs, batch, weights, torch.full((LABELS,), positive_weight)).detach())


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("sentiment", math.log(3)),
        ("stars", math.log(5) + 0.64 + 0.36 + 0.16 + 0.04),
        ("signals", LABELS * math.log(2) / 4),
        ("evidence", (3 * LABELS + 2 * (3 - 1)) * math.log(2) / 3),
        ("hx", math.log(2)),
        ("stage", math.log(7)),
        ("kind", 2 * math.log(4)),
        ("auxiliary", math.log(3)),
    ],
)
def test_loss_of_knowing_nothing(head: str, expected: float) -> None:
    """Two texts, of which each head is told of one; ``kind`` is known of both."""
    batch = batch_of([KNOWN, row("x", auxiliary=("mood", "fear"))], classes=CLASSES)
    assert _loss(_outputs(batch), batch, head) == pytest.approx(expected / 2, rel=1e-5)


@pytest.mark.parametrize("head", HEADS)
def test_a_text_counts_by_its_weight(head: str) -> None:
    """Twice a text that counts one is a text that counts two, for each head."""
    other = row("x", auxiliary=("mood", "fear"))
    texts = [KNOWN, replace(KNOWN, weight=3.0), replace(other, weight=0.5)]
    batch = batch_of(texts, classes=CLASSES)
    alone = [batch_of([text, text, text], classes=CLASSES) for text in (KNOWN, other)]
    known, unknown = (_loss(_outputs(one), one, head) for one in alone)
    assert _loss(_outputs(batch), batch, head) == pytest.approx((4 * known + 0.5 * unknown) / 3, rel=1e-5)


def test_heads_add_up_with_their_weights() -> None:
    batch = batch_of([KNOWN, row("x", auxiliary=("mood", "fear"))], classes=CLASSES)
    outputs = _outputs(batch, 1.0)
    weights = {head: 0.5 + number for number, head in enumerate(HEADS)}
    whole = float(total_loss(outputs, batch, weights, torch.ones(LABELS)).detach())
    assert whole == pytest.approx(
        sum(weight * _loss(outputs, batch, head) for head, weight in weights.items()), rel=1e-5
    )
    assert whole > 0
    assert _loss(outputs, batch) == 0


def test_what_is_unknown_moves_nothing() -> None:
    batch = batch_of([row("x y z"), row("y")], classes=CLASSES)
    outputs = _outputs(batch, 2.0)
    torch.autograd.backward(total_loss(outputs, batch, dict.fromkeys(HEADS, 1.0), torch.ones(LABELS)))
    moved = {name for name, logits in outputs.items() if logits.grad is not None and logits.grad.abs().sum() > 0}
    assert moved == {"kind"}


def test_being_right_costs_little_and_being_wrong_much() -> None:
    batch = batch_of([KNOWN])
    right = _outputs(batch)
    with torch.no_grad():
        right["sentiment"][0, 1, 0] = 20
        right["stars"][0, 0] = 20
        right["signals"][0] = -20
        right["signals"][0, SIGNAL_INDEX["ignored"]] = 20
        right["evidence"][0] = -20
        right["evidence"][0, 1:3, SIGNAL_INDEX["ignored"]] = 20
        right["hx"][0, 0] = 20
        right["stage"][0, STAGES.index("support")] = 20
        right["kind"][0, KINDS.index("review")] = 20
    wrong = {name: -logits for name, logits in right.items()}
    assert _loss(right, batch, *HEADS) < 1e-4
    for head in HEADS[:-1]:
        assert _loss(wrong, batch, head) > 5, head


def test_sentiment_is_read_from_the_head_of_the_texts_kind() -> None:
    post = labelled("nada", kind="post", sentiment="positive")
    batch = batch_of([post, labelled("nada", sentiment="positive")])
    outputs = _outputs(batch)
    torch.autograd.backward(total_loss(outputs, batch, {"sentiment": 1.0}, torch.ones(LABELS)))
    gradient = outputs["sentiment"].grad
    assert gradient is not None
    assert (gradient.abs().sum(-1) > 0).tolist() == [[True, False], [False, True]]


def test_priors_take_up_the_class_balance() -> None:
    """Cross-entropy of logits plus the prior: a source's usual class needs no logit of its own (Menon 2021)."""
    usual = row("x", sentiment=SENTIMENT_TARGETS["negative"], stars=0, source="complaints.en")
    plain, balanced = batch_of([usual]), batch_of([usual], priors=source_priors([usual] * 9))
    assert _loss(_outputs(plain), balanced, "sentiment") < 0.01
    assert _loss(_outputs(plain), balanced, "stars") < 0.1
    shifted = _outputs(plain)
    with torch.no_grad():
        shifted["stars"] += torch.from_numpy(balanced.stars_prior)
    assert _loss(shifted, plain, "stars") == pytest.approx(_loss(_outputs(plain), balanced, "stars"), rel=1e-5)


def test_a_mixed_text_wants_both_sides() -> None:
    batch = batch_of([labelled("bueno y malo", sentiment="mixed")])
    both, one = _outputs(batch), _outputs(batch)
    with torch.no_grad():
        both["sentiment"][0, 1] = torch.log(torch.tensor(SENTIMENT_TARGETS["mixed"]))
        one["sentiment"][0, 1, 0] = 9
    entropy = -sum(p * math.log(p) for p in SENTIMENT_TARGETS["mixed"])
    assert _loss(both, batch, "sentiment") == pytest.approx(entropy, rel=1e-5)
    assert _loss(one, batch, "sentiment") > 4


def test_stars_further_off_cost_more() -> None:
    batch = batch_of([row("x", stars=4)])
    losses = []
    for guess in range(4):
        outputs = _outputs(batch)
        with torch.no_grad():
            outputs["stars"][0, guess] = 4
        losses.append(_loss(outputs, batch, "stars"))
    assert losses == sorted(losses, reverse=True)
    assert np.diff(losses).max() < -0.5


def test_present_signals_may_weigh_more() -> None:
    batch = batch_of([KNOWN])
    usual, heavier = (_loss(_outputs(batch), batch, "signals", positive_weight=weight) for weight in (1.0, 3.0))
    assert heavier - usual == pytest.approx(2 * math.log(2) / 4, rel=1e-4)
    assert _loss(_outputs(batch), batch, "hx", positive_weight=3.0) == pytest.approx(math.log(2), rel=1e-5)


def test_evidence_of_a_long_text_counts_like_that_of_a_short_one() -> None:
    short, long = batch_of([labelled("uno dos")]), batch_of([labelled(" ".join(["uno"] * 40))])
    losses = [_loss(_outputs(batch), batch, "evidence") for batch in (short, long)]
    assert losses == pytest.approx([LABELS * math.log(2)] * 2, rel=1e-5)


def test_a_signal_without_words_leaves_the_others_evidence_as_it_is() -> None:
    shown = batch_of([labelled("uno dos", labels={})])
    not_shown = batch_of([labelled("uno dos", labels={"ignored": []})])
    losses = [_loss(_outputs(batch), batch, "evidence") for batch in (shown, not_shown)]
    assert losses[1] == pytest.approx(losses[0] * (LABELS - 1) / LABELS, rel=1e-5)


def test_half_precision_logits_are_taken() -> None:
    batch = batch_of([KNOWN])
    halves = {name: logits.detach().to(torch.bfloat16) for name, logits in _outputs(batch, 1.0).items()}
    assert _loss(halves, batch, *HEADS) == pytest.approx(_loss(_outputs(batch, 1.0), batch, *HEADS), rel=0.02)
