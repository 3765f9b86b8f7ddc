"""Scored rows -> what an analyst reads first. In: records one by one. Out: ``Summary``, in constant memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hx_detect.labels import HX_LEVELS, LEVELS, NPS_BANDS, SIGNAL_NAMES
from hx_detect.records import RowFailure

CALL_BACK: Final = 10
"""Texts in the call-back list."""
_CONTENT: Final = ("cx", "satisfied", "neutral")
"""Levels without a grievance: nobody needs to be called back."""
_QUOTE: Final = (12, 110)
"""Fewest and most characters of a quoted example that is read at a glance."""
_EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class Quote:
    """An example of a signal: words of a text, and the row they stand in."""

    row: int
    text: str
    rank: tuple[bool, float]


@dataclass(frozen=True, slots=True)
class Call:
    """One text of the call-back list."""

    row: int
    id: str | None
    priority: float
    level: str
    signals: tuple[str, ...]
    excerpt: str


@dataclass(slots=True)
class Summary:
    """Counts and examples of one scored file, kept while its rows go by.

    Attributes:
        texts: scored so far.
        levels, sentiments, languages, signals: texts per label.
        unsupported: texts in neither Spanish nor English.
        from_words: NPS bands as the words suggest them.
        from_answers: NPS bands of the real 0-10 answers.
        mismatches: texts whose words and answer disagree.
        rejected: rows that were not scored, per reason.
        remarked: rows scored without a value that was wrong, per reason.
        seconds: time spent on scoring, in this run.
        scored_now: texts scored in this run; fewer than ``texts`` after a resume.
    """

    texts: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    sentiments: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    unsupported: int = 0
    from_words: Counter[str] = field(default_factory=Counter)
    from_answers: Counter[str] = field(default_factory=Counter)
    mismatches: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    remarked: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    scored_now: int = 0
    _quotes: dict[str, Quote] = field(default_factory=dict)
    _calls: list[tuple[float, int, Call]] = field(default_factory=list)

    def add(self, row: int, text: str, record: Mapping[str, Any], *, words_band: str | None = None) -> None:
        """Take one scored text into account.

        Args:
            row: its row number.
            text: the text as given.
            record: ``Score.to_dict(all_signals=True)``.
            words_band: NPS band of the words where the record's band is that of the answer.
        """
        self.texts += 1
        self.levels[record["experience"]["level"]] += 1
        self.sentiments[record["sentiment"]["label"]] += 1
        self.languages[record["language"]["code"]] += 1
        self.unsupported += not record["language"].get("supported", True)
        self._add_nps(record["nps"], words_band)
        present = [signal for signal in record["signals"] if signal["present"]]
        for signal in record["signals"]:
            self.signals[signal["name"]] += signal["present"]
        for signal in present:
            self._add_quote(row, signal)
        names = tuple(signal["name"] for signal in present)
        if record["experience"]["level"] not in _CONTENT:
            self._add_call(row, text, record, names)

    def add_failure(self, failure: RowFailure | Mapping[str, Any], *, scored: bool) -> None:
        """Take one failure into account: a rejected row, or a remark on one that was scored."""
        code = failure.code if isinstance(failure, RowFailure) else str(failure["code"])
        (self.remarked if scored else self.rejected)[code] += 1

    @property
    def hx(self) -> int:
        """Texts whose level is one of the three of HX."""
        return sum(self.levels[level] for level in HX_LEVELS)

    @property
    def rate(self) -> float | None:
        """Texts per second of this run; None where nothing was scored in it."""
        return self.scored_now / self.seconds if self.scored_now and self.seconds > 0 else None

    def calls(self) -> list[Call]:
        """The texts to call back first: highest priority first, then the earlier row."""
        return [call for _, _, call in sorted(self._calls, reverse=True)]

    def quotes(self) -> dict[str, Quote]:
        """Signal -> its example."""
        return dict(self._quotes)

    def to_dict(self) -> dict[str, Any]:
        """The summary as JSON, for ``--summary-json``."""
        known = dict.fromkeys((*SIGNAL_NAMES, *sorted(self.signals)))  # a model may have signals of its own
        signals = sorted(known, key=lambda name: -self.signals[name])
        return {
            "texts": self.texts,
            "hx": self.hx,
            "levels": {level: self.levels[level] for level in LEVELS},
            "sentiments": dict(sorted(self.sentiments.items())),
            "signals": [self._signal_dict(name) for name in signals],
            "nps": {
                "from_words": nps_dict(self.from_words),
                "from_answers": nps_dict(self.from_answers),
                "mismatches": self.mismatches,
            },
            "call_back": [
                {
                    "row": call.row,
                    "id": call.id,
                    "priority": call.priority,
                    "level": call.level,
                    "signals": list(call.signals),
                    "excerpt": call.excerpt,
                }
                for call in self.calls()
            ],
            "languages": dict(sorted(self.languages.items())),
            "unsupported": self.unsupported,
            "rejected": dict(sorted(self.rejected.items())),
            "remarked": dict(sorted(self.remarked.items())),
            "texts_per_second": None if self.rate is None else round(self.rate, 1),
        }

    def _signal_dict(self, name: str) -> dict[str, Any]:
        quote = self._quotes.get(name)
        example = None if quote is None else {"row": quote.row, "text": quote.text}
        return {"name": name, "texts": self.signals[name], "example": example}

    def _add_call(self, row: int, text: str, record: Mapping[str, Any], names: tuple[str, ...]) -> None:
        rank = (float(record["priority"]), -row)
        if len(self._calls) < CALL_BACK or rank > self._calls[0][:2]:
            call = Call(row, record["id"], rank[0], record["experience"]["level"], names, excerpt(text))
            push = heapq.heappush if len(self._calls) < CALL_BACK else heapq.heapreplace
            push(self._calls, (*rank, call))

    def _add_nps(self, nps: Mapping[str, Any], words_band: str | None) -> None:
        answered = nps["source"] == "answer"
        if answered:
            self.from_answers[nps["band"]] += 1
            self.mismatches += bool(nps.get("mismatch"))
        band = words_band if answered else nps["band"]
        if band is not None:
            self.from_words[band] += 1

    def _add_quote(self, row: int, signal: Mapping[str, Any]) -> None:
        """Keep the most probable evidence that is short enough to quote; the earlier row where two are equal."""
        for span in signal["evidence"]:
            words = " ".join(span["text"].split())
            rank = (_QUOTE[0] <= len(words) <= _QUOTE[1], float(signal["probability"]))
            kept = self._quotes.get(signal["name"])
            if kept is None or rank > kept.rank:
                self._quotes[signal["name"]] = Quote(row, excerpt(words, _QUOTE[1]), rank)


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """The start of a text on one line, cut at a word with ``…``."""
    words = " ".join(text[: length * 4].split())
    if len(words) <= length:
        return words if len(text) <= length * 4 else words + " …"
    cut = words[:length].rsplit(" ", 1)[0]
    return cut + " …"


def nps_dict(bands: Mapping[str, int]) -> dict[str, Any] | None:
    """Net Promoter Score of bands (Reichheld 2003): share of promoters minus share of detractors, -100 to 100."""
    total = sum(bands.get(band, 0) for band in NPS_BANDS)
    if total == 0:
        return None
    score = 100 * (bands.get("promoter", 0) - bands.get("detractor", 0)) / total
    return {"score": round(score, 1), "texts": total, **{band: bands.get(band, 0) for band in NPS_BANDS}}
