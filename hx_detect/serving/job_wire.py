"""What the service and the process of a job say to each other. In: nothing. Out: ``JobTask``, ``Pipe``, the words.

Lines of JSON. The process asks ``{"score": [reviews]}`` and is answered ``{"results": [...]}``, in order, several
questions ahead; it tells ``total``, ``progress``, and last ``done``, ``refused`` or ``failed``.
"""

from __future__ import annotations

import json
import os
import queue
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final, Literal

from hx_detect.labels import Lang

SCORE: Final = "score"
TOTAL: Final = "total"
PROGRESS: Final = "progress"
DONE: Final = "done"
REFUSED: Final = "refused"
FAILED: Final = "failed"
LINE_BYTES: Final = 1 << 26
"""Longest line: a text of a million characters, escaped, is a tenth of that."""


@dataclass(frozen=True, slots=True)
class JobTask:
    """What a job's process is to do.

    Attributes:
        work: score the upload, or write the scored rows in another format.
        folder: the job's, a path.
        upload: the file's name in it.
        result_format: of the result, one of ``io.rows.FORMATS``.
        scored_format: the format that the rows were scored for; to write another one.
        model: name, version and checksum of the model.
        columns: role -> column that the client named.
        kind: kind of all texts, or None.
        language: language of texts whose row names none, or None.
        lang: language of messages.
        all_signals: nested records list all 18 signals.
        chunk_rows: rows that are kept at a time.
        unpacked_bytes: what the file may unpack to; also the largest file that may be written.
        rows: most rows.
        cells: most cells.
        memory_bytes: most memory of the process; 0 for any.
    """

    work: Literal["score", "write"]
    folder: str
    upload: str
    result_format: str
    scored_format: str
    model: tuple[str, str, str]
    columns: Mapping[str, str | None]
    kind: str | None
    language: str | None
    lang: Lang
    all_signals: bool
    chunk_rows: int
    unpacked_bytes: int
    rows: int
    cells: int
    memory_bytes: int

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> JobTask:
        """The task."""
        return cls(**{**value, "model": tuple(value["model"])})


def line_of(message: Mapping[str, Any]) -> bytes:
    """A message as it is sent."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


class Pipe:
    """The process's end. When the service's end is closed, the process ends: nobody waits for what it does.

    Args:
        incoming: what the service sends.
        outgoing: what it is sent.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._outgoing = outgoing
        self._received: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(incoming,), daemon=True).start()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message."""
        try:
            self._outgoing.write(line_of(message))
            self._outgoing.flush()
        except OSError:
            os._exit(1)

    def receive(self) -> dict[str, Any]:
        """Wait for a message."""
        return self._received.get()

    def _listen(self, incoming: BinaryIO) -> None:
        for line in incoming:
            self._received.put(json.loads(line))
        os._exit(1)
