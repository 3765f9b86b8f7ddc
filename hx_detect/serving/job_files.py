"""Where a job's files are. In: the data folder, ids made by us. Out: ``JobFolder``, and who is at work in it.

No name that a client sent is ever part of a path.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
import unicodedata
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

if sys.platform != "win32":
    import fcntl

LOCKS: Final = sys.platform != "win32"
"""Has the system locks that end with their process? Where not, heartbeats alone tell who lives."""
JOBS: Final = "jobs"
UPLOAD: Final = "upload"
"""Name of every uploaded file, before its suffix."""
SUFFIXES: Final = {"csv": ".csv", "tsv": ".tsv", "jsonl": ".jsonl", "parquet": ".parquet", "xlsx": ".xlsx"}
LONGEST_NAME: Final = 200
YOUNG_SECONDS: Final = 600
"""Age below which a folder without a job is left alone: it may be about to get one."""
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ID_PATTERN: Final = f"^{_ID.pattern}$"


class FolderLock:
    """Held by who works in a folder; the system lets go of it when the last process that holds it dies.

    Attributes:
        descriptor: the open file, to hand to a child process; None where the system has no such locks.
    """

    def __init__(self, descriptor: int | None) -> None:
        self.descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """The lock, or None where somebody holds it.

        Raises:
            OSError: the file cannot be made.
        """
        if sys.platform == "win32":
            return cls(None)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        return cls(descriptor)

    def release(self) -> None:
        """Let go; a child process that was handed the lock still holds it."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


class JobFolder:
    """The folder of one job.

    Args:
        data: the service's data folder.
        identifier: id of the job, a UUID.
    """

    def __init__(self, data: Path, identifier: str) -> None:
        if not is_id(identifier):
            raise ValueError("not an id of ours")
        self.id = identifier
        self.path = data / JOBS / identifier

    @classmethod
    def make(cls, data: Path) -> Self:
        """A new folder, which only this user may read.

        Raises:
            OSError: it cannot be made.
        """
        folder = cls(data, str(uuid.uuid4()))
        folder.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.path.mkdir(mode=0o700)
        return folder

    def lock(self, name: str = "lock") -> FolderLock | None:
        """See ``FolderLock.take``."""
        return FolderLock.take(self.path / name)

    def upload(self) -> Path | None:
        """The uploaded file, under its own name here; None where it is gone."""
        return next(iter(sorted(self.path.glob(f"{UPLOAD}.*"))), None)

    def result(self, format: str) -> Path:
        """Where the scored rows are in a format."""
        return self.path / f"result{SUFFIXES[format]}"

    def rejects(self, format: str) -> Path:
        """Where the rejected rows are; there is no file where there are none."""
        return self.path / f"result{SUFFIXES[format]}.rejects.jsonl"

    def part(self, format: str) -> Path:
        """The folder of the scored chunks."""
        return self.path / f"result{SUFFIXES[format]}.part"

    def remove(self) -> None:
        """Delete all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def is_id(text: str) -> bool:
    """Can this be the id of a job?"""
    return _ID.fullmatch(text) is not None


def folders(data: Path) -> Iterator[JobFolder]:
    """All job folders."""
    place = data / JOBS
    for path in place.iterdir() if place.is_dir() else ():
        if is_id(path.name):
            yield JobFolder(data, path.name)


def is_young(folder: JobFolder) -> bool:
    """Was the folder changed a moment ago? Also True where it is gone."""
    try:
        return time.time() - folder.path.stat().st_mtime < YOUNG_SECONDS
    except OSError:
        return True


def shown_name(name: str) -> str:
    """A client's file name as it may be shown: its last part, one line, no signs that turn text around."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()))[-1]
    plain = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    if len(plain) > LONGEST_NAME:
        stem, dot, suffix = plain.rpartition(".")
        keep = f"{dot}{suffix}" if dot and len(suffix) <= 10 else ""
        plain = (stem if keep else plain)[: LONGEST_NAME - len(keep)] + keep
    return plain or "file"
