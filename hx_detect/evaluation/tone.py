"""Does shouting pay? In: scores of the same facts told calmly and furiously. Out: the gap in priority, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.bootstrap import Floats
from hx_detect.learning.examples import Example
from hx_detect.records import Score

LIMIT = 0.05
"""What the output contract promises for the same facts in two tones."""


@dataclass(frozen=True, slots=True)
class ToneGap:
    """One row per pair, m of them.

    Attributes:
        groups: names of the pairs.
        languages: language of each.
        signed: (m,) priority of the furious text minus that of the calm one, in [-1, 1]; above 0 shouting pays.
        incomplete: groups that lack one of the two.
    """

    groups: tuple[str, ...]
    languages: tuple[str, ...]
    signed: Floats
    incomplete: tuple[str, ...]


def tone_gap(examples: Sequence[Example], scores: Sequence[Score]) -> ToneGap:
    """Pair the texts by group; of several in one role the mean counts.

    Args:
        examples: texts with ``group`` and ``role`` (``calm``, ``furious``).
        scores: their scores, same order.

    Raises:
        EvaluationError: the two texts of a pair are in different languages.
    """
    priorities: dict[str, dict[str, list[float]]] = {}
    languages: dict[str, str] = {}
    for example, score in zip(examples, scores, strict=True):
        if languages.setdefault(example.group, example.language) != example.language:
            raise EvaluationError(f"pair {example.group} is in two languages", cure="give each language its own group")
        priorities.setdefault(example.group, {}).setdefault(example.role, []).append(score.priority)
    complete = [group for group, roles in priorities.items() if roles.keys() >= {"calm", "furious"}]
    signed = [np.mean(priorities[group]["furious"]) - np.mean(priorities[group]["calm"]) for group in complete]
    return ToneGap(
        groups=tuple(complete),
        languages=tuple(languages[group] for group in complete),
        signed=np.array(signed, np.float64),
        incomplete=tuple(group for group in priorities if group not in complete),
    )
