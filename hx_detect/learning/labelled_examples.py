"""Labelled rows -> examples for training the whole encoder. In: rows of any table. Out: examples, by corpus name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from hx_detect.labels import SIGNAL_INDEX, SIGNAL_NAMES, STAGES
from hx_detect.learning.examples import SENTIMENT_TARGETS, Cleaner, Example, cleaned_span
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.recipe import Recipe
from hx_detect.stages.language import LanguageIdentifier

NEW: Final = "new"
"""Name under which rows without signals go in a recipe; those with all signals go among the annotated texts."""


def labelled_examples(rows: Iterable[LabelledRow], clean: Cleaner) -> list[Example]:
    """The rows as examples.

    Args:
        rows: those that say nothing are left out.
        clean: the cleaning of the scorer.

    Returns:
        Examples of source ``new``; signals are unknown unless the row speaks of all of them.
    """
    identifier = LanguageIdentifier()
    return [_example(row, clean, identifier) for row in rows if row.labelled]


def _example(row: LabelledRow, clean: Cleaner, identifier: LanguageIdentifier) -> Example:
    cleaned = clean(row.text)
    whole = row.signals is not None and row.known_signals >= set(SIGNAL_NAMES)
    signals = (row.signals or {}) if whole else {}
    return Example(
        id=row.id or row.text_hash,
        text=cleaned.text,
        language=row.language or identifier.identify(cleaned.text).nearer,
        kind=row.kind or "review",
        source=NEW,
        sentiment=SENTIMENT_TARGETS[row.sentiment] if row.sentiment else None,
        sentiment_label=row.sentiment,
        stars=None if row.stars is None else row.stars - 1,
        signals=frozenset(SIGNAL_INDEX[name] for name in signals) if whole else None,
        spans=tuple((SIGNAL_INDEX[name], *cleaned_span(cleaned, span.start, span.end))
                    for name, spans in signals.items() for span in spans),
        stage=None if row.stage is None else STAGES.index(row.stage),
        group=row.group or "",
        original=row.text,
    )  # fmt: skip


def with_new_rows(recipe: Recipe, count: int) -> Recipe:
    """The recipe, drawing ``new`` rows in every phase; as it is where it says itself how many, or there are none."""
    if not count or NEW in recipe.corpora:
        return recipe
    return replace(recipe, phases=tuple(replace(phase, rows=phase.rows | {NEW: count}) for phase in recipe.phases))
