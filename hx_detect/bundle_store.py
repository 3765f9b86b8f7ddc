"""A folder of model folders, on this machine or behind a URL. In: its place. Out: files and folders, written whole.

Nothing half-written is ever seen: files and folders are written beside and renamed; behind a URL the list of checksums
of a folder comes last, and a folder without it does not count.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from hx_detect.errors import HxDetectError, MissingExtraError, RegistryError
from hx_detect.wording import say

LAST_FILE: Final = "SHA256SUMS"
"""The file that makes a folder count."""
READ_ONLY: Final = 0o444


class BundleStore(Protocol):
    """What a registry needs of the place where it lies; names are given as parts of a path."""

    @property
    def root(self) -> str:
        """Its place, as given."""
        ...

    def names(self, *parts: str) -> list[str]:
        """The folders of a folder, sorted, without hidden ones; none where there is no such folder."""
        ...

    def read(self, *parts: str) -> bytes | None:
        """A file's bytes, or None where there is none."""
        ...

    def write(self, content: bytes, *parts: str) -> None:
        """Write a file whole or not at all."""
        ...

    def append(self, line: bytes, *parts: str) -> None:
        """Add a line to a file; a line that was cut short before it stays a line of its own."""
        ...

    def remove(self, *parts: str) -> None:
        """Take a file away, where there is one."""
        ...

    def sweep(self, *parts: str) -> None:
        """Take away what killed processes left half-written in a folder; only for who has the lock."""
        ...

    def add_folder(self, folder: Path, *parts: str) -> None:
        """Copy a local folder there, whole or not at all."""
        ...

    def size(self, *parts: str) -> int:
        """Bytes of the files of a folder; 0 where there is none."""
        ...

    def folder(self, *parts: str) -> Path | None:
        """A local folder with the files of a complete one, or None where there is none."""
        ...


def open_store(root: str) -> BundleStore:
    """The store at a path or fsspec URL; nothing is made or read yet."""
    return RemoteStore(root) if "://" in root else LocalStore(root)


@contextmanager
def trouble_told(place: str) -> Iterator[None]:
    """What the disk or the network raises becomes ``RegistryError`` with the place."""
    try:
        yield
    except HxDetectError:
        raise
    except ImportError as error:
        raise MissingExtraError(
            say(f"{place} needs a package: {error}", f"{place} necesita un paquete: {error}"),
            cure=say("Install it with pip", "Instálelo con pip"),
        ) from error
    except Exception as error:  # every protocol has errors of its own kind
        raise RegistryError(
            say(f"The registry {place} cannot be used: {error}", f"No se puede usar el registro {place}: {error}"),
            cure=say("Check the place, its permissions and the free space",
                     "Compruebe el lugar, sus permisos y el espacio libre"),
        ) from error  # fmt: skip


