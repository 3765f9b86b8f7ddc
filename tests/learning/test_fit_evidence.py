"""Evidence thresholds: the best of the steps for each signal, the shared one for rare ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from labelled import labelled

from hx_detect.labels import SIGNAL_INDEX, SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.learning.fit_evidence import PLAIN_THRESHOLD, RARE_TOKENS, STEPS, fit_evidence
from hx_detect.stage_records import Tokens
from hx_detect.stages.calibrate import logit

Part = tuple[Example, Tokens, npt.NDArray[np.float32]]


def _part(words: str, signal: str | None, inside: float, outside: float) -> Part:
    """A text of which the words in capitals are annotated, and its token scores."""
    split = words.split()
    marked = [word for word in split if word.isupper()]
    example = labelled(words, labels={signal: marked} if signal else {})
    starts = np.cumsum([0, *(len(word) + 1 for word in split)])
    tokens = Tokens(np.arange(len(split)), [(int(a), int(a) + len(w)) for a, w in zip(starts, split, strict=False)])
    scores = np.array([inside if word.isupper() else outside for word in split])
    logits = np.full((len(split), len(SIGNAL_NAMES)), -9.0, np.float32)
    if signal:
        logits[:, SIGNAL_INDEX[signal]] = logit(scores)
    return example, tokens, logits


def _fit(*parts: Part) -> dict[str, float]:
    examples, tokens, logits = zip(*parts, strict=True)
    return {name: table["threshold"] for name, table in fit_evidence(examples, tokens, logits).items()}


def test_a_frequent_signal_has_its_own_threshold_a_rare_one_the_shared() -> None:
    many = [_part("ayer NADIE CONTESTA jamás", "ignored", 0.62, 0.52)] * RARE_TOKENS
    few = [_part("me MINTIERON todos", "deceived", 0.22, 0.12)] * 3
    thresholds = _fit(*many, *few)
    assert thresholds["ignored"] in (0.55, 0.6)
    assert thresholds["deceived"] == thresholds["rage"] == thresholds["ignored"]
    enough = [_part("me MINTIERON todos", "deceived", 0.22, 0.12)] * RARE_TOKENS
    thresholds = _fit(*many, *enough)
    assert thresholds["deceived"] in (0.15, 0.2)
    assert thresholds["ignored"] in (0.55, 0.6)


def test_tables_are_those_of_the_decision() -> None:
    example, tokens, logits = _part("ayer NADIE contesta", "ignored", 0.4, 0.2)
    tables = fit_evidence([example], [tokens], [logits])
    assert list(tables) == list(SIGNAL_NAMES)
    for table in tables.values():
        assert (table["scale"], table["bias"]) == (1.0, 0.0)
        assert STEPS[0] <= table["threshold"] <= STEPS[-1]


def test_signals_that_are_not_there_do_not_count() -> None:
    """What the token head says of a signal that the text was not labelled with is never shown."""
    text = _part("ayer NADIE contesta", "ignored", 0.4, 0.2)
    loud = text[2].copy()
    loud[:, SIGNAL_INDEX["rage"]] = 9
    assert _fit(text) == _fit((text[0], text[1], loud))


@pytest.mark.parametrize("parts", [[], [_part("la tienda abre", None, 0, 0)], [_part("", "rage", 0, 0)][:0]])
def test_nothing_annotated_leaves_the_middle(parts: list[Part]) -> None:
    columns: list[list[object]] = [list(column) for column in zip(*parts, strict=True)] or [[], [], []]
    tables = fit_evidence(*columns)  # type: ignore[arg-type]  # columns of parts
    assert {table["threshold"] for table in tables.values()} == {PLAIN_THRESHOLD}
