"""Bytes -> lines of text that can be given back. In: an opened source and its encoding. Out: ``LineFeed``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from hx_detect.errors import InputFormatError
from hx_detect.io.encoding import Encoding
from hx_detect.io.source import OpenedSource
from hx_detect.wording import say

_RECORD_LIMIT: Final = 20_000_000
"""Characters after which a record of several lines is taken for one with an unclosed quote."""


class LineFeed(Iterator[str]):
    """Lines with their ends, in constant memory; those taken since ``mark`` can be given back.

    A byte that is not of the encoding becomes a lone surrogate (see ``has_bad_bytes``); in UTF-16 it ends the reading.

    Attributes:
        taken: lines given since the last ``mark``.
        ended: the last line has been given.
        overflowed: the record since ``mark`` grew too long and was cut off.
    """

    def __init__(self, opened: OpenedSource, encoding: Encoding, name: str, *, newline: str) -> None:
        errors = "strict" if encoding.strict else "surrogateescape"
        self._text = opened.text(encoding.codec, errors, newline)
        self._name = name
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.ended = False
        self.overflowed = False
        self._length = 0

    def __next__(self) -> str:
        """The next line.

        Raises:
            InputFormatError: bytes that cannot be decoded, in an encoding that cannot go on after them.
        """
        if self.taken and self._length > _RECORD_LIMIT:
            self.overflowed = True
            raise StopIteration
        line = self._back.popleft() if self._back else self._read()
        if not line:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self._length += len(line)
        return line

    def mark(self) -> None:
        """Start a new record."""
        self.taken = []
        self._length = 0
        self.overflowed = False

    def keep_first(self) -> str:
        """Give back all lines of the record but its first, which is returned."""
        first, *rest = self.taken
        self._back.extendleft(reversed(rest))
        self.taken = [first]
        self.ended = False
        return first

    def _read(self) -> str:
        try:
            return self._text.readline()
        except UnicodeError as error:
            raise InputFormatError(
                say(f"{self._name} has bytes that are not {self._text.encoding}: {error.__class__.__name__}",
                    f"{self._name} tiene bytes que no son {self._text.encoding}: {error.__class__.__name__}"),
                cure=say("Export it in UTF-8", "Expórtelo en UTF-8"),
            ) from error  # fmt: skip


def has_bad_bytes(text: str) -> bool:
    """True where ``text`` holds what could not be decoded (lone surrogates), or a lone surrogate of its own."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
