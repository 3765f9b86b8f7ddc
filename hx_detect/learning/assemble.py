"""Trained network and data -> bundle. In: a training. Out: a calibrated model folder, and how the export agrees."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save
from tokenizers import Tokenizer

from hx_detect.bundle import FILES, FORMAT_VERSION, write_bundle
from hx_detect.labels import SIGNAL_NAMES
from hx_detect.learning.corpora import Corpus
from hx_detect.learning.datasets import EXPERIENCE, Datasets
from hx_detect.learning.examples import Example
from hx_detect.learning.export import Parity, check_parity, export
from hx_detect.learning.fit_decision import Validation, fit_decision
from hx_detect.learning.fit_evidence import fit_evidence
from hx_detect.learning.lexical_fit import ORDERS, fit_lexical
from hx_detect.learning.model_card import model_card
from hx_detect.learning.ranking import average_precision
from hx_detect.learning.train import Say, Training
from hx_detect.records import Review
from hx_detect.scorer import Scorer
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.clean import CleaningSpec
from hx_detect.stages.encode import WindowSpec, encode
from hx_detect.stages.graph import Graph
from hx_detect.stages.heads import combine_windows
from hx_detect.stages.lexical import LexicalModel, lexical_logits
from hx_detect.stages.tokenise import Tokeniser

WINDOW = WindowSpec(tokens=160, overlap=32)
PRECISION = "f32"
CALIBRATION_TEXTS = 300
PARITY_TEXTS = 1000
GOLDEN_TEXTS = 24
LEXICAL_STEPS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Assembled:
    """What ``assemble`` made: the bundle's folder and the parity of its graph."""

    folder: Path
    parity: Parity


