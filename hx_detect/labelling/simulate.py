"""Labelled texts -> what choosing saves. In: vectors and labels of texts. Out: labels needed, chosen against random.

The texts are played as if nobody had labelled them: some are drawn at random and labelled, a model is fitted, and then
time after time either the texts that ``choose`` picks or random ones are labelled and the model is fitted again. After
each round the macro average precision on texts kept apart is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hx_detect.errors import EvaluationError
from hx_detect.labelling.choose import Weights, choose
from hx_detect.labelling.pool import PRAISE, Floats, Pool
from hx_detect.learning.ranking import average_precision

Bools = NDArray[np.bool_]
FEWEST: Final = 100
"""Texts below which there is nothing to play with."""
_RESAMPLES: Final = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Texts with their labels.

    Attributes:
        names: of the k signals.
        vectors: (n, h), what a model knows of each text.
        signals: (n, k), which hold.
        tones: (n, 2), the sentiment is (also) negative, (also) positive.
    """

    names: tuple[str, ...]
    vectors: Floats
    signals: Bools
    tones: Bools


@dataclass(frozen=True, slots=True)
class Game:
    """How it is played.

    Attributes:
        games: each with its own draw of kept-apart and first texts; chosen and random share the draw.
        batch: texts labelled between two fits, and drawn at random for the first.
        rounds: batches in all, as far as the texts suffice.
        test: share of the texts kept apart.
        strength: inverse strength of the penalty, as scikit-learn's ``C``.
        seed: of the draws.
    """

    games: int = 20
    batch: int = 50
    rounds: int = 16
    test: float = 1 / 3
    strength: float = 10.0
    seed: int = 20_240_229


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What came of it.

    Attributes:
        labels: (r,) labelled texts after each round.
        chosen: (games, r) macro average precision where the texts were chosen.
        random: (games, r) the same, drawn.
    """

    labels: NDArray[np.int64]
    chosen: Floats
    random: Floats


@dataclass(frozen=True, slots=True)
class Saving:
    """How many labels a quality takes.

    Attributes:
        quality: macro average precision to reach: the mean of random choice after ``random`` labels.
        random: labels that random choice takes.
        chosen: labels that choosing takes.
        saved: share saved, with its 95 % interval over resampled games.
    """

    quality: float
    random: int
    chosen: float
    saved: float
    low: float
    high: float


def play(
    texts: Labelled, game: Game, weights: Weights | None = None, tell: Callable[[int], None] = lambda _: None
) -> Curves:
    """Play all games.

    Args:
        texts: labelled ones that the vectors' model has not learned from.
        game: how.
        weights: of the choice.
        tell: is told the number of games played.

    Raises:
        EvaluationError: too few texts.
    """
    if len(texts.vectors) < FEWEST:
        raise EvaluationError(f"{len(texts.vectors)} texts are too few to simulate on", cure=f"give {FEWEST} or more")
    standard = _standardised(texts.vectors)
    chosen: list[list[float]] = []
    drawn: list[list[float]] = []
    for number in range(game.games):
        order = np.random.default_rng((game.seed, number)).permutation(len(standard))
        chosen.append(_one(texts, standard, order, game, weights or Weights()))
        drawn.append(_one(texts, standard, order, game, None))
        tell(number + 1)
    labels = game.batch * np.arange(1, len(chosen[0]) + 1)
    return Curves(labels, np.array(chosen), np.array(drawn))


def savings(curves: Curves, seed: int = 20_240_229) -> list[Saving]:
    """For each round of random choice: how many labels choosing takes to get as far. Starts at the second round."""
    generator = np.random.default_rng(seed)
    games = len(curves.chosen)
    draws = generator.integers(0, games, (_RESAMPLES, games))
    found = []
    for place in range(1, len(curves.labels)):
        value, samples = _saved(curves, place, np.arange(games)), [_saved(curves, place, draw) for draw in draws]
        low, high = np.percentile(samples, (2.5, 97.5))
        labels = int(curves.labels[place])
        found.append(
            Saving(float(curves.random[:, place].mean()), labels, labels * (1 - value), value, float(low), float(high))
        )
    return found


def _saved(curves: Curves, place: int, games: NDArray[np.int64]) -> float:
    quality = curves.random[games, place].mean()
    needed = labels_needed(curves.labels, curves.chosen[games].mean(axis=0), float(quality))
    return 1.0 - needed / float(curves.labels[place])


def labels_needed(labels: NDArray[np.int64], curve: Floats, quality: float) -> float:
    """Labels at which a curve first reaches a quality, in a straight line between rounds, or the last."""
    reached = np.flatnonzero(curve >= quality)
    if not reached.size:
        return float(labels[-1])
    place = int(reached[0])
    if place == 0:
        return float(labels[0])
    share = (quality - curve[place - 1]) / (curve[place] - curve[place - 1])
    return float(labels[place - 1] + share * (labels[place] - labels[place - 1]))


def _one(
    texts: Labelled, vectors: Floats, order: NDArray[np.int64], game: Game, weights: Weights | None
) -> list[float]:
    """The macro average precision after each round; ``weights`` None draws at random."""
    apart = max(1, round(game.test * len(order)))
    test, rest = order[:apart], order[apart:]
    labelled, rest = rest[: game.batch], rest[game.batch :]
    signals, targets = texts.signals, np.column_stack([texts.signals, texts.tones])
    found: list[float] = []
    while True:
        model = fit(vectors[labelled], targets[labelled], game.strength)
        found.append(macro_average_precision(signals[test], predict(vectors[test], model)))
        if len(found) == game.rounds or len(rest) < game.batch:
            return found
        picked = np.arange(game.batch)
        if weights is not None:
            picked = _picked(
                texts, vectors[rest], predict(vectors[rest], model), signals[labelled], game.batch, weights
            )
        labelled = np.concatenate([labelled, rest[picked]])
        rest = np.delete(rest, picked)


def _picked(
    texts: Labelled, vectors: Floats, chances: Floats, labelled: Bools, count: int, weights: Weights
) -> NDArray[np.int64]:  # fmt: skip
    k = len(texts.names)
    complaints = np.array([name not in PRAISE for name in texts.names], np.bool_)
    said = chances[:, :k]
    tones = (
        said[:, ~complaints].max(axis=1, initial=0.0) - said[:, complaints].max(axis=1, initial=0.0),
        chances[:, k + 1] - chances[:, k],
    )
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    pool = Pool(texts.names, said, np.abs(tones[0] - tones[1]) / 2.0, vectors / np.where(length > 0, length, 1.0))
    picks = choose(pool, count, labelled=labelled.sum(axis=0).astype(np.float64), weights=weights)
    return np.array([pick.index for pick in picks], np.int64)


def fit(vectors: Floats, targets: Bools, strength: float) -> Floats:
    """Ridge-penalised logistic regressions of all targets at once.

    Args:
        vectors: (n, h).
        targets: (n, t); one without examples of both kinds gets a constant.
        strength: inverse strength of the penalty, as scikit-learn's ``C``; the intercept is free.

    Returns:
        (h + 1, t), the last row the intercepts.
    """
    from scipy.optimize import minimize

    n, h = vectors.shape
    truth = targets.astype(np.float64)
    shares = np.clip(truth.mean(axis=0), 0.5 / n, 1 - 0.5 / n)
    start = np.zeros((h + 1, truth.shape[1]))
    start[-1] = np.log(shares / (1 - shares))

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(start.shape)
        logits = vectors @ weights[:-1] + weights[-1]
        error = _sigmoid(logits) - truth
        value = strength * (np.logaddexp(0, logits) - truth * logits).sum() + 0.5 * (weights[:-1] ** 2).sum()
        slope = np.vstack([strength * (vectors.T @ error) + weights[:-1], strength * error.sum(axis=0)])
        return float(value), slope.ravel()

    done: Any = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 60})
    found: Floats = done.x.reshape(start.shape)
    return found


def predict(vectors: Floats, model: Floats) -> Floats:
    """(n, t) probabilities."""
    return _sigmoid(vectors @ model[:-1] + model[-1])


def macro_average_precision(truth: Bools, scores: Floats) -> float:
    """Mean average precision over the signals that some text holds; ``scores`` may have more columns."""
    held = [place for place in range(truth.shape[1]) if truth[:, place].any()]
    return float(np.mean([average_precision(truth[:, place], scores[:, place]) for place in held])) if held else 0.0


def _sigmoid(logits: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
    return found


def _standardised(vectors: Floats) -> Floats:
    """Columns of mean 0 and deviation 1, over the square root of their number: rows are about of length 1."""
    spread = vectors.std(axis=0)
    found: Floats = (vectors - vectors.mean(axis=0)) / np.where(spread > 0, spread, 1.0) / np.sqrt(vectors.shape[1])
    return found
