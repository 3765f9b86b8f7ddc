"""Trained network -> quantised graph. In: the network, calibration texts. Out: 8-bit graph, how both agree."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from hx_detect.labels import SENTIMENTS
from hx_detect.learning.network import OUTPUTS, Network
from hx_detect.stages.calibrate import sigmoid, softmax
from hx_detect.stages.encode import BUCKET
from hx_detect.stages.graph import Graph, import_openvino

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

    Weights and activations are rounded symmetrically: without zero points the kernels need no second sum (ADR 0001).

    Args:
        network: trained; is set to evaluation.
        calibration: token ids, special ones included, of some hundred training texts.
        folder: gets ``model.xml`` and ``model.bin``.

    Returns:
        The path of ``model.xml``.
    """
    openvino, nncf = import_openvino(), import_openvino("nncf")
    network.eval().float()
    ids = torch.from_numpy(np.stack([np.resize(calibration[0], 16), np.resize(calibration[1], 16)]))
    with torch.no_grad(), warnings.catch_warnings():
        # The converter traces with torch.jit and reads every attribute of transformers, deprecated ones too.
        warnings.simplefilter("ignore")
        graph = openvino.convert_model(
            _Exported(network),
            example_input={"input_ids": ids, "attention_mask": torch.ones_like(ids)},
            input=[("input_ids", [-1, -1], np.int64), ("attention_mask", [-1, -1], np.int64)],
        )
    for output, name in zip(graph.outputs, OUTPUTS, strict=True):
        output.get_tensor().set_names({name})
    samples = nncf.Dataset(
        [dict(zip(("input_ids", "attention_mask"), pad([some]), strict=True)) for some in calibration]
    )
    with redirect_stdout(StringIO()):  # NNCF draws bars there; stdout is for the command's answer
        quantised = nncf.quantize(
            graph,
            samples,
            model_type=nncf.ModelType.TRANSFORMER,
            preset=nncf.QuantizationPreset.PERFORMANCE,
            subset_size=len(calibration),
            fast_bias_correction=True,
        )
    target = folder / "model.xml"
    openvino.save_model(quantised, target, compress_to_fp16=True)
    return target


def encode_ids(tokenizer: Tokenizer, texts: Sequence[str], tokens: int) -> list[IntArray]:
    """Token ids with special ones, cut to one window of so many tokens."""
    whole = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    return [np.array(ids if len(ids) <= tokens else [*ids[: tokens - 1], ids[-1]], np.int64) for ids in whole]


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
    for padded in _by_length(texts):
        with torch.no_grad():
            trained = network(*(torch.from_numpy(part) for part in padded))
        want = _probabilities({name: trained[name].float().numpy() for name in OUTPUTS})
        got = _probabilities(compiled.run([padded])[0])
        differences.append(np.abs(np.concatenate(want, axis=1) - np.concatenate(got, axis=1)).mean(axis=1))
        agreements.append((_labels(want) == _labels(got)).mean(axis=1))
    return Parity(len(texts), float(np.concatenate(differences).mean()), float(np.concatenate(agreements).mean()))


def _by_length(texts: Sequence[IntArray], count: int = 32) -> Iterator[tuple[IntArray, IntArray]]:
    """Padded batches, texts of like length together."""
    ordered = sorted(texts, key=len)
    for start in range(0, len(ordered), count):
        yield pad(ordered[start : start + count])


def _probabilities(outputs: Mapping[str, npt.NDArray[np.float32]]) -> list[npt.NDArray[np.float64]]:
    """(n, 6) sentiment of both groups, (n, 5) stars, (n, 19) signals and HX."""
    count = len(outputs["hx"])
    sentiment = softmax(outputs["sentiment"].astype(np.float64)).reshape(count, -1)
    stars = softmax(outputs["stars"].astype(np.float64))
    binary = sigmoid(np.concatenate([outputs["signals"], outputs["hx"]], axis=1).astype(np.float64))
    return [sentiment, stars, binary]


def _labels(probabilities: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.int64]:
    """(n, 22): likeliest sentiment of both groups, likeliest star, each signal and HX at 0.5."""
    sentiment, stars, binary = probabilities
    likeliest = sentiment.reshape(len(stars), -1, len(SENTIMENTS)).argmax(axis=2)
    return np.concatenate([likeliest, stars.argmax(axis=1)[:, None], (binary >= 0.5).astype(np.int64)], axis=1)
