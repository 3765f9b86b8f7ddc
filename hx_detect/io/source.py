"""A place -> a local file that can be read twice. In: path, fsspec URL or ``-``. Out: ``Source`` with a fingerprint."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, cast

from hx_detect.errors import EmptyInputError, InputError, InputFormatError, InputNotFoundError, MissingExtraError
from hx_detect.wording import say
from hx_detect.work_folder import work_folder

COMPRESSIONS: Final = (".gz", ".zst")
_MAGIC: Final = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
_EDGE: Final = 1 << 16
_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """A readable local file.

    Attributes:
        path: where the bytes are.
        location: as the user gave it.
        compression: ``.gz``, ``.zst`` or ``""``, told by the first bytes.
        fetched: the bytes were copied from a URL or from stdin.
    """

    path: Path
    location: str
    compression: str
    fetched: bool

    @property
    def name(self) -> str:
        """File name for messages: the last part of the location, or ``stdin``."""
        return base_name(self.location)

    @property
    def suffix(self) -> str:
        """Suffix in lower case, the compression's taken off, as ``.csv``; ``""`` where there is none."""
        return PurePosixPath(plain_name(self.name)).suffix.lower()

    def fingerprint(self) -> dict[str, Any]:
        """What tells this input from another: size, time of change (local files), hash of both ends."""
        stat = self.path.stat()
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            digest.update(file.read(_EDGE))
            file.seek(max(0, stat.st_size - _EDGE))
            digest.update(file.read(_EDGE))
        return {
            "location": self.location,
            "size": stat.st_size,
            "changed": None if self.fetched else stat.st_mtime_ns,
            "ends": digest.hexdigest(),
        }


class OpenedSource:
    """The bytes of a source while it is read.

    Attributes:
        stream: the bytes, decompressed.
    """

    def __init__(self, source: Source) -> None:
        self._raw = source.path.open("rb")
        self._size = max(1, source.path.stat().st_size)
        self.stream: BinaryIO = _decompressed(self._raw, source.compression)
        self._text: io.TextIOWrapper | None = None
        self._begun = False

    def text(self, codec: str, errors: str, newline: str) -> io.TextIOWrapper:
        """The stream as text; it is closed with this object."""
        self._text = io.TextIOWrapper(self.stream, encoding=codec, errors=errors, newline=newline)
        return self._text

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes from here on; fewer at the end, or before a place where the file is damaged.

        Raises:
            OSError, EOFError, zlib.error: the first bytes of the file are damaged (see ``damage_reported``).
        """
        pieces: list[bytes] = []
        left = size
        while left > 0:
            try:
                piece = self.stream.read1(min(left, _PIECE))  # type: ignore[attr-defined] # all three kinds have it
            except (OSError, EOFError, zlib.error):
                if not self._begun:
                    raise
                break
            if not piece:
                break
            self._begun = True
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def fraction(self) -> float:
        """Share of the file's bytes read so far, 0 to 1."""
        return 1.0 if self._raw.closed else min(1.0, self._raw.tell() / self._size)

    def close(self) -> None:
        """Close the file."""
        for file in (self._text, self.stream, self._raw):
            if file is not None:
                file.close()


def base_name(location: str) -> str:
    """The last part of a path or URL; ``stdin`` for ``-``."""
    if location == "-":
        return "stdin"
    path = location.split("::")[0].replace("\\", "/").rstrip("/")
    return path.rsplit("/", 1)[-1]


def plain_name(name: str) -> str:
    """A file name without the suffix of its compression."""
    for suffix in COMPRESSIONS:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def is_url(location: str) -> bool:
    """True for what fsspec has to open."""
    return "://" in location


