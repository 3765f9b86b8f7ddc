"""An upload on disk -> a file of a known format. In: bytes and the client's name. Out: its path, or a ``Refusal``.

What can be told in a moment is told here, while the caller waits; ``job_scan`` looks into it before it is scored.
"""

from __future__ import annotations

import os
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from hx_detect.errors import HxDetectError, InputFormatError
from hx_detect.io.encoding import find_encoding
from hx_detect.io.file_signs import SIGN_BYTES, begins_as_json, format_of_text
from hx_detect.io.source import OpenedSource, Source, damage_reported, fetch, head, plain_name
from hx_detect.serving.job_files import SUFFIXES, UPLOAD
from hx_detect.serving.refusal import Refusal, too_large, wrong_type

PIECE: Final = 1 << 20
DIRECTORY_BYTES: Final = 4 << 20
"""Largest list of contents of a workbook, or footer of a Parquet file times four, in bytes."""
_TEXT_SUFFIXES: Final = {
    ".csv": "csv", ".txt": "csv", "": "", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".json": "jsonl",
}  # fmt: skip
_BINARY_SUFFIXES: Final = {".parquet": "parquet", ".pq": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx"}
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_PARQUET: Final = b"PAR1"
_PACKED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")
_BINARY: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ", b"Rar!", b"7z\xbc\xaf", b"PARE")
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_LONGEST_COMMENT: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Settled:
    """An upload that can be looked at by a job: where it is, and its format, one of ``io.rows.FORMATS``."""

    path: Path
    format: str


def settle(path: Path, name: str, max_unpacked: int) -> Settled:
    """Tell an upload's format and give the file its place; packed Parquet and Excel files are unpacked.

    Args:
        path: the bytes; renamed within its folder.
        name: what the client calls it; only its suffix matters.
        max_unpacked: bytes that it may unpack to.

    Raises:
        Refusal: 415, no format that can be scored; 413, unpacks to too much; 422, empty or damaged.
    """
    try:
        with fetch(str(path)) as source:
            format = _format(source, name)
            compression = source.compression
            if compression:
                if format in _BINARY_SUFFIXES.values():
                    _unpack(source, path, max_unpacked)
                    compression = ""
                else:
                    _measure(source, max_unpacked)
        if format == "xlsx":
            check_archive(path, max_unpacked)
        elif format == "parquet":
            _check_footer(path)
    except HxDetectError as error:
        raise Refusal(422, "empty_file" if not path.stat().st_size else "damaged_file",
                      *_both(error.what, path, name), cure_en=error.cure, cure_es=error.cure) from error  # fmt: skip
    lines = _suffix(name) in (".jsonl", ".ndjson")
    suffix = ".json" if format == "jsonl" and not lines else SUFFIXES[format]  # a document, perhaps: the reader sees
    place = path.with_name(f"{UPLOAD}{suffix}{compression}")
    path.replace(place)
    return Settled(place, format)


def check_archive(path: Path, max_unpacked: int) -> None:
    """A workbook's own list of contents, before anything is unpacked.

    A reader of a zip archive unpacks no more of a member than is declared, so the declared sizes are what counts.

    Raises:
        Refusal: 413, it declares too much; 415, it is another kind of archive.
    """
    if _directory_size(path) > DIRECTORY_BYTES:
        raise too_large("too_large", "The workbook's list of contents is too long",
                        "La lista de contenidos del libro es demasiado larga")  # fmt: skip
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise _damaged("The workbook is damaged", "El libro está dañado") from error
    if not any(member.filename.lower() == "xl/workbook.xml" for member in members):
        raise wrong_type("The archive is not an Excel workbook", "El archivo comprimido no es un libro de Excel")
    if sum(member.file_size for member in members) > max_unpacked:
        raise _unpacks_too_far(max_unpacked)


def _format(source: Source, name: str) -> str:
    """By the first bytes where they prove it, else by the suffix, else by the first sign of the text."""
    start = head(source, SIGN_BYTES)
    suffix = _suffix(name)
    if start.startswith(_PARQUET):
        return "parquet"
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(_OLE):
        raise wrong_type("Old .xls workbooks and workbooks with a password cannot be read",
                         "No se pueden leer libros .xls antiguos ni con contraseña")  # fmt: skip
    if suffix in (".xls", *_BINARY_SUFFIXES) and (text := format_of_text(start)):  # as old tools call their text
        return text
    if suffix in _BINARY_SUFFIXES:
        raise wrong_type(f"The file is called {suffix} and is none", f"El fichero se llama {suffix} y no lo es")
    if suffix not in _TEXT_SUFFIXES or start.startswith((*_PACKED, *_BINARY)):
        raise wrong_type("This kind of file cannot be scored", "No se puede puntuar un fichero de este tipo")
    if not _is_text(source):
        raise wrong_type("The file is not text", "El fichero no es texto")
    return "jsonl" if begins_as_json(start) else _TEXT_SUFFIXES[suffix] or "csv"


def _suffix(name: str) -> str:
    return PurePosixPath(plain_name(name)).suffix.lower()


def _is_text(source: Source) -> bool:
    """No signs that text does not have, in the encoding that the reader would take it for."""
    try:
        encoding = find_encoding(source)
    except InputFormatError:
        return False
    text = head(source, 1 << 16).decode(encoding.codec, "replace")
    odd = sum(char < " " and char not in "\t\n\r\f\v" for char in text)
    return odd <= len(text) * 0.02


def _measure(source: Source, limit: int) -> None:
    """Unpack it into nothing.

    A file that is cut short or damaged further on is for the job to read as far as it goes.
    """
    opened, size = OpenedSource(source), 0
    try:
        while piece := opened.read(PIECE):
            size += len(piece)
            if size > limit:
                raise _unpacks_too_far(limit)
    finally:
        opened.close()


def _unpack(source: Source, path: Path, limit: int) -> None:
    opened, size, plain = OpenedSource(source), 0, path.with_name("unpacked")
    try:
        with damage_reported(source), plain.open("wb") as target:
            while piece := opened.stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise _unpacks_too_far(limit)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    finally:
        opened.close()
    plain.replace(path)


def _directory_size(path: Path) -> int:
    """Bytes of a zip archive's list of contents, as its end declares them; 0 where it has no end."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        begin = max(0, size - _LONGEST_COMMENT - _END.size - _LOCATOR_64.size)
        file.seek(begin)
        tail = file.read()
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or place + _END.size > len(tail):
            return 0
        declared = int(_END.unpack_from(tail, place)[5])
        if place >= _LOCATOR_64.size and tail[place - _LOCATOR_64.size :].startswith(b"PK\x06\x07"):
            file.seek(min(size, _LOCATOR_64.unpack_from(tail, place - _LOCATOR_64.size)[2]))
            record = file.read(_END_64.size)
            if len(record) == _END_64.size:
                return max(declared if declared != 0xFFFFFFFF else 0, int(_END_64.unpack(record)[8]))
        return declared


def _check_footer(path: Path) -> None:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        tail = file.read(8)
    if len(tail) < 8 or tail[4:] not in (_PARQUET, b"PARE"):
        raise _damaged("The Parquet file is cut short", "El fichero Parquet está cortado")
    if tail[4:] == b"PARE":
        raise wrong_type("Encrypted Parquet files cannot be read", "No se pueden leer ficheros Parquet cifrados")
    if int.from_bytes(tail[:4], "little") > DIRECTORY_BYTES * 4:
        raise too_large("too_large", "The Parquet file's footer is too long", "El pie del fichero Parquet es muy largo")


def _unpacks_too_far(limit: int) -> Refusal:
    mib = f"{limit / (1 << 20):,.0f} MiB"
    return too_large(
        "unpacks_too_far", f"The file unpacks to over {mib}", f"El fichero descomprimido ocupa más de {mib}"
    )


def _damaged(en: str, es: str) -> Refusal:
    return Refusal(422, "damaged_file", en, es, cure_en="Export the file again", cure_es="Exporte el fichero de nuevo")


def _both(what: str, path: Path, name: str) -> tuple[str, str]:
    """Our errors are in the caller's language already; they name the file as it is called here."""
    shown = what.replace(path.name, name)
    return shown, shown
