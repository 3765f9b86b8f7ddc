"""The store opens by URL, commits durably or not at all, and says in one line what is wrong."""

from __future__ import annotations

import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from hx_detect.errors import StoreError, UsageError
from hx_detect.serving.store.engine import Store, parse_url, sqlite_url
from hx_detect.serving.store.tables import ApiKey


def key(name: str) -> ApiKey:
    return ApiKey(id=name, name=name, prefix=name, hash="0" * 64, scopes=["score"])


def names(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted(session.scalars(select(ApiKey.name)))


def test_what_is_committed_is_there_and_what_failed_is_not(any_store: Store) -> None:
    def fail() -> None:
        with any_store.session() as session:
            session.add(key("lost"))
            session.flush()
            raise ZeroDivisionError

    with any_store.session() as session:
        session.add(key("kept"))
    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(any_store) == ["kept"]


def test_rows_can_be_read_after_their_session(any_store: Store) -> None:
    with any_store.session() as session:
        row = key("a")
        session.add(row)
    assert (row.name, row.scopes, row.revoked) == ("a", ["score"], None)
    assert row.created.utcoffset() is not None


def test_times_keep_their_zone(any_store: Store) -> None:
    with any_store.session() as session:
        made = key("a")
        session.add(made)
    with any_store.reading() as session:
        read = session.scalars(select(ApiKey)).one()
    assert read.created == made.created
    assert read.created.utcoffset() is not None


def test_a_time_without_a_zone_is_refused(any_store: Store) -> None:
    row = key("a")
    row.created = datetime(2026, 5, 1)
    with pytest.raises(StoreError), any_store.session() as session:
        session.add(row)
    assert names(any_store) == []


def test_writers_at_the_same_time_all_get_through(any_store: Store) -> None:
    def write(number: int) -> None:
        for step in range(5):
            with any_store.session() as session:
                session.scalar(select(func.count()).select_from(ApiKey))  # reads before it writes
                session.add(key(f"{number}-{step}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(any_store)) == 20


def test_readers_do_not_wait_for_a_writer(any_store: Store) -> None:
    with any_store.session() as session:
        session.add(key("a"))
        session.flush()
        assert names(any_store) == []
    assert names(any_store) == ["a"]


def test_sqlite_syncs_every_commit(sqlite_store: Store) -> None:
    with sqlite_store.session() as session:
        settings = [
            session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]  # fmt: skip
    assert settings == ["wal", 2, 1]


def test_the_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "store.db"
    store = Store(sqlite_url(path))
    store.migrate()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    store.close()


def test_a_store_answers_or_says_so(any_store: Store, tmp_path: Path) -> None:
    any_store.ping()
    missing = Store(f"postgresql://nobody:secret@/none?host={tmp_path}")
    with pytest.raises(StoreError) as caught:
        missing.ping()
    assert "secret" not in str(caught.value)
    assert caught.value.cure
    missing.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(sqlite_url(tmp_path / "file" / "store.db"))


def test_no_error_repeats_what_was_to_be_stored(any_store: Store) -> None:
    with any_store.session() as session:
        session.add(key("my words"))
    with pytest.raises(StoreError) as caught, any_store.session() as session:
        session.add(key("my words"))
    assert isinstance(caught.value.__cause__, IntegrityError)
    assert "my words" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite://", "sqlite:///:memory:", "no url", "", "oracle://u:geheim@h"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="neither a SQLite file nor PostgreSQL") as caught:
        Store(url)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_postgresql_has_one_driver(scheme: str) -> None:
    assert parse_url(f"{scheme}://u:p@h/d").drivername == "postgresql+psycopg"
