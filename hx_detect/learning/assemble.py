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

from hx_detect.bundle import FILES, PLAIN_FORMAT, Bundle, write_bundle
from hx_detect.learning.corpora import Corpus
from hx_detect.learning.datasets import EXPERIENCE, Datasets
from hx_detect.learning.examples import Example
from hx_detect.learning.export import Parity, check_parity, encode_ids, export
from hx_detect.learning.fit_decision import Validation, fit_decision
from hx_detect.learning.fit_evidence import fit_evidence
from hx_detect.learning.lexical_fit import ORDERS, fit_lexical
from hx_detect.learning.lexical_weight import choose_lexical_weight
from hx_detect.learning.model_card import model_card
from hx_detect.learning.train import Say, Training
from hx_detect.records import Review
from hx_detect.scorer import Scorer
from hx_detect.stages.clean import CleaningSpec
from hx_detect.stages.encode import WindowSpec, encode
from hx_detect.stages.graph import Graph
from hx_detect.stages.heads import combine_windows
from hx_detect.stages.lexical import LEXICAL_COLUMNS, LexicalModel, lexical_logits
from hx_detect.stages.tokenise import Tokeniser

WINDOW = WindowSpec(tokens=160, overlap=32)
PRECISION = "f32"
CALIBRATION_TEXTS = 300
PARITY_TEXTS = 1000
GOLDEN_TEXTS = 24
STARRED = "marc."
"""Corpora with as many reviews of each number of stars."""

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
    encoded = encode_ids(training.tokenizer, [example.text for example in experience], WINDOW.tokens)
    graph = export(training.network, encoded[:: max(1, len(encoded) // CALIBRATION_TEXTS)], work)
    training.say("exported")
    parity = check_parity(training.network, graph, PRECISION, encoded[:: max(1, len(encoded) // parity_texts)])
    training.say(f"parity {parity}")
    lexical = _lexical(training, experience)
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


def _lexical(training: Training, experience: Sequence[Example]) -> LexicalModel:
    """The linear part: signals from labelled texts, stars from those reviews that the stars are measured on."""
    starred = [
        example
        for name, examples in sorted(training.data.train.items())
        if name.startswith(STARRED)
        for example in examples
        if example.stars is not None
    ]
    texts = [example.text for example in (*experience, *starred)]
    ids = [text[1:-1] for text in encode_ids(training.tokenizer, texts, WINDOW.tokens)]
    return fit_lexical(ids, [*experience, *starred], training.recipe.lexical_buckets)


def lexical_file(lexical: LexicalModel) -> bytes:
    """The linear model as safetensors, in float16."""
    halves = {"weights": lexical.weights, "idf": lexical.idf}
    return save({name: values.astype(np.float16) for name, values in halves.items()} | {"bias": lexical.bias})


def bundle_info(training: Training, parity: Parity) -> dict[str, Any]:
    """``bundle.json``."""
    recipe = training.recipe
    base = training.base.info if training.base is not None else {}
    data = {
        name: {"name": name, "texts": len(training.data.train[name]), "sha256": digest}
        for name, digest in training.data.hashes.items()
        if name in recipe.corpora
    }
    return {
        "format_version": PLAIN_FORMAT,
        "name": recipe.name,
        "version": recipe.version,
        "languages": ["es", "en"],
        "cleaning": CleaningSpec().to_dict(),
        "window": asdict(WINDOW),
        "precision": PRECISION,
        "lexical": {"buckets": recipe.lexical_buckets, "orders": list(ORDERS)},
        "provenance": {
            "seed": recipe.seed,
            "average": recipe.average,
            "phases": [asdict(phase) for phase in recipe.phases],
        }
        | _gone_on_from(training.base),
        "export_parity": asdict(parity),
        "base_encoder": base.get("base_encoder", asdict(recipe.encoder)),
        "training_data": [entry for entry in base.get("training_data", ()) if entry["name"] not in data]
        + list(data.values()),
    }


def _gone_on_from(base: Bundle | None) -> dict[str, Any]:
    """The model that a training went on from, and how that came about in its turn."""
    if base is None:
        return {}
    known = {"name": base.name, "version": base.version, "checksum": base.checksum}
    return {"base": known | {"provenance": base.info["provenance"]}}


def calibrate_bundle(data: Datasets, work: Path, lexical: LexicalModel, say: Say) -> dict[str, Any]:
    """``decision.json`` from all validation texts."""
    examples = [example for some in data.val.values() for example in some]
    tokens = Tokeniser(work / FILES.tokenizer).tokenise([example.text for example in examples])
    windows = encode(tokens, Graph(work / FILES.graph, PRECISION), Tokeniser(work / FILES.tokenizer).special, WINDOW)
    wording = lexical_logits([text.ids for text in tokens], lexical)
    deep = combine_windows(windows, wording, np.zeros(len(LEXICAL_COLUMNS)))
    weight = choose_lexical_weight(examples, deep, wording.astype(np.float64))
    say("lexical weights: " + ", ".join(f"{weight[place]} {LEXICAL_COLUMNS[place]}" for place in (0, 18, -1)))
    logits = combine_windows(windows, wording, weight)
    decision = fit_decision(Validation(examples, logits), weight.tolist())
    decision["evidence"] = fit_evidence(examples, tokens, logits.evidence)
    return decision


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
