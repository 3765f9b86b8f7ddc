"""JSON that is not in lines -> its rows' texts. In: an array, an object around one, objects on several lines. Out: str.

The file is held whole as text and taken apart object by object, so its size is bounded; lines have no such bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final

from hx_detect.errors import InputFormatError
from hx_detect.io.encoding import Encoding
from hx_detect.io.source import Source, head
from hx_detect.wording import figure, say

LIMIT: Final = 64 << 20
"""Bytes of the largest document that is read, unpacked."""
_PEEK: Final = 1 << 16
_LINE_SUFFIXES: Final = (".jsonl", ".ndjson")
_BLANKS: Final = re.compile(r"[ \t\r\n\ufeff]*")
_DECODE: Final = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """How the rows stand in a file that is no JSON lines.

    Attributes:
        path: name of the list in the object around it, with dots where it lies deeper; ``""`` where there is none.
        start: place of that list in the text.
    """

    source: Source
    encoding: Encoding
    path: str = ""
    start: int = 0

    def pieces(self) -> Iterator[str]:
        """The rows' texts, one JSON value each.

        Raises:
            InputFormatError: the JSON is damaged from here on, or larger than ``LIMIT``.
        """
        text = _text_of(self.source, self.encoding)
        if text is None:
            raise _too_large(self.source)
        try:
            if self.path:
                yield from _items(text, self.start)
            else:
                yield from _values(text)
        except (ValueError, RecursionError) as error:
            raise _damaged(self.source, error) from error


def json_document(source: Source, encoding: Encoding) -> JsonDocument | None:
    """Tell whether a file is one JSON document, not JSON lines.

    Returns:
        None for lines, and for what is no JSON at all.

    Raises:
        InputFormatError: an object with several lists of objects.
    """
    peek = head(source, _PEEK).decode(encoding.codec, "replace").lstrip("\ufeff \t\r\n")
    if peek.startswith("["):
        return JsonDocument(source, encoding)
    first, _, rest = peek.partition("\n")
    if not peek.startswith("{") or (rest.strip() and _is_whole(first)):
        return None
    text = _text_of(source, encoding)
    if text is None:  # lines may be of any size
        return None
    start = _skip(text, 0)
    try:
        _, end = _DECODE(text, start)
    except (ValueError, RecursionError):
        return None
    alone = _skip(text, end) == len(text)
    one_line = "\n" not in text[start:end]
    if one_line and (not alone or source.suffix in _LINE_SUFFIXES):
        return None
    lists = dict(_lists(text, start)) if alone else {}
    path = _only_list(source, lists)
    return None if one_line and not path else JsonDocument(source, encoding, path, lists.get(path, 0))


def _only_list(source: Source, lists: dict[str, int]) -> str:
    if len(lists) < 2:
        return next(iter(lists), "")
    names = ", ".join(lists)
    path = "".join(f'["{part}"]' if not part.isidentifier() else f".{part}" for part in next(iter(lists)).split("."))
    path = path if path.startswith(".") else f".{path}"
    raise InputFormatError(
        say(f"{source.name} holds {len(lists)} lists of objects: {names}",
            f"{source.name} contiene {len(lists)} listas de objetos: {names}"),
        cure=say(f"Take out the one with the texts: jq -c '{path}[]' {source.name} > rows.jsonl",
                 f"Extraiga la que tiene los textos: jq -c '{path}[]' {source.name} > filas.jsonl"),
    )  # fmt: skip


def _text_of(source: Source, encoding: Encoding) -> str | None:
    """The whole text, or None where it is larger than ``LIMIT``."""
    data = head(source, LIMIT + 1)
    if len(data) > LIMIT:
        return None
    try:
        return data.decode(encoding.codec, "strict" if encoding.strict else "surrogateescape")
    except UnicodeError as error:
        raise _damaged(source, error) from error


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _skip(text: str, place: int) -> int:
    """The next place that is not blank."""
    found = _BLANKS.match(text, place)
    return found.end() if found else place


def _values(text: str) -> Iterator[str]:
    """The values that stand one after the other; an array gives its items."""
    place = _skip(text, 0)
    while place < len(text):
        if text[place] == "[":
            end = yield from _items(text, place)
        else:
            _, end = _DECODE(text, place)
            yield text[place:end]
        place = _skip(text, end)


def _items(text: str, start: int) -> Generator[str, None, int]:
    """The items of the array at ``start``; returns the place behind it."""
    place = _skip(text, start + 1)
    while text[place : place + 1] != "]":
        _, end = _DECODE(text, place)
        yield text[place:end]
        place = _skip(text, end)
        if text[place : place + 1] == ",":
            place = _skip(text, place + 1)
        elif text[place : place + 1] != "]":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
    return place + 1


def _lists(text: str, start: int, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Names and places of the lists of objects in the object at ``start``, which is known to be whole."""
    place = _skip(text, start + 1)
    while text[place] != "}":
        key, place = _DECODE(text, place)
        place = _skip(text, _skip(text, place) + 1)  # the colon
        value, end = _DECODE(text, place)
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield prefix + key, place
        elif isinstance(value, dict):
            yield from _lists(text, place, f"{prefix}{key}.")
        place = _skip(text, end)
        place = _skip(text, place + 1) if text[place] == "," else place


def _damaged(source: Source, error: Exception) -> InputFormatError:
    return InputFormatError(
        say(f"The JSON of {source.name} is damaged or cut short: {error}",
            f"El JSON de {source.name} está dañado o cortado: {error}"),
        cure=say("Copy or export the file again", "Copie o exporte el fichero de nuevo"),
    )  # fmt: skip


def _too_large(source: Source) -> InputFormatError:
    limit = figure(LIMIT >> 20)
    return InputFormatError(
        say(f"{source.name} is one JSON array of over {limit} MiB; only JSON lines may be larger",
            f"{source.name} es un solo array JSON de más de {limit} MiB; solo JSON por líneas puede ser mayor"),
        cure=say(f"Write one object per line: jq -c '.[]' {source.name} > rows.jsonl",
                 f"Escriba un objeto por línea: jq -c '.[]' {source.name} > filas.jsonl"),
    )  # fmt: skip
