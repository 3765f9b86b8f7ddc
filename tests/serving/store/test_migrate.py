"""The tables are made, agree with their classes, and go away again; several processes may start at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, inspect, select, text

from hx_detect.errors import StoreError
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.migrate import downgrade, upgrade
from hx_detect.serving.store.tables import ApiKey, Table


@pytest.fixture
def empty(database_url: URL) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def tables(store: Store) -> set[str]:
    with store.engine.connect() as connection:
        return set(inspect(connection).get_table_names()) - {"sqlite_sequence"}


def test_an_empty_database_gets_all_tables_as_the_classes_say(empty: Store) -> None:
    empty.migrate()
    assert tables(empty) == {*Table.metadata.tables, "alembic_version"}
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_downgrading_takes_them_away_and_upgrading_brings_them_back(empty: Store) -> None:
    empty.migrate()
    with empty.engine.begin() as connection:
        downgrade(connection)
    assert tables(empty) <= {"alembic_version"}
    empty.migrate()
    assert set(Table.metadata.tables) <= tables(empty)


def test_migrating_again_changes_nothing(empty: Store) -> None:
    empty.migrate()
    with empty.session() as session:
        session.add(ApiKey(id="a", name="a", prefix="a", hash="0", scopes=[]))
    empty.migrate()
    with empty.reading() as session:
        assert session.scalars(select(ApiKey.name)).all() == ["a"]


def test_workers_that_start_together(database_url: URL) -> None:
    failures: list[Exception] = []

    def start() -> None:
        store = Store(database_url)
        try:
            store.migrate()
        except StoreError as error:
            failures.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_of_a_newer_release_is_left_alone(empty: Store) -> None:
    empty.migrate()
    with empty.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="not of this release") as caught:
        empty.migrate()
    assert "newer" in caught.value.cure


def test_a_migration_that_fails_leaves_nothing(empty: Store) -> None:
    def fail() -> None:
        with empty.engine.begin() as connection:
            upgrade(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert tables(empty) == set()
