"""One writer of a registry at a time. In: its store and what is to be done. Out: the work's turn, or who has it.

On this machine the system itself gives the lock back when its owner dies, however that happens. Behind a URL there are
no locks: a file says who is writing, and counts no more once its owner is dead (seen from the same machine) or an hour
has gone by.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final

from hx_detect.bundle_store import BundleStore, LocalStore, trouble_told
from hx_detect.errors import RegistryBusyError
from hx_detect.wording import say

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]  # that is how its absence is said

LOCK_FILE: Final = ".lock"
STALE_AFTER: Final = timedelta(hours=1)


@contextmanager
def writing(store: BundleStore, what: str) -> Iterator[None]:
    """Be the only one who writes.

    Args:
        store: the registry's.
        what: what is being done, for those who have to wait.

    Raises:
        RegistryBusyError: another process is writing; the message says who and since when.
        RegistryError: the place cannot be written.
    """
    owner = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "what": what,
        "token": secrets.token_hex(8),
    }
    held = _by_system if isinstance(store, LocalStore) and fcntl is not None else _by_file
    with held(store, owner):
        yield


@contextmanager
def _by_system(store: BundleStore, owner: dict[str, Any]) -> Iterator[None]:
    assert isinstance(store, LocalStore)  # writing() has looked
    with trouble_told(store.root):
        store.path.mkdir(parents=True, exist_ok=True)
        file = (store.path / LOCK_FILE).open("ab+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise _busy(store, file.read()) from error
        _note(file, json.dumps(owner).encode())
        try:
            yield
        finally:
            _note(file, b"")


def _note(file: BinaryIO, content: bytes) -> None:
    file.truncate(0)
    file.write(content)
    file.flush()


@contextmanager
def _by_file(store: BundleStore, owner: dict[str, Any]) -> Iterator[None]:
    found = store.read(LOCK_FILE)
    if found and not _is_stale(found):
        raise _busy(store, found)
    store.write(json.dumps(owner).encode(), LOCK_FILE)
    now = store.read(LOCK_FILE) or b""
    if _parsed(now).get("token") != owner["token"]:  # another was as quick, and the last one has it
        raise _busy(store, now)
    try:
        yield
    finally:
        store.remove(LOCK_FILE)


def _is_stale(content: bytes) -> bool:
    owner = _parsed(content)
    try:
        since = datetime.fromisoformat(str(owner["since"]))
        if datetime.now(UTC) - since > STALE_AFTER:
            return True
        return owner["host"] == socket.gethostname() and os.name == "posix" and not _is_running(int(owner["pid"]))
    except (KeyError, ValueError, TypeError):
        return True  # it does not say who: nobody can be asked


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        owner = json.loads(content)
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}


def _busy(store: BundleStore, content: bytes) -> RegistryBusyError:
    owner = _parsed(content)
    who = say("process {} on {}, {}, since {}", "el proceso {} en {}, {}, desde {}").format(
        *(owner.get(key, "?") for key in ("pid", "host", "what", "since"))
    )
    return RegistryBusyError(
        say(f"Another process is writing the registry {store.root}: {who}",
            f"Otro proceso está escribiendo en el registro {store.root}: {who}"),
        cure=say("Wait until it has finished and try again", "Espere a que termine e inténtelo de nuevo"),
    )  # fmt: skip
