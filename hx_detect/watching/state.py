"""What a watch remembers from run to run. In: a SQLite file. Out: the texts seen (no words), groups, alarms told.

A text is kept as a fingerprint, its day, its group and one bit per stream. All of a run is one transaction: a run that
is killed leaves the file as it was, and a second run beside it waits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from hx_detect.errors import StateError
from hx_detect.watching.alarm_records import Alarm
from hx_detect.watching.table import WatchTable
from hx_detect.wording import say

_FORMAT: Final = "1"
_MOST_STREAMS: Final = 62
_WAIT_SECONDS: Final = 60.0
_TABLES: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE texts (seen INTEGER PRIMARY KEY, fingerprint BLOB UNIQUE, day INTEGER, scope TEXT, hits INTEGER)",
    "CREATE TABLE told (scope TEXT, signal TEXT, since TEXT, ended TEXT, key TEXT PRIMARY KEY)",
)


class WatchState:
    """The state of one watch, for use in a ``with``; what was done is kept only where the block ends well.

    Args:
        path: the file; made where there is none.

    Raises:
        StateError: the file is none of ours, or another run holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._base = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
            self._base.execute("BEGIN IMMEDIATE")
            self._check()
        except sqlite3.Error as error:
            raise _unusable(path, str(error)) from error

    def __enter__(self) -> WatchState:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with closing(self._base):
            self._base.execute("ROLLBACK" if kind else "COMMIT")

    def _check(self) -> None:
        known = {name for (name,) in self._base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not known:
            for statement in _TABLES:
                self._base.execute(statement)
            self._set("format", _FORMAT)
        elif "meta" not in known or self.get("format") != _FORMAT:
            self._base.close()
            raise _unusable(self._path, say("it is no state of a watch", "no es el estado de una vigilancia"))

    def get(self, name: str) -> str | None:
        """A remembered value."""
        row = self._base.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _set(self, name: str, value: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def take_in(self, table: WatchTable, fingerprints: Sequence[bytes]) -> WatchTable:
        """Add texts and give all that are known.

        Args:
            table: the texts of this run.
            fingerprints: of each of them.

        Returns:
            All texts in time order; those of this run that were known before are counted as ``repeated``.
        """
        known = {bytes(value) for (value,) in self._base.execute("SELECT fingerprint FROM texts")}
        streams = self._streams(table.streams)
        places = np.array([streams.index(name) for name in table.streams])
        bits = (table.hits.astype(np.int64) << places).sum(axis=1)
        scopes = [table.names[code] if code >= 0 else None for code in table.groups]
        new = [(fingerprint, int(day), scope, int(bit)) for fingerprint, day, scope, bit
               in zip(fingerprints, table.days, scopes, bits, strict=True) if fingerprint not in known]  # fmt: skip
        self._base.executemany("INSERT INTO texts (fingerprint, day, scope, hits) VALUES (?, ?, ?, ?)", new)
        here = dict(zip(fingerprints, table.rows.tolist(), strict=True))
        rows = self._base.execute("SELECT fingerprint, day, scope, hits FROM texts ORDER BY day, seen").fetchall()
        names = tuple(sorted({row[2] for row in rows if row[2] is not None}))
        codes = {name: code for code, name in enumerate(names)}
        masks = np.array([row[3] for row in rows], np.int64)
        return replace(
            table,
            days=np.array([row[1] for row in rows], np.int64),
            groups=np.array([codes.get(row[2], -1) for row in rows], np.int64),
            names=names,
            streams=streams,
            hits=(masks[:, None] >> np.arange(len(streams))) & 1 == 1,
            rows=np.array([here.get(row[0], -1) for row in rows], np.int64),
            repeated=len(fingerprints) - len(new),
        )

    def _streams(self, names: Sequence[str]) -> tuple[str, ...]:
        """The streams that there ever were, in the order of their bits; more than 62 are not kept."""
        known = (self.get("streams") or "").split(";") if self.get("streams") else []
        streams = (*known, *(name for name in names if name not in known))
        if len(streams) > _MOST_STREAMS:
            raise _unusable(self._path, say("too many signals", "demasiadas señales"))
        self._set("streams", ";".join(streams))
        return streams

    def watched_from(self, day: int) -> int:
        """The first day that may raise an alarm: as it was first set, for all later runs."""
        known = self.get("watched_from")
        if known is None:
            self._set("watched_from", str(day))
        return int(known) if known is not None else day

    def told(self, alarm: Alarm) -> bool:
        """An alarm of this scope and signal that overlaps with this one was told before."""
        rows = self._base.execute(
            "SELECT since, ended FROM told WHERE scope IS ? AND signal = ?", (alarm.group, alarm.signal)
        )
        end = alarm.ended or "9999"
        return any(since <= end and alarm.since_low <= (ended or "9999") for since, ended in rows)

    def remember(self, alarms: Sequence[Alarm]) -> None:
        """Alarms that have been told."""
        self._base.executemany(
            "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)",
            [(alarm.group, alarm.signal, alarm.since, alarm.ended, alarm.key) for alarm in alarms],
        )


def _unusable(path: Path, why: str) -> StateError:
    return StateError(
        say(f"The state {path} cannot be used: {why}", f"El estado {path} no se puede usar: {why}"),
        cure=say("Use another file with --state, or repeat the call of the first run",
                 "Use otro fichero con --state, o repita la llamada de la primera vez"),
    )  # fmt: skip
