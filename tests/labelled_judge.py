"""A judge of labelled rows that needs no model. In: rows. Out: a ``Judge`` whose features say what the words say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES
from hx_detect.learning.data_check import Judge
from hx_detect.learning.labelled_row import LabelledRow, text_hash

WORDS = {"nadie": "ignored", "mienten": "deceived", "gracias": "kind"}
"""A word -> the signal that it shows; the first two are negative, the third positive."""
_COLUMNS = 6


def row(number: int, text: str, sentiment: str | None = None, signals: Sequence[str] | None = None) -> LabelledRow:
    """A labelled row; with ``signals`` it speaks of all of them."""
    return LabelledRow(
        row=number,
        file="some.csv",
        source="some.csv",
        text=text,
        language="es",
        sentiment=sentiment,
        signals=None if signals is None else dict.fromkeys(signals, ()),
        known_signals=frozenset() if signals is None else frozenset(SIGNAL_NAMES),
        text_hash=text_hash(text),
    )


def clear_rows(count: int) -> list[LabelledRow]:
    """Rows whose words leave no doubt, in turn of each kind."""
    kinds = [("nadie contesta", "negative", ["ignored"]), ("me mienten", "negative", ["deceived"]),
             ("muchas gracias", "positive", ["kind"]), ("abren los lunes", "neutral", [])]  # fmt: skip
    return [
        row(number + 1, f"{words} {_noise(number)}", sentiment, signals)
        for number in range(count)
        for words, sentiment, signals in [kinds[number % len(kinds)]]
    ]


def judge(rows: Sequence[LabelledRow], *, knows: bool = True) -> Judge:
    """What one who reads ``WORDS`` knows; with ``knows`` it also has answers of its own."""
    features = np.array([_features(row.text) for row in rows], np.float64).reshape(len(rows), -1)
    answers = {}
    if knows:
        found = [{signal for word, signal in WORDS.items() if word in row.text} for row in rows]
        for name in SIGNAL_NAMES:
            holds = np.array([0.99 if name in some else 0.002 for some in found])
            answers[name] = np.column_stack([1 - holds, holds])
        likely = [_sentiment(some) for some in found]
        answers["sentiment"] = np.array(
            [[0.985 if name == one else 0.005 for name in (*SENTIMENTS, "mixed")] for one in likely]
        )
    return Judge("toy 1.0.0", features, answers)


def _sentiment(signals: set[str]) -> str:
    return "negative" if signals & {"ignored", "deceived"} else "positive" if signals else "neutral"


def _features(text: str) -> list[float]:
    told = [3.0 * (word in text) for word in WORDS]
    digest = hashlib.sha256(text.encode()).digest()
    return told + [byte / 255 for byte in digest[:_COLUMNS]]


def _noise(number: int) -> str:
    """Words that tell texts apart."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return " ".join(digest[place : place + 5] for place in range(0, 30, 5))
