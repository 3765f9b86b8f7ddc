"""A training under way -> its figures. In: the network, the validation sets. Out: main figures per language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from hx_detect.labels import SENTIMENTS, SIGNAL_NAMES
from hx_detect.learning.batches import collate, source_priors
from hx_detect.learning.examples import Example
from hx_detect.learning.ranking import average_precision
from hx_detect.learning.stopping import Look
from hx_detect.learning.train import Training

BATCH = 32
LONGEST = 160


def quick_look(training: Training) -> Look:
    """Sentiment macro-F1, stars accuracy, HX and signal average precision on the validation sets, uncalibrated."""
    found: list[str] = []
    values: dict[str, list[float]] = {}
    for name, examples in sorted(training.data.val.items()):
        if not examples:
            continue
        outputs = predict(training, examples)
        if examples[0].stars is not None and examples[0].signals is None:
            stars = np.array([example.stars for example in examples])
            values.setdefault("stars", []).append(float((outputs["stars"].argmax(1) == stars).mean()))
            found.append(f"{name} stars accuracy {values['stars'][-1]:.3f}")
        elif examples[0].signals is None:
            values.setdefault("sentiment", []).append(_macro_f1(examples, outputs["sentiment"]))
            found.append(f"{name} macro-F1 {values['sentiment'][-1]:.3f}")
        else:
            hx, signals = _experience(examples, outputs)
            values.setdefault("hx", []).append(hx)
            values.setdefault("signals", []).append(float(np.mean(signals or [0.0])))
            found.append(f"{name} HX average precision {hx:.3f}")
            found.append(f"signals {values['signals'][-1]:.3f} over {len(signals)}")
    means = {name: float(np.mean(some)) for name, some in values.items()}
    return Look(", ".join(found), means | ({"mean": float(np.mean(list(means.values())))} if means else {}))


def predict(training: Training, examples: Sequence[Example]) -> dict[str, npt.NDArray[np.float64]]:
    """Logits of all document heads, (n, ...) in the order given; sentiment of the text's own group."""
    encodings = training.tokenizer.encode_batch([example.text for example in examples])
    order = sorted(range(len(examples)), key=lambda index: len(encodings[index].ids))
    parts: dict[str, list[npt.NDArray[np.float64]]] = {}
    training.network.eval()
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        batch = collate([(examples[i], encodings[i]) for i in chosen], source_priors([]), {}, LONGEST)
        with torch.no_grad():
            ids, mask = torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)
            outputs = training.network(ids.to(training.device), mask.to(training.device))
        outputs["sentiment"] = outputs["sentiment"][torch.arange(len(chosen)), torch.from_numpy(batch.group)]
        for name, values in outputs.items():
            if name != "evidence":
                parts.setdefault(name, []).append(values.float().cpu().numpy().astype(np.float64))
    back = np.argsort(order)
    return {name: np.concatenate(values)[back] for name, values in parts.items()}


def _macro_f1(examples: Sequence[Example], logits: npt.NDArray[np.float64]) -> float:
    truth = np.array([SENTIMENTS.index(example.sentiment_label or "") for example in examples])
    guess = logits.argmax(axis=1)
    pairs = [((guess == k) & (truth == k)).sum() / max(1, (guess == k).sum() + (truth == k).sum()) for k in range(3)]
    return float(2 * np.mean(pairs))


def _experience(examples: Sequence[Example], outputs: dict[str, npt.NDArray[np.float64]]) -> tuple[float, list[float]]:
    """Average precision of HX, and of each signal that holds in 8 texts or more."""
    truth = np.array([[k in (e.signals or ()) for k in range(len(SIGNAL_NAMES))] for e in examples], bool)
    is_hx = np.array([bool(e.is_hx) for e in examples])
    signals = [average_precision(truth[:, k], outputs["signals"][:, k]) for k in np.flatnonzero(truth.sum(0) > 7)]
    return average_precision(is_hx, outputs["hx"][:, 0]), signals
