"""What a batch run is told and what it tells. In: nothing. Out: its options, result, and what it needs of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from hx_detect.errors import HxDetectError
from hx_detect.io.reviews import MAX_CHARS
from hx_detect.io.rows import ReadOptions
from hx_detect.records import Review, RowFailure, Score
from hx_detect.summary import Summary

CHUNK_ROWS: Final = 2_000


class StreamScorer(Protocol):
    """What the batch needs of a scorer (``hx_detect.scorer.Scorer`` has it)."""

    @property
    def model_name(self) -> str:
        """Name of the model."""
        ...

    @property
    def model_version(self) -> str:
        """Version of the model."""
        ...

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """Scores in the order of the reviews."""
        ...


class Events(Protocol):
    """Who is told how the run goes."""

    def say(self, line: str) -> None:
        """One line of information, in the user's language."""
        ...

    def scored(self, *, hx: bool, fraction: float | None) -> None:
        """One more row is done; ``fraction`` of the input is read."""
        ...


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a file is scored.

    Attributes:
        columns: role -> column named by the user, for the roles of ``io.columns.ROLE_NAMES``.
        kind: kind of all texts, where known.
        read: how to read the file.
        max_chars: longest text that is scored.
        all_signals: nested records list all 18 signals.
        resume: go on with the chunks of a run that was stopped.
        overwrite: throw such chunks away.
        chunk_rows: rows per chunk.
        keep_part: leave the scored chunks when the output is written, so that another format can be written from them
            (``PartFolder.copy_for``).
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    kind: str | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
    max_chars: int = MAX_CHARS
    all_signals: bool = False
    resume: bool = False
    overwrite: bool = False
    chunk_rows: int = CHUNK_ROWS
    keep_part: bool = False


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of one file.

    Attributes:
        damage: the error that ended the reading early; what came before it is written.
        rejects: where failures were written, or ``""`` where there were none.
    """

    summary: Summary
    output: str
    rejects: str
    damage: HxDetectError | None
