"""A stored correction -> what callers get. In: a row of ``feedback``. Out: a page's record, or a line for training."""

from __future__ import annotations

import json
from typing import Any

from hx_detect.serving.schemas_feedback import FeedbackReceipt, FeedbackRecord, Stretch
from hx_detect.serving.store.tables import Feedback

SOURCE = "feedback"


def receipt(row: Feedback) -> FeedbackReceipt:
    """What the person who corrects is told."""
    return FeedbackReceipt.model_validate(_told(row))


def record(row: Feedback) -> FeedbackRecord:
    """A row in full."""
    text = str(row.text or "")
    labels = {
        name: [Stretch(start=start, end=end, text=text[start:end]) for start, end in places]
        for name, places in row.labels.items()
    }
    model = None if row.model_version is None else {"name": row.model_name, "version": row.model_version}
    return FeedbackRecord.model_validate(
        _told(row)
        | {"cursor": str(row.sequence), "text": text, "labels": labels, "model": model, "key": row.key_name}
        | {field: getattr(row, field) for field in ("kind", "stage", "stars", "level", "who", "why")}
    )  # fmt: skip


def training_line(row: Feedback) -> str:
    """A row as a line of ``data/schema.json`` (``feedback``), which ``hx-detect train --authored`` reads.

    Who corrected and why is not for training; an unknown stage is null; a model's own signals stand among the labels.
    """
    line: dict[str, Any] = {
        "id": f"fb-{row.id}",
        "text": row.text,
        "lang": row.language,
        "kind": row.kind,
        "sentiment": row.sentiment,
        "stars": row.stars,
        "stage": row.stage,
        "labels": row.labels,
        "group": None,
        "role": None,
        "source": SOURCE,
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def _told(row: Feedback) -> dict[str, Any]:
    return {
        "id": row.id,
        "review_id": row.review_id,
        "created": row.created,
        "language": row.language,
        "sentiment": row.sentiment,
        "masked": row.masked,
    }
