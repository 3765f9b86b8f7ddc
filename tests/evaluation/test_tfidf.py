"""TF-IDF baseline. In: a few training texts. Out: it learns their words, task by task."""

from __future__ import annotations

import numpy as np
import pytest
from labelled import labelled

from hx_detect.errors import EvaluationError
from hx_detect.evaluation.tfidf import TfidfBaseline, best_threshold
from hx_detect.labels import SIGNAL_INDEX
from hx_detect.learning.examples import Example


def training() -> list[Example]:
    found = []
    for n in range(8):
        found.append(labelled(f"nadie contesta, caso {n}", labels={"ignored": ["nadie contesta"]}, sentiment="negative",
                              stage="support", stars=1))  # fmt: skip
        found.append(labelled(f"todo estupendo, visita {n}", sentiment="positive", stage="use", stars=5))
        found.append(labelled(f"horario de tienda {n}", sentiment="neutral", stage="none", stars=3))
        found.append(labelled(f"todo estupendo, jaja {n}", kind="post", sentiment="neutral"))
        found.append(labelled(f"qué asco {n}", kind="post", sentiment="negative"))
    return found


@pytest.fixture(scope="module")
def baseline() -> TfidfBaseline:
    return TfidfBaseline(training())


def test_it_learns_every_task(baseline: TfidfBaseline) -> None:
    said = baseline.predict([labelled("nadie contesta, caso 9"), labelled("estupendo, todo")])
    assert said.sentiment is not None
    assert said.sentiment.tolist() == [0, 2]
    assert said.stars is not None
    assert said.stars.tolist() == [0, 4]
    assert said.hx_present is not None
    assert said.hx_present.tolist() == [True, False]
    assert said.signals is not None
    assert said.signals[0, SIGNAL_INDEX["ignored"]] > said.signals[1, SIGNAL_INDEX["ignored"]]
    assert not said.signals[:, SIGNAL_INDEX["honest"]].any()
    assert said.stage is not None
    assert said.stage[0] != said.stage[1]


def test_posts_have_their_own_sentiment(baseline: TfidfBaseline) -> None:
    said = baseline.predict([labelled("todo estupendo", kind="post"), labelled("todo estupendo")])
    assert said.sentiment is not None
    assert said.sentiment.tolist() == [1, 2]


def test_no_labels_no_baseline() -> None:
    bare = Example(id="1", text="hola", language="es", kind="review", source="x")
    with pytest.raises(EvaluationError, match="no training text has a label"):
        TfidfBaseline([bare])


def test_threshold_of_best_f1() -> None:
    truth = np.array([True, True, False, True, False])
    assert best_threshold(truth, np.array([0.9, 0.8, 0.7, 0.6, 0.1])) == pytest.approx(0.35)
    assert best_threshold(truth, np.array([0.9, 0.8, 0.7, 0.0, 0.1])) == pytest.approx(0.75)
    assert best_threshold(truth, np.array([0.9, 0.5, 0.5, 0.5, 0.1])) == pytest.approx(0.3)
    assert best_threshold(np.ones(2, np.bool_), np.array([0.4, 0.2])) == pytest.approx(0.2)
