"""Tokens -> the keys they are. In: the store, read every few seconds. Out: keys from memory, so none waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from anyio import to_thread

from hx_detect.errors import StoreError
from hx_detect.serving.keys import is_secret_of, parse_token
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.keys import KeyBook, KeyEntry, note_use, read_book
from hx_detect.serving.store.tables import now

REFRESH_SECONDS: Final = 2.0
"""How old what is held may be: a revoked key opens nothing after that."""
STALE_SECONDS: Final = 30.0
"""How old it may be while the database cannot be reached."""
RETRY_SECONDS: Final = 1.0
NOTE_SECONDS: Final = 60.0
"""How often it is written down when keys were last used."""


@dataclass(frozen=True, slots=True)
class _Held:
    book: KeyBook
    read_at: float


class KeyRing:
    """The good keys, held in memory. Lives on one event loop.

    Random tokens cost no look-up: what is not in memory, which is fresh, does not exist.

    Args:
        store: where the keys are.
        clock: seconds that never go back.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._held: _Held | None = None
        self._lock = asyncio.Lock()
        self._failed_at = -RETRY_SECONDS
        self._used: dict[str, datetime] = {}
        self._noted_at = clock()

    async def is_open(self) -> bool:
        """No key has ever been made, so that none can be asked for.

        Raises:
            StoreError: the keys cannot be read.
        """
        return not (await self._book()).any_made

    async def find(self, token: str) -> KeyEntry | None:
        """The key of a token; None where it is none of the good ones.

        Raises:
            StoreError: the keys cannot be read, and have not been for a while.
        """
        parts = parse_token(token)
        if parts is None:
            return None
        prefix, secret = parts
        entry = (await self._book()).by_prefix.get(prefix)
        if entry is None or not is_secret_of(secret, entry.hash):
            return None
        self._used[entry.id] = now()
        return entry

    async def _book(self) -> KeyBook:
        held = self._held
        if held is not None:
            age = self._clock() - held.read_at
            failing = self._clock() - self._failed_at < RETRY_SECONDS
            # While one request reads the keys again, the others go by those that were good a moment ago.
            if age < REFRESH_SECONDS or ((failing or self._lock.locked()) and age < STALE_SECONDS):
                return held.book
        async with self._lock:
            return (await self._refreshed(held)).book

    async def _refreshed(self, before: _Held | None) -> _Held:
        if self._held is not None and self._held is not before:  # another request did it meanwhile
            return self._held
        began = self._clock()
        try:
            held = _Held(await to_thread.run_sync(self._read), began)
        except StoreError:
            self._failed_at = self._clock()
            if before is not None and self._clock() - before.read_at < STALE_SECONDS:
                return before
            raise
        self._held = held
        return held

    def _read(self) -> KeyBook:
        if self._used and self._clock() - self._noted_at >= NOTE_SECONDS:
            used, self._used = self._used, {}
            self._noted_at = self._clock()
            note_use(self._store, used)
        return read_book(self._store)
