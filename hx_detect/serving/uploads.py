"""A multipart request -> a file of ours and its fields. In: bytes as they come. Out: ``Upload``, or a ``Refusal``.

What comes is written piece by piece into a job's folder and counted meanwhile; nothing is held in memory, and no name
that came with it is used for a path.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from anyio import to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from hx_detect.serving.job_files import UPLOAD, shown_name
from hx_detect.serving.refusal import Refusal, too_large

FILE_FIELD: Final = "file"
FIELD_BYTES: Final = 4_000
MOST_PARTS: Final = 32
HEADER_BYTES: Final = 16_000
OVERHEAD_BYTES: Final = 1 << 18
"""What boundaries, headers and fields may add to the file."""
_WRITE_BYTES: Final = 1 << 20


@dataclass(slots=True)
class Upload:
    """What was sent.

    Attributes:
        path: where the file is.
        name: what the client calls it, for showing only.
        size: its bytes.
        fields: the other parts of the form, by name.
    """

    path: Path
    name: str
    size: int
    fields: Mapping[str, str]


@dataclass(slots=True)
class _Part:
    """One part while it comes."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    file_name: str | None = None
    data: bytearray = field(default_factory=bytearray)


class _Form:
    """Takes the parser's calls: file bytes are handed on, fields are kept."""

    def __init__(self, boundary: bytes) -> None:
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.file_bytes = bytearray()
        self.ended = False
        self._part = _Part()
        self._parts = self._header_bytes = 0
        self._header = (bytearray(), bytearray())
        self.parser = MultipartParser(boundary, {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_header_field": lambda data, start, end: self._header_piece(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._header_piece(1, data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_end": self._form_end,
        })  # fmt: skip

    def _begin(self) -> None:
        self._part, self._header_bytes = _Part(), 0
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _bad_form("The form has too many parts", "El formulario tiene demasiadas partes")

    def _header_piece(self, which: int, data: bytes) -> None:
        self._header_bytes += len(data)
        if self._header_bytes > HEADER_BYTES:
            raise _bad_form("The header of a part is too long", "La cabecera de una parte es demasiado larga")
        self._header[which].extend(data)

    def _header_end(self) -> None:
        name, value = self._header
        self._part.headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise _bad_form("A part of the form has no name", "Una parte del formulario no tiene nombre")
        part = self._part
        part.name = options[b"name"].decode("utf-8", "replace")
        if b"filename" in options:
            part.file_name = options[b"filename"].decode("utf-8", "replace")
            if part.name != FILE_FIELD:
                raise _unknown(part.name)
            if self.file_name is not None:
                raise _bad_form("The form has two files", "El formulario tiene dos ficheros")
            self.file_name = part.file_name
        elif part.name == FILE_FIELD:
            raise _no_file()
        elif part.name in self.fields:
            raise _bad_form("The form has a field twice", "El formulario tiene un campo repetido")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file_name is not None:
            self.file_bytes.extend(data[start:end])
            return
        self._part.data.extend(data[start:end])
        if len(self._part.data) > FIELD_BYTES:
            raise _bad_form("A field of the form is too long", "Un campo del formulario es demasiado largo")

    def _end(self) -> None:
        if self._part.file_name is None:
            try:
                self.fields[self._part.name] = self._part.data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise _bad_form("A field of the form is not UTF-8", "Un campo del formulario no es UTF-8") from error

    def _form_end(self) -> None:
        self.ended = True


async def receive(stream: AsyncIterator[bytes], content_type: str, folder: Path, most_bytes: int) -> Upload:
    """Write an upload into a folder, and to disk.

    Args:
        stream: the body.
        content_type: its header.
        folder: where to.
        most_bytes: of the file.

    Raises:
        Refusal: 400, no form or a broken one; 413, too many bytes; 415, another media type; 422, no file in it.
        OSError: the disk is full …
    """
    form = _Form(_boundary(content_type))
    path = folder / UPLOAD
    received = written = 0
    with path.open("wb") as target:
        async for piece in stream:
            received += len(piece)
            if received > most_bytes + OVERHEAD_BYTES:
                raise _too_many_bytes(most_bytes)
            try:
                form.parser.write(piece)
            except FormParserError as error:
                raise _bad_form("The form is broken", "El formulario está roto") from error
            if written + len(form.file_bytes) > most_bytes:
                raise _too_many_bytes(most_bytes)
            if len(form.file_bytes) >= _WRITE_BYTES:
                written += await to_thread.run_sync(_write, target, bytes(form.file_bytes))
                form.file_bytes.clear()
        written += await to_thread.run_sync(_write, target, bytes(form.file_bytes))
        await to_thread.run_sync(_sync, target)
    if not form.ended:
        raise _bad_form("The form ends in the middle", "El formulario acaba a medias")
    if form.file_name is None:
        raise _no_file()
    return Upload(path, shown_name(form.file_name), written, form.fields)


def check_declared(content_length: str | None, most_bytes: int) -> None:
    """Refuse at once what says itself that it is too long.

    Raises:
        Refusal: 413.
    """
    digits = content_length or ""
    if digits.isdecimal() and (len(digits) > 18 or int(digits) > most_bytes + OVERHEAD_BYTES):
        raise _too_many_bytes(most_bytes)


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise Refusal(
            415, "wrong_media_type",
            "Files are sent as multipart/form-data", "Los ficheros se envían como multipart/form-data",
            cure_en="curl -F file=@reviews.csv …", cure_es="curl -F file=@opiniones.csv …",
        )  # fmt: skip
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 200:
        raise _bad_form("The form names no boundary", "El formulario no indica su separador")
    return boundary


def _write(target: BinaryIO, data: bytes) -> int:
    return target.write(data)


def _sync(target: BinaryIO) -> None:
    target.flush()
    os.fsync(target.fileno())


def _too_many_bytes(limit: int) -> Refusal:
    mib = f"{limit / (1 << 20):,.0f} MiB" if limit >= 1 << 20 else f"{limit:,} bytes"
    return too_large("too_large", f"The file has over {mib}", f"El fichero ocupa más de {mib}")


def _bad_form(en: str, es: str) -> Refusal:
    return Refusal(
        400, "bad_form", en, es,
        cure_en="Send a form with one part named file: curl -F file=@reviews.csv …",
        cure_es="Envíe un formulario con una parte llamada file: curl -F file=@opiniones.csv …",
    )  # fmt: skip


def _no_file() -> Refusal:
    return Refusal(
        422, "no_file", "The form has no file", "El formulario no lleva ningún fichero",
        cure_en="Send it as the part named file: curl -F file=@reviews.csv …",
        cure_es="Envíelo en la parte llamada file: curl -F file=@opiniones.csv …",
    )  # fmt: skip


def _unknown(name: str) -> Refusal:
    shown = shown_name(name)[:60]
    return Refusal(
        422, "unknown_field", f"There is no field {shown}", f"No existe el campo {shown}",
        cure_en="See /docs for what is expected", cure_es="Vea en /docs lo que se espera",
    )  # fmt: skip
