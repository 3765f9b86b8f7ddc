"""The scorer of a command. In: the value of ``--model``. Out: what loads it when it is first needed, once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hx_detect.batch_options import StreamScorer


def scorer_loader(model: str | None) -> Callable[[], StreamScorer]:
    """Gives the scorer, and the same one again.

    Args:
        model: a folder or a name as ``hx-es-en@1.4.0``; None for the model in use.
    """

    @cache
    def load() -> StreamScorer:
        from hx_detect.scorer import Scorer

        scorer: StreamScorer = Scorer.load(Path(model) if model else None)
        return scorer

    return load
