"""Corpora and annotations -> examples. In: rows as labelled. Out: cleaned texts with the targets that each one has."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hx_detect.errors import CorpusError
from hx_detect.labels import CONDUCT, SIGNAL_INDEX, STAGES, VOICED
from hx_detect.learning.corpora import Corpus, CorpusRow
from hx_detect.stage_records import CleanText

Cleaner = Callable[[str], CleanText]
SENTIMENT_TARGETS: dict[str, tuple[float, float, float]] = {
    "negative": (1.0, 0.0, 0.0),
    "neutral": (0.0, 1.0, 0.0),
    "positive": (0.0, 0.0, 1.0),
    "mixed": (0.475, 0.05, 0.475),
}
ASKING_FOR_OWN = ("feedback", "labelling")
"""Sources whose records may hold signals of one's own, which a refit learns and a full training does not."""


@dataclass(frozen=True, slots=True)
class Example:
    """One cleaned text and what is known of it; None is unknown and costs nothing in training.

    Attributes:
        sentiment: target distribution over negative, neutral, positive.
        sentiment_label: the label as given, ``mixed`` included.
        stars: 0 to 4 (one to five stars).
        signals: indices of the signals that hold; None where the text was not labelled for them.
        spans: (signal index, start, end), code points of the cleaned text.
        stage: index in ``labels.STAGES``.
        auxiliary: (task, class).
        group: minimal-pair group, or empty.
        role: the text's part in its group.
        weight: how much it counts in the loss.
    """

    id: str
    text: str
    language: str
    kind: str
    source: str
    sentiment: tuple[float, float, float] | None = None
    sentiment_label: str | None = None
    stars: int | None = None
    signals: frozenset[int] | None = None
    spans: tuple[tuple[int, int, int], ...] = ()
    stage: int | None = None
    auxiliary: tuple[str, str] | None = None
    group: str = ""
    role: str = ""
    original: str = ""
    weight: float = 1.0

    @property
    def is_hx(self) -> bool | None:
        """Does any conduct or voiced signal hold (levels hx, hx_risk, hx_voiced)? None where not labelled."""
        return None if self.signals is None else bool(self.signals & HX_SIGNALS)


HX_SIGNALS = frozenset(SIGNAL_INDEX[name] for name in (*CONDUCT, *VOICED))


def corpus_example(corpus: Corpus, row: CorpusRow, clean: Cleaner) -> Example:
    """A corpus row as an example."""
    return Example(
        id=row.id,
        text=clean(row.text).text,
        language=corpus.language,
        kind=corpus.kind,
        source=corpus.name,
        sentiment=SENTIMENT_TARGETS[row.sentiment] if row.sentiment else None,
        sentiment_label=row.sentiment,
        stars=None if row.stars is None else row.stars - 1,
        auxiliary=row.auxiliary,
        original=row.text,
    )


def read_annotations(path: Path) -> Iterator[dict[str, Any]]:
    """Records of an annotation file (``data/schema.json``), plain or gzipped JSON lines.

    Raises:
        CorpusError: no such file, or a line that is not JSON.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise CorpusError(f"{path.name} line {number}: {error}", cure="mend that line") from error
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}", cure="check the path") from error


def annotation_example(record: dict[str, Any], clean: Cleaner, kind_of_source: Callable[[str], str]) -> Example:
    """An annotation as an example; evidence may be offsets or verbatim stretches, the stage may be null: not known.

    Raises:
        CorpusError: evidence that is not in the text, or a label, sentiment or stage that does not exist.
    """
    _check_names(record)
    text: str = record["text"]
    cleaned = clean(text)
    source = str(record.get("source", "authored"))
    spans = tuple(
        (SIGNAL_INDEX[name], *cleaned_span(cleaned, *_offsets(record, name, stretch)))
        for name, stretches in record["labels"].items()
        for stretch in stretches
    )
    stars, stage = record.get("stars"), record.get("stage")
    return Example(
        id=str(record["id"]),
        text=cleaned.text,
        language=record["lang"],
        kind=str(record.get("kind") or kind_of_source(source)),
        source=source,
        sentiment=SENTIMENT_TARGETS[record["sentiment"]],
        sentiment_label=record["sentiment"],
        stars=None if stars is None else int(stars) - 1,
        signals=frozenset(SIGNAL_INDEX[name] for name in record["labels"]),
        spans=spans,
        stage=None if stage is None else STAGES.index(stage),
        group=str(record.get("group") or ""),
        role=str(record.get("role") or ""),
        original=text,
    )


def without_own(record: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A record of the service or of ``hx-detect label`` without labels that are no built-in signal, and their number.

    Other records are given back as they are: there, such a name is a mistake.
    """
    if record.get("source") not in ASKING_FOR_OWN:
        return record, 0
    known = {name: evidence for name, evidence in record["labels"].items() if name in SIGNAL_INDEX}
    return record | {"labels": known}, len(record["labels"]) - len(known)


def _check_names(record: dict[str, Any]) -> None:
    checks: list[tuple[str, Collection[str]]] = [(name, SIGNAL_INDEX) for name in record["labels"]]
    checks += [(record["sentiment"], SENTIMENT_TARGETS), (record.get("stage") or "none", STAGES)]
    for name, known in checks:
        if name not in known:
            raise CorpusError(f"annotation {record['id']}: there is no {name!r}", cure=f"one of {', '.join(known)}")


def _offsets(record: dict[str, Any], name: str, stretch: str | Iterable[int]) -> tuple[int, int]:
    text: str = record["text"]
    if isinstance(stretch, str):
        start = text.find(stretch)
        end = start + len(stretch)
    else:
        start, end = stretch
    if not 0 <= start < end <= len(text):
        raise CorpusError(
            f"annotation {record['id']}: evidence of {name} is not in the text: {stretch!r}",
            cure="copy it character for character",
        )
    return start, end


def cleaned_span(cleaned: CleanText, start: int, end: int) -> tuple[int, int]:
    """The stretch of the cleaned text that was made from original code points [start, end); (0, 0) for none.

    Args:
        cleaned: the text.
        start: first code point of the original.
        end: last + 1.
    """
    inside = [
        place
        for place in range(len(cleaned.text))
        if cleaned.original_span(place, place + 1)[0] < end and cleaned.original_span(place, place + 1)[1] > start
    ]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
