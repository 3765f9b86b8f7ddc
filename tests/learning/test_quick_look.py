"""Figures of a training under way: in the order of the texts, and as scikit-learn has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from labelled import labelled
from sklearn.metrics import average_precision_score, f1_score
from small_training import annotated, row, word_tokenizer

from hx_detect.labels import SENTIMENTS
from hx_detect.learning.datasets import Datasets
from hx_detect.learning.examples import SENTIMENT_TARGETS, Example
from hx_detect.learning.network import Network, encoder_fresh
from hx_detect.learning.quick_look import predict, quick_look
from hx_detect.learning.recipe import Phase, Recipe
from hx_detect.learning.stopping import Look
from hx_detect.learning.train import Training


def _training(folder: Path, **val: list[Example]) -> Training:
    tokenizer = word_tokenizer([example.text for some in val.values() for example in some])
    torch.manual_seed(1)
    network = Network(encoder_fresh(tokenizer.get_vocab_size(), 1, 0.3), {}, 0.3)
    recipe = Recipe("toy", "0", (Phase("a", {"hx": 1}),))
    return Training(recipe, Datasets(val=val), network, tokenizer, {}, folder, lambda _: None, device="cpu")


def _posts() -> list[Example]:
    return [
        row(f"p{number} " + "x " * (number % 9), sentiment_label=mood, sentiment=SENTIMENT_TARGETS[mood], kind="post")
        for number in range(60)
        for mood in [SENTIMENTS[number % 3]]
    ]


def test_predictions_are_in_the_order_of_the_texts(tmp_path: Path) -> None:
    examples = [*_posts()[:34], *annotated(6)]
    training = _training(tmp_path, all=examples)
    training.network.train()
    together = predict(training, examples)
    assert set(together) == {"sentiment", "stars", "signals", "stage", "kind", "hx"}
    assert together["sentiment"].shape == (40, 3)
    for place in (0, 7, 33, 39):
        alone = predict(training, [examples[place]])
        for name, values in alone.items():
            np.testing.assert_allclose(together[name][place], values[0], rtol=1e-3, atol=1e-5)


def test_sentiment_is_that_of_the_texts_kind(tmp_path: Path) -> None:
    post, review = labelled("nada nuevo", kind="post"), labelled("nada nuevo", kind="review")
    training = _training(tmp_path, all=[post])
    outputs = predict(training, [post, review])
    with torch.no_grad():
        training.network.sentiment.bias.add_(torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0, 0.0]))
    np.testing.assert_allclose(
        predict(training, [post, review])["sentiment"] - outputs["sentiment"], [[1] * 3, [0] * 3], atol=1e-5
    )


def test_figures_are_those_of_scikit_learn(tmp_path: Path) -> None:
    posts, rated = _posts(), [row(f"r{number} y", stars=number % 5, source="marc.en") for number in range(30)]
    experience = annotated(64)
    training = _training(tmp_path, **{"umsab.en": posts, "marc.en": rated, "hx": experience, "nothing": []})
    look = quick_look(training)
    said = look.text
    outputs = {name: predict(training, some) for name, some in training.data.val.items() if some}
    mood = [SENTIMENTS[place] for place in outputs["umsab.en"]["sentiment"].argmax(1)]
    macro = f1_score([example.sentiment_label for example in posts], mood, average="macro", labels=SENTIMENTS)
    right = np.mean(outputs["marc.en"]["stars"].argmax(1) == [example.stars for example in rated])
    hx = average_precision_score([bool(example.is_hx) for example in experience], outputs["hx"]["hx"][:, 0])
    truth = np.array([[label in (example.signals or ()) for label in range(18)] for example in experience])
    frequent = np.flatnonzero(truth.sum(0) >= 8)
    signals = np.mean([average_precision_score(truth[:, k], outputs["hx"]["signals"][:, k]) for k in frequent])
    assert said == (
        f"hx HX average precision {hx:.3f}, signals {signals:.3f} over {len(frequent)}, "
        f"marc.en stars accuracy {right:.3f}, umsab.en macro-F1 {macro:.3f}"
    )


def test_few_texts_are_no_trouble(tmp_path: Path) -> None:
    assert quick_look(_training(tmp_path, hx=annotated(3))).text.endswith("signals 0.000 over 0")
    assert quick_look(_training(tmp_path, hx=[])) == Look("")
