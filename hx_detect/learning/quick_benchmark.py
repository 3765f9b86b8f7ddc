"""What a refit gains and costs. In: rows of a new domain, rows of others. Out: figures with intervals; a page of them.

``python -m hx_detect.learning.quick_benchmark --new telecom.csv --other hotels=hotels.csv --own crash=apps.csv``
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no types

from hx_detect.bundle import Bundle, load_bundle
from hx_detect.decision import Decision
from hx_detect.learning.labelled_row import LabelledOptions, LabelledRow
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.learning.quick_benchmark_page import DomainFigure, OwnFigure, page
from hx_detect.learning.quick_figures import signal_precision
from hx_detect.learning.quick_heads import calibrated
from hx_detect.learning.quick_refit import Refit, RefitOptions, fit
from hx_detect.learning.quick_rows import Targets
from hx_detect.learning.quick_vectors import frozen_model
from hx_detect.learning.splits import hash_text
from hx_detect.stage_records import BatchLogits, FloatArray
from hx_detect.stages.adapt import ADAPTED, adapt
from hx_detect.stages.calibrate import sigmoid, softmax

RESAMPLES: Final = 300
OWN_POSITIVES: Final = 60
OWN_NEGATIVES: Final = 240
OWN_HELD: Final = 300
Metric = Callable[[FloatArray, FloatArray], float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Old and new model on the same texts: calibrated logits (n, 26) of signals, sentiment and stars; the truth."""

    old: FloatArray
    new: FloatArray
    truth: FloatArray


def domain_figures(
    bundle: Bundle, new: Sequence[LabelledRow], others: dict[str, Sequence[LabelledRow]], learned: int, seed: int
) -> list[DomainFigure]:
    """Refit on some rows of a new domain; measure on its others, and on other domains.

    Args:
        bundle: the model to start from.
        new: rows of the new domain; ``learned`` of them, by hash, are learned from.
        others: domain -> rows.
        learned: how many.
        seed: of folds and bootstraps.
    """
    ordered = sorted(new, key=lambda row: hash_text(row.text))
    rows = [*ordered, *(row for some in others.values() for row in some)]
    apart = np.arange(len(rows)) >= learned
    options = RefitOptions(bundle.name, "benchmark", seed)
    with frozen_model(bundle) as model:
        found = fit(model, tuple(rows), apart, (), options, lambda _: None)
    scored = _scored(bundle, found)
    figures, first = [], len(ordered)
    places = {"new": np.arange(learned, len(ordered))}
    for name, some in others.items():
        places[name] = np.arange(first, first + len(some))
        first += len(some)
    for name, where in places.items():
        part = Scored(scored.old[where], scored.new[where], scored.truth[where])
        for metric, measure in METRICS.items():
            figure = _compared(name, metric, measure, part, seed)
            if figure is not None:
                figures.append(figure)
    return figures


def _scored(bundle: Bundle, found: Refit) -> Scored:
    before = bundle.adaptation()
    vectors = found.adapter.standardise(found.known.vectors)
    old = found.known.logits if before is None else adapt(found.known.logits, vectors, before.adapter)
    new = adapt(found.known.logits, vectors, found.adapter)
    return Scored(
        _columns(old, found.targets, bundle.decision),
        _columns(new, found.targets, Decision.from_dict(found.decision)),
        found.targets.values,
    )


def _columns(logits: BatchLogits, targets: Targets, decision: Decision) -> FloatArray:
    columns = range(ADAPTED["signals"].stop)
    return np.array([calibrated(logits, targets.languages, targets.groups, decision, one) for one in columns]).T


def _signals(values: FloatArray, truth: FloatArray) -> float | None:
    found = signal_precision(sigmoid(values[:, ADAPTED["signals"]]), truth[:, ADAPTED["signals"]])
    return float(np.mean(list(found.values()))) if found else None


def _sentiment(values: FloatArray, truth: FloatArray) -> float | None:
    want = truth[:, ADAPTED["sentiment"]]
    known = np.nan_to_num(want).max(axis=1, initial=0.0) == 1.0
    if not known.any():
        return None
    return float((values[known][:, ADAPTED["sentiment"]].argmax(axis=1) == want[known].argmax(axis=1)).mean())