class LocalStore:
    """A store in a folder of this machine.

    Args:
        root: the folder; made when something is written.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.path = Path(root)

    def names(self, *parts: str) -> list[str]:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            place = self.path.joinpath(*parts)
            if not place.is_dir():
                return []
            return sorted(one.name for one in place.iterdir() if one.is_dir() and not one.name.startswith("."))

    def read(self, *parts: str) -> bytes | None:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            try:
                return self.path.joinpath(*parts).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def write(self, content: bytes, *parts: str) -> None:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            place = self.path.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f".{place.name}-{secrets.token_hex(8)}")
            try:
                with beside.open("xb") as file:
                    file.write(content)
                    _keep(file)
                beside.replace(place)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            _keep_folder(place.parent)

    def append(self, line: bytes, *parts: str) -> None:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            place = self.path.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab+") as file:
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    line = line if file.read(1) == b"\n" else b"\n" + line
                file.write(line + b"\n")
                _keep(file)

    def add_folder(self, folder: Path, *parts: str) -> None:
        """See ``BundleStore``; the files become read-only."""
        with trouble_told(self.root):
            place = self.path.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as beside:
                new = Path(beside) / "new"
                new.mkdir()
                for file in sorted(one for one in folder.iterdir() if one.is_file()):
                    shutil.copyfile(file, new / file.name)
                    (new / file.name).chmod(READ_ONLY)
                    with (new / file.name).open("rb") as written:
                        os.fsync(written.fileno())
                new.rename(place)
            _keep_folder(place.parent)

    def size(self, *parts: str) -> int:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            return sum(file.stat().st_size for file in self.path.joinpath(*parts).rglob("*") if file.is_file())

    def folder(self, *parts: str) -> Path | None:
        """See ``BundleStore``."""
        place = self.path.joinpath(*parts)
        return place if (place / LAST_FILE).is_file() else None

    def remove(self, *parts: str) -> None:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            self.path.joinpath(*parts).unlink(missing_ok=True)

    def sweep(self, *parts: str) -> None:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            for left in self.path.joinpath(*parts).glob(".*-*"):
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


class RemoteStore:
    """A store behind an fsspec URL; folders are copied to this machine's cache once, as versions never change.

    Args:
        root: the URL.
    """

    def __init__(self, root: str) -> None:
        self.root = root

    def names(self, *parts: str) -> list[str]:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            system, place = self._at(*parts)
            try:
                found = system.ls(place, detail=True, refresh=True)
            except FileNotFoundError:
                return []
            names = [one["name"].rstrip("/").rpartition("/")[2] for one in found if one["type"] == "directory"]
            return sorted(name for name in names if not name.startswith("."))

    def read(self, *parts: str) -> bytes | None:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            system, place = self._at(*parts)
            try:
                return bytes(system.cat_file(place))
            except FileNotFoundError:
                return None

    def write(self, content: bytes, *parts: str) -> None:
        """See ``BundleStore``: one put."""
        with trouble_told(self.root):
            system, place = self._at(*parts)
            system.makedirs(place.rpartition("/")[0], exist_ok=True)
            system.pipe_file(place, content)

    def append(self, line: bytes, *parts: str) -> None:
        """See ``BundleStore``: read, then one put of the whole."""
        old = self.read(*parts) or b""
        self.write(old + (b"\n" if old and not old.endswith(b"\n") else b"") + line + b"\n", *parts)

    def remove(self, *parts: str) -> None:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            system, place = self._at(*parts)
            with contextlib.suppress(FileNotFoundError):
                system.rm_file(place)

    def sweep(self, *parts: str) -> None:
        """See ``BundleStore``; what is left of a version that was cut short is written over when it is added again."""

    def add_folder(self, folder: Path, *parts: str) -> None:
        """See ``BundleStore``: the list of checksums comes last."""
        files = sorted((one for one in folder.iterdir() if one.is_file()), key=lambda one: (one.name == LAST_FILE, one))
        for file in files:
            self.write(file.read_bytes(), *parts, file.name)

    def size(self, *parts: str) -> int:
        """See ``BundleStore``."""
        with trouble_told(self.root):
            system, place = self._at(*parts)
            return int(system.du(place)) if system.exists(place) else 0

    def folder(self, *parts: str) -> Path | None:
        """See ``BundleStore``."""
        sums = self.read(*parts, LAST_FILE)
        if sums is None:
            return None
        place = self._cache() / "-".join((*parts, hashlib.sha256(sums).hexdigest()[:16]))
        if place.is_dir():
            return place
        with trouble_told(self.root):
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as beside:
                new = Path(beside) / "new"
                new.mkdir()
                for name in (*(line[66:] for line in sums.decode().splitlines()), LAST_FILE):
                    (new / Path(name).name).write_bytes(self.read(*parts, name) or b"")
                with contextlib.suppress(OSError):  # another process has just put it there
                    new.rename(place)
        return place

    def _cache(self) -> Path:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return caches / "hx-detect" / "registry" / hashlib.sha256(self.root.encode()).hexdigest()[:16]

    def _at(self, *parts: str) -> tuple[Any, str]:
        import fsspec

        system, place = fsspec.core.url_to_fs(self.root)
        return system, "/".join((place.rstrip("/"), *parts))


def _keep(file: BinaryIO) -> None:
    """Wait until what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def _keep_folder(folder: Path) -> None:
    """Wait until the names of a folder are on the disk, where folders can be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
