"""A customer's own signals. In: texts' vectors, tokens and words. Out: probability, presence, evidence of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.decision import Stacking
from hx_detect.labels import OWN_GROUP
from hx_detect.records import Signal, Span
from hx_detect.stage_records import CleanText, FloatArray, IdArray, Tokens
from hx_detect.stages.adapt import Adapter
from hx_detect.stages.calibrate import sigmoid
from hx_detect.stages.decide import DECIMALS
from hx_detect.stages.evidence import spans_of_runs, token_runs
from hx_detect.stages.lexical import LexicalModel, lexical_logits, ngram_buckets

_STRONG: Final = 0.5
"""Evidence are the tokens that add at least this share of what the strongest adds."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnModel:
    """Heads for k signals that are not in ``labels.SIGNALS``; k may be 0.

    Attributes:
        names: of the k signals.
        weights: (h, k), on the standardised vector.
        bias: (k,).
        lexical: linear model over n-grams with k columns.
        stacking: how vector and wording count, and the threshold: weights (k, 2), bias (k,), threshold (k,).
    """

    names: tuple[str, ...]
    weights: FloatArray
    bias: FloatArray
    lexical: LexicalModel
    stacking: Stacking

    def logits(self, standardised: FloatArray, ids: Sequence[IdArray]) -> FloatArray:
        """What vector and wording say of each text, apart.

        Args:
            standardised: (n, h).
            ids: token ids of the n texts.

        Returns:
            (n, k, 2).
        """
        columns = np.ascontiguousarray(self.weights.T)
        deep = np.array([columns @ row for row in standardised]).reshape(len(ids), len(self.names)) + self.bias
        return np.stack([deep, lexical_logits(ids, self.lexical).astype(np.float64)], axis=2)

    def probabilities(self, logits: FloatArray) -> FloatArray:
        """Calibrated probabilities (n, k) of ``logits``."""
        return sigmoid((logits * self.stacking.weights).sum(axis=2) + self.stacking.bias)


@dataclass(frozen=True, slots=True, eq=False)
class Adaptation:
    """What a refit added to a model: changed heads, and signals of one's own."""

    adapter: Adapter
    own: OwnModel


def own_signals(
    originals: Sequence[str],
    cleaned: Sequence[CleanText],
    tokens: Sequence[Tokens],
    hidden: Sequence[NDArray[np.float32]],
    standardised: FloatArray,
    adaptation: Adaptation,
) -> list[tuple[Signal, ...]]:
    """The own signals of each text, in the order of the model's names.

    Args:
        originals: the n texts as given.
        cleaned: the same as the model read them.
        tokens: of the cleaned texts.
        hidden: for each text (t, h), what the encoder says of its tokens.
        standardised: (n, h), the texts' vectors.
        adaptation: the bundle's.

    Returns:
        For each text k signals; those present have up to three stretches of evidence.
    """
    model = adaptation.own
    if not model.names:
        return [()] * len(tokens)
    probabilities = np.round(model.probabilities(model.logits(standardised, [text.ids for text in tokens])), DECIMALS)
    found: list[tuple[Signal, ...]] = []
    for row, text in enumerate(tokens):
        signals = []
        for column, name in enumerate(model.names):
            present = bool(probabilities[row, column] >= model.stacking.threshold[column])
            spans: tuple[Span, ...] = ()
            if present:
                added = token_share(text.ids, hidden[row], column, adaptation)
                spans = _evidence(originals[row], cleaned[row], text, added)
            signals.append(Signal(name, OWN_GROUP, float(probabilities[row, column]), spans, present))
        found.append(tuple(signals))
    return found


def token_share(ids: IdArray, hidden: NDArray[np.float32], column: int, adaptation: Adaptation) -> FloatArray:
    """What each token adds to a signal's logit, exactly: shares and biases sum to the logit.

    Args:
        ids: (t,).
        hidden: (t, h).
        column: of the signal.
        adaptation: the bundle's.

    Returns:
        (t,), t at least 1. The share of an n-gram is split among its tokens.
    """
    model = adaptation.own
    deep, words = model.stacking.weights[column]
    share = adaptation.adapter.standardise(hidden) @ np.ascontiguousarray(model.weights[:, column]) / len(ids)
    return np.asarray(share * deep + _wording_share(ids, column, model.lexical) * words)


def _wording_share(ids: IdArray, column: int, lexical: LexicalModel) -> FloatArray:
    """What each token's n-grams add to the linear model's logit; a repeated n-gram's weight is split evenly."""
    buckets = ngram_buckets(ids, lexical.orders, len(lexical.idf))
    unique, places, counts = np.unique(buckets, return_inverse=True, return_counts=True)
    values = lexical.idf[unique].astype(np.float64) * (1.0 + np.log(counts))
    length = float(np.sqrt((values * values).sum())) or 1.0
    single = (values / length * lexical.weights[unique, column] / counts)[places]
    share = np.zeros(len(ids))
    first = 0
    for order in lexical.orders:
        count = max(0, len(ids) - order + 1)
        for offset in range(order if count else 0):
            share[offset : offset + count] += single[first : first + count] / order
        first += count
    return share


def _evidence(original: str, cleaned: CleanText, tokens: Tokens, added: FloatArray) -> tuple[Span, ...]:
    """Stretches of the tokens that add most."""
    blank = np.array([not cleaned.text[start:end].strip() for start, end in tokens.offsets], bool)
    added = np.where(blank, 0.0, added)
    strongest = float(added.max(initial=0.0))
    if blank.all() or strongest <= 0:
        return ()
    return spans_of_runs(original, cleaned, tokens, token_runs(np.clip(added / strongest, 0, 1), _STRONG))
