"""Reviews -> scores, the one path of every face. In: texts or reviews, a bundle. Out: ``Score`` or ``RowFailure``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.bundle import FILES, Bundle, load_bundle
from hx_detect.errors import RowError
from hx_detect.intake import blocks, check_review, empty_text, failure_of, listed
from hx_detect.labels import SIGNALS
from hx_detect.records import Review, RowFailure, Score, Signal, Span
from hx_detect.stage_records import BatchLogits, BatchProbabilities, CleanText, LanguageGuess, Tokens, Verdict
from hx_detect.stages.calibrate import calibrate
from hx_detect.stages.clean import clean
from hx_detect.stages.decide import decide
from hx_detect.stages.encode import encode
from hx_detect.stages.evidence import find_evidence
from hx_detect.stages.graph import Graph
from hx_detect.stages.heads import combine_windows
from hx_detect.stages.language import LanguageIdentifier
from hx_detect.stages.lexical import LexicalModel, lexical_logits
from hx_detect.stages.tokenise import Tokeniser
from hx_detect.wording import say

CACHE_VARIABLE: Final = "HX_DETECT_CACHE"
"""Environment variable: folder for compiled graphs; empty for none."""
SELF_TEST_TOLERANCE: Final = 1e-3
_WORTH_CACHING: Final = 1 << 20


class Scorer:
    """Scores texts with one model; threads may share it.

    Args:
        bundle: the verified model.
        languages: tells languages apart.
        tokeniser: the model's.
        graph: the model's, compiled.
        lexical: the model's linear part.
    """

    def __init__(
        self,
        bundle: Bundle,
        languages: LanguageIdentifier,
        tokeniser: Tokeniser,
        graph: Graph,
        lexical: LexicalModel,
    ) -> None:
        self.bundle = bundle
        self._languages = languages
        self._tokeniser = tokeniser
        self._graph = graph
        self._lexical = lexical

    @classmethod
    def load(
        cls, path: str | Path | None = None, *, threads: int | None = None, low_latency: bool = False
    ) -> Scorer:
        """Load a model; nothing is downloaded.

        Args:
            path: its folder; None for the one that is installed.
            threads: cores to use; None for all that this process may use.
            low_latency: for services: one text alone takes a third less time, for some 50 MB more.

        Raises:
            BundleNotFoundError: there is none.
            BundleVersionError: its format is newer than this release.
            BundleDamagedError: one of its files is missing or changed.
            CalibrationError: its calibration holds a value out of its range.
        """
        with ThreadPoolExecutor(1) as beside:
            languages = beside.submit(LanguageIdentifier)
            bundle = load_bundle(path)
            graph = Graph(
                bundle.file(FILES.graph), bundle.precision, threads, _cache(bundle), low_latency=low_latency
            )
            tokeniser = Tokeniser(bundle.file(FILES.tokenizer))
            return cls(bundle, languages.result(), tokeniser, graph, bundle.lexical())

    @property
    def model_name(self) -> str:
        """Name of the model."""
        return self.bundle.name

    @property
    def model_version(self) -> str:
        """Version of the model."""
        return self.bundle.version

    def score(self, texts: Sequence[str | Review]) -> list[Score]:
        """Score texts; the same text gets the same score in any company.

        Args:
            texts: texts, or reviews where more than the text is known; any number.

        Returns:
            One score per text, in order.

        Raises:
            TypeError: one bare string was given.
            RowError: a text cannot be scored; the message names its index.
        """
        scores: list[Score] = []
        for index, result in enumerate(self._results(listed(texts))):
            if isinstance(result, RowError):
                raise RowError(
                    say(f"Text {index}: {result.what}", f"Texto {index}: {result.what}"),
                    cure=result.cure,
                    code=result.code,
                    field=result.field,
                )
            scores.append(result)
        return scores

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """Score reviews as they come, in constant memory.

        Args:
            reviews: any number; up to 2,048 are read ahead.

        Yields:
            In the order of the reviews a score, or the failure of one that cannot be scored.
        """
        for block in blocks(reviews):
            for review, result in zip(block, self._score_block(block), strict=True):
                yield failure_of(review, result) if isinstance(result, RowError) else result

    def predict_proba(self, texts: Sequence[str | Review]) -> NDArray[np.float64]:
        """Calibrated probabilities of the signals, as scikit-learn users expect them.

        Args:
            texts: as for ``score``.

        Returns:
            Shape (n, 18), in [0, 1], columns in the order of ``labels.SIGNAL_NAMES``.

        Raises:
            TypeError: one bare string was given.
            RowError: a text cannot be scored; the message names its index.
        """
        rows = [{signal.name: signal.probability for signal in score.signals} for score in self.score(texts)]
        return np.array([[row[label.name] for label in SIGNALS] for row in rows]).reshape(len(rows), len(SIGNALS))

    def _results(self, texts: Sequence[str | Review]) -> Iterator[Score | RowError]:
        for block in blocks(texts):
            yield from self._score_block(block)

    def _score_block(self, block: Sequence[str | Review]) -> list[Score | RowError]:
        """Check and clean; then score together those that can be."""
        results: list[Score | RowError | None] = []
        reviews: list[Review] = []
        cleaned: list[CleanText] = []
        for item in block:
            try:
                review = check_review(item)
                text = clean(review.text, self.bundle.cleaning)
                if not text.text:
                    raise empty_text()
            except RowError as error:
                results.append(error)
            else:
                results.append(None)
                reviews.append(review)
                cleaned.append(text)
        scores = iter(self._score_clean(reviews, cleaned))
        return [next(scores) if result is None else result for result in results]

    def _score_clean(self, reviews: Sequence[Review], cleaned: Sequence[CleanText]) -> list[Score]:
        """The way of a text: language, encode, heads, calibrate, decide, evidence, record."""
        languages = [self._language(review, text) for review, text in zip(reviews, cleaned, strict=True)]
        nearer = [language.nearer for language in languages]
        tokens = self._tokeniser.tokenise([text.text for text in cleaned])
        logits = self._logits(tokens)
        probabilities = self._probabilities(reviews, nearer, logits)
        verdicts = decide(probabilities, nearer, reviews, self.bundle.decision)
        return [
            self._record(*parts)
            for parts in zip(reviews, cleaned, languages, tokens, logits.evidence, verdicts, strict=True)
        ]

    def _language(self, review: Review, cleaned: CleanText) -> LanguageGuess:
        if review.language is None:
            return self._languages.identify(cleaned.text)
        return LanguageGuess(review.language, 1.0, "es" if review.language == "es" else "en")

    def _logits(self, tokens: Sequence[Tokens]) -> BatchLogits:
        windows = encode(tokens, self._graph, self._tokeniser.special, self.bundle.window)
        lexical = lexical_logits([text.ids for text in tokens], self._lexical)
        return combine_windows(windows, lexical, self.bundle.decision.lexical_weight)

    def _probabilities(
        self, reviews: Sequence[Review], nearer: Sequence[str], logits: BatchLogits
    ) -> BatchProbabilities:
        return calibrate(logits, nearer, [review.kind for review in reviews], self.bundle.decision)

    def _record(
        self,
        review: Review,
        cleaned: CleanText,
        language: LanguageGuess,
        tokens: Tokens,
        evidence: NDArray[np.float32],
        verdict: Verdict,
    ) -> Score:
        spans = find_evidence(review.text, cleaned, tokens, evidence, verdict.present, self.bundle.decision)
        return Score(
            id=review.id,
            text=review.text,
            language=language.code,
            language_probability=round(language.probability, 4),
            supported=language.code != "other",
            sentiment=verdict.sentiment,
            sentiment_probabilities=verdict.sentiment_probabilities,
            level=verdict.level,
            hx_probability=verdict.hx_probability,
            cx_probability=verdict.cx_probability,
            signals=_signals(verdict, spans),
            stage=verdict.stage,
            stage_probability=verdict.stage_probability,
            stars_expected=verdict.stars_expected,
            stars_probabilities=verdict.stars_probabilities,
            nps_band=verdict.nps_band,
            nps_source=verdict.nps_source,
            nps_mismatch=verdict.nps_mismatch,
            nps_text_band=verdict.nps_text_band,
            priority=verdict.priority,
            kind=verdict.kind,
            kind_given=verdict.kind_given,
            tokens=len(tokens.ids),
            truncated=False,
            model_name=self.model_name,
            model_version=self.model_version,
        )


def _signals(verdict: Verdict, spans: Sequence[tuple[Span, ...]]) -> tuple[Signal, ...]:
    """All 18, strongest first, at equal strength in label order."""
    signals = [
        Signal(label.name, label.group, probability, evidence, present)
        for label, probability, evidence, present in zip(
            SIGNALS, verdict.signal_probabilities, spans, verdict.present, strict=True
        )
    ]
    return tuple(sorted(signals, key=lambda signal: -signal.probability))


def _cache(bundle: Bundle) -> Path | None:
    """Where the compiled graph is kept: compiling takes over a second, reading it back a third of that."""
    chosen = os.environ.get(CACHE_VARIABLE)
    small = bundle.file(FILES.weights).stat().st_size < _WORTH_CACHING
    if small or chosen == "":
        return None
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # this user has no home
        return None
    return (Path(chosen) if chosen else caches / "hx-detect") / bundle.checksum[:16]


def self_test(scorer: Scorer) -> list[str]:
    """Score the bundle's golden texts and compare.

    Args:
        scorer: with the bundle to test.

    Returns:
        One line per number that is off by more than 0.001 or label that differs; none where all is well.
    """
    problems: list[str] = []
    for number, golden in enumerate(scorer.bundle.golden(), start=1):
        review = Review(golden["text"], kind=golden.get("kind"), answer=golden.get("answer"))
        got = scorer.score([review])[0].to_dict(all_signals=True)
        problems += [f"{FILES.golden} {number}: {line}" for line in _differences("", golden["score"], got)]
    return problems


def _differences(place: str, want: Any, got: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Where two JSON values differ; of the wanted one all must be there."""
    if isinstance(want, dict) and isinstance(got, dict):
        for name, value in want.items():
            yield from _differences(f"{place}.{name}", value, got.get(name))
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for index, value in enumerate(want):
            yield from _differences(f"{place}[{index}]", value, got[index])
    elif isinstance(want, float) and isinstance(got, float | int):
        if abs(want - got) > SELF_TEST_TOLERANCE:
            yield f"{place}: {want} -> {got}"
    elif want != got:
        yield f"{place}: {want!r} -> {got!r}"
