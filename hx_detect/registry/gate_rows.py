"""Labelled texts as the gate judges on them. In: the frozen set, labelled tables. Out: sets of ``GateRow``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from hx_detect.errors import EvaluationError
from hx_detect.labels import CONDUCT, SIGNAL_NAMES, VOICED
from hx_detect.learning.frozen_set import frozen_records, frozen_texts
from hx_detect.learning.held_out import held_out
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.splits import leaks
from hx_detect.wording import say

HX_NAMES: Final = frozenset((*CONDUCT, *VOICED))
"""Signals any of which makes a text HX."""
ALL_SIGNALS: Final = frozenset(SIGNAL_NAMES)


@dataclass(frozen=True, slots=True)
class GateRow:
    """One text and what is known of it.

    Attributes:
        language: ``es`` or ``en``; ``""`` where nobody said.
        source: the group of texts that it belongs to: an industry, a file, a value of a source column.
        sentiment: one of three, or ``mixed``; None where unknown.
        stars: 1 to 5, or None.
        stage: or None.
        signals: names that hold.
        known: names that were looked for.
        pair: name of the pair of tellings that it belongs to, or ``""``.
        role: ``calm`` or ``furious`` in that pair.
    """

    text: str
    language: str = ""
    source: str = ""
    sentiment: str | None = None
    stars: int | None = None
    stage: str | None = None
    signals: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    pair: str = ""
    role: str = ""

    @property
    def is_hx(self) -> bool | None:
        """Does a conduct or voiced signal hold? None where not all of them were looked for."""
        if self.signals & HX_NAMES:
            return True
        return False if self.known >= HX_NAMES else None


@dataclass(frozen=True, slots=True)
class GateSet:
    """Texts to judge on.

    Attributes:
        name: stable, as ``frozen``.
        title: what it is, in English and Spanish.
        rows: the texts.
        asks: the new data's held-out part: here the new model has to be better, not only no worse.
        seen: the new data's other part, for a look at its labels only.
        left_out: texts that are not judged on because the new model has learned from them.
    """

    name: str
    title: tuple[str, str]
    rows: tuple[GateRow, ...]
    asks: bool = False
    seen: tuple[GateRow, ...] = ()
    left_out: int = 0

    @property
    def sha256(self) -> str:
        """Of the texts and their labels."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(
                repr((row.text, row.sentiment, row.stars, row.stage, sorted(row.signals), sorted(row.known))).encode()
            )
        return digest.hexdigest()


def frozen_set() -> GateSet:
    """The texts that come with the package and that no training sees.

    Raises:
        CorpusError: they are missing or changed.
    """
    rows = tuple(_from_record(record) for record in frozen_records())
    return GateSet("frozen", ("Frozen texts of our own", "Textos propios congelados"), rows)


def evaluation_set(rows: Sequence[LabelledRow], name: str, own: Iterable[str] = ()) -> GateSet:
    """A set of the user's own on which a new model must not be worse.

    Args:
        rows: labelled.
        name: of the file.
        own: signals of one's own that count.

    Raises:
        EvaluationError: no row has a label.
    """
    return GateSet(name, (name, name), _labelled(rows, name, frozenset(own)))


def asking_set(rows: Sequence[LabelledRow], name: str, own: Iterable[str] = ()) -> GateSet:
    """The held-out part of the new data (``learning.held_out``), without what is in the frozen set: no one learns that.

    Args:
        rows: all of the new data, in the order in which the training read them.
        name: of the data.
        own: signals of one's own that count.

    Raises:
        EvaluationError: no held-out row has a label.
    """
    apart = held_out([row.text for row in rows], [row.group for row in rows])
    frozen = leaks([row.text for row in rows], frozen_texts())
    every = list(zip(rows, apart, frozen, strict=True))
    kept = [row for row, out, known in every if out and not known]
    seen = [row for row, out, known in every if row.labelled and not (out or known)]
    title = (f"Held-out part of the new data ({name})", f"Parte reservada de los datos nuevos ({name})")
    known = frozenset(own)
    rest = tuple(_from_labelled(row, known) for row in seen)
    return GateSet("new", title, _labelled(kept, name, known), asks=True, seen=rest)


def without(one: GateSet, learned: Sequence[str]) -> GateSet:
    """A set without the texts that (nearly) say what the new model has learned from."""
    leaking = leaks([row.text for row in one.rows], learned)
    kept = tuple(row for row, leak in zip(one.rows, leaking, strict=True) if not leak)
    return replace(one, rows=kept, left_out=one.left_out + len(one.rows) - len(kept))


def _labelled(rows: Sequence[LabelledRow], name: str, own: frozenset[str]) -> tuple[GateRow, ...]:
    found = tuple(_from_labelled(row, own) for row in rows if row.labelled)
    if not found:
        raise EvaluationError(
            say(f"{name}: there is no labelled text to judge on", f"{name}: no hay textos etiquetados con que juzgar"),
            cure=say("Check it with: hx-detect data check", "Compruébelo con: hx-detect data check"),
        )
    return found


def _from_record(record: dict[str, Any]) -> GateRow:
    return GateRow(
        text=record["text"],
        language=record["lang"],
        source=record["industry"],
        sentiment=record["sentiment"],
        stars=record["stars"],
        stage=record["stage"],
        signals=frozenset(record["labels"]),
        known=ALL_SIGNALS,
        pair=record["group"] or "",
        role=record["role"] or "",
    )


def _from_labelled(row: LabelledRow, own: frozenset[str]) -> GateRow:
    holding = frozenset((*(row.signals or ()), *(name for name in row.own if name in own)))
    return GateRow(
        text=row.text,
        language=row.language or "",
        source=row.source,
        sentiment=row.sentiment,
        stars=row.stars,
        stage=row.stage,
        signals=holding,
        known=frozenset(name for name in (*SIGNAL_NAMES, *own) if row.says(name) is not None),
    )
