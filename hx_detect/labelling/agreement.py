"""Answers of several people -> how far they agree. In: labelled records. Out: Krippendorff's alpha of every label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.errors import EvaluationError, MissingExtraError
from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES, STAGES
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.wording import say

RESAMPLES: Final = 300
SEED: Final = 20_240_229
SENTIMENT_CLASSES: Final = (*SENTIMENTS, "mixed")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far people agree on one thing.

    Attributes:
        name: a signal, ``sentiment`` or ``stage``.
        texts: answered by two people or more.
        used: of them, those where someone said that the signal holds (all, for sentiment and stage).
        same: share of texts on which all say the same.
        alpha: Krippendorff's alpha, 1 is perfect, 0 is chance; None where everybody always said the same one thing.
        low: 2.5th percentile over resampled texts, or None.
        high: 97.5th percentile, or None.
    """

    name: str
    texts: int
    used: int
    same: float
    alpha: float | None
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, Any]:
        """The record, figures with three decimals."""
        rounded = {name: None if (value := getattr(self, name)) is None else round(value, 3)
                   for name in ("same", "alpha", "low", "high")}  # fmt: skip
        return {"name": self.name, "texts": self.texts, "used": self.used, **rounded}


def agreement(rows: Sequence[LabelledRow], resamples: int = RESAMPLES, seed: int = SEED) -> list[Agreement]:
    """Alpha of sentiment, stage and every signal that someone used, each with its bootstrap interval.

    Args:
        rows: each says who labelled it; the same text of several people counts, the last of one person's.
        resamples: of the texts, with replacement.
        seed: of the resamples.

    Raises:
        EvaluationError: no text was labelled by two people.
        MissingExtraError: the library ``krippendorff`` is not installed.
    """
    alpha = _library()
    people = sorted({row.who or row.file for row in rows})
    answers = {(row.text_hash, row.who or row.file): row for row in rows}
    shared = [text for text in dict.fromkeys(row.text_hash for row in rows)
              if sum((text, person) in answers for person in people) > 1]  # fmt: skip
    if not shared:
        raise EvaluationError(
            say("No text was labelled by two people", "Ningún texto fue etiquetado por dos personas"),
            cure=say("Give the files of two people who labelled the same texts (--who names them)",
                     "Indique los ficheros de dos personas que etiquetaron los mismos textos (--who les da nombre)"),
        )  # fmt: skip
    draws = np.random.default_rng(seed).integers(0, len(shared), (resamples, len(shared)))

    def one(name: str, code: Callable[[LabelledRow], float | None], *, present: bool) -> Agreement:
        table = _table(shared, people, answers, code)
        return _agreement(name, table, draws, alpha, present=present)

    found = [
        one("sentiment", lambda row: _place(SENTIMENT_CLASSES, row.sentiment), present=False),
        one("stage", lambda row: _place(STAGES, row.stage), present=False),
    ]
    names = [*SIGNAL_NAMES, *sorted({name for row in rows for name in row.own})]
    found += [one(name, lambda row, name=name: _flag(row, name), present=True) for name in names]  # type: ignore[misc] # a default binds the name
    return [each for each in found if each.texts and (each.used or each.name == "sentiment")]


def _library() -> Callable[..., float]:
    try:
        from krippendorff import alpha
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say("The library krippendorff is not installed", "La biblioteca krippendorff no está instalada"),
            cure='pip install "hx-detect[learn]"',
        ) from error
    found: Callable[..., float] = alpha
    return found


def _table(
    texts: Sequence[str],
    people: Sequence[str],
    answers: Mapping[tuple[str, str], LabelledRow],
    code: Callable[[LabelledRow], float | None],
) -> Floats:
    """(people, texts) codes; NaN where a person did not say."""
    table = np.full((len(people), len(texts)), np.nan)
    for column, text in enumerate(texts):
        for line, person in enumerate(people):
            row = answers.get((text, person))
            value = None if row is None else code(row)
            if value is not None:
                table[line, column] = value
    return table


def _agreement(
    name: str, table: Floats, draws: NDArray[np.int64], alpha: Callable[..., float], *, present: bool
) -> Agreement:  # fmt: skip
    told = ~np.isnan(table)
    both = told.sum(axis=0) > 1
    lowest, highest = (
        np.nanmin(np.where(told, table, np.inf), axis=0),
        np.nanmax(np.where(told, table, -np.inf), axis=0),
    )
    used = both & (highest > 0) if present else both
    value = _alpha(alpha, table)
    samples = [_alpha(alpha, table[:, draw]) for draw in draws] if value is not None else []
    defined = [sample for sample in samples if sample is not None]
    low, high = np.percentile(defined, (2.5, 97.5)) if defined else (None, None)
    same = float((lowest == highest)[both].mean()) if both.any() else 0.0
    return Agreement(
        name, int(both.sum()), int(used.sum()), same, value,
        None if low is None else float(low), None if high is None else float(high),
    )  # fmt: skip


def _alpha(alpha: Callable[..., float], table: Floats) -> float | None:
    """Nominal alpha; None where only one value occurs, for then there is no disagreement to expect."""
    pairable = table[:, (~np.isnan(table)).sum(axis=0) > 1]
    values = np.unique(pairable[~np.isnan(pairable)])
    if values.size < 2:
        return None
    return float(alpha(reliability_data=pairable, level_of_measurement="nominal"))


def _place(classes: Sequence[str], value: str | None) -> float | None:
    return None if value is None else float(classes.index(value))


def _flag(row: LabelledRow, name: str) -> float | None:
    said = row.says(name)
    return None if said is None else float(said)
