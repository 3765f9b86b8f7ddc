"""Reviews -> scores, the one path of every face. In: texts or reviews, a bundle. Out: ``Score`` or ``RowFailure``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from hx_detect.ahead import one_ahead
from hx_detect.bundle import FILES, Bundle, load_bundle
from hx_detect.errors import RowError
from hx_detect.golden import differences
from hx_detect.graph_cache import cache_folder
from hx_detect.intake import blocks, check_review, empty_text, failure_of, listed
from hx_detect.labels import SIGNALS
from hx_detect.own_signals import Adaptation, own_signals
from hx_detect.records import Review, RowFailure, Score, Signal, Span
from hx_detect.stage_records import BatchLogits, CleanText, LanguageGuess, Tokens, Verdict
from hx_detect.stages.adapt import adapt, text_vectors
from hx_detect.stages.calibrate import calibrate
from hx_detect.stages.clean import clean
from hx_detect.stages.decide import decide
from hx_detect.stages.encode import batch_shapes, encode
from hx_detect.stages.evidence import find_evidence
from hx_detect.stages.graph import HIDDEN, OUTPUTS, Graph
from hx_detect.stages.heads import combine_windows
from hx_detect.stages.language import LanguageIdentifier
from hx_detect.stages.lexical import LexicalModel, lexical_logits
from hx_detect.stages.tokenise import Tokeniser
from hx_detect.wording import say

_Item = TypeVar("_Item", bound=str | Review)


@dataclass(frozen=True, slots=True)
class _Read(Generic[_Item]):
    """A block on its way to the graph: an error or None for each item; the rest holds those without an error."""

    items: list[_Item]
    errors: list[RowError | None]
    reviews: list[Review]
    cleaned: list[CleanText]
    languages: list[LanguageGuess]
    tokens: list[Tokens]


class Scorer:
    """Scores texts with one model; threads may share it.

    Args:
        bundle: the verified model.
        languages: tells languages apart.
        tokeniser: the model's.
        graph: the model's, compiled.
        lexical: the model's linear part.
        adaptation: what a refit added to the model, or None.
    """

    def __init__(
        self,
        bundle: Bundle,
        languages: LanguageIdentifier,
        tokeniser: Tokeniser,
        graph: Graph,
        lexical: LexicalModel,
        adaptation: Adaptation | None = None,
    ) -> None:
        self.bundle = bundle
        self._languages = languages
        self._tokeniser = tokeniser
        self._graph = graph
        self._lexical = lexical
        self._adaptation = adaptation

    @classmethod
    def load(cls, path: str | Path | None = None, *, threads: int | None = None, resident: bool = False) -> Scorer:
        """Load a model; nothing is downloaded.

        Args:
            path: its folder; None for the one that is installed.
            threads: cores to use; None for all that this process may use.
            resident: for a process that stays, as a service: all kernels are made now and few texts get all cores.
                Calls are quicker and memory stays as it is, for a start some seconds longer.

        Raises:
            BundleNotFoundError: there is none.
            BundleVersionError: its format is newer than this release.
            BundleDamagedError: one of its files is missing or changed.
            CalibrationError: its calibration holds a value out of its range.
        """
        with ThreadPoolExecutor(1) as beside:
            languages = beside.submit(LanguageIdentifier)
            bundle = load_bundle(path)
            adaptation = bundle.adaptation()
            graph = Graph(
                bundle.file(FILES.graph), bundle.precision, threads, cache_folder(bundle),
                outputs=OUTPUTS if adaptation is None else (*OUTPUTS, HIDDEN),
                resident=batch_shapes(bundle.window.tokens) if resident else (),
            )  # fmt: skip
            tokeniser = Tokeniser(bundle.file(FILES.tokenizer))
            return cls(bundle, languages.result(), tokeniser, graph, bundle.lexical(), adaptation)

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
        for index, result in enumerate(result for _, some in self._scored(listed(texts)) for result in some):
            if isinstance(result, RowError):
                what = say(f"Text {index}: {result.what}", f"Texto {index}: {result.what}")
                raise RowError(what, cure=result.cure, code=result.code, field=result.field)
            scores.append(result)
        return scores

    def score_stream(self, reviews: Iterable[Review]) -> Iterator[Score | RowFailure]:
        """Score reviews as they come, in constant memory.

        Args:
            reviews: any number; up to three blocks of ``intake.BLOCK_REVIEWS`` are read ahead.

        Yields:
            In the order of the reviews a score, or the failure of one that cannot be scored.
        """
        for block, results in self._scored(reviews):
            for review, result in zip(block, results, strict=True):
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

    def _scored(self, items: Iterable[_Item]) -> Iterator[tuple[list[_Item], list[Score | RowError]]]:
        """Blocks of items with their results; the graph runs on the next block while one is decided and taken."""
        for read, logits in one_ahead(self._with_logits, map(self._read, blocks(items))):
            scores = iter(self._finish(read, logits))
            yield read.items, [next(scores) if error is None else error for error in read.errors]

    def _read(self, block: list[_Item]) -> _Read[_Item]:
        """The way of a text up to the graph: check, clean, language, tokens; what cannot be scored stays behind."""
        errors: list[RowError | None] = []
        reviews: list[Review] = []
        cleaned: list[CleanText] = []
        for item in block:
            try:
                review = check_review(item)
                text = clean(review.text, self.bundle.cleaning)
                if not text.text:
                    raise empty_text()
            except RowError as error:
                errors.append(error)
            else:
                errors.append(None)
                reviews.append(review)
                cleaned.append(text)
        languages = [self._language(review, text) for review, text in zip(reviews, cleaned, strict=True)]
        return _Read(block, errors, reviews, cleaned, languages, self._tokeniser.tokenise([t.text for t in cleaned]))

    def _with_logits(self, read: _Read[_Item]) -> tuple[_Read[_Item], BatchLogits]:
        windows = encode(read.tokens, self._graph, self._tokeniser.special, self.bundle.window)
        lexical = lexical_logits([text.ids for text in read.tokens], self._lexical)
        return read, combine_windows(windows, lexical, self.bundle.decision.lexical_weight)

    def _finish(self, read: _Read[_Item], logits: BatchLogits) -> list[Score]:
        """The way of a text from the graph on: refitted heads, calibrate, decide, evidence, record."""
        nearer = [language.nearer for language in read.languages]
        logits, own = self._adapted(logits, read.reviews, read.cleaned, read.tokens)
        probabilities = calibrate(logits, nearer, [review.kind for review in read.reviews], self.bundle.decision)
        verdicts = decide(probabilities, nearer, read.reviews, self.bundle.decision)
        return [
            self._record(*parts)
            for parts in zip(
                read.reviews, read.cleaned, read.languages, read.tokens, logits.evidence, verdicts, own, strict=True
            )
        ]

    def _adapted(
        self,
        logits: BatchLogits,
        reviews: Sequence[Review],
        cleaned: Sequence[CleanText],
        tokens: Sequence[Tokens],
    ) -> tuple[BatchLogits, Sequence[tuple[Signal, ...]]]:
        """The heads as they were refitted, and the model's own signals; without a refit, as they are and none."""
        if self._adaptation is None or not reviews:
            return logits, [()] * len(reviews)
        vectors = self._adaptation.adapter.standardise(text_vectors(logits.hidden))
        originals = [review.text for review in reviews]
        own = own_signals(originals, cleaned, tokens, logits.hidden, vectors, self._adaptation)
        return adapt(logits, vectors, self._adaptation.adapter), own

    def _language(self, review: Review, cleaned: CleanText) -> LanguageGuess:
        if review.language is None:
            return self._languages.identify(cleaned.text)
        return LanguageGuess(review.language, 1.0, "es" if review.language == "es" else "en")

    def _record(
        self,
        review: Review,
        cleaned: CleanText,
        language: LanguageGuess,
        tokens: Tokens,
        evidence: NDArray[np.float32],
        verdict: Verdict,
        own: tuple[Signal, ...],
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
            signals=_signals(verdict, spans, own),
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


def _signals(verdict: Verdict, spans: Sequence[tuple[Span, ...]], own: tuple[Signal, ...]) -> tuple[Signal, ...]:
    """All 18 and the model's own, strongest first, at equal strength in label order."""
    signals = [
        Signal(label.name, label.group, probability, evidence, present)
        for label, probability, evidence, present in zip(
            SIGNALS, verdict.signal_probabilities, spans, verdict.present, strict=True
        )
    ]
    return tuple(sorted((*signals, *own), key=lambda signal: -signal.probability))


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
        problems += [f"{FILES.golden} {number}: {line}" for line in differences("", golden["score"], got)]
    return problems
