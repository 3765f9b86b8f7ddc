"""Bytes -> the name of their encoding. In: a source. Out: a Python codec name, and whether it was given by a mark.

Order: byte order mark; zero bytes of UTF-16; valid UTF-8; else the one of three single-byte codecs whose text has the
most letters and signs of Spanish and English (statistical detectors are unsure where accents are few).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

from hx_detect.errors import InputFormatError, UsageError
from hx_detect.io.source import OpenedSource, Source, damage_reported
from hx_detect.wording import say

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE_BYTE: Final = ("cp1252", "mac_roman", "cp850")
_USUAL: Final = frozenset("áéíóúüñçÁÉÍÓÚÜÑÇàèòïÀÈ¿¡ºª€£“”…«»°•©®·\u2018\u2019\u2013\u2014\u00b4\u00a0")
_BLOCK: Final = 1 << 20
_SCAN: Final = 1 << 28
"""How far a file of pure ASCII is read in search of its first other byte."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec and how sure we are: ``marked`` by a byte order mark, ``given`` by the user."""

    codec: str
    marked: bool = False
    given: bool = False

    @property
    def strict(self) -> bool:
        """UTF-16 and UTF-32 cannot go on after a bad byte; the others can, row by row."""
        return self.codec.startswith(("utf-16", "utf_16", "utf-32", "utf_32"))


def find_encoding(source: Source, given: str | None = None) -> Encoding:
    """Tell the encoding of a text file.

    Args:
        source: the file.
        given: the user's choice, which wins.

    Raises:
        UsageError: ``given`` is no codec.
        InputFormatError: the file is not text.
    """
    if given is not None:
        return Encoding(_known(given), given=True)
    opened = OpenedSource(source)
    try:
        with damage_reported(source):
            start = opened.read(_BLOCK)
            marked = next((codec for mark, codec in _MARKS if start.startswith(mark)), None)
            if marked is not None:
                return Encoding(marked, marked=True)
            wide = _wide_codec(start, source)
            if wide is not None:
                return Encoding(wide)
            return Encoding(_narrow_codec(_first_beyond_ascii(opened, start)))
    finally:
        opened.close()


def _known(given: str) -> str:
    try:
        name = codecs.lookup(given).name
        "".encode(name)
    except (LookupError, TypeError) as error:
        raise UsageError(
            say(f"--encoding {given}: no such encoding", f"--encoding {given}: no existe esa codificación"),
            cure=say("Try utf-8, utf-16, cp1252 or latin-1", "Pruebe utf-8, utf-16, cp1252 o latin-1"),
        ) from error
    return name


def _wide_codec(start: bytes, source: Source) -> str | None:
    """UTF-16 without a mark: every second byte of western text is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = max(1, len(start) // 2)
    if odd / half > 0.4 and even / half < 0.1:
        return "utf-16-le"
    if even / half > 0.4 and odd / half < 0.1:
        return "utf-16-be"
    if (even + odd) / max(1, len(start)) > 0.02:
        raise InputFormatError(
            say(f"{source.name} is not a text file: it is full of NUL bytes", f"{source.name} no es texto: tiene NUL"),
            cure=say("Export it as CSV, Parquet or Excel", "Expórtelo como CSV, Parquet o Excel"),
        )
    return None


def _first_beyond_ascii(opened: OpenedSource, start: bytes) -> bytes:
    """The first block with a byte above 127, whole lines where there are any; the first block where all is ASCII."""
    block, read = start, len(start)
    while block and block.isascii() and read < _SCAN:
        block = opened.read(_BLOCK)
        read += len(block)
    return block or start


def _narrow_codec(block: bytes) -> str:
    text = block.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= char <= "\udcff" for char in text)
    right = sum(char > "\x7f" for char in text) - wrong
    if right > wrong or wrong == 0:
        return "utf-8"
    return max(_SINGLE_BYTE, key=lambda codec: _looks_western(block, codec))


def _looks_western(block: bytes, codec: str) -> int:
    beyond = [char for char in block.decode(codec, "replace") if char > "\x7f"]
    return sum(1 if char in _USUAL else -1 for char in beyond)
