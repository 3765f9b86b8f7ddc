"""A finished refit -> the files of its bundle. In: the refit, the model it started from. Out: contents by file name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from hx_detect.bundle import FILES, FORMAT_VERSION, Bundle
from hx_detect.learning.labelled_row import LabelledTable
from hx_detect.learning.quick_card import card_of
from hx_detect.learning.quick_rows import examples_of
from hx_detect.learning.quick_vectors import FrozenModel, joined_logits, rows_of
from hx_detect.learning.replay import Replay, replay_bytes
from hx_detect.records import Review
from hx_detect.scorer import Scorer

if TYPE_CHECKING:
    from hx_detect.learning.quick_refit import Refit, RefitOptions


def refit_files(model: FrozenModel, found: Refit, table: LabelledTable, options: RefitOptions) -> dict[str, Any]:
    """The files of the new bundle; ``golden.jsonl`` is still that of the old one.

    Args:
        model: what was refitted, its graph with the output ``hidden``.
        found: the refit.
        table: the labelled rows as read.
        options: name, version, seed, titles.

    Returns:
        File name -> its bytes, or a file to copy.
    """
    old = model.bundle
    info = info_of(old, found, table, options)
    metrics = {
        "headline": {name: values["after"] for name, values in found.figures["held_out"].items() if name != "rows"},
        "model": {"name": options.name, "version": options.version},
        "refit": found.figures,
        "parent": _headline(old),
    }
    contents: dict[str, bytes | Path] = {name: old.file(name) for name in (FILES.tokenizer, FILES.lexical)}
    return contents | {
        FILES.info: _json(info),
        FILES.decision: _json(found.decision),
        FILES.graph: model.graph,
        FILES.weights: model.graph.with_suffix(".bin"),
        FILES.metrics: _json(metrics),
        FILES.golden: b"",
        FILES.card: card_of(info, found.figures).encode(),
        FILES.adapter: adapter_bytes(found),
        FILES.replay: replay_bytes(longer_replay(found)),
    }


def adapter_bytes(found: Refit) -> bytes:
    """``adapter.safetensors``: float32, the weights over n-grams in float16."""
    adapter, own = found.adapter, found.own
    tensors: dict[str, NDArray[Any]] = {
        name: getattr(adapter, name).astype(np.float32) for name in ("mean", "deviation", "scale", "weights", "bias")
    }
    tensors |= {"own_weights": own.weights.astype(np.float32), "own_bias": own.bias.astype(np.float32)}
    if own.stacks:
        tensors |= {
            "own_lexical": own.wording.weights.astype(np.float16),
            "own_idf": own.wording.idf.astype(np.float16),
            "own_lexical_bias": own.wording.bias.astype(np.float32),
        }
    return save({name: np.ascontiguousarray(values) for name, values in tensors.items()})


def longer_replay(found: Refit) -> Replay:
    """The old evidence and the new rows that were learned from, so that the next refit does not forget them."""
    rows = np.flatnonzero(~found.apart)
    replay, targets = found.replay, found.targets
    chosen = type(targets)(targets.values[rows], targets.languages[rows], targets.groups[rows])
    new = [replace(example, id="") for example in examples_of(chosen, np.zeros((len(rows), 18), bool))]
    standard = (found.known.vectors[rows] - replay.mean) / replay.deviation
    return Replay(
        replay.mean,
        replay.deviation,
        np.concatenate([replay.vectors, standard]),
        joined_logits([replay.logits, rows_of(found.known.logits, rows)]),
        [*replay.examples, *new],
        np.concatenate([replay.held, np.zeros(len(rows), bool)]),
    )


def info_of(old: Bundle, found: Refit, table: LabelledTable, options: RefitOptions) -> dict[str, Any]:
    """``bundle.json``: that of the old model, with where it comes from and what was added."""
    data = [{"name": file.name, "sha256": file.sha256, "texts": file.rows} for file in table.files]
    titles = {entry["name"]: entry for entry in old.info.get("own_signals", [])}
    for name in found.own.stacks:
        plain = name.replace("_", " ")
        es, en = options.titles.get(name, (plain, plain))
        if name not in titles or name in options.titles:
            titles[name] = {"name": name, "es": es, "en": en}
    return {
        **old.info,
        "format_version": FORMAT_VERSION,
        "name": options.name,
        "version": options.version,
        "adapter": {"hidden": len(found.adapter.mean)},
        "own_signals": [titles[name] for name in found.own.stacks],
        "lineage": {
            "parent": f"{old.name}@{old.version}",
            "parent_checksum": old.checksum,
            "recipe": {"way": "quick", "seed": options.seed, "rows": int((~found.apart).sum()),
                       "held_out_rows": int(found.apart.sum()), "replayed": len(found.replay.examples)},
            "data": data,
        },
        "training_data": [*old.info["training_data"], *data],
    }  # fmt: skip


def golden_of(old: Bundle, scorer: Scorer) -> bytes:
    """The old model's golden texts with the new model's scores."""
    lines = []
    for record in old.golden():
        review = Review(record["text"], kind=record.get("kind"), answer=record.get("answer"))
        score = scorer.score([review])[0].to_dict(all_signals=True)
        lines.append(json.dumps(record | {"score": score}, ensure_ascii=False))
    return "".join(line + "\n" for line in lines).encode()


def _headline(old: Bundle) -> dict[str, Any]:
    """What the old model's own figures say: the new one was not measured on those sets."""
    metrics = json.loads(old.file(FILES.metrics).read_bytes())
    return {"name": old.name, "version": old.version, "headline": metrics.get("headline", {})}


def _json(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()
