"""Labelled rows -> heads for own signals. In: rows, what a model knows of them. Out: weights, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hx_detect.errors import LearningError
from hx_detect.learning.labelled_row import FEWEST_EXAMPLES, LabelledRow
from hx_detect.learning.quick_own import OwnData, OwnFit, fit_own, frequencies, precision_figures
from hx_detect.learning.quick_vectors import Knowledge
from hx_detect.own_signals import Adaptation
from hx_detect.stage_records import FloatArray
from hx_detect.stages.calibrate import sigmoid
from hx_detect.stages.lexical import LexicalModel, lexical_logits
from hx_detect.wording import say


@dataclass(frozen=True, slots=True, eq=False)
class OwnHeads:
    """The own signals of a model, k of them.

    Attributes:
        weights: (h, k).
        bias: (k,).
        wording: linear model over n-grams with k columns.
        stacks: name -> how vector and wording count, as in ``decision.json``; in the order of the columns.
        figures: name -> what was measured; for signals that were learned now.
    """

    weights: FloatArray
    bias: FloatArray
    wording: LexicalModel
    stacks: dict[str, dict[str, Any]]
    figures: dict[str, dict[str, Any]]


def fit_signals(
    rows: Sequence[LabelledRow],
    known: Knowledge,
    vectors: FloatArray,
    groups: NDArray[np.intp],
    apart: NDArray[np.bool_],
    names: Sequence[str],
    before: Adaptation | None,
    lexical: LexicalModel,
    seed: int,
) -> OwnHeads:
    """Learn own signals; those that the model has already and that are not to be learned anew stay as they are.

    Args:
        rows: n rows.
        known: what the model knows of them.
        vectors: (n, h), standardised.
        groups: (n,).
        apart: (n,), True where a row is only measured on.
        names: signals to learn.
        before: what an earlier refit added, or None.
        lexical: the model's linear part.
        seed: of folds and bootstraps.

    Raises:
        LearningError: a signal is in too few rows, or in all of them.
    """
    size = vectors.shape[1]
    earlier = before.own.lexical if before is not None and before.own.names else lexical
    idf = (
        frequencies([known.tokens[place].ids for place in np.flatnonzero(~apart).tolist()], earlier)
        if names
        else earlier.idf
    )
    columns: dict[str, tuple[FloatArray, float, LexicalModel, dict[str, Any]]] = {}
    if before is not None:
        columns |= {name: _kept(before, place) for place, name in enumerate(before.own.names)}
    figures: dict[str, dict[str, Any]] = {}
    for name in names:
        said = [row.says(name) for row in rows]
        usable = np.array([one is not None for one in said], bool)
        truth = np.array([bool(one) for one in said], bool)
        data = OwnData(vectors, [text.ids for text in known.tokens], truth, groups)
        train, held = np.flatnonzero(usable & ~apart), np.flatnonzero(usable & apart)
        _check(name, truth[usable & ~apart], groups[usable & ~apart])
        fit = fit_own(data.some(train), idf, lexical.orders, seed)
        columns[name] = (fit.weights, fit.bias, fit.wording, fit.stack)
        threshold = fit.stack["threshold"]
        figures[name] = {
            "out_of_fold": precision_figures(truth[train], fit.out_of_fold, threshold, seed),
            "held_out": precision_figures(truth[held], _probabilities(fit, data.some(held)), threshold, seed),
        }
    return _stacked(columns, figures, size, LexicalModel(lexical.weights, idf, lexical.bias, lexical.orders))


def _probabilities(fit: OwnFit, data: OwnData) -> FloatArray:
    deep = data.vectors @ fit.weights + fit.bias
    words = lexical_logits(data.ids, fit.wording)[:, 0].astype(np.float64)
    return sigmoid(fit.stack["weights"][0] * deep + fit.stack["weights"][1] * words + fit.stack["bias"])


def _kept(before: Adaptation, place: int) -> tuple[FloatArray, float, LexicalModel, dict[str, Any]]:
    own = before.own
    wording = LexicalModel(own.lexical.weights[:, [place]], own.lexical.idf, own.lexical.bias[[place]],
                           own.lexical.orders)  # fmt: skip
    stack = {
        "weights": own.stacking.weights[place].tolist(),
        "bias": float(own.stacking.bias[place]),
        "threshold": float(own.stacking.threshold[place]),
    }
    return own.weights[:, place], float(own.bias[place]), wording, stack


def _stacked(
    columns: dict[str, tuple[FloatArray, float, LexicalModel, dict[str, Any]]],
    figures: dict[str, dict[str, Any]],
    size: int,
    lexical: LexicalModel,
) -> OwnHeads:
    """All columns side by side, over one table of frequencies."""
    if not columns:
        empty = LexicalModel(np.zeros((len(lexical.idf), 0), np.float32), lexical.idf, np.zeros(0, np.float32),
                             lexical.orders)  # fmt: skip
        return OwnHeads(np.zeros((size, 0)), np.zeros(0), empty, {}, figures)
    parts = [columns[name] for name in sorted(columns)]
    wording = LexicalModel(
        np.concatenate([some.weights for _, _, some, _ in parts], axis=1),
        lexical.idf,
        np.concatenate([some.bias for _, _, some, _ in parts]),
        lexical.orders,
    )
    return OwnHeads(
        np.stack([weights for weights, _, _, _ in parts], axis=1),
        np.array([bias for _, bias, _, _ in parts]),
        wording,
        {name: columns[name][3] for name in sorted(columns)},
        figures,
    )


def _check(name: str, truth: NDArray[np.bool_], groups: NDArray[np.intp]) -> None:
    """Enough that hold it and enough that do not, in enough groups for the folds."""
    with_it, without = len(np.unique(groups[truth])), len(np.unique(groups[~truth]))
    fewest = FEWEST_EXAMPLES * 3 // 5
    if with_it < fewest or without < fewest:
        raise LearningError(
            say(f"Signal {name}: of the rows to learn from {with_it} different ones have it and {without} do not",
                f"Señal {name}: de las filas para aprender la tienen {with_it} distintas y no la tienen {without}"),
            cure=say(f"Label {FEWEST_EXAMPLES} or more of each, or leave it out of --new-signals",
                     f"Etiquete {FEWEST_EXAMPLES} o más de cada, o quítela de --new-signals"),
        )  # fmt: skip
