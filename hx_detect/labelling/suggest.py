"""A file of texts -> the ones to label next. In: a place, what is labelled, a scorer. Out: ``Suggestion`` records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np

from hx_detect.errors import EmptyInputError
from hx_detect.io.rows import ReadOptions
from hx_detect.labelling.choose import Pick, Weights, choose
from hx_detect.labelling.pool import Floats, Pool, disagreement, probabilities_of, signal_names, text_vectors
from hx_detect.labelling.scored_values import ScoredValues, of_score
from hx_detect.labelling.sieve import Candidate, Sieved, sieve
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.splits import NearDuplicateIndex, hash_text
from hx_detect.records import Review, RowFailure, Score
from hx_detect.wording import say

_LANGUAGES: Final = ("es", "en")


class StreamScorer(Protocol):
    """What scores texts (``hx_detect.scorer.Scorer``)."""

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """One score or failure for each review, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class SuggestOptions:
    """What is wanted.

    Attributes:
        count: texts, at most.
        columns: role -> column, as given by the user.
        read: how to read the file.
        kind: of all texts, where the user gave it.
        weights: what counts how much.
    """

    count: int = 200
    columns: Mapping[str, str | None] = field(default_factory=dict)
    read: ReadOptions = field(default_factory=ReadOptions)
    kind: str | None = None
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to label.

    Attributes:
        rank: 1 is the first to label.
        review: the text and its row in the file.
        language: ``es`` or ``en`` where known.
        kind: where known.
        pick: why it was chosen.
        probabilities: what the model said of the signals.
        disagreement: 0 to 1, between signals, sentiment, stars and answer.
    """

    rank: int
    review: Review
    language: str | None
    kind: str | None
    pick: Pick
    probabilities: Mapping[str, float]
    disagreement: float


@dataclass(frozen=True, slots=True)
class Suggested:
    """All that came of it.

    Attributes:
        suggestions: best first.
        counts: reason -> rows left out; ``near_duplicate`` are those like one that was chosen or is labelled.
        found: what was found in the file, for people.
        rescored: texts that had to be scored.
    """

    suggestions: tuple[Suggestion, ...]
    counts: Mapping[str, int]
    found: tuple[str, ...]
    rescored: int


def suggest(
    location: str,
    options: SuggestOptions,
    load: Callable[[], StreamScorer],
    labelled: Sequence[LabelledRow] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Suggested:
    """Choose the texts of a file that a label would teach most.

    Args:
        location: path or fsspec URL of a table; scored, or else its texts are scored now.
        options: what is wanted.
        load: gives the scorer; called only where texts have to be scored.
        labelled: what is labelled already: those texts (and nearly the same ones) are left out, and signals of which
            there are many labels count less.
        tell: is told what takes a while.

    Raises:
        InputError: the file cannot be read or holds nothing to label.
        BundleError: texts have to be scored and the model cannot be used.
    """
    known = frozenset(hash_text(row.text.strip()) for row in labelled)
    sieved = sieve(location, options.columns, options.read, known, options.kind)
    candidates = sieved.candidates if sieved.scored else _scored(sieved, load, tell)
    values = [one.values for one in candidates if one.values is not None]
    names = signal_names(values)
    pool = Pool(
        names,
        probabilities_of(values, names),
        np.array([disagreement(value, one.review.stars, one.review.answer)
                  for value, one in zip(values, candidates, strict=True)]),
        text_vectors([one.review.text for one in candidates]),
    )  # fmt: skip
    guard = _Guard([one.review.text for one in candidates], labelled)
    picks = choose(
        pool, options.count, labelled=_counts(labelled, names), covered=_covered(labelled), accept=guard.accept,
        weights=options.weights,
    )  # fmt: skip
    suggestions = tuple(_suggestion(rank, candidates[pick.index], pick, pool) for rank, pick in enumerate(picks, 1))
    counts = dict(sieved.counts) | ({"near_duplicate": guard.refused} if guard.refused else {})
    return Suggested(suggestions, counts, sieved.found, 0 if sieved.scored else len(candidates))


class _Guard:
    """Refuses texts that are nearly the same as one chosen or labelled before."""

    def __init__(self, texts: Sequence[str], labelled: Sequence[LabelledRow]) -> None:
        self._texts = texts
        self._index = NearDuplicateIndex()
        self.refused = 0
        for row in labelled:
            self._index.add(row.text)

    def accept(self, place: int) -> bool:
        text = self._texts[place]
        if self._index.find(text) is not None:
            self.refused += 1
            return False
        self._index.add(text)
        return True


def _scored(sieved: Sieved, load: Callable[[], StreamScorer], tell: Callable[[str], None]) -> tuple[Candidate, ...]:
    count = len(sieved.candidates)
    tell(say(f"the file does not hold all probabilities: {count:,} texts are scored",
             f"el fichero no tiene todas las probabilidades: se puntúan {count:,} textos"))  # fmt: skip
    results = load().score_stream(candidate.review for candidate in sieved.candidates)
    found = tuple(
        replace(candidate, values=_with_own(candidate, of_score(result)))
        for candidate, result in zip(sieved.candidates, results, strict=True)
        if isinstance(result, Score) and result.language != "other"
    )
    if not found:
        raise EmptyInputError(
            say("None of the texts can be scored", "Ningún texto se puede puntuar"),
            cure=say("Give texts in Spanish or English", "Indique textos en español o inglés"),
        )
    return found


def _with_own(candidate: Candidate, fresh: ScoredValues) -> ScoredValues:
    """A fresh score, with the own signals that the file speaks of and this model does not."""
    before = candidate.values.signals if candidate.values is not None else {}
    return replace(fresh, signals={**before, **fresh.signals})


def _counts(labelled: Sequence[LabelledRow], names: Sequence[str]) -> Floats:
    return np.array([sum(row.says(name) is True for row in labelled) for name in names], np.float64)


def _covered(labelled: Sequence[LabelledRow]) -> Any:  # noqa: ANN401 - scipy is untyped
    return text_vectors([row.text for row in labelled]) if labelled else None


def _suggestion(rank: int, candidate: Candidate, pick: Pick, pool: Pool) -> Suggestion:
    review, values = candidate.review, candidate.values
    language = review.language or (values.language if values is not None else None)
    return Suggestion(
        rank,
        review,
        language if language in _LANGUAGES else None,
        review.kind or (values.kind if values is not None else None),
        pick,
        {name: float(chance) for name, chance in zip(pool.names, pool.probabilities[pick.index], strict=True)},
        float(pool.disagreement[pick.index]),
    )
