"""A table of any size -> the texts worth choosing from. In: a scored file. Out: ``Candidate`` records, in file order.

The file is read twice: first the worth of every row is taken, then the texts of the best ones. What is kept in memory
is bounded by ``KEPT``, and a few numbers per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.errors import EmptyInputError
from hx_detect.io.columns import Roles, find_roles
from hx_detect.io.read import open_table
from hx_detect.io.reviews import prepare
from hx_detect.io.rows import ReadOptions, Row, Table
from hx_detect.io.source import fetch
from hx_detect.labelling.choose import entropy
from hx_detect.labelling.pool import disagreement
from hx_detect.labelling.scored_values import Reader, ScoredValues, own_columns, reader_of
from hx_detect.learning.splits import hash_text
from hx_detect.records import Review
from hx_detect.wording import say

KEPT: Final = 20_000
"""Texts that are compared with each other, at most; of a longer file the best ones."""
SCORED_NOW: Final = 3_000
"""The same where the file does not hold all probabilities, so that the texts must be scored (again)."""
_BY_WORTH: Final = 0.75
"""Share of those that are taken by worth; the rest is drawn by hash, so that nothing is out of reach."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may be labelled.

    Attributes:
        review: the text, its row, and what the file says of it.
        values: what the model said; None where it was not scored yet.
    """

    review: Review
    values: ScoredValues | None


@dataclass(frozen=True, slots=True)
class Sieved:
    """What there is to choose from.

    Attributes:
        candidates: in file order.
        scored: all probabilities of the candidates are known.
        counts: reason -> rows left out (``empty``, ``duplicate``, ``labelled``, ``other_language``, ``less_worth``).
        found: what was found in the file, for people.
    """

    candidates: tuple[Candidate, ...]
    scored: bool
    counts: Mapping[str, int]
    found: tuple[str, ...]


@dataclass(slots=True)
class _Pass:
    """What the first reading gathers."""

    numbers: list[int] = field(default_factory=list)
    worth: list[float] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    complete: bool = True
    counts: dict[str, int] = field(default_factory=dict)


def sieve(
    location: str,
    columns: Mapping[str, str | None],
    read: ReadOptions,
    labelled: frozenset[int] = frozenset(),
    kind: str | None = None,
) -> Sieved:
    """Read a file and keep what is worth choosing from.

    Args:
        location: path or fsspec URL of a table, scored or not.
        columns: role -> column, as given by the user.
        read: how to read.
        labelled: hashes (``splits.hash_text``) of texts that are labelled already; they are left out.
        kind: of all texts, where the user gave it.

    Raises:
        InputError: the file cannot be read.
        EmptyInputError: it holds no text that could be labelled.
    """
    with fetch(location) as source:
        table = open_table(source, read)
        reader = reader_of(table.columns)
        bare = replace(table, columns=own_columns(table.columns))
        roles, reasons = find_roles(bare, source.name, columns)
        first = _first_pass(table, roles, reader, labelled, kind)
        scored = reader is not None and first.complete
        kept = _best(first, KEPT if scored else SCORED_NOW)
        candidates = tuple(_second_pass(table, roles, reader, kept, kind))
    if not candidates:
        raise EmptyInputError(
            say(f"{source.name} holds no text to label", f"{source.name} no tiene textos que etiquetar"),
            cure=say("Give a file with texts that are not labelled yet", "Indique un fichero con textos sin etiquetar"),
        )
    counts = first.counts | {"less_worth": len(first.numbers) - len(candidates)}
    return Sieved(candidates, scored, {name: count for name, count in counts.items() if count}, tuple(reasons))


def _first_pass(
    table: Table, roles: Roles, reader: Reader | None, labelled: frozenset[int], kind: str | None
) -> _Pass:  # fmt: skip
    found, seen = _Pass(), set[int]()
    for row in table.source.rows():
        review = prepare(row, roles, kind=kind).review
        values = _values(row, reader) if review is not None else None
        mark = hash_text(review.text.strip()) if review is not None else 0
        reason = _left_out(review, values, mark, seen, labelled)
        if reason or review is None:
            found.counts[reason] = found.counts.get(reason, 0) + 1
            continue
        seen.add(mark)
        found.numbers.append(row.number)
        found.hashes.append(mark)
        found.worth.append(worth(values, review))
        found.complete &= values is not None and values.complete
    return found


def _left_out(
    review: Review | None, values: ScoredValues | None, mark: int, seen: set[int], labelled: frozenset[int]
) -> str:  # fmt: skip
    if review is None:
        return "empty"
    if mark in labelled:
        return "labelled"
    if mark in seen:
        return "duplicate"
    return "other_language" if values is not None and values.language == "other" else ""


def _second_pass(
    table: Table, roles: Roles, reader: Reader | None, kept: frozenset[int], kind: str | None
) -> Iterator[Candidate]:  # fmt: skip
    for row in table.source.rows():
        if row.number not in kept:
            continue
        review = prepare(row, roles, kind=kind).review
        if review is not None:
            yield Candidate(review, _values(row, reader))


def _values(row: Row, reader: Callable[[Mapping[str, object]], ScoredValues | None] | None) -> ScoredValues | None:
    return None if reader is None or row.failure is not None else reader(row.values)


def worth(values: ScoredValues | None, review: Review) -> float:
    """A first idea of what a label would teach: how undecided and how contradictory the scores are; 0 without any."""
    if values is None:
        return 0.0
    chances = np.array([*values.signals.values(), *(values.sentiment or ())], np.float64)
    undecided = float(entropy(chances).sum()) if chances.size else 0.0
    return undecided + disagreement(values, review.stars, review.answer)


def _best(found: _Pass, most: int) -> frozenset[int]:
    """Rows that are kept: the worthiest, and some by hash."""
    numbers: NDArray[np.int64] = np.array(found.numbers, np.int64)
    if numbers.size <= most:
        return frozenset(found.numbers)
    order = np.lexsort((np.array(found.hashes, np.uint64), -np.array(found.worth)))
    first = order[: round(most * _BY_WORTH)]
    rest = order[first.size :]
    drawn = rest[np.argsort(np.array(found.hashes, np.uint64)[rest], kind="stable")[: most - first.size]]
    return frozenset(int(number) for number in numbers[np.concatenate([first, drawn])])
