"""A file -> the texts to label. In: the output of ``label suggest``, or any table with texts. Out: ``Task`` records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from hx_detect.errors import EmptyInputError
from hx_detect.io.columns import find_roles, language_code
from hx_detect.io.read import open_table
from hx_detect.io.reviews import prepare
from hx_detect.io.rows import ReadOptions, Row
from hx_detect.io.source import fetch
from hx_detect.labelling.scored_values import own_columns, reader_of
from hx_detect.learning.labelled_row import text_hash
from hx_detect.wording import say

LONGEST: Final = 100_000
"""Longer texts are no customer's words; labelled data are not read beyond it either."""


@dataclass(frozen=True, slots=True)
class Task:
    """One text to label.

    Attributes:
        key: first 16 hexadecimal digits of the text's SHA-256: the same text is labelled once.
        row: in the file, from 1.
        text: unchanged.
        id: as in the file, or None.
        language: ``es`` or ``en`` where known.
        kind: where known.
        reason: Spanish, English: why it was chosen; empty where the file does not say.
    """

    key: str
    row: int
    text: str
    id: str | None = None
    language: str | None = None
    kind: str | None = None
    reason: tuple[str, str] = ("", "")

    def to_dict(self) -> dict[str, Any]:
        """The task as the page gets it."""
        return {
            "key": self.key, "row": self.row, "id": self.id, "text": self.text, "language": self.language,
            "kind": self.kind, "reason": {"es": self.reason[0], "en": self.reason[1]},
        }  # fmt: skip


def read_tasks(location: str, text_column: str | None = None) -> tuple[list[Task], int]:
    """Read the texts, in the file's order.

    Args:
        location: path or fsspec URL.
        text_column: column of the texts; None finds it.

    Returns:
        The tasks, each text once, and how many rows have no text that can be labelled.

    Raises:
        InputError: the file cannot be read, or no column looks like text.
        EmptyInputError: it holds no text.
    """
    with fetch(location) as source:
        table = open_table(source, ReadOptions())
        bare = replace(table, columns=own_columns(table.columns))
        roles, _ = find_roles(bare, source.name, {"text": text_column})
        reader = reader_of(table.columns)
        tasks: dict[str, Task] = {}
        refused = 0
        for row in table.source.rows():
            review = prepare(row, roles, max_chars=LONGEST).review
            if review is None:
                refused += 1
                continue
            values = reader(row.values) if reader is not None else None
            language = review.language or language_code(values.language if values is not None else None)
            task = Task(
                text_hash(review.text), row.number, review.text, review.id, language,
                review.kind or (values.kind if values is not None else None), _reason(row),
            )  # fmt: skip
            tasks.setdefault(task.key, task)
    if not tasks:
        raise EmptyInputError(
            say(f"{source.name} holds no text to label", f"{source.name} no tiene textos que etiquetar"),
            cure=say("Give a file with a column of texts", "Indique un fichero con una columna de textos"),
        )
    return list(tasks.values()), refused


def _reason(row: Row) -> tuple[str, str]:
    return str(row.values.get("reason_es") or ""), str(row.values.get("reason_en") or "")
