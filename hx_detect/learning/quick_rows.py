"""Labelled rows, what a model knows of them -> targets of its heads. In: rows, knowledge. Out: arrays, NaN unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.decision import TABLE_LANGUAGES, Decision
from hx_detect.labels import KINDS, SENTIMENTS, SIGNAL_NAMES, STAGES
from hx_detect.learning.examples import HX_SIGNALS, SENTIMENT_TARGETS, Example
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.stage_records import BatchLogits, FloatArray
from hx_detect.stages.adapt import ADAPTED, COLUMNS
from hx_detect.stages.calibrate import softmax
from hx_detect.stages.clean import CleaningSpec, clean
from hx_detect.stages.language import LanguageIdentifier

NEW_SOURCE: Final = "new"
"""Source of the examples that are made of new rows."""
_SURE: Final = 0.5
_FOREIGN: Final = 0.9
"""Probability from which a text that says no language is taken for one of neither."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What is known of n texts, as the heads are to say it.

    Attributes:
        values: (n, 34), columns as ``ADAPTED``, in [0, 1]; NaN where nothing is known.
        languages: (n,), index in ``TABLE_LANGUAGES``.
        groups: (n,), the sentiment head of each text: 0 for posts, 1 for other kinds.
    """

    values: FloatArray
    languages: NDArray[np.intp]
    groups: NDArray[np.intp]

    def known(self, head: str) -> NDArray[np.bool_]:
        """(n,), where all columns of a head are known."""
        return np.asarray(~np.isnan(self.values[:, ADAPTED[head]]).any(axis=1))


def targets_of(rows: Sequence[LabelledRow], logits: BatchLogits, decision: Decision, cleaning: CleaningSpec) -> Targets:
    """The targets of labelled rows.

    Args:
        rows: n rows.
        logits: what the model says of them; for the kind of texts that do not say theirs.
        decision: the model's tables.
        cleaning: the model's, for the language of texts that do not say theirs.
    """
    values = np.full((len(rows), COLUMNS), np.nan)
    for place, row in enumerate(rows):
        if row.sentiment is not None:
            values[place, ADAPTED["sentiment"]] = SENTIMENT_TARGETS[row.sentiment]
        if row.stars is not None:
            values[place, ADAPTED["stars"]] = np.arange(1, 6) == row.stars
        if row.stage is not None:
            values[place, ADAPTED["stage"]] = [name == row.stage for name in STAGES]
        said = [row.says(name) for name in SIGNAL_NAMES]
        values[place, ADAPTED["signals"]] = [np.nan if one is None else float(one) for one in said]
        values[place, ADAPTED["hx"]] = _is_hx(said)
    return Targets(values, _languages(rows, cleaning), _groups(rows, logits, decision))


def _is_hx(said: Sequence[bool | None]) -> float:
    relevant = [said[label] for label in HX_SIGNALS]
    if any(relevant):
        return 1.0
    return np.nan if None in relevant else 0.0


def _languages(rows: Sequence[LabelledRow], cleaning: CleaningSpec) -> NDArray[np.intp]:
    identifier = LanguageIdentifier() if any(row.language is None for row in rows) else None
    found = []
    for row in rows:
        known = row.language
        if known is None and identifier is not None:
            known = identifier.identify(clean(row.text, cleaning).text).nearer
        found.append(TABLE_LANGUAGES.index("es" if known == "es" else "en"))
    return np.array(found, np.intp)


def in_other_languages(rows: Sequence[LabelledRow], cleaning: CleaningSpec) -> list[LabelledRow]:
    """The rows that do not say their language and read as neither Spanish nor English.

    Args:
        rows: labelled rows.
        cleaning: the model's.
    """
    silent = [row for row in rows if row.language is None]
    if not silent:
        return []
    identifier = LanguageIdentifier()
    found = []
    for row in silent:
        guess = identifier.identify(clean(row.text, cleaning).text)
        if guess.code == "other" and guess.probability >= _FOREIGN:
            found.append(row)
    return found


def _groups(rows: Sequence[LabelledRow], logits: BatchLogits, decision: Decision) -> NDArray[np.intp]:
    likeliest = softmax(logits.kind * decision.kind.scale + decision.kind.bias).argmax(axis=1)
    kinds = [row.kind or KINDS[best] for row, best in zip(rows, likeliest, strict=True)]
    return np.array([0 if kind == "post" else 1 for kind in kinds], np.intp)


def examples_of(targets: Targets, presence: NDArray[np.bool_]) -> list[Example]:
    """The rows as examples, for fitting ``decision.json``.

    Args:
        targets: of n rows.
        presence: (n, 18), what the model took for present: stands in for signals that a row does not speak of, in rows
            that speak of some.
    """
    signals = targets.values[:, ADAPTED["signals"]]
    unknown = np.isnan(signals)
    there = np.where(unknown, presence, signals > _SURE)
    return [
        Example(
            id=str(place),
            text="",
            language=TABLE_LANGUAGES[targets.languages[place]],
            kind="post" if targets.groups[place] == 0 else "review",
            source=NEW_SOURCE,
            sentiment_label=_sentiment(targets.values[place, ADAPTED["sentiment"]]),
            stars=_class(targets.values[place, ADAPTED["stars"]]),
            signals=None if unknown[place].all() else frozenset(np.flatnonzero(there[place]).tolist()),
            stage=_class(targets.values[place, ADAPTED["stage"]]),
        )
        for place in range(len(signals))
    ]


def classes_of(examples: Sequence[Example]) -> FloatArray:
    """Sentiment, stars and stage of examples, as in ``Targets.values``: (n, 34), NaN elsewhere and where unknown."""
    values = np.full((len(examples), COLUMNS), np.nan)
    for place, example in enumerate(examples):
        if example.sentiment is not None:
            values[place, ADAPTED["sentiment"]] = example.sentiment
        if example.stars is not None:
            values[place, ADAPTED["stars"]] = np.arange(5) == example.stars
        if example.stage is not None:
            values[place, ADAPTED["stage"]] = np.arange(len(STAGES)) == example.stage
    return values


def _class(values: FloatArray) -> int | None:
    return None if np.isnan(values).any() else int(values.argmax())


def _sentiment(values: FloatArray) -> str | None:
    if np.isnan(values).any():
        return None
    return SENTIMENTS[int(values.argmax())] if values.max() == 1.0 else "mixed"
