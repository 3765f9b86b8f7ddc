"""Games with labelled texts: what choosing saves, and that the figures are right."""

from __future__ import annotations

import numpy as np
import pytest

from hx_detect.errors import EvaluationError
from hx_detect.labelling.pool import Floats
from hx_detect.labelling.simulate import (
    Curves,
    Game,
    Labelled,
    fit,
    labels_needed,
    macro_average_precision,
    play,
    predict,
    savings,
)
from hx_detect.labelling.simulation_page import Played, page, summary
from hx_detect.labels import SIGNAL_NAMES


def made_up(n: int = 240, seed: int = 0) -> Labelled:
    """Texts on a plane of 12 dimensions; the first signal holds for 4 in 100, the second for half."""
    generator = np.random.default_rng(seed)
    vectors: Floats = generator.normal(size=(n, 12))
    signals = np.zeros((n, len(SIGNAL_NAMES)), np.bool_)
    signals[:, 0] = vectors[:, 0] > 1.75
    signals[:, 1] = vectors[:, 1] > 0
    return Labelled(SIGNAL_NAMES, vectors, signals, np.stack([vectors[:, 2] > 0, vectors[:, 2] < 0], axis=1))


def test_choosing_saves_labels_where_a_signal_is_rare() -> None:
    curves = play(made_up(300), Game(games=3, batch=20, rounds=6))
    assert curves.chosen.shape == curves.random.shape == (3, 6)
    assert np.array_equal(curves.chosen[:, 0], curves.random[:, 0])
    assert curves.labels.tolist() == list(range(20, 140, 20))
    last = savings(curves)[-1]
    assert last.saved > 0.2
    assert last.low <= last.saved <= last.high


def test_the_same_seed_gives_the_same_game_and_another_one_another() -> None:
    texts = made_up(120)
    game = Game(games=1, batch=30, rounds=2)
    first, again = play(texts, game), play(texts, game)
    assert np.array_equal(first.chosen, again.chosen)
    assert np.array_equal(first.random, again.random)
    assert not np.array_equal(first.random, play(texts, Game(games=1, batch=30, rounds=2, seed=5)).random)


def test_a_game_ends_where_the_texts_do() -> None:
    told: list[int] = []
    curves = play(made_up(120), Game(games=2, batch=30, rounds=50), tell=told.append)
    assert curves.labels.tolist() == [30, 60]
    assert told == [1, 2]


def test_too_few_texts_are_told() -> None:
    with pytest.raises(EvaluationError, match="99 texts"):
        play(made_up(99), Game())


def test_heads_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    texts = made_up(150)
    found = predict(texts.vectors, fit(texts.vectors, texts.signals[:, :2], 2.0))
    for column in (0, 1):
        model = LogisticRegression(C=2.0, tol=1e-6).fit(texts.vectors, texts.signals[:, column])
        assert found[:, column] == pytest.approx(model.predict_proba(texts.vectors)[:, 1], abs=5e-3)


def test_a_signal_without_examples_gets_a_small_constant() -> None:
    texts = made_up(100)
    found = predict(texts.vectors, fit(texts.vectors, np.zeros((100, 1), np.bool_), 10.0))
    assert found.max() < 0.02


def test_macro_average_precision_leaves_out_signals_that_no_text_holds() -> None:
    truth = np.array([[True, False], [False, False], [True, False]])
    assert macro_average_precision(truth, np.array([[0.9, 0.1], [0.8, 0.9], [0.7, 0.2]])) == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert macro_average_precision(truth[:, 1:], np.zeros((3, 1))) == 0.0


@pytest.mark.parametrize(
    ("quality", "expected"), [(0.1, 10.0), (0.2, 10.0), (0.3, 15.0), (0.4, 20.0), (0.5, 25.0), (0.9, 30.0)]
)
def test_labels_needed_lie_on_a_line_between_rounds(quality: float, expected: float) -> None:
    assert labels_needed(np.array([10, 20, 30]), np.array([0.2, 0.4, 0.6]), quality) == pytest.approx(expected)


def test_the_page_says_what_was_reached() -> None:
    labels = np.array([10, 20, 30, 40])
    random = np.tile([0.1, 0.2, 0.3, 0.4], (3, 1))
    curves = Curves(labels, np.tile([0.1, 0.3, 0.5, 0.6], (3, 1)), random)
    found = savings(curves)
    assert [one.saved for one in found] == pytest.approx([0.25, 1 / 3, 0.375])
    small = Played(Game(games=3, batch=10, rounds=4), curves, found)
    better = Curves(labels, np.tile([0.1, 0.45, 0.5, 0.6], (3, 1)), random)
    text = page([small, Played(Game(games=3, batch=20), better, savings(better))], "toy 0.1.0", made_up(120))
    assert "## 10 labels at a time\n\nReached nowhere." in text
    assert "## De 20 en 20 etiquetas\n\nSe alcanza desde 30 etiquetas." in text
    assert "| 0.200 | 20 | 15 | **25%** | 25% – 25% |" in text
    assert "toy 0.1.0" in text
    assert summary(found, "es").startswith("| calidad")
