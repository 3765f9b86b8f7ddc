"""Texts that the new model decides otherwise. In: both models' answers. Out: what came right, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from hx_detect.labels import LEVELS, SENTIMENTS, STAGES, display
from hx_detect.records import Score
from hx_detect.registry.gate_answers import Compared
from hx_detect.registry.gate_rows import GateRow
from hx_detect.registry.signal_titles import NO_TITLES, Titles, title_of
from hx_detect.wording import language, say

SHOWN_CHARS: Final = 240


@dataclass(frozen=True, slots=True)
class Change:
    """One decision about one text that only one of the models gets right.

    Attributes:
        data: name of the set.
        text: its first 240 characters.
        about: ``sentiment``, ``hx``, ``stage`` or ``signal:NAME``.
        truth: what people said.
        champion: what the model in use says.
        challenger: what the new one says.
        size: how far the two are apart, to order by: difference of the probabilities of what the new model says.
        gained: the new model is right.
    """

    data: str
    text: str
    about: str
    truth: str
    champion: str
    challenger: str
    size: float
    gained: bool

    def to_dict(self) -> dict[str, Any]:
        """As in ``verdict.json``."""
        return asdict(self) | {"size": round(self.size, 4)}


def changes_of(compared: Compared, data: str) -> list[Change]:
    """Every decision that changed from wrong to right or from right to wrong, the widest apart first.

    Args:
        compared: both models' answers.
        data: name of the set.
    """
    found: list[Change] = []
    for row, old, new in zip(compared.rows, compared.champion.scores, compared.challenger.scores, strict=True):
        for about, truth, said, says, size in _decisions(row, old, new):
            if said != says and truth in (said, says):
                found.append(Change(data, _short(row.text), about, truth, said, says, size, gained=truth == says))
    return sorted(found, key=lambda one: (-one.size, one.text, one.about))


def _decisions(row: GateRow, old: Score, new: Score) -> Iterator[tuple[str, str, str, str, float]]:
    """What it is about, what people said, what each model says, and how far they are apart."""
    if row.sentiment is not None:
        chosen = SENTIMENTS.index(new.sentiment) if new.sentiment in SENTIMENTS else 0
        size = abs(new.sentiment_probabilities[chosen] - old.sentiment_probabilities[chosen])
        yield "sentiment", row.sentiment, old.sentiment, new.sentiment, size
    if row.is_hx is not None:
        size = abs(new.hx_probability - old.hx_probability)
        yield "hx", _yes(row.is_hx), _yes(old.is_hx), _yes(new.is_hx), size
    if row.stage is not None:
        yield "stage", row.stage, old.stage, new.stage, abs(new.stage_probability - old.stage_probability)
    before = {signal.name: signal for signal in old.signals}
    for signal in new.signals:
        if signal.name in row.known and signal.name in before:
            was = before[signal.name]
            held, size = signal.name in row.signals, abs(signal.probability - was.probability)
            yield f"signal:{signal.name}", _yes(held), _yes(was.present), _yes(signal.present), size


def about_shown(about: str, titles: Titles = NO_TITLES) -> str:
    """What a change is about, in the user's language."""
    kind, _, name = about.partition(":")
    if kind == "signal":
        return title_of(name, titles, int(language() == "es"))
    words = {"sentiment": ("sentiment", "sentimiento"), "hx": ("HX or not", "HX o no"), "stage": ("stage", "etapa")}
    return say(*words[kind])


def value_shown(value: str) -> str:
    """A label, or yes and no, in the user's language."""
    if value in ("yes", "no"):
        return say(value, "sí" if value == "yes" else "no")
    known = value in (*SENTIMENTS, "mixed", *STAGES, *LEVELS)
    return display(value, language()) if known else value


def first_of(changes: Iterable[Change], most: int) -> list[Change]:
    """The first changes, each text once for as long as there are others."""
    every = list(changes)
    seen: set[str] = set()
    fresh = [one for one in every if not (one.text in seen or seen.add(one.text))]  # type: ignore[func-returns-value] # a set that says whether it knew
    rest = [one for one in every if one not in fresh]
    return [*fresh, *rest][:most]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN_CHARS else flat[: SHOWN_CHARS - 1] + "…"