def _stars(values: FloatArray, truth: FloatArray) -> float | None:
    want = truth[:, ADAPTED["stars"]]
    known = ~np.isnan(want).any(axis=1)
    if not known.any():
        return None
    scale = np.arange(1.0, 6.0)
    return -float(np.abs(softmax(values[known][:, ADAPTED["stars"]]) @ scale - want[known] @ scale).mean())


METRICS: Final[dict[str, Metric]] = {"signals": _signals, "sentiment": _sentiment, "stars": _stars}
"""Mean average precision of signals; accuracy of sentiment; minus the mean absolute error of stars."""


def _compared(domain: str, name: str, measure: Metric, part: Scored, seed: int) -> DomainFigure | None:
    """Old and new, and the paired bootstrap of their difference (Efron 1979, percentiles)."""
    old, new = measure(part.old, part.truth), measure(part.new, part.truth)
    if old is None or new is None:
        return None
    random, samples = np.random.default_rng(seed), []
    for _ in range(RESAMPLES):
        rows = random.integers(0, len(part.truth), len(part.truth))
        both = [measure(some[rows], part.truth[rows]) for some in (part.old, part.new)]
        if both[0] is not None and both[1] is not None:
            samples.append(both[1] - both[0])
    low, high = np.percentile(samples, (2.5, 97.5))
    return DomainFigure(domain, name, len(part.truth), old, new, float(low), float(high))


def own_figure(bundle: Bundle, name: str, rows: Sequence[LabelledRow], seed: int) -> OwnFigure:
    """Learn a signal of one's own from 60 texts that have it and 240 that do not; measure on 300 others.

    Args:
        bundle: the model to start from.
        name: of the signal.
        rows: that say whether it holds.
        seed: of folds and bootstraps.
    """
    ordered = sorted(rows, key=lambda row: hash_text(row.text))
    there = [row for row in ordered if row.says(name)]
    absent = [row for row in ordered if row.says(name) is False]
    learned = [*there[:OWN_POSITIVES], *absent[:OWN_NEGATIVES]]
    left = [*there[OWN_POSITIVES:], *absent[OWN_NEGATIVES:]]
    left = sorted(left, key=lambda row: hash_text("held out " + row.text))[:OWN_HELD]  # another order than above
    apart: NDArray[np.bool_] = np.arange(len(learned) + len(left)) >= len(learned)
    bare = [_bare(row, name) for row in (*learned, *left)]
    with frozen_model(bundle) as model:
        found = fit(model, tuple(bare), apart, (name,), RefitOptions(bundle.name, "benchmark", seed), lambda _: None)
    sides = found.figures["own_signals"][name]
    return OwnFigure(name, len(learned), sides["out_of_fold"], sides["held_out"])


def _bare(row: LabelledRow, name: str) -> LabelledRow:
    """The row, saying nothing but whether the own signal holds: nothing else is fitted."""
    own = {name: row.own[name]} if name in row.own else {}
    return LabelledRow(row.row, row.file, row.source, row.text, language=row.language, own=own,
                       known_signals=frozenset((name,)))  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the page to standard output, or to ``--output``."""
    parser = argparse.ArgumentParser(prog="python -m hx_detect.learning.quick_benchmark")
    parser.add_argument("--model")
    parser.add_argument("--new", required=True)
    parser.add_argument("--learned", type=int, default=500)
    parser.add_argument("--other", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--own", action="append", default=[], metavar="SIGNAL=FILE")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args(arguments)
    bundle = load_bundle(given.model)
    started = time.monotonic()
    pairs = [pair.partition("=") for pair in given.other]
    others: dict[str, Sequence[LabelledRow]] = {name: _read(file) for name, _, file in pairs}
    new = _read(given.new)
    learned = min(given.learned, len(new) * 2 // 3)
    with threadpool_limits(1):  # as a refit does
        domains = domain_figures(bundle, new, others, learned, given.seed)
        own = [own_figure(bundle, name, _read(file, name), given.seed)
               for name, _, file in (pair.partition("=") for pair in given.own)]  # fmt: skip
    text = page(bundle, domains, own, learned, time.monotonic() - started)
    if given.output is None:
        sys.stdout.write(text)
    else:
        given.output.write_text(text, encoding="utf-8")
    return 0


def _read(file: str, *own: str) -> list[LabelledRow]:
    return [row for row in read_labelled([file], LabelledOptions(new_signals=own)).rows if row.labelled]


if __name__ == "__main__":
    raise SystemExit(main())
