"""Many texts -> a few typical ones, no two alike. In: texts in a fixed order. Out: their places, most typical first.

Typical is near the middle: the largest cosine with the mean of TF-IDF vectors (Rocchio 1971; Salton & Buckley 1988).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

_TOKEN: Final = re.compile(r"[^\W_]+")
_ALIKE: Final = 0.6
"""Cosine, or share of common words, from which two texts are alike."""


def typical(texts: Sequence[str], wanted: int) -> list[int]:
    """Places of up to ``wanted`` texts; the earlier one where two are equally typical.

    Args:
        texts: a few hundred at most.
        wanted: how many.
    """
    if not texts:
        return []
    words = [_TOKEN.findall(text.casefold()) for text in texts]
    vectors = _tfidf(words)
    closeness = np.round(vectors @ vectors.mean(axis=0), 12)
    chosen: list[int] = []
    for place in np.argsort(-closeness, kind="stable").tolist():
        if words[place] and not any(_alike(vectors, words, place, other) for other in chosen):
            chosen.append(place)
            if len(chosen) == wanted:
                break
    return chosen


def _tfidf(words: Sequence[Sequence[str]]) -> npt.NDArray[np.float64]:
    """Rows of unit length, shape (texts, distinct words); rows of texts without words are 0."""
    spread = Counter(word for text in words for word in set(text))
    columns = {word: column for column, word in enumerate(sorted(spread))}
    vectors = np.zeros((len(words), max(1, len(columns))))
    for row, text in enumerate(words):
        for word, count in Counter(text).items():
            vectors[row, columns[word]] = (1 + np.log(count)) * np.log((1 + len(words)) / spread[word])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


def _alike(vectors: npt.NDArray[np.float64], words: Sequence[Sequence[str]], one: int, other: int) -> bool:
    if float(vectors[one] @ vectors[other]) > _ALIKE:
        return True
    first, second = set(words[one]), set(words[other])
    return len(first & second) > _ALIKE * len(first | second)
