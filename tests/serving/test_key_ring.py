"""Keys are held in memory, revoked within seconds, and a database that is away for a moment locks nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hx_detect.errors import StoreError
from hx_detect.serving import key_ring
from hx_detect.serving.key_ring import NOTE_SECONDS, REFRESH_SECONDS, RETRY_SECONDS, STALE_SECONDS, KeyRing
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.keys import KeyBook, create_key, list_keys, read_book, revoke_key


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Reads:
    """Counts how often the keys are read, and fails when told to."""

    def __init__(self) -> None:
        self.count = 0
        self.failing = False

    def __call__(self, store: Store) -> KeyBook:
        self.count += 1
        if self.failing:
            raise StoreError("away")
        return read_book(store)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    counted = Reads()
    monkeypatch.setattr(key_ring, "read_book", counted)
    return counted


@contextmanager
def ring_of(store: Store) -> Iterator[tuple[KeyRing, Clock]]:
    clock = Clock()
    yield KeyRing(store, clock), clock


async def name_of(ring: KeyRing, token: str) -> str | None:
    entry = await ring.find(token)
    return entry.name if entry else None


def test_a_key_opens_until_it_is_revoked(sqlite_store: Store) -> None:
    _, token = create_key(sqlite_store, "crm", ["score"])

    async def story() -> list[str | None]:
        with ring_of(sqlite_store) as (ring, clock):
            seen = [await name_of(ring, token), await name_of(ring, token[:-1] + "!"), await name_of(ring, "hxd_a_b")]
            revoke_key(sqlite_store, "crm")
            clock.now += REFRESH_SECONDS
            return [*seen, await name_of(ring, token)]

    assert asyncio.run(story()) == ["crm", None, None, None]


def test_guessing_costs_the_database_nothing(sqlite_store: Store, reads: Reads) -> None:
    async def story() -> None:
        with ring_of(sqlite_store) as (ring, _):
            for number in range(50):
                assert await ring.find(f"hxd_{number}_secret") is None

    asyncio.run(story())
    assert reads.count == 1


def test_many_requests_at_once_read_the_keys_once(sqlite_store: Store, reads: Reads) -> None:
    _, token = create_key(sqlite_store, "crm", ["score"])

    async def story() -> None:
        with ring_of(sqlite_store) as (ring, clock):
            for _ in range(2):
                assert set(await asyncio.gather(*(name_of(ring, token) for _ in range(20)))) == {"crm"}
                clock.now += REFRESH_SECONDS

    asyncio.run(story())
    assert reads.count == 2


def test_a_database_that_is_away_for_a_moment(sqlite_store: Store, reads: Reads) -> None:
    _, token = create_key(sqlite_store, "crm", ["score"])

    async def story() -> None:
        with ring_of(sqlite_store) as (ring, clock):
            await ring.find(token)
            reads.failing = True
            clock.now += REFRESH_SECONDS
            for _ in range(5):  # within a second it is asked once
                assert await name_of(ring, token) == "crm"
            assert reads.count == 2
            clock.now += RETRY_SECONDS
            assert await name_of(ring, token) == "crm"
            assert reads.count == 3
            clock.now += STALE_SECONDS
            with pytest.raises(StoreError):
                await ring.find(token)
            reads.failing = False
            assert await name_of(ring, token) == "crm"

    asyncio.run(story())


def test_it_is_open_until_the_first_key_is_made_and_never_again(sqlite_store: Store) -> None:
    async def story() -> list[bool]:
        with ring_of(sqlite_store) as (ring, clock):
            seen = [await ring.is_open()]
            create_key(sqlite_store, "crm", ["score"])
            for _ in range(2):
                clock.now += REFRESH_SECONDS
                seen.append(await ring.is_open())
                revoke_key(sqlite_store, "crm")
            return seen

    assert asyncio.run(story()) == [True, False, False]


def test_the_last_use_is_noted_once_a_minute(sqlite_store: Store) -> None:
    _, token = create_key(sqlite_store, "crm", ["score"])

    async def story() -> None:
        with ring_of(sqlite_store) as (ring, clock):
            await ring.find(token)
            clock.now += REFRESH_SECONDS
            await ring.find(token)
            assert list_keys(sqlite_store)[0].last_used is None
            clock.now += NOTE_SECONDS
            await ring.find(token)
            assert list_keys(sqlite_store)[0].last_used is not None

    asyncio.run(story())
