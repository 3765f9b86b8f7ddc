"""First bytes of a file -> what it is, whatever its name says. In: bytes. Out: yes or no, or a refusal."""

from __future__ import annotations

import re
from typing import Final

from hx_detect.errors import InputFormatError
from hx_detect.wording import say

SIGN_BYTES: Final = 4096
"""How many first bytes are looked at."""
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_BLANKS: Final = b" \t\r\n"
_WEB_PAGE: Final = re.compile(rb"<(!doctype\s+html|html|head|meta|style|body|table)\b|mime-version:", re.IGNORECASE)
_JSON: Final = re.compile(rb'\{\s*"|\[\s*\{')
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
_SEPARATORS: Final = (b"\t", b";", b",", b"|")


def refuse_documents(start: bytes, name: str) -> None:
    """Refuse what would be scored line by line although it is no table.

    Args:
        start: the first ``SIGN_BYTES`` of the file.
        name: of the file, for the message.

    Raises:
        InputFormatError: a web page, XML, PDF, RTF or an OpenDocument file.
    """
    text = _plain(start)
    save = say("Open it in Excel and save it as .xlsx or CSV", "Ábralo en Excel y guárdelo como .xlsx o CSV")
    if _WEB_PAGE.match(text) or (text.startswith(b"<?xml") and b"<html" in text.lower()):
        kind, cure = say("a web page (HTML)", "una página web (HTML)"), save
    elif text.startswith(b"<?xml"):
        kind, cure = "XML", save
    elif text.startswith(b"%PDF"):
        kind = say("a PDF document", "un documento PDF")
        cure = say("Ask for the table itself, as CSV or .xlsx", "Pida la tabla original, en CSV o .xlsx")
    elif text.startswith(b"{\\rtf"):
        kind = say("a Word document (RTF)", "un documento de Word (RTF)")
        cure = say("Copy its table into Excel and save it as .xlsx", "Copie su tabla en Excel y guárdela como .xlsx")
    elif _OPEN_DOCUMENT in start[:100]:
        kind = say("an OpenDocument file (.ods)", "un fichero OpenDocument (.ods)")
        cure = say("Open it in LibreOffice or Excel and save it as .xlsx", "Ábralo en LibreOffice o Excel y guárdelo "
                   "como .xlsx")  # fmt: skip
    else:
        return
    unread = say("not a table that can be read", "no una tabla que se pueda leer")
    raise InputFormatError(say(f"{name} is {kind}, {unread}", f"{name} es {kind}, {unread}"), cure=cure)


def begins_as_json(start: bytes) -> bool:
    """True for an object with a name in it, or a list of objects."""
    return _JSON.match(_plain(start)) is not None


def format_of_text(start: bytes) -> str | None:
    """``tsv`` or ``csv`` for text of several lines whose first holds a separator; None for anything else."""
    text = _plain(start)
    first, _, rest = text.replace(b"\r", b"\n").partition(b"\n")
    odd = sum(byte < 32 and byte not in b"\t\r\n\f\v" for byte in text)
    if odd or not rest.strip() or not any(sign in first for sign in _SEPARATORS):
        return None
    return "tsv" if b"\t" in first else "csv"


def _plain(start: bytes) -> bytes:
    """The text without byte order mark, first blanks and the zero bytes of UTF-16."""
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip(_BLANKS) if _is_wide(start) else start.lstrip(_BLANKS)


def _is_wide(start: bytes) -> bool:
    """UTF-16: every second byte of western text is zero."""
    half = max(1, len(start) // 2)
    even, odd = start[0::2].count(0) / half, start[1::2].count(0) / half
    return max(even, odd) > 0.4 and min(even, odd) < 0.1
