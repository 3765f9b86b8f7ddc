"""A scored text of a customer -> rows of the store. In: ``ScoredText``. Out: ``Case`` or ``CaseText``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from hx_detect.serving.mask import Masked, mask
from hx_detect.serving.store.case_tables import Case, CaseText
from hx_detect.serving.store.tables import now

Stretches = Sequence[tuple[int, int]]
LONGEST_NAME: Final = 200
"""Characters of a customer's key, a group, an id; as many as the store keeps."""
_NOT_STORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredText:
    """What a case needs to know of a text (``docs/output.md`` explains the scores).

    Attributes:
        signals: those above their threshold, strongest first -> evidence as [start, end) in code points.
        model: name and version.
        customer: the key by which the company knows the customer.
        group: shop, product, agent …
        written: when, with its zone.
        source: file name, for showing.
        row: in its file, counted from 1; 0 where there is none.
    """

    text: str
    language: str
    level: str
    hx_probability: float
    priority: float
    stage: str
    nps_band: str
    signals: Mapping[str, Stretches]
    model: str
    review_id: str | None = None
    customer: str | None = None
    group: str | None = None
    written: datetime | None = None
    source: str | None = None
    row: int = 0

    @property
    def is_hx(self) -> bool:
        """True where the level is ``hx``, ``hx_risk`` or ``hx_voiced``."""
        return self.level.startswith("hx")


def signals_of(record: Mapping[str, Any]) -> dict[str, list[tuple[int, int]]]:
    """The signals of a record (``Score.to_dict``) and their evidence, strongest first."""
    present = [signal for signal in record["signals"] if signal.get("present", True)]
    return {
        signal["name"]: [(int(span["start"]), int(span["end"])) for span in signal.get("evidence") or ()]
        for signal in present
    }  # fmt: skip


def score_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of ``ScoredText`` that a record (``Score.to_dict``) gives."""
    return {
        "language": record["language"]["code"],
        "level": record["experience"]["level"],
        "hx_probability": float(record["experience"]["hx_probability"]),
        "priority": float(record["priority"]),
        "stage": record["stage"]["label"],
        "nps_band": record["nps"]["band"],
        "signals": signals_of(record),
        "model": f"{record['model']['name']} {record['model']['version']}",
    }


@dataclass(frozen=True, slots=True)
class Keeping:
    """How texts are kept.

    Attributes:
        masking: personal data is taken out first.
        texts: False keeps scores and signals only, no words.
        key_name: who hands them over: the name of a key, or ``cli``.
    """

    masking: bool = False
    texts: bool = True
    key_name: str = "cli"


@dataclass(slots=True)
class Kept:
    """A scored text on its way into the store; what is masked is found once.

    Attributes:
        scored: as it came.
        keeping: how it is to be kept.
    """

    scored: ScoredText
    keeping: Keeping
    _masked: Masked = field(init=False)

    def __post_init__(self) -> None:
        self._masked = mask(self.scored.text)

    @property
    def text_hash(self) -> str:
        """SHA-256 of the masked words: from a hash of the whole a telephone number could be found by trying."""
        return _sha256(self._masked.text)

    @property
    def identity(self) -> str:
        """What tells this text from others: its id and words, or where it has no id its customer and words."""
        scored = self.scored
        name = f"id\0{scored.review_id}" if scored.review_id else f"customer\0{scored.customer or ''}"
        return _sha256(f"{name}\0{self.text_hash}")

    @property
    def customer(self) -> str | None:
        """The customer's key as the store keeps it."""
        return storable_name(self.scored.customer)

    def case(self) -> Case:
        """A new case, open."""
        scored, moment = self.scored, now()
        return Case(
            id=str(uuid4()),
            created=moment,
            updated=moment,
            version=1,
            customer=self.customer,
            group=storable_name(scored.group),
            stage=scored.stage,
            nps_band=scored.nps_band,
            signal_names="".join(f";{name}" for name in scored.signals) + ";",
            state="open",
            key_name=self.keeping.key_name,
            **self._words(),
        )

    def later_text(self, case_id: str) -> CaseText:
        """A later text of a case."""
        return CaseText(case_id=case_id, created=now(), **self._words())

    def _words(self) -> dict[str, Any]:
        scored, keeping = self.scored, self.keeping
        shown = self._masked if keeping.masking else Masked(scored.text, ())
        signals = {
            name: [list(shown.stretch(*place)) for place in places] if keeping.texts else []
            for name, places in scored.signals.items()
        }  # fmt: skip
        return {
            "identity": self.identity,
            "review_id": storable_name(scored.review_id),
            "text": storable(shown.text) if keeping.texts else None,
            "text_hash": self.text_hash,
            "masked": bool(shown.found),
            "language": scored.language,
            "written": scored.written,
            "level": scored.level,
            "hx_probability": scored.hx_probability,
            "priority": scored.priority,
            "signals": signals,
            "source": scored.source and scored.source[-255:],
            "model": scored.model[:LONGEST_NAME],
        }


def storable(text: str) -> str:
    """The text with U+FFFD for what no database keeps: NUL and lone surrogates; places stay where they were."""
    return _NOT_STORABLE.sub(_REPLACEMENT, text)


def storable_name(name: str | None) -> str | None:
    """A customer's key, a group or an id as the store keeps it."""
    return storable(name[:LONGEST_NAME]) if name else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
