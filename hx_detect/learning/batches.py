"""Examples -> batches. In: examples, tokenizer, seed. Out: arrays of few lengths, NaN for unknown targets."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from hx_detect.labels import KINDS, SENTIMENTS, SIGNAL_NAMES
from hx_detect.learning.examples import Example

LENGTHS = (16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160)
"""Padded lengths in tokens: every new batch shape costs time on a CPU."""
UNKNOWN = -100

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """n texts padded to t tokens.

    Attributes:
        ids, mask: (n, t).
        sentiment: (n, 3) target distribution, NaN where unknown; ``group`` (n,) is 0 for posts, else 1.
        stars, stage, kind: (n,) class or ``UNKNOWN``.
        signals: (n, 18) 0, 1 or NaN; hx: (n,) 0, 1 or NaN.
        evidence: (n, t, 18) 1 on annotated tokens, 0 elsewhere, NaN where nothing was annotated.
        sentiment_prior, stars_prior: log shares of the classes in the text's source, (n, 3) and (n, 5).
        auxiliary: task -> (n,) class or ``UNKNOWN``.
        weight: (n,) how much each text counts.
    """

    ids: IntArray
    mask: IntArray
    group: IntArray
    sentiment: FloatArray
    sentiment_prior: FloatArray
    stars: IntArray
    stars_prior: FloatArray
    signals: FloatArray
    evidence: FloatArray
    hx: FloatArray
    stage: IntArray
    kind: IntArray
    auxiliary: dict[str, IntArray]
    weight: FloatArray


@dataclass(frozen=True)
class Priors:
    """Log class shares by source (Menon et al. 2021, "Long-tail learning via logit adjustment").

    Added to the logits in training they take up each source's class balance, so that the bare logits assume none.
    """

    sentiment: Mapping[str, FloatArray]
    stars: Mapping[str, FloatArray]


def source_priors(examples: Sequence[Example]) -> Priors:
    """Class shares of each source, smoothed by 1 %."""
    sentiment: dict[str, Counter[int]] = {}
    stars: dict[str, Counter[int]] = {}
    for example in examples:
        if example.sentiment is not None:
            sentiment.setdefault(example.source, Counter())[int(np.argmax(example.sentiment))] += 1
        if example.stars is not None:
            stars.setdefault(example.source, Counter())[example.stars] += 1
    return Priors(
        {source: _log_shares(counts, len(SENTIMENTS)) for source, counts in sentiment.items()},
        {source: _log_shares(counts, 5) for source, counts in stars.items()},
    )


def _log_shares(counts: Counter[int], classes: int) -> FloatArray:
    shares = np.array([counts[index] for index in range(classes)], np.float32) / counts.total()
    return np.log(0.99 * shares + 0.01 / classes).astype(np.float32)


def batches(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    priors: Priors,
    classes: Mapping[str, Sequence[str]],
    *,
    tokens: int,
    longest: int,
    seed: int,
    augment: float,
) -> Iterator[Batch]:
    """Shuffled batches, the same for the same seed.

    Args:
        examples: to be passed over once.
        tokenizer: of the encoder.
        priors: of ``source_priors``.
        classes: auxiliary task -> class names in order.
        tokens: budget per batch, padding included.
        longest: texts are cut to so many tokens.
        seed: of order and augmentation.
        augment: share of texts that are written in capitals, in small letters or without accents.
    """
    rng = random.Random(seed)
    order = list(examples)
    rng.shuffle(order)
    order = [_augmented(example, rng) if rng.random() < augment else example for example in order]
    by_length: dict[int, list[tuple[Example, Encoding]]] = {}
    pending: list[list[tuple[Example, Encoding]]] = []
    for start in range(0, len(order), 1000):
        some = order[start : start + 1000]
        for example, encoding in zip(some, tokenizer.encode_batch([e.text for e in some]), strict=True):
            length = next((n for n in LENGTHS if n >= min(len(encoding.ids), longest)), longest)
            waiting = by_length.setdefault(min(length, longest), [])
            waiting.append((example, encoding))
            if len(waiting) * min(length, longest) >= tokens:
                pending.append(by_length.pop(min(length, longest)))
    pending += by_length.values()
    rng.shuffle(pending)
    for chosen in pending:
        yield collate(chosen, priors, classes, longest)


def collate(
    chosen: Sequence[tuple[Example, Encoding]], priors: Priors, classes: Mapping[str, Sequence[str]], longest: int
) -> Batch:
    """Pad and stack (n texts, t tokens of the longest one's length step)."""
    longest_here = min(longest, max(len(encoding.ids) for _, encoding in chosen))
    length = min(longest, next((n for n in LENGTHS if n >= longest_here), longest))
    count, labels = len(chosen), len(SIGNAL_NAMES)
    ids = np.ones((count, length), np.int64)
    mask = np.zeros((count, length), np.int64)
    evidence = np.full((count, length, labels), np.nan, np.float32)
    for row, (example, encoding) in enumerate(chosen):
        kept = encoding.ids[:length]
        ids[row, : len(kept)] = kept
        mask[row, : len(kept)] = 1
        if example.signals is not None:
            evidence[row, 1 : len(kept) - 1] = _token_targets(example, encoding, len(kept))[1 : len(kept) - 1]
    examples = [example for example, _ in chosen]
    unknown3, unknown5 = np.zeros(3, np.float32), np.zeros(5, np.float32)
    return Batch(
        ids=ids,
        mask=mask,
        group=np.array([0 if e.kind == "post" else 1 for e in examples]),
        sentiment=np.array([e.sentiment or (np.nan,) * 3 for e in examples], np.float32),
        sentiment_prior=np.stack([priors.sentiment.get(e.source, unknown3) for e in examples]),
        stars=np.array([UNKNOWN if e.stars is None else e.stars for e in examples]),
        stars_prior=np.stack([priors.stars.get(e.source, unknown5) for e in examples]),
        signals=np.stack([_signal_targets(e) for e in examples]),
        evidence=evidence,
        hx=np.array([np.nan if e.is_hx is None else float(e.is_hx) for e in examples], np.float32),
        stage=np.array([UNKNOWN if e.stage is None else e.stage for e in examples]),
        kind=np.array([KINDS.index(e.kind) for e in examples]),
        auxiliary={task: np.array([_auxiliary(e, task, names) for e in examples]) for task, names in classes.items()},
        weight=np.array([e.weight for e in examples], np.float32),
    )


def _signal_targets(example: Example) -> FloatArray:
    if example.signals is None:
        return np.full(len(SIGNAL_NAMES), np.nan, np.float32)
    targets = np.zeros(len(SIGNAL_NAMES), np.float32)
    targets[list(example.signals)] = 1.0
    return targets


def _token_targets(example: Example, encoding: Encoding, length: int) -> FloatArray:
    targets = np.zeros((length, len(SIGNAL_NAMES)), np.float32)
    offsets = np.array(encoding.offsets[:length])
    shown = {label for label, _, _ in example.spans}
    targets[:, sorted((example.signals or frozenset()) - shown)] = np.nan  # it holds, but nobody said where
    for label, start, end in example.spans:
        targets[(offsets[:, 0] < end) & (offsets[:, 1] > start), label] = 1.0
    return targets


def _auxiliary(example: Example, task: str, names: Sequence[str]) -> int:
    if example.auxiliary is None or example.auxiliary[0] != task or example.auxiliary[1] not in names:
        return UNKNOWN
    return names.index(example.auxiliary[1])


def _augmented(example: Example, rng: random.Random) -> Example:
    change = rng.choice((str.upper, str.lower, _without_accents))
    text = change(example.text)
    return replace(example, text=text) if len(text) == len(example.text) else example


def _without_accents(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", character)[0] for character in text)
