"""Scored tables and labelling sessions. In: a folder, texts. Out: files as ``hx-detect score`` writes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fake_scorer import FakeScorer, fake_score

from hx_detect.io.score_columns import FLAT, flat_values
from hx_detect.labelling.answer_log import AnswerLog
from hx_detect.labelling.session import Session
from hx_detect.labelling.tasks import Task
from hx_detect.learning.labelled_row import LabelledRow, text_hash
from hx_detect.records import Review, Span

TEXTS = (
    "Llamé tres veces en marzo y nadie contesta al teléfono",
    "Muchas gracias a la chica de recepción, un encanto",
    "El pedido llegó ayer por la tarde sin más novedad",
    "The parcel came on a Tuesday, nothing else to tell",
    "Ni bien ni mal, una tienda de barrio como cualquiera",
)


def scored_csv(place: Path, texts: Sequence[str] = TEXTS, **changed: Sequence[Any]) -> Path:
    """A scored CSV; ``changed`` sets the values of columns, row by row."""
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "texto", *FLAT])
        for number, text in enumerate(texts):
            record = fake_score(Review(text)).to_dict(all_signals=True)
            values = dict(zip(FLAT, flat_values(record), strict=True))
            values |= {name: some[number] for name, some in changed.items()}
            writer.writerow([f"t{number}", text, *values.values()])
    return place


def scored_lines(place: Path, texts: Sequence[str] = TEXTS, *, all_signals: bool = True) -> Path:
    """A scored JSON lines file with the nested record."""
    lines = [{"texto": text, "hx": fake_score(Review(text)).to_dict(all_signals=all_signals)} for text in texts]
    place.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return place


def labelled_row(text: str, *signals: str, who: str = "ana", **values: Any) -> LabelledRow:  # noqa: ANN401 - any field
    """A row that speaks of all signals."""
    from hx_detect.labels import SIGNAL_NAMES

    evidence: Mapping[str, tuple[Span, ...]] = dict.fromkeys(signals, ())
    return LabelledRow(
        row=1, file="f", source="f", text=text, signals=evidence, known_signals=frozenset(SIGNAL_NAMES), who=who,
        text_hash=text_hash(text), **values,
    )  # fmt: skip


def tasks_of(texts: Sequence[str] = TEXTS) -> list[Task]:
    """Tasks without more than a text and a row."""
    return [Task(text_hash(text), row, text, language="es") for row, text in enumerate(texts, 1)]


def session_in(folder: Path, texts: Sequence[str] = TEXTS, who: str = "ana", **options: Any) -> Session:  # noqa: ANN401 - options of a session
    """A session whose answers go to ``WHO.jsonl``."""
    return Session(tasks_of(texts), AnswerLog(folder / f"{who}.jsonl"), who, FakeScorer, **options)