def assemble(
    training: Training, folder: Path, manifest: Mapping[str, Corpus], *, parity_texts: int = PARITY_TEXTS
) -> Assembled:
    """Export, fit the linear part, calibrate on validation data, write the bundle.

    Args:
        training: finished; its network is set to evaluation.
        folder: where the bundle shall be.
        manifest: corpora by name, for the licences in the model card.
        parity_texts: on how many texts the exported graph is compared with the network.
    """
    work = training.folder / "export"
    work.mkdir(parents=True, exist_ok=True)
    training.tokenizer.save(str(work / FILES.tokenizer))
    experience = [example for example in training.data.train[EXPERIENCE] if example.signals is not None]
    encoded = encode_ids(training.tokenizer, experience)
    graph = export(training.network, encoded[:: max(1, len(encoded) // CALIBRATION_TEXTS)], work)
    training.say("exported")
    parity = check_parity(training.network, graph, PRECISION, encoded[:: max(1, len(encoded) // parity_texts)])
    training.say(f"parity {parity}")
    lexical = fit_lexical([ids[1:-1] for ids in encoded], experience, training.recipe.lexical_buckets)
    decision = calibrate_bundle(training.data, work, lexical, training.say)
    info = bundle_info(training, parity)
    contents: dict[str, bytes | Path] = {
        FILES.info: _json(info),
        FILES.decision: _json(decision),
        FILES.tokenizer: work / FILES.tokenizer,
        FILES.graph: work / FILES.graph,
        FILES.weights: work / FILES.weights,
        FILES.lexical: lexical_file(lexical),
        FILES.metrics: b"{}\n",
        FILES.golden: b"",
        FILES.card: model_card(info, manifest).encode(),
    }
    write_bundle(folder, contents)
    contents[FILES.golden] = golden(Scorer.load(folder), _golden_examples(training.data))
    write_bundle(folder, contents)
    return Assembled(folder, parity)


def encode_ids(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[IntArray]:
    """Token ids with special ones, cut to one window."""
    encodings = tokenizer.encode_batch([example.text for example in examples])
    return [np.array([*encoding.ids[: WINDOW.tokens - 1], encoding.ids[-1]], np.int64)
            if len(encoding.ids) > WINDOW.tokens else np.array(encoding.ids, np.int64)
            for encoding in encodings]  # fmt: skip


def lexical_file(lexical: LexicalModel) -> bytes:
    """The linear model as safetensors, in float16."""
    halves = {"weights": lexical.weights, "idf": lexical.idf}
    return save({name: values.astype(np.float16) for name, values in halves.items()} | {"bias": lexical.bias})


def bundle_info(training: Training, parity: Parity) -> dict[str, Any]:
    """``bundle.json``."""
    recipe = training.recipe
    return {
        "format_version": FORMAT_VERSION,
        "name": recipe.name,
        "version": recipe.version,
        "languages": ["es", "en"],
        "cleaning": CleaningSpec().to_dict(),
        "window": asdict(WINDOW),
        "precision": PRECISION,
        "lexical": {"buckets": recipe.lexical_buckets, "orders": list(ORDERS)},
        "provenance": {"seed": recipe.seed, "phases": [asdict(phase) for phase in recipe.phases]},
        "export_parity": asdict(parity),
        "base_encoder": asdict(recipe.encoder),
        "training_data": [
            {"name": name, "texts": len(training.data.train[name]), "sha256": digest}
            for name, digest in training.data.hashes.items()
            if name in recipe.corpora
        ],
    }


def raw_logits(
    work: Path, examples: Sequence[Example], lexical: LexicalModel, weight: npt.NDArray[np.float64]
) -> BatchLogits:
    """What the exported graph and the linear part say, by the scorer's own stages."""
    tokeniser = Tokeniser(work / FILES.tokenizer)
    tokens = tokeniser.tokenise([example.text for example in examples])
    windows = encode(tokens, Graph(work / FILES.graph, PRECISION), tokeniser.special, WINDOW)
    return combine_windows(windows, lexical_logits([text.ids for text in tokens], lexical), weight)


def calibrate_bundle(data: Datasets, work: Path, lexical: LexicalModel, say: Say) -> dict[str, Any]:
    """``decision.json`` from all validation texts."""
    examples = [example for some in data.val.values() for example in some]
    columns = len(SIGNAL_NAMES) + 1
    deep = raw_logits(work, examples, lexical, np.zeros(columns))
    wording = raw_wording(work, examples, lexical)
    weight = choose_lexical_weight(examples, deep, wording)
    say(f"lexical weight {weight[0]} for signals, {weight[-1]} for HX")
    logits = BatchLogits(
        deep.sentiment, deep.stars, deep.signals + weight[:-1] * wording[:, :-1], deep.stage, deep.kind,
        deep.hx + weight[-1] * wording[:, -1], deep.evidence,
    )  # fmt: skip
    decision = fit_decision(Validation(examples, logits), weight.tolist())
    tokens = Tokeniser(work / FILES.tokenizer).tokenise([example.text for example in examples])
    decision["evidence"] = fit_evidence(examples, tokens, logits.evidence)
    return decision


def raw_wording(work: Path, examples: Sequence[Example], lexical: LexicalModel) -> npt.NDArray[np.float64]:
    """(n, 19): the linear part alone."""
    tokens = Tokeniser(work / FILES.tokenizer).tokenise([example.text for example in examples])
    return lexical_logits([text.ids for text in tokens], lexical).astype(np.float64)


def choose_lexical_weight(
    examples: Sequence[Example], deep: BatchLogits, wording: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """One weight for all signals and one for HX, by average precision on the validation texts."""
    rows = np.array([i for i, example in enumerate(examples) if example.signals is not None], np.intp)
    signals = [[k in (examples[i].signals or ()) for k in range(len(SIGNAL_NAMES))] for i in rows]
    truth = np.array(signals, bool).reshape(-1, len(SIGNAL_NAMES))
    is_hx = np.array([examples[i].is_hx for i in rows], bool)
    frequent = [k for k in range(len(SIGNAL_NAMES)) if truth[:, k].any()]

    def signals_at(step: float) -> float:
        logits = deep.signals[rows] + step * wording[rows, :-1]
        return float(np.mean([average_precision(truth[:, k], logits[:, k]) for k in frequent])) if frequent else 0.0

    def hx_at(step: float) -> float:
        return average_precision(is_hx, deep.hx[rows] + step * wording[rows, -1]) if is_hx.any() else 0.0

    weight = np.full(len(SIGNAL_NAMES) + 1, max(LEXICAL_STEPS, key=signals_at))
    weight[-1] = max(LEXICAL_STEPS, key=hx_at)
    return weight


def golden(scorer: Scorer, examples: Sequence[Example]) -> bytes:
    """Texts of our own with their scores: the bundle's self-test."""
    lines = []
    for example in examples:
        score = scorer.score([Review(example.original)])[0]
        lines.append(
            json.dumps({"text": example.original, "score": score.to_dict(all_signals=True)}, ensure_ascii=False)
        )
    return ("\n".join(lines) + "\n").encode()


def _golden_examples(data: Datasets) -> list[Example]:
    authored = [example for some in data.test.values() for example in some if example.source == "authored"]
    return authored[:: max(1, len(authored) // GOLDEN_TEXTS)][:GOLDEN_TEXTS]


def _json(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()
