"""Is the evidence what the probability was made from? In: a scorer, scored texts. Out: what cutting it does.

Comprehensiveness is p(text) - p(text without the evidence): high where the evidence was needed. Sufficiency is
p(text) - p(evidence alone): near 0 where it was enough (DeYoung et al. 2020, ERASER, section 4). Beside both stands the
same with random stretches of the same number of words, since any cut changes a probability a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hx_detect.evaluation.bootstrap import SEED, Floats
from hx_detect.evaluation.evidence import Stretch, covered, words
from hx_detect.evaluation.metrics import Ints
from hx_detect.evaluation.predictions import TextScorer, score_all
from hx_detect.labels import SIGNAL_INDEX
from hx_detect.records import Review, Score

_WITHOUT, _ONLY, _WITHOUT_RANDOM, _ONLY_RANDOM = range(4)


@dataclass(frozen=True, slots=True)
class Erasure:
    """One row per text and signal that is present and can be cut, m of them.

    Attributes:
        text: (m,) index of the text.
        signal: (m,) index of the signal.
        comprehensiveness: (m,) in [-1, 1], more is better.
        sufficiency: (m,) in [-1, 1], less is better.
        random_comprehensiveness: (m,) the same with random words.
        random_sufficiency: (m,) the same with random words.
        whole: present signals left out because their evidence is the whole text, so that nothing scorable would stay.
    """

    text: Ints
    signal: Ints
    comprehensiveness: Floats
    sufficiency: Floats
    random_comprehensiveness: Floats
    random_sufficiency: Floats
    whole: int


def erase(scorer: TextScorer, scores: Sequence[Score], *, seed: int = SEED) -> Erasure:
    """Score every text again without its evidence and with its evidence alone.

    Language and kind are kept as they were found in the whole text, so that only the words change.

    Args:
        scorer: the scorer that gave the scores.
        scores: scored texts.
        seed: of the random stretches.
    """
    generator = np.random.default_rng(seed)
    rows: list[tuple[int, int, float]] = []
    reviews: list[Review] = []
    whole = 0
    for number, score in enumerate(scores):
        places = words(score.text)
        for signal in score.present:
            chosen = covered(places, [(span.start, span.end) for span in signal.evidence])
            if not chosen or len(chosen) == len(places):
                whole += 1
                continue
            random = random_stretches(len(places), _runs(chosen), generator)
            rows.append((number, SIGNAL_INDEX[signal.name], signal.probability))
            reviews += [_review(score, text) for text in _cuts(score.text, places, chosen, random)]
    return _measure(rows, score_all(scorer, reviews), whole)


def random_stretches(count: int, lengths: Sequence[int], generator: np.random.Generator) -> frozenset[int]:
    """Numbers of words of random stretches that do not touch a word twice.

    Args:
        count: number of words in the text, at least the sum of ``lengths``.
        lengths: words in each stretch.
        generator: source of chance.
    """
    order = generator.permutation(len(lengths))
    slack = count - sum(lengths)
    gaps = np.sort(generator.integers(0, slack + 1, len(lengths)))
    chosen: list[int] = []
    used = 0
    for gap, which in zip(gaps, order, strict=True):
        start = int(gap) + used
        chosen += range(start, start + lengths[which])
        used += lengths[which]
    return frozenset(chosen)


def _runs(chosen: frozenset[int]) -> list[int]:
    """Lengths of the runs of neighbouring words."""
    lengths: list[int] = []
    for word in sorted(chosen):
        if word - 1 in chosen:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


def _cuts(text: str, places: Sequence[Stretch], chosen: frozenset[int], random: frozenset[int]) -> list[str]:
    everything = frozenset(range(len(places)))
    return [kept(text, places, keep) for keep in (everything - chosen, chosen, everything - random, random)]


def kept(text: str, places: Sequence[Stretch], keep: frozenset[int]) -> str:
    """The text with only the words of ``keep``; neighbours keep what stands between them, others get one space."""
    parts: list[str] = []
    for number in sorted(keep):
        start, end = places[number]
        if number - 1 in keep:
            parts.append(text[places[number - 1][1] : end])
        else:
            parts.append((" " if parts else "") + text[start:end])
    return "".join(parts)


def _review(score: Score, text: str) -> Review:
    language = score.language if score.language in ("es", "en") else None
    return Review(text, language=language, kind=score.kind)


def _measure(rows: Sequence[tuple[int, int, float]], scores: Sequence[Score | None], whole: int) -> Erasure:
    after = np.array(
        [[_probability(scores[row * 4 + cut], signal) for cut in range(4)] for row, (_, signal, _) in enumerate(rows)]
    ).reshape(-1, 4)
    scored = np.flatnonzero(~np.isnan(after).any(axis=1))
    whole += len(rows) - scored.size
    rows, after = [rows[int(row)] for row in scored], after[scored]
    before = np.array([row[2] for row in rows], np.float64)
    fall = before[:, None] - after
    return Erasure(
        text=np.array([row[0] for row in rows], np.int64),
        signal=np.array([row[1] for row in rows], np.int64),
        comprehensiveness=fall[:, _WITHOUT],
        sufficiency=fall[:, _ONLY],
        random_comprehensiveness=fall[:, _WITHOUT_RANDOM],
        random_sufficiency=fall[:, _ONLY_RANDOM],
        whole=whole,
    )


def _probability(score: Score | None, signal: int) -> float:
    if score is None:
        return float("nan")
    return next(one.probability for one in score.signals if SIGNAL_INDEX[one.name] == signal)
