"""New labelled data -> its part that is not trained on. In: texts and their groups. Out: True where held out.

Training and the gate ask this one function, so that the gate judges on what the new model has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hx_detect.learning.splits import near_duplicate_groups, split_of

HELD_OUT_SHARE: Final = 0.2
_SHARES: Final = {"held out": HELD_OUT_SHARE, "train": 1 - HELD_OUT_SHARE}


def held_out(texts: Sequence[str], groups: Sequence[str | None] | None = None) -> list[bool]:
    """Which texts are for judging only: about one in five, by hash, the same on every machine.

    Args:
        texts: as they were given.
        groups: for each text the name of its group, or None; texts of one group, and near-duplicates, stay together.

    Returns:
        One flag for each text.
    """
    same = near_duplicate_groups(texts)
    parents = list(range(len(texts)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    first: dict[str, int] = {}
    for number, duplicate_of in enumerate(same):
        parents[root(number)] = root(duplicate_of)
        group = groups[number] if groups is not None else None
        if group:
            parents[root(number)] = root(first.setdefault(group, number))
    keys: dict[int, str] = {}
    for number, text in enumerate(texts):
        keys[root(number)] = min(text, keys.get(root(number), text))
    return [split_of(keys[root(number)], _SHARES) == "held out" for number in range(len(texts))]
