"""One evaluation set -> all its figures. In: a scorer, examples, baselines. Out: what goes into ``metrics.json``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from hx_detect.errors import EvaluationError
from hx_detect.evaluation import metrics
from hx_detect.evaluation.baselines import Baseline, NegativeMeansHx
from hx_detect.evaluation.bootstrap import RESAMPLES, SEED, Bootstrap, Floats, difference
from hx_detect.evaluation.erasure import Erasure, erase
from hx_detect.evaluation.evidence import EvidenceAgreement, agreement
from hx_detect.evaluation.figures import Figures, figures, support
from hx_detect.evaluation.metrics import Ints
from hx_detect.evaluation.predictions import Predictions, TextScorer, from_scores, score_all, truth_of
from hx_detect.evaluation.targets import ALL, MODEL, MODEL_KIND_GIVEN
from hx_detect.evaluation.tone import LIMIT, tone_gap
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example
from hx_detect.records import Review, Score

LANGUAGES: Final = ("es", "en")
_COMPARED: Final = ("macro_f1", "accuracy", "mae", "auroc", "average_precision", "macro_average_precision")


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """How to evaluate.

    Attributes:
        resamples: of the bootstrap.
        seed: of everything drawn.
        baselines: also train and run the baselines.
        erasure: also score the texts without and with only their evidence (takes a few times as long).
    """

    resamples: int = RESAMPLES
    seed: int = SEED
    baselines: bool = True
    erasure: bool = True


class SetRun:
    """One set, scored once.

    Args:
        scorer: the one scorer.
        name: of the set.
        examples: its texts, 1 or more.
        options: how.

    Raises:
        EvaluationError: none of the texts can be scored.
    """

    def __init__(self, scorer: TextScorer, name: str, examples: list[Example], options: EvaluationOptions) -> None:
        self._scorer, self._name, self._options = scorer, name, options
        results = score_all(scorer, (Review(example.original) for example in examples))
        kept = [(example, score) for example, score in zip(examples, results, strict=True) if score is not None]
        if not kept:
            raise EvaluationError(f"{name}: no text can be scored", cure="look at the texts of that set")
        self._examples = [example for example, _ in kept]
        self._scores: list[Score] = [score for _, score in kept]
        self._unscorable = len(examples) - len(kept)

    def tone(self) -> dict[str, Any]:
        """The calm/furious gap, in both languages together and each."""
        gap = tone_gap(self._examples, self._scores)
        found = self._about() | {"incomplete_pairs": len(gap.incomplete)}
        for language in (ALL, *LANGUAGES):
            chosen = np.array([language in (ALL, one) for one in gap.languages], np.bool_)
            if not chosen.any():
                continue
            signed = gap.signed[chosen]
            bootstrap = self._bootstrap(signed.size)
            found[language] = {
                "n": int(signed.size),
                "systems": {MODEL: _dicts({
                    "tone.gap": bootstrap.estimate(partial(metrics.mean, np.abs(signed))),
                    "tone.signed": bootstrap.estimate(partial(metrics.mean, signed)),
                    "tone.share_within_limit": bootstrap.estimate(partial(metrics.mean, np.abs(signed) < LIMIT)),
                })},
            }  # fmt: skip
        return found

    def evaluate(self, baselines: Sequence[Baseline]) -> dict[str, Any]:
        """All figures, per language and together."""
        systems: dict[str, tuple[Predictions, tuple[str, ...]]] = {MODEL: (from_scores(self._scores), LANGUAGES)}
        given = self._with_kind()
        if given is not None:
            systems[MODEL_KIND_GIVEN] = (given, LANGUAGES)
        for baseline in (*baselines, *self._negative_means_hx(systems[MODEL][0])):
            systems[baseline.name] = (self._predict(baseline), baseline.languages)
        evidence = self._evidence()
        found = self._about()
        for language in (ALL, *LANGUAGES):
            rows = np.array([i for i, e in enumerate(self._examples) if language in (ALL, e.language)], np.int64)
            if rows.size:
                found[language] = self._group(rows, language, systems, evidence)
        return found

    def _about(self) -> dict[str, Any]:
        return {
            "texts": len(self._examples),
            "unscorable": self._unscorable,
            "sha256": fingerprint(self._examples),
        }

    def _bootstrap(self, n: int) -> Bootstrap:
        return Bootstrap(n, self._options.resamples, self._options.seed)

    def _with_kind(self) -> Predictions | None:
        if len({example.kind for example in self._examples}) > 1:
            return None
        scores = score_all(self._scorer, (Review(example.original, kind=example.kind) for example in self._examples))
        return from_scores([score for score in scores if score is not None])

    def _negative_means_hx(self, said: Predictions) -> list[Baseline]:
        labelled = all(example.signals is not None for example in self._examples)
        return [NegativeMeansHx(said), NegativeMeansHx(None)] if labelled else []

    def _predict(self, baseline: Baseline) -> Predictions:
        """Its predictions; texts in a language that it does not read get those of an empty text and are not counted."""
        examples = [
            example if example.language in baseline.languages else replace(example, text="", original="")
            for example in self._examples
        ]
        return baseline.predict(examples)

    def _evidence(self) -> tuple[EvidenceAgreement, Erasure | None] | None:
        if any(example.signals is None for example in self._examples):
            return None
        erased = erase(self._scorer, self._scores, seed=self._options.seed) if self._options.erasure else None
        return agreement(self._examples, self._scores), erased

    def _group(
        self,
        rows: Ints,
        language: str,
        systems: Mapping[str, tuple[Predictions, tuple[str, ...]]],
        evidence: tuple[EvidenceAgreement, Erasure | None] | None,
    ) -> dict[str, Any]:
        truth = truth_of([self._examples[row] for row in rows])
        bootstrap = self._bootstrap(rows.size)
        able = {
            name: said
            for name, (said, read) in systems.items()
            if language in read or (language == ALL and len(read) == len(LANGUAGES))
        }
        each = {name: figures(truth, said.take(rows), bootstrap) for name, said in able.items()}
        if evidence is not None:
            each[MODEL] |= _evidence_figures(evidence, rows, bootstrap)
        found: dict[str, Any] = {
            "n": int(rows.size),
            "support": support(truth),
            "systems": {name: _dicts(values) for name, values in each.items()},
            "model_minus": {name: _differences(each[MODEL], values) for name, values in each.items() if name != MODEL},
        }
        if evidence is not None and evidence[1] is not None and language == ALL:
            found["evidence_is_whole_text"] = evidence[1].whole
        return found


def _dicts(values: Figures) -> dict[str, Any]:
    return {name: estimate.to_dict() for name, estimate in values.items()}


def _differences(ours: Figures, theirs: Figures) -> dict[str, Any]:
    shared = [name for name in theirs if name in ours and name.rpartition(".")[2] in _COMPARED]
    return {name: difference(ours[name], theirs[name]) for name in shared}


def _evidence_figures(evidence: tuple[EvidenceAgreement, Erasure | None], rows: Ints, bootstrap: Bootstrap) -> Figures:
    """Means over true positives (or present signals) of the texts in ``rows``; resampled by text."""
    place = {int(row): position for position, row in enumerate(rows)}
    agreed, erased = evidence
    values: list[tuple[str, Ints, Ints, Floats]] = [
        ("evidence.{}token_f1", agreed.text, agreed.signal, agreed.token_f1),
        ("evidence.{}overlap", agreed.text, agreed.signal, agreed.overlaps.astype(np.float64)),
    ]
    found: Figures = {}
    if erased is not None:
        for name in ("comprehensiveness", "sufficiency", "random_comprehensiveness", "random_sufficiency"):
            values.append((f"evidence.{{}}{name}", erased.text, erased.signal, getattr(erased, name)))
    for pattern, texts, signals, figure in values:
        inside = np.array([int(text) in place for text in texts], np.bool_)
        for part in (None, *range(len(SIGNAL_NAMES))):
            chosen = inside if part is None else inside & (signals == part)
            if not chosen.any():
                continue
            positions = np.array([place[int(text)] for text in texts[chosen]], np.int64)
            name = pattern.format("" if part is None else f"{SIGNAL_NAMES[part]}.")
            found[name] = bootstrap.estimate(partial(_mean_over, positions, figure[chosen]))
    return found


def _mean_over(positions: Ints, values: Floats, weights: Floats) -> Floats:
    return metrics.mean(values, weights[:, positions])


def fingerprint(examples: Sequence[Example]) -> str:
    """SHA-256 of the texts and labels, in their order."""
    digest = hashlib.sha256()
    for example in examples:
        labels = sorted(example.signals) if example.signals is not None else None
        line = (example.original, example.language, example.sentiment_label, example.stars, labels, example.stage)
        digest.update(repr(line).encode())
    return digest.hexdigest()
