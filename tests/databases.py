"""Databases for tests. In: a temporary folder, Debian's PostgreSQL. Out: empty stores on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from sqlalchemy import URL

    from hx_detect.serving.store.engine import Store

START_SECONDS = 120
UNPRIVILEGED = ("postgres", "nobody")
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


def unprivileged() -> dict[str, Any]:
    """Arguments of ``subprocess`` that run a program as somebody else than root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = next(name for name in UNPRIVILEGED if name in known)
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


class Postgres:
    """A server of its own for one test run, reached by a socket in its folder only."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder = folder
        as_user = unprivileged()
        if as_user:
            shutil.chown(folder, as_user["user"])
        data = folder / "data"
        make: list[str | Path] = [
            bin_folder / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "tester",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        subprocess.run(make, check=True, capture_output=True, cwd=folder, env=environment, **as_user)
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=60")
        options = [word for setting in settings for word in ("-c", setting)]
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, *options],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, **as_user,
        )  # fmt: skip
        self._wait(bin_folder)

    def _wait(self, bin_folder: Path) -> None:
        end = time.monotonic() + START_SECONDS
        asking: list[str | Path] = [
            bin_folder / "pg_isready",
            "-q",
            "-h",
            self.folder,
            "-U",
            "tester",
            "-d",
            "postgres",
        ]
        while subprocess.run(asking, check=False).returncode:
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.1)

    def url(self, database: str) -> URL:
        """The URL of one of its databases."""
        from sqlalchemy import URL

        return URL.create(
            "postgresql+psycopg", username="tester", database=database, query={"host": str(self.folder)}
        )  # fmt: skip

    def command(self, statement: str) -> None:
        """Run a statement outside any transaction, such as one that makes a database."""
        from sqlalchemy import create_engine, text

        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def stop(self) -> None:
        """End the server, with every connection."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=START_SECONDS)
        self._log.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; the test is skipped where it is not installed."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="hx-postgres-"))
    server = Postgres(folder, bin_folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[URL]:
    """An empty PostgreSQL database."""
    name = f"t{uuid4().hex}"
    postgres.command(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.command(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """An empty database, of each kind in turn."""
    from sqlalchemy import URL

    if request.param == "sqlite":
        return URL.create("sqlite", database=str(tmp_path / "data" / "store.db"))
    url = request.getfixturevalue("postgres_url")
    assert isinstance(url, URL)
    return url


@pytest.fixture
def any_store(database_url: URL) -> Iterator[Store]:
    """A store with its tables, of each kind in turn."""
    from hx_detect.serving.store.engine import Store

    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """A store with its tables on SQLite, for what does not hang on the database."""
    from hx_detect.serving.store.engine import Store, sqlite_url

    store = Store(sqlite_url(tmp_path / "data" / "store.db"))
    store.migrate()
    yield store
    store.close()
