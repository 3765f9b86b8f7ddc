"""Work in progress on disk. In: a folder and what the run is. Out: finished chunks that survive a kill.

``OUT.part/`` holds ``state.json`` (which input, options and model) and numbered chunks. Each is written beside and
renamed, so what is there is whole; a chunk that is there is never scored again.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hx_detect.errors import OutputError, ResumeError
from hx_detect.wording import say

_STATE: Final = "state.json"
_VERSION: Final = 1


class PartFolder:
    """The folder of one unfinished run.

    Attributes:
        path: the folder.
        done: number of finished chunks.
    """

    def __init__(self, path: Path, done: int) -> None:
        self.path = path
        self.done = done

    @classmethod
    def start(cls, path: Path, state: Mapping[str, Any], *, resume: bool, overwrite: bool) -> PartFolder:
        """Make the folder, or take up the one that a killed run left.

        Args:
            path: the folder, ``OUT.part``.
            state: what the run is; it has to be the same to go on.
            resume: go on with finished chunks.
            overwrite: throw finished chunks away.

        Raises:
            ResumeError: the folder is of another input, other options or another model, or ``resume`` was not given.
            OutputError: the folder cannot be made.
        """
        wanted = {"version": _VERSION, **state}
        try:
            if (path / _STATE).is_file() and not overwrite:
                return cls._taken_up(path, wanted, resume=resume)
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
            _write_whole(path / _STATE, json.dumps(wanted, indent=1).encode())
        except OSError as error:
            raise OutputError(
                say(f"{path} cannot be made: {error.strerror}", f"No se puede crear {path}: {error.strerror}"),
                cure=say("Choose another place with -o", "Elija otro lugar con -o"),
            ) from error
        return cls(path, 0)

    @classmethod
    def _taken_up(cls, path: Path, wanted: Mapping[str, Any], *, resume: bool) -> PartFolder:
        try:
            kept = json.loads((path / _STATE).read_bytes())
        except ValueError:
            kept = {}
        done = sum(1 for _ in path.glob("chunk-*.gz"))
        if not resume and done:
            raise ResumeError(
                say(f"{path} holds the scored rows of a run that was stopped",
                    f"{path} contiene las filas puntuadas de una ejecución interrumpida"),
                cure=say("Go on with --resume, or start again with --overwrite",
                         "Siga con --resume o empiece de nuevo con --overwrite"),
            )  # fmt: skip
        different = [key for key in wanted if kept.get(key) != wanted[key]]
        if resume and different:
            raise ResumeError(
                say(f"--resume: {path} is of another run: {_difference(kept, wanted, different[0])}",
                    f"--resume: {path} es de otra ejecución: {_difference(kept, wanted, different[0])}"),
                cure=say("Repeat the same command, or start again with --overwrite",
                         "Repita la misma orden o empiece de nuevo con --overwrite"),
            )  # fmt: skip
        if different:
            _write_whole(path / _STATE, json.dumps(wanted, indent=1).encode())
        return cls(path, done)

    def add(self, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """Keep one finished chunk.

        Raises:
            OutputError: the disk is full …
        """
        lines = "".join(json.dumps(outcome, ensure_ascii=False, separators=(",", ":")) + "\n" for outcome in outcomes)
        try:
            _write_whole(self._chunk(self.done), gzip.compress(lines.encode("utf-8", "backslashreplace"), 1, mtime=0))
        except OSError as error:
            raise OutputError(
                say(f"{self.path} cannot be written: {error}", f"No se puede escribir en {self.path}: {error}"),
                cure=say("Free space, then go on with --resume", "Libere espacio y siga con --resume"),
            ) from error
        self.done += 1

    def outcomes(self) -> Iterator[dict[str, Any]]:
        """All outcomes kept, in order, in constant memory."""
        for index in range(self.done):
            with gzip.open(self._chunk(index), "rt", encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)

    def remove(self) -> None:
        """Delete the folder; its state goes first, so that a kill in between leaves nothing to take up."""
        (self.path / _STATE).unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)

    @staticmethod
    def copy_for(kept: Path, output: str) -> Path:
        """Copy a finished run's folder for another output, so that a run with ``resume`` writes it without scoring.

        Args:
            kept: the folder of a run whose options said ``keep_part``.
            output: the other output, a path.

        Returns:
            The copy, ``OUTPUT.part``; where the file system can, its chunks are links.

        Raises:
            OSError: ``kept`` is not there, or the copy cannot be made.
        """
        copy = Path(output + ".part")
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for chunk in sorted(kept.glob("chunk-*.gz")):
            try:
                (copy / chunk.name).hardlink_to(chunk)
            except OSError:  # a file system without links
                shutil.copyfile(chunk, copy / chunk.name)
        state = json.loads((kept / _STATE).read_bytes()) | {"output": output}
        _write_whole(copy / _STATE, json.dumps(state, indent=1).encode())
        return copy

    def _chunk(self, index: int) -> Path:
        return self.path / f"chunk-{index:07d}.gz"


def _write_whole(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _difference(kept: Mapping[str, Any], wanted: Mapping[str, Any], key: str) -> str:
    before, now = kept.get(key), wanted[key]
    if isinstance(before, dict) and isinstance(now, dict):
        inner = next((name for name in now if before.get(name) != now[name]), "")
        return f"{key}.{inner}: {before.get(inner)!r} ≠ {now.get(inner)!r}"
    return f"{key}: {before!r} ≠ {now!r}"
