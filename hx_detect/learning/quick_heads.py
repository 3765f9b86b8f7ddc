"""New labels, old evidence -> changed heads of a model. In: knowledge, targets, replay. Out: adapter and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.decision import TABLE_LANGUAGES, Decision
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.learning.quick_fit import HeadData, HeadFit, fit_head
from hx_detect.learning.quick_rows import Targets, classes_of
from hx_detect.learning.replay import Replay
from hx_detect.stage_records import BatchLogits, FloatArray
from hx_detect.stages.adapt import ADAPTED, COLUMNS, Adapter

_CLASSES: Final = ("sentiment", "stars", "stage")


@dataclass(frozen=True, slots=True, eq=False)
class HeadsFit:
    """The changed heads.

    Attributes:
        adapter: the change, on top of the model's own logits.
        out_of_fold: of the new texts, each changed by a fit that did not see its group; from ``previous`` logits.
        report: head or signal -> rows, strength, and log loss before and after, out of fold.
    """

    adapter: Adapter
    out_of_fold: BatchLogits
    report: dict[str, dict[str, Any]]

    def changed(self, name: str) -> bool:
        """Did this head or signal change?"""
        return self.report.get(name, {}).get("strength") is not None


def fit_heads(
    vectors: FloatArray,
    logits: BatchLogits,
    targets: Targets,
    groups: NDArray[np.intp],
    replay: Replay,
    old_logits: BatchLogits,
    decision: Decision,
) -> HeadsFit:
    """Fit all heads that new texts are labelled for.

    Args:
        vectors: (n, h), standardised, of the new texts.
        logits: of the new texts, by the model that is refitted.
        targets: of the new texts.
        groups: (n,).
        replay: old evidence.
        old_logits: of the replayed texts, by the model that is refitted.
        decision: its tables.
    """
    size = vectors.shape[1]
    weights, scale, bias = np.zeros((size, COLUMNS)), np.ones(COLUMNS), np.zeros(COLUMNS)
    new = np.array([calibrated(logits, targets.languages, targets.groups, decision, part) for part in range(COLUMNS)])
    languages, kinds = languages_of(replay.examples), groups_of_kind(replay.examples)
    old = np.array([calibrated(old_logits, languages, kinds, decision, part) for part in range(COLUMNS)])
    told = np.where(replay.held[:, None], classes_of(replay.examples), np.nan)
    moved, report = np.zeros((len(vectors), COLUMNS)), {}
    for name, columns in _parts():
        known = ~np.isnan(targets.values[:, columns]).any(axis=1)
        data = HeadData(vectors[known], new[columns][:, known].T, targets.values[known][:, columns], groups[known],
                        replay.vectors, old[columns].T, told[:, columns], languages)  # fmt: skip
        fit = fit_head(data)
        unit = _unit(decision, columns)
        weights[:, columns] = fit.weights / unit
        bias[columns] = (fit.bias + fit.factor * _bias(decision, columns)) / unit
        scale[columns] = 1.0 + fit.factor
        moved[np.ix_(known, columns)] = (fit.out_of_fold - data.logits) / unit
        report[name] = _figures(fit, int(known.sum()))
    adapter = Adapter(replay.mean, replay.deviation, scale, weights, bias)
    return HeadsFit(adapter, shifted(logits, moved), report)


def _parts() -> list[tuple[str, NDArray[np.intp]]]:
    """Heads of classes whole, signals and HX one by one: name and columns."""
    every = np.arange(COLUMNS)
    found = [(name, every[ADAPTED[name]]) for name in _CLASSES]
    found += [(name, every[ADAPTED["signals"]][[label]]) for label, name in enumerate(SIGNAL_NAMES)]
    return [*found, ("hx", every[ADAPTED["hx"]])]


def calibrated(
    logits: BatchLogits, languages: NDArray[np.intp], kinds: NDArray[np.intp], decision: Decision, column: int
) -> FloatArray:
    """One column of ``ADAPTED``, scaled as the decision's tables say; HX as it is.

    Args:
        logits: of n texts.
        languages: (n,), index in ``TABLE_LANGUAGES``.
        kinds: (n,), 0 for posts, 1 for other kinds.
        decision: the tables.
        column: 0 to 33.

    Returns:
        (n,).
    """
    head = next(name for name, columns in ADAPTED.items() if columns.start <= column < columns.stop)
    place = column - ADAPTED[head].start
    if head == "hx":
        return logits.hx
    if head == "sentiment":
        chosen = logits.sentiment[np.arange(len(kinds)), kinds, place]
        table = decision.sentiment
        return np.asarray(chosen * table.scale[kinds, languages, 0] + table.bias[kinds, languages, place])
    scaling = getattr(decision, head)
    of_scale = scaling.scale[languages, min(place, scaling.scale.shape[1] - 1)]
    return np.asarray(getattr(logits, head)[:, place] * of_scale + scaling.bias[languages, place])


def _unit(decision: Decision, columns: NDArray[np.intp]) -> float:
    """By what the tables multiply logits of these columns, on average over languages and kinds."""
    first = int(columns[0])
    head = next(name for name, some in ADAPTED.items() if some.start <= first < some.stop)
    if head == "hx":
        return 1.0
    scale = getattr(decision, head).scale
    return float(scale[:, first - ADAPTED[head].start].mean() if head == "signals" else scale.mean())


def _bias(decision: Decision, columns: NDArray[np.intp]) -> FloatArray:
    """What the tables add to logits of these columns, on average over languages and kinds: (columns,)."""
    first = int(columns[0])
    head = next(name for name, some in ADAPTED.items() if some.start <= first < some.stop)
    if head == "hx":
        return np.zeros(1)
    bias = getattr(decision, head).bias
    return np.asarray(bias.reshape(-1, bias.shape[-1]).mean(axis=0)[columns - ADAPTED[head].start])


def shifted(logits: BatchLogits, moved: FloatArray) -> BatchLogits:
    """Logits with something added to each head of ``ADAPTED``: (n, 34)."""
    return replace(
        logits,
        sentiment=logits.sentiment + moved[:, None, ADAPTED["sentiment"]],
        stars=logits.stars + moved[:, ADAPTED["stars"]],
        signals=logits.signals + moved[:, ADAPTED["signals"]],
        stage=logits.stage + moved[:, ADAPTED["stage"]],
        hx=logits.hx + moved[:, ADAPTED["hx"]][:, 0],
    )


def composed(first: Adapter, then: Adapter) -> Adapter:
    """One adapter that does what two do one after the other; both standardise alike."""
    return replace(
        first,
        scale=first.scale * then.scale,
        weights=first.weights * then.scale + then.weights,
        bias=first.bias * then.scale + then.bias,
    )


def languages_of(examples: Sequence[Example]) -> NDArray[np.intp]:
    """(n,), index in ``TABLE_LANGUAGES``."""
    return np.array([TABLE_LANGUAGES.index(example.language) for example in examples], np.intp)


def groups_of_kind(examples: Sequence[Example]) -> NDArray[np.intp]:
    """(n,), the sentiment head of each: 0 for posts, 1 for other kinds."""
    return np.array([int(example.kind != "post") for example in examples], np.intp)


def _figures(fit: HeadFit, rows: int) -> dict[str, Any]:
    before, after = fit.loss
    return {"rows": rows, "strength": fit.strength, "loss_before": round(before, 5), "loss_after": round(after, 5)}
