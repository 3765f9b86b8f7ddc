"""Answers -> files that survive a kill. In: records, one at a time. Out: JSON lines on disk before the answer returns.

Each answer is appended and flushed to the disk (fsync). Undoing and changing an earlier answer write the whole file
beside and rename it. A last line that a kill left half written is cut off at the next start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from hx_detect.errors import InputFormatError, OutputError
from hx_detect.learning.labelled_row import text_hash
from hx_detect.wording import say

Record = dict[str, Any]
SKIPPED: Final = ".skipped.jsonl"
DRAFT: Final = ".draft.json"
LOCK: Final = ".lock"


class AnswerLog:
    """One person's answers: ``OUT`` (labelled), ``OUT.skipped.jsonl``, and drafts of what is not saved yet.

    Args:
        place: of the labelled records; its folder is made.

    Attributes:
        labelled: text's hash -> its labelled record.
        skipped: text's hash -> the record of a text that was passed over.
        drafts: text's hash -> what is begun and not saved, last touched last.

    Raises:
        OutputError: the file cannot be written, or another process is writing it.
        InputFormatError: the file holds something else.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.skipped_place = _beside(place, SKIPPED)
        self._draft_place = _beside(place, DRAFT)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._lock: BinaryIO | None = _locked(_beside(place, LOCK))
        except OSError as error:
            raise unwritable(place, error) from error
        try:
            self.labelled = _read(place)
            skipped = _read(self.skipped_place)
        except (OSError, InputFormatError) as error:
            self.close()
            raise unwritable(place, error) if isinstance(error, OSError) else error from error
        self.skipped = {key: one for key, one in skipped.items() if key not in self.labelled}
        self.drafts = _drafts(self._draft_place)
        order = [
            *((one.get("date") or "", key) for key, one in self.labelled.items()),
            *((one.get("date") or "", key) for key, one in self.skipped.items()),
        ]
        self._order = [key for _, key in sorted(order, key=lambda item: item[0])]

    @property
    def last(self) -> str | None:
        """The text that was answered last, or None."""
        return self._order[-1] if self._order else None

    def add(self, record: Record, *, skipped: bool = False) -> None:
        """Keep an answer; it is on the disk when this returns. One for the same text takes the place of the former.

        Raises:
            OutputError: the disk is full …
        """
        key = text_hash(str(record["text"]))
        kept, place = (self.skipped, self.skipped_place) if skipped else (self.labelled, self.place)
        try:
            if key in kept:
                _rewrite(place, {**kept, key: record})
            else:
                _append(place, record)
        except OSError as error:
            raise unwritable(place, error) from error
        if key in kept:
            self._order.remove(key)
        kept[key] = record
        if key in (self.labelled if skipped else self.skipped):
            self._forget(key, skipped=not skipped)
        self._order.append(key)

    def remove(self, key: str) -> Record | None:
        """Take an answer back; gives it, or None where there is none.

        Raises:
            OutputError: the disk is full …
        """
        if key not in self.labelled and key not in self.skipped:
            return None
        return self._forget(key, skipped=key in self.skipped)

    def _forget(self, key: str, *, skipped: bool) -> Record:
        kept, place = (self.skipped, self.skipped_place) if skipped else (self.labelled, self.place)
        record = kept.pop(key)
        try:
            _rewrite(place, kept)
        except OSError as error:
            kept[key] = record
            raise unwritable(place, error) from error
        self._order.remove(key)
        return record

    def keep_draft(self, key: str, draft: Mapping[str, Any] | None) -> None:
        """Keep what is begun of a text and not saved; None forgets it.

        Raises:
            OutputError: the disk is full …
        """
        before = self.drafts.pop(key, None)
        if draft is not None:
            self.drafts[key] = dict(draft)
        if before is None and draft is None:
            return
        try:
            _replace(self._draft_place, json.dumps(self.drafts, ensure_ascii=False).encode())
        except OSError as error:
            raise unwritable(self._draft_place, error) from error

    def close(self) -> None:
        """Let others write the file."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def unwritable(place: Path, error: OSError) -> OutputError:
    """The error of a file that cannot be written."""
    return OutputError(
        say(f"{place} cannot be written: {error.strerror}", f"No se puede escribir {place}: {error.strerror}"),
        cure=say("Free space or choose another place with --out", "Libere espacio o elija otro lugar con --out"),
    )


def _beside(place: Path, ending: str) -> Path:
    return place.with_name(place.name.removesuffix(".jsonl") + ending)


def _read(place: Path) -> dict[str, Record]:
    """The records by text; a half-written last line is cut off."""
    if not place.exists():
        return {}
    content = place.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        with place.open("r+b") as file:
            file.truncate(len(whole))
    found: dict[str, Record] = {}
    for number, line in enumerate(whole.decode("utf-8", errors="replace").split("\n")[:-1], 1):
        try:
            record = json.loads(line)
            found[text_hash(record["text"])] = record
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputFormatError(
                say(f"{place.name}, line {number}: no labels", f"{place.name}, línea {number}: no hay etiquetas"),
                cure=say("Choose another file with --out, or mend it", "Elija otro fichero con --out o corríjala"),
            ) from error  # fmt: skip
    return found


def _drafts(place: Path) -> dict[str, Record]:
    """What was begun; nothing where there is no such file, or somebody broke it: drafts are not worth a stop."""
    try:
        value = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): one for key, one in value.items() if isinstance(one, dict)} if isinstance(value, dict) else {}


def _append(place: Path, record: Record) -> None:
    with place.open("ab") as file:
        start = file.tell()
        try:
            file.write(_line(record))
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            file.truncate(start)
            raise


def _rewrite(place: Path, records: Mapping[str, Record]) -> None:
    _replace(place, b"".join(_line(record) for record in records.values()))


def _replace(place: Path, content: bytes) -> None:
    part = place.with_name(place.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)


def _line(record: Record) -> bytes:
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()


def _locked(place: Path) -> BinaryIO:
    """The opened lock file; the system lets go of it when the process ends, however it ends.

    Raises:
        OutputError: another process holds it.
    """
    file = place.open("ab")
    try:
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock

            flock(file.fileno(), LOCK_EX | LOCK_NB)
        except ModuleNotFoundError:  # Windows has its own
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore] # Windows only
    except OSError as error:
        file.close()
        name = place.name.removesuffix(LOCK)
        raise OutputError(
            say(f"{name}.jsonl is being written by another process", f"Otro proceso está escribiendo {name}.jsonl"),
            cure=say("End that one, or choose another file with --out", "Ciérrelo o elija otro fichero con --out"),
        ) from error
    return file
