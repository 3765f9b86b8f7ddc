"""Tensor files of a bundle -> typed models. In: safetensors files, ``bundle.json``. Out: linear model, adapter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from hx_detect.decision import Decision
from hx_detect.errors import BundleDamagedError
from hx_detect.own_signals import Adaptation, OwnModel
from hx_detect.stages.adapt import COLUMNS, Adapter
from hx_detect.stages.lexical import COLUMNS_WITHOUT_STARS, LEXICAL_COLUMNS, LexicalModel
from hx_detect.wording import say

_WITHOUT_STARS: Final = 1
"""The format whose linear part says nothing of stars."""


def read_lexical(file: Path, info: Mapping[str, Any]) -> LexicalModel:
    """Read the linear model over n-grams.

    Args:
        file: its safetensors.
        info: ``bundle.json``.

    Raises:
        BundleDamagedError: a tensor is missing or of another shape than ``bundle.json`` says.
    """
    settings = info["lexical"]
    buckets, columns = settings["buckets"], len(LEXICAL_COLUMNS)
    if info["format_version"] == _WITHOUT_STARS:
        columns = COLUMNS_WITHOUT_STARS
    tensors = _tensors(file, {"weights": (buckets, columns), "idf": (buckets,), "bias": (columns,)})
    lacking = len(LEXICAL_COLUMNS) - columns
    return LexicalModel(
        np.pad(tensors["weights"], ((0, 0), (0, lacking))),
        tensors["idf"],
        np.pad(tensors["bias"], (0, lacking)),
        tuple(settings["orders"]),
    )


def read_adaptation(file: Path, info: Mapping[str, Any], decision: Decision) -> Adaptation:
    """Read what a refit on new labels added to a model.

    Args:
        file: its safetensors.
        info: ``bundle.json``.
        decision: for the names of own signals and how their parts count.

    Raises:
        BundleDamagedError: a tensor is missing or of another shape than it must have.
    """
    try:
        size = int(info["adapter"]["hidden"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(file.with_name("bundle.json"), f"adapter: {error!r}") from error
    own, buckets = len(decision.own_names), info["lexical"]["buckets"]
    shapes = {"mean": (size,), "deviation": (size,), "scale": (COLUMNS,), "weights": (size, COLUMNS),
              "bias": (COLUMNS,), "own_weights": (size, own), "own_bias": (own,)}  # fmt: skip
    if own:
        shapes |= {"own_lexical": (buckets, own), "own_idf": (buckets,), "own_lexical_bias": (own,)}
    tensors = _tensors(file, shapes)
    values = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
    names = ("mean", "deviation", "scale", "weights", "bias")
    if not (values["deviation"] > 0).all():
        raise _damaged(file, "tensor deviation")
    wording = LexicalModel(
        tensors.get("own_lexical", np.zeros((buckets, 0), np.float32)),
        tensors.get("own_idf", np.zeros(buckets, np.float32)),
        tensors.get("own_lexical_bias", np.zeros(0, np.float32)),
        tuple(info["lexical"]["orders"]),
    )
    return Adaptation(
        Adapter(**{name: values[name] for name in names}),
        OwnModel(decision.own_names, values["own_weights"], values["own_bias"], wording, decision.own),
    )


def _tensors(file: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[np.float32]]:
    try:
        tensors = load_file(file)
    except (OSError, SafetensorError) as error:
        raise _damaged(file, str(error)) from error
    for name, shape in shapes.items():
        if name not in tensors or tensors[name].shape != shape:
            raise _damaged(file, f"tensor {name}")
    return {name: tensors[name].astype(np.float32) for name in shapes}


def _damaged(file: Path, why: str) -> BundleDamagedError:
    return BundleDamagedError(
        say(f"{file} is damaged: {why}", f"{file} está dañado: {why}"),
        cure=say("Install the model again", "Instale el modelo de nuevo"),
    )
