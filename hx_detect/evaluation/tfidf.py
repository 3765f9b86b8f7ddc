"""Bags of words and characters. In: training examples, then texts. Out: predictions in the shape of the model's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.baselines import MOST_EXAMPLES, sentiment_class
from hx_detect.evaluation.bootstrap import SEED, Floats
from hx_detect.evaluation.metrics import Bools, Ints
from hx_detect.evaluation.predictions import Predictions
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.examples import Example

_FOLDS: Final = 3
_NEVER: Final = 2.0
"""A threshold that no probability reaches."""


class TfidfBaseline:
    """TF-IDF of words (1-2) and characters (3-5), logistic regression per task.

    Sentiment has one model for posts and one for other kinds, as the shipped model has, since "neutral" means different
    things there. Thresholds of signals and HX are those of best F1 on out-of-fold predictions of the training texts.

    Args:
        train: training examples; each task takes those that are labelled for it.
        most: cap of texts per task.
        seed: of the draw.

    Raises:
        EvaluationError: no text is labelled for any task.
        MissingExtraError: scikit-learn is not installed.
    """

    name = "TF-IDF + logistic regression"
    languages = ("es", "en")

    def __init__(self, train: Sequence[Example], most: int = MOST_EXAMPLES, seed: int = SEED) -> None:
        self._draw = random.Random(seed)
        self._most = most
        self._sentiment = {
            posts: self._classes([e for e in train if (e.kind == "post") == posts], sentiment_class)
            for posts in (True, False)
        }
        self._stars = self._classes(train, lambda e: e.stars)
        self._stage = self._classes(train, lambda e: e.stage)
        self._flags = self._yes_or_no([e for e in train if e.signals is not None])
        if not any((*self._sentiment.values(), self._stars, self._stage, self._flags)):
            raise EvaluationError("no training text has a label", cure="give --corpora and --annotations")

    def predict(self, examples: Sequence[Example]) -> Predictions:
        """Predictions of every task that had training texts."""
        texts = [example.text for example in examples]
        signals = hx = signals_present = hx_present = None
        if self._flags:
            vectors, models, thresholds = self._flags
            scores = _probabilities(vectors.transform(texts), models)
            signals, hx = scores[:, :-1], scores[:, -1]
            signals_present, hx_present = signals >= thresholds[:-1], hx >= thresholds[-1]
        return Predictions(
            sentiment=self._predict_sentiment(examples),
            stars=_predict(self._stars, texts),
            stage=_predict(self._stage, texts),
            signals=signals,
            signals_present=signals_present,
            hx=hx,
            hx_present=hx_present,
        )

    def _predict_sentiment(self, examples: Sequence[Example]) -> Ints | None:
        if not any(self._sentiment.values()):
            return None
        found = np.zeros(len(examples), np.int64)
        for posts, model in self._sentiment.items():
            rows = [row for row, example in enumerate(examples) if (example.kind == "post") == posts]
            said = _predict(model or self._sentiment[not posts], [examples[row].text for row in rows]) if rows else None
            if said is not None:
                found[rows] = said
        return found

    def _classes(self, examples: Sequence[Example], label: Callable[[Example], int | None]) -> Any:  # noqa: ANN401 - scikit-learn is untyped
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.pipeline import make_pipeline

        usable = [example for example in examples if label(example) is not None]
        usable = self._draw.sample(usable, min(self._most, len(usable)))
        labels = [label(example) for example in usable]
        if len(set(labels)) < 2:
            return None
        model = make_pipeline(_vectors(), OneVsRestClassifier(LogisticRegression(C=4.0, solver="liblinear")))
        return model.fit([example.text for example in usable], labels)

    def _yes_or_no(self, examples: Sequence[Example]) -> tuple[Any, list[Any], Floats] | None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_predict

        if not examples:
            return None
        vectors = _vectors()
        matrix = vectors.fit_transform([example.text for example in examples])
        models: list[Any] = []
        thresholds: list[float] = []
        for truth in _columns(examples):
            if min(truth.sum(), (~truth).sum()) < _FOLDS:
                models.append(None)
                thresholds.append(_NEVER)
                continue
            model = LogisticRegression(C=4.0, solver="liblinear", max_iter=1_000)
            held_out = cross_val_predict(model, matrix, truth, cv=_FOLDS, method="predict_proba")[:, 1]
            thresholds.append(best_threshold(truth, held_out))
            models.append(model.fit(matrix, truth))
        return vectors, models, np.array(thresholds)


def _vectors() -> Any:  # noqa: ANN401 - scikit-learn is untyped
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    return make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=200_000),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True, max_features=200_000),
    )


def _columns(examples: Sequence[Example]) -> list[Bools]:
    signals = [
        np.array([k in (example.signals or ()) for example in examples], np.bool_) for k in range(len(SIGNAL_NAMES))
    ]
    return [*signals, np.array([bool(example.is_hx) for example in examples], np.bool_)]


def _probabilities(matrix: Any, models: Sequence[Any]) -> Floats:  # noqa: ANN401 - a scipy matrix
    rows = matrix.shape[0]
    each = [np.zeros(rows) if model is None else model.predict_proba(matrix)[:, 1] for model in models]
    return np.column_stack(each)


def _predict(model: Any, texts: list[str]) -> Ints | None:  # noqa: ANN401 - scikit-learn is untyped
    return None if model is None else np.asarray(model.predict(texts), np.int64)


def best_threshold(truth: Bools, scores: Floats) -> float:
    """The threshold of best F1: half-way between the lowest score that is called positive and the next one below.

    Args:
        truth: (n,), with a positive.
        scores: (n,); more is likelier; equal scores are called the same.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    quality = 2 * np.cumsum(truth[order])[ends] / (ends + 1 + truth.sum())
    best = int(quality.argmax())
    below = ranked[ends[best + 1]] if best + 1 < ends.size else ranked[ends[best]]
    return float((ranked[ends[best]] + below) / 2)
