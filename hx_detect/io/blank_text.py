"""A cell of text -> does it say anything? In: whatever a cell holds. Out: True where it is as good as blank."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MARKERS: Final = frozenset(("#N/A", "#NA", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"))
"""What programs write for a value that is missing; in other spellings these may be a customer's words."""
_MUTE: Final = frozenset(("Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zs", "Zl", "Zp", "Cc", "Cf"))
"""Unicode categories of punctuation, blanks and signs that are not seen."""
_LOUD: Final = frozenset("!¡‼⁉\0")
"""Exclamation marks say something even alone; a NUL character is a fault of its own."""
_FACE: Final = re.compile(r"[:;]['’-]?[()\[\]{}/\\*]|[()\[\]{}/\\*]['’-]?[:;]")
"""A face made of punctuation: ``:)``, ``:-(``, ``(:``."""


def is_blank_text(value: object) -> bool:
    """Is there nothing to read?

    Blank are None, white space, the marks of a missing value (``N/A``, ``NULL``, ``None`` …, only so spelled), and what
    has no letter, digit, emoji or other symbol (``.``, ``--``, ``?``). ``!!!``, ``:(``, ``10`` and ``Nada`` are texts.
    """
    if not isinstance(value, str):
        return value is None
    text = value.strip()
    if not text or text in _MARKERS:
        return True
    return all(unicodedata.category(char) in _MUTE and char not in _LOUD for char in text) and not _FACE.search(text)
