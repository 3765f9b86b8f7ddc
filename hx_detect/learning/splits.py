"""Texts -> splits that share nothing. In: texts of all sets. Out: near-duplicate groups, splits, leaks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_HANDLE_OR_LINK = re.compile(r"https?://\S+|@\w+|\bhttp\b")
_NOT_WORD = re.compile(r"[\W_]+")
_SHINGLE = 4


@lru_cache(maxsize=1_000_000)
def shingles(text: str) -> frozenset[int]:
    """Hashes of the text's 4-word stretches, lower case, without handles, links, punctuation. Short texts are one."""
    words = _NOT_WORD.sub(" ", _HANDLE_OR_LINK.sub(" ", text.lower())).split()
    if len(words) <= _SHINGLE:
        return frozenset({hash_text(" ".join(words))}) if words else frozenset()
    return frozenset(hash_text(" ".join(words[i : i + _SHINGLE])) for i in range(len(words) - _SHINGLE + 1))


def hash_text(text: str) -> int:
    """The same 64-bit number for the same text on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class NearDuplicateIndex:
    """Finds texts that share most of their 4-word stretches (Broder 1997, resemblance by shingles).

    Args:
        threshold: Jaccard resemblance in (0, 1] from which two texts count as the same.
    """

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self._sets: list[frozenset[int]] = []
        self._by_shingle: dict[int, list[int]] = {}

    def add(self, text: str) -> int:
        """Remember a text; its number, counted from 0."""
        some = shingles(text)
        self._sets.append(some)
        for shingle in some:
            self._by_shingle.setdefault(shingle, []).append(len(self._sets) - 1)
        return len(self._sets) - 1

    def find(self, text: str) -> int | None:
        """The number of the most alike remembered text at or above the threshold, or None."""
        some = shingles(text)
        shared: dict[int, int] = {}
        for shingle in some:
            for number in self._by_shingle.get(shingle, ()):
                shared[number] = shared.get(number, 0) + 1
        best = max(shared, key=lambda n: self._jaccard(some, n, shared[n]), default=None)
        if best is None or self._jaccard(some, best, shared[best]) < self.threshold:
            return None
        return best

    def _jaccard(self, some: frozenset[int], number: int, shared: int) -> float:
        return shared / (len(some) + len(self._sets[number]) - shared)


def leaks(candidates: Sequence[str], held_out: Iterable[str], threshold: float = 0.5) -> list[bool]:
    """For each candidate training text: does an evaluation text say (nearly) the same?"""
    index = NearDuplicateIndex(threshold)
    for text in held_out:
        index.add(text)
    return [index.find(text) is not None for text in candidates]


def near_duplicate_groups(texts: Sequence[str], threshold: float = 0.5) -> list[int]:
    """A group number per text: the number of the first text it is (nearly) the same as, or its own."""
    index = NearDuplicateIndex(threshold)
    groups: list[int] = []
    for number, text in enumerate(texts):
        same = index.find(text)
        index.add(text)
        groups.append(number if same is None else groups[same])
    return groups


def split_of(key: str, shares: dict[str, float]) -> str:
    """A split by hash, the same for ever: ``shares`` (summing to 1) are cut from [0, 1) in order."""
    place = hash_text(key) / 2**64
    for name, share in shares.items():
        if place < share:
            return name
        place -= share
    return next(reversed(shares))
