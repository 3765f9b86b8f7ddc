"""Requests of a key -> may this one pass? In: key, rate. Out: yes with what is left, or no with when to come again.

The generic cell rate algorithm (ITU-T I.371, annex A), which is a token bucket that keeps one number per key: the time
at which the bucket will be full again. A bucket holds one minute's requests. Workers of one service share the numbers
through a file in memory, so that a limit is the key's, not the worker's.
"""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

try:
    import fcntl
except ImportError:  # Windows has no such locks; each worker then counts for itself
    fcntl = None  # type: ignore[assignment]  # that is how its absence is said

WINDOW_SECONDS: Final = 60.0
SLOTS: Final = 1 << 14
PROBES: Final = 32
KEPT: Final = 10_000
_SLOT: Final = struct.Struct("=16sd")


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer for one request.

    Attributes:
        allowed: may it pass?
        limit: requests a minute.
        left: how many more may pass at once.
        retry_after: seconds until the next one may pass; 0 where this one may.
        full_after: seconds until ``left`` is ``limit`` again.
    """

    allowed: bool
    limit: int
    left: int
    retry_after: float
    full_after: float

    def headers(self) -> dict[str, str]:
        """``RateLimit`` and ``RateLimit-Policy`` (IETF draft ratelimit-headers 08 and later), and ``Retry-After``."""
        fields = {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW_SECONDS:.0f}',
            "RateLimit": f'"key";r={self.left};t={math.ceil(self.full_after)}',
        }
        return fields if self.allowed else fields | {"Retry-After": str(max(1, math.ceil(self.retry_after)))}


class Times(Protocol):
    """Where the number of each key is kept."""

    def exchange(self, key: str, decide: Callable[[float], float]) -> None:
        """Replace a key's number by what ``decide`` makes of it, while nobody else can."""
        ...


class OwnTimes:
    """Numbers of one process; those of the past are forgotten when there are many."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._times: dict[str, float] = {}
        self._lock = threading.Lock()
        self._clock = clock

    def exchange(self, key: str, decide: Callable[[float], float]) -> None:
        """Replace a key's number (``Times``)."""
        with self._lock:
            self._times[key] = decide(self._times.get(key, 0.0))
            if len(self._times) > KEPT:
                self._times = {name: when for name, when in self._times.items() if when > self._clock()}


class SharedTimes:
    """Numbers that processes share through a file: a hash table of 16 bytes of the key's SHA-256 and a float64.

    Args:
        path: the file; made where there is none.
        clock: seconds, the same for all processes.

    Raises:
        OSError: it cannot be made, or the system has no such locks.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        if fcntl is None:
            raise OSError("no file locks on this system")
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        if hasattr(os, "posix_fallocate"):  # no holes: writing to one on a full disk would end the process
            os.posix_fallocate(self._file, 0, SLOTS * _SLOT.size)
        else:
            os.ftruncate(self._file, SLOTS * _SLOT.size)
        self._map = mmap.mmap(self._file, SLOTS * _SLOT.size)
        self._lock = threading.Lock()
        self._clock = clock

    def exchange(self, key: str, decide: Callable[[float], float]) -> None:
        """Replace a key's number (``Times``); where the table is full around it, the oldest there gives way."""
        mark = hashlib.sha256(key.encode()).digest()[:16]
        with self._alone():
            place, kept = self._find(mark)
            _SLOT.pack_into(self._map, place, mark, decide(kept))

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._file)

    def _find(self, mark: bytes) -> tuple[int, float]:
        """Where this key's slot is or may be made, and its number."""
        first = int.from_bytes(mark[:4], "big")
        free, oldest = 0, math.inf
        for step in range(PROBES):
            place = (first + step) % SLOTS * _SLOT.size
            held, when = _SLOT.unpack_from(self._map, place)
            if held == mark:
                return place, when
            if when < oldest:
                free, oldest = place, when
        return free, 0.0

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


class RateLimiter:
    """Counts the requests of each key.

    Args:
        times: where the numbers are kept; None keeps them in this process.
        clock: seconds.
    """

    def __init__(self, times: Times | None = None, clock: Callable[[], float] = time.time) -> None:
        self._times = times or OwnTimes(clock)
        self._clock = clock

    def take(self, key: str, per_minute: int) -> Allowance:
        """Count one request.

        Args:
            key: whose.
            per_minute: how many may pass in a minute, 1 or more.
        """
        moment, step = self._clock(), WINDOW_SECONDS / per_minute
        end = moment + WINDOW_SECONDS * (1 + 1e-9)
        seen = [moment]

        def decide(full_at: float) -> float:
            # A time beyond the window was written under another clock: it counts for nothing.
            seen[0] = full_at if moment < full_at <= end else moment
            return seen[0] + step if seen[0] + step <= end else seen[0]

        self._times.exchange(key, decide)
        later = seen[0] + step
        allowed = later <= end
        full_after = (later if allowed else seen[0]) - moment
        left = int((WINDOW_SECONDS - full_after) / step + 1e-6)
        return Allowance(allowed, per_minute, max(0, left), 0.0 if allowed else later - end, full_after)
