"""The usual way to serve a classifier, to compare with. In: a port. Out: a FastAPI app over a transformers pipeline.

Run as a process of its own: ``python -m hx_detect.evaluation.service_rival PORT [LAYERS WIDTH VOCABULARY]``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from hx_detect.evaluation.baselines import installed
from hx_detect.evaluation.benchmark import XLM_R_BASE, rival_pipeline
from hx_detect.evaluation.machine import cores
from hx_detect.evaluation.service_calls import SCORE_PATH


class OneReview(BaseModel):
    """One text with its id."""

    id: str
    text: str


class ReviewsIn(BaseModel):
    """What is sent: the same as to our service."""

    reviews: list[OneReview]


def rival_app(classify: Any) -> FastAPI:  # noqa: ANN401 - a transformers pipeline, untyped
    """The application: one route that classifies what it gets, as its threads come to it."""
    app = FastAPI()

    @app.get("/ready")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post(SCORE_PATH)
    def score(asked: ReviewsIn) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = classify([review.text for review in asked.reviews])
        return answers

    return app


def main(arguments: Sequence[str]) -> None:
    """Serve until SIGTERM.

    Args:
        arguments: the port, then layers, width and vocabulary of the classifier where they are not XLM-R base's.

    Raises:
        MissingExtraError: torch or transformers is not installed.
    """
    port, *shape = (int(word) for word in arguments)
    layers, width, vocabulary = shape or XLM_R_BASE
    installed("torch", "train").set_num_threads(cores())
    classify = rival_pipeline((layers, width, vocabulary))
    classify("w w w")
    uvicorn.run(rival_app(classify), host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1:])
