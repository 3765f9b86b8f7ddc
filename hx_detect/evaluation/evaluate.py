"""A model and its baselines on held-out texts. In: a scorer, evaluation sets, training examples. Out: all figures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from typing import Any, Final

from hx_detect.errors import EvaluationError, MissingExtraError
from hx_detect.evaluation import published, targets
from hx_detect.evaluation.baselines import Baseline, HedonometerBaseline, VaderBaseline
from hx_detect.evaluation.figures import MIN_SUPPORT
from hx_detect.evaluation.language_id import measure_language_id
from hx_detect.evaluation.machine import describe_machine
from hx_detect.evaluation.predictions import TextScorer
from hx_detect.evaluation.set_run import EvaluationOptions, SetRun
from hx_detect.evaluation.targets import ALL, MODEL
from hx_detect.evaluation.tfidf import TfidfBaseline
from hx_detect.learning.examples import Example

PAIRS: Final = "calm_furious_pairs"


def evaluate(
    scorer: TextScorer,
    sets: Mapping[str, Sequence[Example]],
    train: Sequence[Example],
    options: EvaluationOptions,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """All figures of a model, of the baselines, and what was asked of it.

    The texts are scored as they are (``Example.original``), with nothing said of their language or kind; where all
    texts of a set are of one kind (UMSAB, MARC) they are scored once more with the kind given, as a second system.

    Args:
        scorer: the one scorer.
        sets: name -> held-out examples.
        train: training examples, for the baselines only.
        options: how.
        tell: is told what is being done, one line each.

    Returns:
        What ``metrics.json`` holds.

    Raises:
        EvaluationError: every set is empty.
    """
    filled = {name: list(examples) for name, examples in sets.items() if examples}
    if not filled:
        raise EvaluationError("there is nothing to evaluate on", cure="give --corpora, --annotations or --authored")
    baselines, left_out = _baselines(train, tell) if options.baselines else ([], ["baselines: not asked for"])
    left_out += [f"{name}: no texts" for name, examples in sets.items() if not examples]
    found: dict[str, Any] = {}
    for name, examples in filled.items():
        tell(f"{name}: {len(examples)} texts")
        run = SetRun(scorer, name, examples, options)
        found[name] = run.tone() if name == PAIRS else run.evaluate(baselines)
    tell("language identification")
    return _summary(scorer, found, left_out, options) | {"language_identification": _languages(filled)}


def _languages(sets: Mapping[str, Sequence[Example]]) -> dict[str, list[dict[str, Any]]]:
    """Language identification by length, on the held-out texts (as their corpora name the language) and on our own."""
    held_out = dict.fromkeys((example.original, example.language) for some in sets.values() for example in some)
    return {
        name: [
            {**asdict(figure), "below": figure.below if figure.below < sys.maxsize else None}
            for figure in measure_language_id(rows)
        ]
        for name, rows in (("held_out", list(held_out)), ("own_samples", None))
    }


def _baselines(train: Sequence[Example], tell: Callable[[str], None]) -> tuple[list[Baseline], list[str]]:
    """Those that can be run here; the others with the reason."""
    tell(f"baselines: {len(train)} training texts")
    makers: tuple[Callable[[], Baseline], ...] = (
        partial(TfidfBaseline, train),
        VaderBaseline,
        partial(HedonometerBaseline, train),
    )
    made: list[Baseline] = []
    left_out: list[str] = []
    for make in makers:
        try:
            made.append(make())
        except (MissingExtraError, EvaluationError) as error:
            left_out.append(f"baseline: {error}")
            tell(f"left out: {error}")
    return made, left_out


def lookup_in(sets: Mapping[str, Any]) -> targets.Lookup:
    """Find a figure of ``metrics.json["sets"]``."""

    def lookup(data: str, language: str, system: str, figure: str) -> dict[str, Any] | None:
        group = sets.get(data, {}).get(language, {})
        found: dict[str, Any] | None = group.get("systems", {}).get(system, {}).get(figure)
        return found

    return lookup


def _summary(
    scorer: TextScorer, sets: dict[str, Any], left_out: list[str], options: EvaluationOptions
) -> dict[str, Any]:
    lookup = lookup_in(sets)
    checked = targets.check(lookup)
    annotated = sets.get("hx_test", {}).get(ALL, {})
    counts = annotated.get("support", {}).get("signals", {})
    counted = [name for name, cases in counts.items() if cases >= MIN_SUPPORT]
    rivals = [name for name in annotated.get("systems", {}) if name != MODEL]
    return {
        "headline": {
            target["name"]: {
                language: entry["figure"]["value"]
                for language, entry in target["languages"].items()
                if entry["figure"] is not None
            }
            for target in checked
        },
        "model": {"name": scorer.model_name, "version": scorer.model_version},
        "hx_detect": _own_version(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": describe_machine(),
        "seed": options.seed,
        "resamples": options.resamples,
        "targets": checked,
        "signals_counted": counted,
        "signals_below_a_baseline": targets.signals_below_a_baseline(lookup, rivals, counted),
        "left_out": left_out,
        "agreement_ceiling": published.AGREEMENT_CEILING,
        "published": {"umsab_macro_f1": published.UMSAB_PUBLISHED, "source": published.UMSAB_SOURCE},
        "sets": sets,
    }


def _own_version() -> str | None:
    try:
        return metadata.version("hx-detect")
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return None
