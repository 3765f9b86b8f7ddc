"""Texts -> what a frozen model knows of them. In: a bundle, texts. Out: a vector and the heads' logits of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hx_detect.bundle import FILES, Bundle
from hx_detect.learning.hidden_graph import with_hidden
from hx_detect.stage_records import BatchLogits, Tokens
from hx_detect.stages.adapt import text_vectors
from hx_detect.stages.clean import clean
from hx_detect.stages.encode import encode
from hx_detect.stages.graph import HIDDEN, OUTPUTS, Graph
from hx_detect.stages.heads import combine_windows
from hx_detect.stages.lexical import lexical_logits
from hx_detect.stages.tokenise import Tokeniser
from hx_detect.work_folder import work_folder

_BLOCK = 512


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """What a frozen model knows of n texts.

    Attributes:
        tokens: of each text, as the model reads it.
        vectors: (n, h), the mean over a text's tokens of what the encoder says of them; zeros without tokens.
        logits: of its heads, without an adapter, without evidence and hidden states.
    """

    tokens: Sequence[Tokens]
    vectors: NDArray[np.float32]
    logits: BatchLogits


class FrozenModel:
    """A bundle whose graph also gives its hidden states; made by ``frozen_model``.

    Args:
        bundle: the model.
        graph: ``model.xml`` with the output ``hidden``.
        threads: cores to use; None for all.
    """

    def __init__(self, bundle: Bundle, graph: Path, threads: int | None = None) -> None:
        self.bundle = bundle
        self.graph = graph
        self._compiled = Graph(graph, bundle.precision, threads, outputs=(*OUTPUTS, HIDDEN))
        self._tokeniser = Tokeniser(bundle.file(FILES.tokenizer))
        self._lexical = bundle.lexical()

    def read(self, texts: Sequence[str]) -> Knowledge:
        """Read texts, cleaned as the scorer cleans them; a text is read the same in any company.

        Args:
            texts: as given; any number.
        """
        parts = [self._block(texts[first : first + _BLOCK]) for first in range(0, len(texts), _BLOCK)]
        return joined(parts or [self._block([])])

    def _block(self, texts: Sequence[str]) -> Knowledge:
        bundle = self.bundle
        tokens = self._tokeniser.tokenise([clean(text, bundle.cleaning).text for text in texts])
        windows = encode(tokens, self._compiled, self._tokeniser.special, bundle.window)
        wording = lexical_logits([text.ids for text in tokens], self._lexical)
        logits = combine_windows(windows, wording, bundle.decision.lexical_weight)
        return Knowledge(
            tokens, text_vectors(logits.hidden).astype(np.float32), replace(logits, evidence=(), hidden=())
        )


@contextmanager
def frozen_model(bundle: Bundle, threads: int | None = None) -> Iterator[FrozenModel]:
    """The model of a bundle, ready to give vectors; its graph lies in a temporary folder while it is used.

    Args:
        bundle: the model.
        threads: cores to use; None for all.
    """
    with work_folder() as folder:
        yield FrozenModel(bundle, with_hidden(bundle.file(FILES.graph), folder / FILES.graph), threads)


HEADS = ("sentiment", "stars", "signals", "stage", "kind", "hx")
"""The arrays of ``BatchLogits`` that have one row per text."""


def joined(parts: Sequence[Knowledge]) -> Knowledge:
    """The knowledge of several lists of texts as that of one."""
    return Knowledge(
        [text for part in parts for text in part.tokens],
        np.concatenate([part.vectors for part in parts]),
        joined_logits([part.logits for part in parts]),
    )


def joined_logits(parts: Sequence[BatchLogits]) -> BatchLogits:
    """The logits of several lists of texts as those of one; without evidence."""
    values: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in HEADS}
    return BatchLogits(**values, evidence=())


def rows_of(logits: BatchLogits, rows: NDArray[np.intp] | slice) -> BatchLogits:
    """The logits of some texts."""
    return replace(logits, **{name: getattr(logits, name)[rows] for name in HEADS})
