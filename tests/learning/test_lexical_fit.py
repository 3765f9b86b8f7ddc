"""The linear part: textbook TF-IDF and logistic regressions, read by the scorer's stage as scikit-learn reads them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from small_training import row

from hx_detect.labels import SIGNAL_INDEX
from hx_detect.learning.examples import Example
from hx_detect.learning.lexical_fit import ORDERS, IntArray, fit_lexical
from hx_detect.stages.lexical import LEXICAL_COLUMNS, LexicalModel, lexical_logits, ngram_buckets

BUCKETS = 512
IGNORED, KIND = SIGNAL_INDEX["ignored"], SIGNAL_INDEX["kind"]
HX = LEXICAL_COLUMNS.index("hx")
TELLING = 7


def _texts(count: int = 120) -> tuple[list[IntArray], list[Example]]:
    """Random tokens; those with token 7 are labelled ``ignored``, all are labelled ``kind``."""
    random = np.random.default_rng(1)
    texts, examples = [], []
    for number in range(count):
        ids = random.integers(10, 60, random.integers(3, 12))
        told = number % 3 == 0
        if told:
            ids[random.integers(len(ids))] = TELLING
        texts.append(ids)
        examples.append(replace(row(str(number)), signals=frozenset({IGNORED, KIND} if told else {KIND})))
    return texts, examples


@pytest.fixture(scope="module")
def model() -> LexicalModel:
    return fit_lexical(*_texts(), BUCKETS)


def test_shapes(model: LexicalModel) -> None:
    assert model.weights.shape == (BUCKETS, len(LEXICAL_COLUMNS)) == (512, 24)
    assert model.idf.shape == (BUCKETS,)
    assert model.bias.shape == (24,)
    assert model.orders == ORDERS
    assert {array.dtype for array in (model.weights, model.idf, model.bias)} == {np.dtype(np.float32)}


def test_the_telling_word_is_found_for_the_signal_and_for_hx(model: LexicalModel) -> None:
    texts, examples = _texts()
    logits = lexical_logits(texts, model)
    is_hx = np.array([example.is_hx for example in examples])
    for column in (IGNORED, HX):
        assert ((logits[:, column] > 0) == is_hx).mean() > 0.97
    bucket = ngram_buckets(np.array([TELLING]), (1,), BUCKETS)[0]
    assert int(model.weights[:, IGNORED].argmax()) == bucket


def test_what_all_or_none_have_is_not_learned(model: LexicalModel) -> None:
    for name in ("kind", "rage"):
        assert not model.weights[:, SIGNAL_INDEX[name]].any()
        assert model.bias[SIGNAL_INDEX[name]] == -4


def test_idf_is_the_smooth_one_of_scikit_learn(model: LexicalModel) -> None:
    counts = sparse.lil_matrix((120, BUCKETS))
    for place, ids in enumerate(_texts()[0]):
        for bucket in ngram_buckets(ids, ORDERS, BUCKETS):
            counts[place, int(bucket)] += 1
    matrix = counts.tocsr()
    want = TfidfTransformer(smooth_idf=True).fit(matrix).idf_
    frequency = np.asarray((matrix > 0).sum(axis=0)).ravel()
    np.testing.assert_allclose(model.idf, np.where(frequency > 1, want, 0), rtol=1e-5)


def test_more_strength_means_larger_weights(model: LexicalModel) -> None:
    weak = fit_lexical(*_texts(), BUCKETS, strength=0.01)
    assert np.abs(weak.weights).max() < np.abs(model.weights).max() / 4


def test_no_texts_give_a_model_that_says_no() -> None:
    model = fit_lexical([], [], 16)
    assert lexical_logits([np.array([3, 4])], model).tolist() == [[-4.0] * 19 + [0.0] * 5]


def test_stars_are_learned_from_texts_that_are_not_labelled_for_signals(model: LexicalModel) -> None:
    texts, examples = _texts()
    starred = [replace(row(f"s{number}"), stars=number % 5) for number in range(100)]
    words = [np.array([20 + number % 5, 40, 41]) for number in range(100)]
    both = fit_lexical([*texts, *words], [*examples, *starred], BUCKETS)
    stars = lexical_logits(words, both)[:, HX + 1 :]
    assert stars.argmax(axis=1).tolist() == [example.stars for example in starred]
    assert not model.weights[:, HX + 1 :].any()
