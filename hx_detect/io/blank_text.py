"""A cell of text -> does it say anything? In: whatever a cell holds. Out: True where it is as good as blank."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MARKERS: Final = frozenset((
    "#N/A", "#NA", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "(null)", "\\N", "undefined",
    "N/D", "n/d", "NS/NC", "(blank)", "(en blanco)", "[deleted]", "[removed]",
    "#N/D", "#REF!", "#¡REF!", "#VALUE!", "#¡VALOR!", "#NAME?", "#¿NOMBRE?", "#DIV/0!", "#¡DIV/0!", "#NUM!", "#¡NUM!",
    "#NULL!", "#¡NULO!",
))  # fmt: skip
"""What programs write for a value that is missing or failed; in other spellings these may be a customer's words."""
_TAGS: Final = re.compile(
    r"</?(?:a|b|blockquote|body|br|div|em|font|h[1-6]|hr|html|i|img|li|ol|p|pre|span|strong|table|tbody|td|th|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>|&nbsp;",
    re.IGNORECASE,
)
"""Tags of HTML, by name: ``<3`` and ``<nada>`` are a customer's."""
_MUTE: Final = frozenset(("Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zs", "Zl", "Zp", "Cc", "Cf"))
"""Unicode categories of punctuation, blanks and signs that are not seen."""
_LOUD: Final = frozenset("!¡‼⁉\0")
"""Exclamation marks say something even alone; a NUL character is a fault of its own."""
_FACE: Final = re.compile(r"[:;]['’-]?[()\[\]{}/\\*]|[()\[\]{}/\\*]['’-]?[:;]")
"""A face made of punctuation: ``:)``, ``:-(``, ``(:``."""


def is_blank_text(value: object) -> bool:
    """Is there nothing to read?

    Blank are None, white space, the marks of a missing value (``N/A``, ``NULL``, ``#REF!`` …, only so spelled), tags
    without words (``<br/>``), and what has no letter, digit, emoji or other symbol (``.``, ``--``, ``?``). ``!!!``,
    ``:(``, ``10`` and ``Nada`` are texts.
    """
    if not isinstance(value, str):
        return value is None
    text = value.strip()
    if "<" in text or "&" in text:
        text = text if text in _MARKERS else _TAGS.sub("", text).strip()
    if not text or text in _MARKERS:
        return True
    return all(unicodedata.category(char) in _MUTE and char not in _LOUD for char in text) and not _FACE.search(text)
