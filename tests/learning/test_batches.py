"""Batches hold every text once, within the budget, in few lengths, with NaN for what is not known."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled import labelled
from small_training import batch_of, row, word_tokenizer

from hx_detect.labels import KINDS, SIGNAL_INDEX, STAGES
from hx_detect.learning.batches import LENGTHS, UNKNOWN, Batch, batches, source_priors
from hx_detect.learning.examples import SENTIMENT_TARGETS, Example

CHANGED = {"Canción ÑANDÚ", "CANCIÓN ÑANDÚ", "canción ñandú", "Cancion NANDU"}


def _some(lengths: list[int]) -> list[Example]:
    return [row(" ".join([f"w{number}", *["x"] * (length - 1)])) for number, length in enumerate(lengths)]


def _all(
    examples: list[Example], *, tokens: int = 256, longest: int = 64, seed: int = 1, augment: float = 0.0
) -> list[Batch]:
    tokenizer = word_tokenizer([example.text for example in examples])
    return list(
        batches(
            examples, tokenizer, source_priors(examples), {}, tokens=tokens, longest=longest, seed=seed, augment=augment
        )
    )


def _first_words(found: list[Batch]) -> list[int]:
    return [int(ids) for batch in found for ids in batch.ids[:, 1]]


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 90), min_size=1, max_size=60),
    st.sampled_from([100, 256, 1000]),
    st.sampled_from([16, 30, 64]),
    st.integers(0, 9),
)
def test_every_text_once_within_the_budget(lengths: list[int], tokens: int, longest: int, seed: int) -> None:
    found = _all(_some(lengths), tokens=tokens, longest=longest, seed=seed)
    assert max(Counter(_first_words(found)).values()) == 1
    assert sum(len(batch.ids) for batch in found) == len(lengths)
    for batch in found:
        count, length = batch.ids.shape
        assert length in LENGTHS or length == longest
        assert length <= longest
        assert count * length < tokens + length
        assert batch.mask.sum(axis=1).max() <= length
    kept = sum(int(batch.mask.sum()) for batch in found)
    assert kept == sum(min(length + 2, longest) for length in lengths)


def test_the_seed_decides_the_order_and_nothing_else() -> None:
    examples = _some([5, 9, 14, 30, 3, 7, 22, 40] * 20)
    one, again, other = (_first_words(_all(examples, seed=seed)) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert sorted(one) == sorted(other)


def test_no_texts_no_batches() -> None:
    assert _all([]) == []


def test_padding_is_masked() -> None:
    batch = batch_of(_some([2, 12]))
    assert batch.ids.shape == (2, 16)
    assert batch.mask.tolist() == [[1] * 4 + [0] * 12, [1] * 14 + [0] * 2]
    assert (batch.ids[batch.mask == 0] == 1).all()
    assert batch.ids[0, 0] == 0
    assert batch.ids[0, 3] == 2


def test_evidence_lies_on_the_annotated_words() -> None:
    batch = batch_of([labelled("ayer «nadie contesta», eh", labels={"ignored": ["nadie contesta"]}), row("no sé")])
    ignored = batch.evidence[0, :, SIGNAL_INDEX["ignored"]]
    assert ignored[1:7].tolist() == [0, 0, 1, 1, 0, 0]
    assert np.isnan(ignored[[0, *range(7, 16)]]).all()
    assert batch.evidence[0, 1:7].sum() == 2
    assert np.isnan(batch.evidence[1]).all()


def test_a_signal_whose_words_nobody_showed_says_nothing_of_any_token() -> None:
    batch = batch_of([labelled("nadie contesta, qué rabia", labels={"ignored": ["nadie contesta"], "rage": []})])
    assert batch.signals[0, [SIGNAL_INDEX["ignored"], SIGNAL_INDEX["rage"]]].tolist() == [1, 1]
    assert np.isnan(batch.evidence[0, :, SIGNAL_INDEX["rage"]]).all()
    assert np.nansum(batch.evidence[0]) == 2


def test_targets_of_what_is_known_and_of_what_is_not() -> None:
    classes = {"mood": ["joy", "anger"], "why": ["late"]}
    known = labelled(
        "nadie vino", sentiment="mixed", stars=2, stage="support", kind="post", labels={"ignored": ["nadie"]}
    )
    batch = batch_of(
        [known, row("x", auxiliary=("mood", "anger")), row("y", auxiliary=("mood", "fear"))], classes=classes
    )
    assert batch.sentiment[0].tolist() == pytest.approx(SENTIMENT_TARGETS["mixed"])
    assert np.isnan(batch.sentiment[1:]).all()
    assert batch.stars.tolist() == [1, UNKNOWN, UNKNOWN]
    assert batch.stage.tolist() == [STAGES.index("support"), UNKNOWN, UNKNOWN]
    assert batch.group.tolist() == [0, 1, 1]
    assert batch.kind.tolist() == [KINDS.index("post"), *[KINDS.index("review")] * 2]
    assert np.flatnonzero(batch.signals[0]).tolist() == [SIGNAL_INDEX["ignored"]]
    assert np.isnan(batch.signals[1:]).all()
    assert batch.hx[0] == 1
    assert np.isnan(batch.hx[1:]).all()
    assert {task: targets.tolist() for task, targets in batch.auxiliary.items()} == {
        "mood": [UNKNOWN, 1, UNKNOWN], "why": [UNKNOWN] * 3,
    }  # fmt: skip


def test_priors_are_the_shares_of_each_source() -> None:
    stars = [row("x", stars=4, source="a.en")] * 3 + [row("y", stars=0, source="a.en")]
    moods = [row("z", sentiment=SENTIMENT_TARGETS["negative"], source="b.en")] * 2
    priors = source_priors(stars + moods)
    assert set(priors.stars) == {"a.en"}
    assert set(priors.sentiment) == {"b.en"}
    shares = np.exp(priors.stars["a.en"])
    assert shares.sum() == pytest.approx(1)
    assert shares[4] == pytest.approx(0.99 * 0.75 + 0.002)
    assert np.exp(priors.sentiment["b.en"][1]) == pytest.approx(0.01 / 3, rel=1e-4)
    batch = batch_of([stars[0], moods[0]], priors=priors)
    assert batch.stars_prior[0].tolist() == priors.stars["a.en"].tolist()
    assert batch.stars_prior[1].tolist() == [0] * 5
    assert batch.sentiment_prior[0].tolist() == [0] * 3
    assert batch.sentiment_prior[1, 0] == pytest.approx(math.log(0.99 + 0.01 / 3))


def test_augmented_texts_keep_their_length() -> None:
    examples = [row("Canción ÑANDÚ") for _ in range(40)]
    tokenizer = word_tokenizer([" ".join(CHANGED)])
    found = list(batches(examples, tokenizer, source_priors([]), {}, tokens=64, longest=16, seed=3, augment=1.0))
    texts = {
        " ".join(tokenizer.id_to_token(int(token)) or "" for token in ids[1:3]) for batch in found for ids in batch.ids
    }
    assert texts == CHANGED - {"Canción ÑANDÚ"}


def test_a_change_that_would_move_the_evidence_is_not_made() -> None:
    examples = [row("straße")] * 30
    tokenizer = word_tokenizer(["straße STRASSE strasse"])
    found = list(batches(examples, tokenizer, source_priors([]), {}, tokens=64, longest=16, seed=3, augment=1.0))
    assert {tokenizer.id_to_token(int(ids[1])) for batch in found for ids in batch.ids} == {"straße"}