@contextmanager
def fetch(location: str) -> Iterator[Source]:
    """Make a place readable: a local file as it is; a URL or stdin is copied to a temporary file first.

    Args:
        location: path, fsspec URL, or ``-`` for stdin.

    Raises:
        InputNotFoundError: no such file, or a folder.
        EmptyInputError: the file has no bytes.
        InputError: it may not be read.
        MissingExtraError: the URL's protocol needs a package that is not installed.
    """
    if location != "-" and not is_url(location):
        yield _checked(Path(location), location, fetched=False)
        return
    with work_folder() as folder:
        copy = folder / "input"
        with copy.open("wb") as target:
            _copy_from(location, target)
        yield _checked(copy, location, fetched=True)


@contextmanager
def damage_reported(source: Source) -> Iterator[None]:
    """Turn what a damaged file raises while it is read into ``InputFormatError``."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error, OSError) as error:
        raise InputFormatError(
            say(f"{source.name} is damaged or cut short: {error}", f"{source.name} está dañado o cortado: {error}"),
            cure=say("Copy or export the file again", "Copie o exporte el fichero de nuevo"),
        ) from error


@contextmanager
def seekable(source: Source) -> Iterator[Path]:
    """A path to the decompressed bytes, for formats that are read from their end."""
    if not source.compression:
        yield source.path
        return
    with work_folder() as folder:
        copy = folder / plain_name(source.name)
        opened = OpenedSource(source)
        with damage_reported(source), copy.open("wb") as target:
            shutil.copyfileobj(opened.stream, target)
        opened.close()
        yield copy


def head(source: Source, size: int) -> bytes:
    """The first ``size`` bytes, decompressed; fewer where the file is shorter."""
    opened = OpenedSource(source)
    try:
        with damage_reported(source):
            return opened.read(size)
    finally:
        opened.close()


def _decompressed(raw: BinaryIO, compression: str) -> BinaryIO:
    if compression == ".gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw, mode="rb"))
    if compression == ".zst":
        import pyarrow  # python-zstandard reads a cut-off file without a word; Arrow raises

        return cast(BinaryIO, io.BufferedReader(pyarrow.CompressedInputStream(raw, "zstd"), _PIECE))
    return raw


def _checked(path: Path, location: str, *, fetched: bool) -> Source:
    name = base_name(location)
    if path.is_dir():
        raise InputNotFoundError(
            say(f"{location} is a folder, not a file", f"{location} es una carpeta, no un fichero"),
            cure=say(f"Name the files in it, as {location}/*.csv", f"Indique sus ficheros, p. ej. {location}/*.csv"),
        )
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError as error:
        raise InputNotFoundError(
            say(f"There is no file {location}", f"No existe el fichero {location}"),
            cure=say("Check the name and the folder", "Compruebe el nombre y la carpeta") + f": {Path.cwd()}",
        ) from error
    except OSError as error:
        raise InputError(
            say(f"{location} cannot be read: {error.strerror}", f"No se puede leer {location}: {error.strerror}"),
            cure=say("Check its permissions", "Compruebe sus permisos"),
        ) from error
    if not start:
        raise EmptyInputError(
            say(f"{name} is empty: 0 bytes", f"{name} está vacío: 0 bytes"),
            cure=say("Export it again", "Expórtelo de nuevo"),
        )
    compression = next((suffix for magic, suffix in _MAGIC.items() if start.startswith(magic)), "")
    return Source(path, location, compression, fetched)


def _copy_from(location: str, target: BinaryIO) -> None:
    if location == "-":
        shutil.copyfileobj(sys.stdin.buffer, target)
        return
    import fsspec

    try:
        with fsspec.open(location, "rb") as remote:
            shutil.copyfileobj(remote, target)
    except FileNotFoundError as error:
        raise InputNotFoundError(
            say(f"There is nothing at {location}", f"No hay nada en {location}"),
            cure=say("Check the address", "Compruebe la dirección"),
        ) from error
    except ImportError as error:
        raise MissingExtraError(
            say(f"{location} needs a package: {error}", f"{location} necesita un paquete: {error}"),
            cure=say("Install it with pip", "Instálelo con pip"),
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            say(f"{location} cannot be read: {error}", f"No se puede leer {location}: {error}"),
            cure=say("Check the address and your credentials", "Compruebe la dirección y sus credenciales"),
        ) from error
