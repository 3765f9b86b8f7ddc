"""A small refit. In: a folder. Out: the toy bundle with old evidence, labelled rows whose labels follow from words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from toy_bundle import BAD_WORD, GOOD_WORD, SIGNAL_WORDS, write_toy_bundle

from hx_detect.bundle import FILES, Bundle, load_bundle, write_bundle
from hx_detect.labels import SIGNAL_INDEX, SIGNAL_NAMES
from hx_detect.learning.examples import SENTIMENT_TARGETS, Example
from hx_detect.learning.labelled_row import LabelledFile, LabelledRow, LabelledTable, text_hash
from hx_detect.learning.replay import replay_bytes
from hx_detect.learning.replay_build import replay_of
from hx_detect.records import Span

OWN, OWN_WORD = "app_crash", "bloqueo"
"""The own signal of the rows, and the word that it stands for."""
MOVED, MOVED_WORD = "failure", "genial"
"""A built-in signal that the rows also see in another word than the model."""
WORDS = (*SIGNAL_WORDS.values(), BAD_WORD, GOOD_WORD)


def some_words(random: np.random.Generator) -> list[str]:
    """Some of the toy's words and a number, so that hardly two texts are alike."""
    words = list(random.choice(WORDS, size=int(random.integers(1, 5)), replace=False))
    return [*words, *(str(number) for number in random.integers(0, 9999, 6))]


def old_examples(count: int, seed: int = 1) -> list[Example]:
    """What the toy model was trained on: a signal for each of its words."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        words = some_words(random)
        names = {name for name, word in SIGNAL_WORDS.items() if word in words}
        sentiment = "negative" if BAD_WORD in words else "positive" if GOOD_WORD in words else "neutral"
        found.append(
            Example(
                id=str(number), text=" ".join(words), language="es" if number % 2 else "en", kind="review",
                source="marc.es" if number % 7 == 0 else "hx", sentiment=SENTIMENT_TARGETS[sentiment],
                sentiment_label=sentiment, stars={"negative": 0, "neutral": 2, "positive": 4}[sentiment],
                signals=frozenset(SIGNAL_INDEX[name] for name in names), stage=number % 3, original=" ".join(words),
                group=f"p{number // 2}", role=("calm", "furious")[number % 2],
            )
        )  # fmt: skip
    return found


def toy_with_replay(folder: Path) -> Bundle:
    """The toy bundle with old evidence of 200 texts."""
    golden = '{"text": "nadie", "score": {"sentiment": {}}}\n{"text": "bueno", "kind": "post", "score": {}}\n'
    bundle = load_bundle(write_toy_bundle(folder, golden=golden))
    examples = old_examples(200)
    contents: dict[str, bytes | Path] = {name: bundle.file(name).read_bytes() for name in FILES.checked}
    contents[FILES.replay] = replay_bytes(replay_of(bundle, examples[:120], examples[120:]))
    return load_bundle(write_bundle(folder, contents))


def labelled_rows(count: int, seed: int = 5, *, own: bool = True) -> list[LabelledRow]:
    """Rows that see ``MOVED`` in another word too, and ``OWN`` where its word is."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        words = some_words(random)
        text = " ".join(words)
        names = {name for name, word in SIGNAL_WORDS.items() if word in words}
        if MOVED_WORD in words:
            names.add(MOVED)
        place = text.find(OWN_WORD)
        span = Span(place, place + len(OWN_WORD), OWN_WORD)
        found.append(
            LabelledRow(
                row=number + 1, file="new.csv", source="new.csv", text=text, language="es" if number % 2 else "en",
                sentiment="negative" if BAD_WORD in words else "positive" if GOOD_WORD in words else "mixed",
                stars=1 + number % 5, stage=("use", "support", "none")[number % 3],
                signals={name: () for name in names}, own={OWN: (span,)} if own and place >= 0 else {},
                known_signals=frozenset((*SIGNAL_NAMES, OWN) if own else SIGNAL_NAMES), text_hash=text_hash(text),
            )
        )  # fmt: skip
    return found


def table_of(rows: Sequence[LabelledRow], *own: str) -> LabelledTable:
    """The rows as if read from a file."""
    return LabelledTable(tuple(rows), own_signals=own, files=(LabelledFile("new.csv", "ab" * 32, "csv", len(rows)),))
