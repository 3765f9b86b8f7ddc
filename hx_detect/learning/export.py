"""Trained network -> quantised graph. In: the torch network, calibration texts. Out: ``model.xml`` and ``model.bin`` in 8 bits, and how they agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from hx_detect.labels import SENTIMENTS
from hx_detect.learning.network import OUTPUTS, Network
from hx_detect.stages.calibrate import sigmoid, softmax
from hx_detect.stages.encode import BUCKET
from hx_detect.stages.graph import Graph

IntArray = npt.NDArray[np.int64]
_PAD = 1


class _Exported(torch.nn.Module):
    """The network with its outputs as a tuple in the graph's order."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        outputs = self.network(input_ids, attention_mask)
        return tuple(outputs[name] for name in OUTPUTS)


@dataclass(frozen=True)
class Parity:
    """How the exported graph agrees with the trained network on a set of texts.

    Attributes:
        texts: how many.
        mean_difference: mean absolute difference of all probabilities (sentiment, stars, signals, HX).
        agreement: share of labels (likeliest sentiment, likeliest star, each signal at 0.5, HX at 0.5) that agree.
    """

    texts: int
    mean_difference: float
    agreement: float


def export(network: Network, calibration: Sequence[IntArray], folder: Path) -> Path:
    """Trace, quantise to 8 bits (NNCF, post-training, SmoothQuant for transformers) and save.

    Args:
        network: trained; is set to evaluation.
        calibration: token ids, special ones included, of some hundred training texts.
        folder: gets ``model.xml`` and ``model.bin``.

    Returns:
        The path of ``model.xml``.
    """
    import nncf
    import openvino

    network.eval().float()
    ids = torch.from_numpy(np.stack([np.resize(calibration[0], 16), np.resize(calibration[1], 16)]))
    with torch.no_grad():
        graph = openvino.convert_model(
            _Exported(network),
            example_input={"input_ids": ids, "attention_mask": torch.ones_like(ids)},
            input=[("input_ids", [-1, -1], np.int64), ("attention_mask", [-1, -1], np.int64)],
        )
    for output, name in zip(graph.outputs, OUTPUTS, strict=True):
        output.get_tensor().set_names({name})
    samples = nncf.Dataset([dict(zip(("input_ids", "attention_mask"), pad([some]), strict=True)) for some in calibration])
    quantised = nncf.quantize(
        graph,
        samples,
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(calibration),
        fast_bias_correction=True,
    )
    target = folder / "model.xml"
    openvino.save_model(quantised, target, compress_to_fp16=True)
    return target


def pad(texts: Sequence[IntArray]) -> tuple[IntArray, IntArray]:
    """Ids and mask (n, t), t the longest text's length rounded up as the scorer does."""
    length = -(-max(len(ids) for ids in texts) // BUCKET) * BUCKET
    ids = np.full((len(texts), length), _PAD, np.int64)
    mask = np.zeros_like(ids)
    for row, some in enumerate(texts):
        ids[row, : len(some)] = some
        mask[row, : len(some)] = 1
    return ids, mask


def check_parity(network: Network, graph: Path, precision: str | None, texts: Sequence[IntArray]) -> Parity:
    """Compare the exported graph with the network it came from.

    Args:
        network: the trained network, in float32.
        graph: ``model.xml``.
        precision: as in ``bundle.json``.
        texts: token ids, special ones included; 1,000 for a release.
    """
    compiled = Graph(graph, precision)
    differences, agreements = [], []
    for padded in (pad([ids]) for ids in texts):
        with torch.no_grad():
            trained = network(*(torch.from_numpy(part) for part in padded))
        exported = compiled.run([padded])[0]
        want = _probabilities({name: trained[name].float().numpy() for name in OUTPUTS})
        got = _probabilities(exported)
        differences.append(np.abs(np.concatenate(want) - np.concatenate(got)).mean())
        agreements += [_labels(want) == _labels(got)]
    return Parity(len(texts), float(np.mean(differences)), float(np.mean(np.concatenate(agreements))))


def _probabilities(outputs: dict[str, npt.NDArray[np.float32]]) -> list[npt.NDArray[np.float64]]:
    sentiment = softmax(outputs["sentiment"][0].astype(np.float64))
    stars = softmax(outputs["stars"][0].astype(np.float64))
    binary = sigmoid(np.concatenate([outputs["signals"][0], outputs["hx"][0]]).astype(np.float64))
    return [sentiment.reshape(-1), stars, binary]


def _labels(probabilities: Iterable[npt.NDArray[np.float64]]) -> npt.NDArray[np.int64]:
    sentiment, stars, binary = probabilities
    likeliest = sentiment.reshape(-1, len(SENTIMENTS)).argmax(axis=1)
    return np.concatenate([likeliest, [stars.argmax()], (binary >= 0.5).astype(np.int64)])
