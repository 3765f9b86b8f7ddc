"""Names and cells of columns -> which hold customers' words. In: column -> its texts. Out: ``TextColumn``s, best first.

A name counts for more than length: the replies of a firm are longer than what they answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hx_detect.io.column_names import (
    ABOUT,
    BESIDES,
    CUSTOMERS,
    DESCRIPTIONS,
    FIRM,
    FIRM_WORDS,
    NO_WORDS,
    NOTES,
    ONLY_OF_CUSTOMERS,
    PRODUCTS,
    REPLIES,
    TEXT_NAMES,
    TITLES,
    TO_CUSTOMERS,
    WEAK_NAMES,
    fold,
    is_question,
)
from hx_detect.io.ratings import is_rating

_WHOLE, _PART, _WEAK, _NOTES, _FIRM = 4.0, 3.0, 1.0, -1.0, -2.5
"""Weights of names. ``_FIRM`` is below any text of customers, however short, that is called so, and above names of
shops and the like: a firm's words are taken where there are no others."""
_CUSTOMER: Final = 0.5
"""More weight for a name of text that says that it is the customer's."""
_MOST_WORDS: Final = 12
"""Words per cell beyond which more of them say nothing about who writes."""
_FEWEST: Final = ((_WHOLE, 1.0), (_PART, 1.2), (-math.inf, 2.5))
"""Weight of a name from which on that many words per cell are enough."""
_LETTERS: Final = re.compile("[a-z]+")
_CODE: Final = re.compile(r"[\d@/_]")
"""Signs that make one word alone an id, an address or a number: no text."""
_LONGEST_DATE: Final = 60
_DATE_WORDS: Final = frozenset((
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "enero",
    "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "setiembre", "octubre",
    "noviembre", "diciembre", "ene", "abr", "ago", "set", "dic",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "tues", "wed", "thu",
    "thur", "thurs", "fri", "sat", "sun", "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo",
    "lun", "mie", "jue", "vie", "sab", "dom",
    "am", "pm", "a", "m", "p", "de", "del", "el", "la", "las", "at", "on", "of", "the", "st", "nd", "rd", "th", "t",
    "z", "h", "hrs", "utc", "gmt", "cet", "cest", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt",
))  # fmt: skip
"""Words of dates in figures or in full, folded: months, days, parts of the day, what joins them, time zones."""


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column that may be the text.

    Attributes:
        name: as in the file.
        weight: what its name says, from ``-2.5`` (a firm's words) to ``4`` (called as texts are).
        words: words per cell that is not blank.
        likeness: above 0 for a text; rises with its name, its words per cell and how seldom a cell repeats.
    """

    name: str
    weight: float
    words: float
    likeness: float

    @property
    def is_named(self) -> bool:
        """Does its name say that it holds customers' words?"""
        return self.weight > 0

    @property
    def may_be_customers(self) -> bool:
        """Does its name say, or ask for, customers' words, be it a title?"""
        asked = is_question(self.name) or TITLES & set(fold(self.name).split("_"))
        return self.is_named or (self.weight > _FIRM and bool(asked))


def text_columns(columns: Mapping[str, Sequence[str]]) -> list[TextColumn]:
    """The columns that look like text, the likeliest first, else in the order given.

    Args:
        columns: name -> its cells that are not blank.
    """
    found = [_text_column(name, values, _name_weight(name)) for name, values in columns.items()]
    if any(column.weight >= _PART and column.likeness > 0 and not _is_reply(column.name) for column in found):
        found = [
            _text_column(column.name, columns[column.name], _FIRM) if _is_reply(column.name) else column
            for column in found
        ]
    return sorted((column for column in found if column.likeness > 0), key=lambda column: -column.likeness)


def _text_column(name: str, values: Sequence[str], weight: float | None) -> TextColumn:
    words = sum(len(value.split()) for value in values) / max(1, len(values))
    fewest = next(few for least, few in _FEWEST if (weight or 0.0) >= least)
    if weight is None or words < fewest or sum(map(_is_words, values)) < 0.5 * len(values):
        return TextColumn(name, weight or 0.0, words, 0.0)
    distinct = len(set(values)) / len(values)
    likeness = 0.1 + weight + 1.5 * math.log2(1 + min(words, _MOST_WORDS)) + 2 * distinct
    return TextColumn(name, weight, words, max(0.0, likeness))


def _name_weight(name: str) -> float | None:
    """What a name says about its column; None for one that holds nobody's words."""
    folded = fold(name)
    parts = set(folded.split("_"))
    asks = is_question(name)
    if not asks and parts & NO_WORDS and not parts & ABOUT:
        return None
    if not asks and _is_of_the_firm(folded, parts):
        return _FIRM
    if folded in TEXT_NAMES:
        return _WHOLE
    if not asks and parts & BESIDES:
        return 0.0
    theirs = _CUSTOMER if parts & CUSTOMERS else 0.0
    if parts & TEXT_NAMES:
        return _PART + theirs
    if parts & WEAK_NAMES or "por_que" in folded:
        return _WEAK + theirs
    return _NOTES if parts & NOTES else 0.0


def _is_of_the_firm(folded: str, parts: set[str]) -> bool:
    if parts & FIRM_WORDS or folded in FIRM_WORDS or TO_CUSTOMERS.search(folded):
        return True
    if parts & FIRM and not parts & ABOUT:
        return bool(parts & REPLIES) or not parts & ONLY_OF_CUSTOMERS
    return bool(parts & DESCRIPTIONS and parts & PRODUCTS)


def _is_reply(name: str) -> bool:
    return not is_question(name) and bool(REPLIES & set(fold(name).split("_")))


def _is_words(value: str) -> bool:
    if not any(map(str.isalpha, value)) or is_rating(value) or _is_date(value):
        return False
    return len(value.split()) > 1 or _CODE.search(value) is None


def _is_date(value: str) -> bool:
    """Digits, and no words but those of dates: ``miércoles, 3 de mayo de 2024 a las 10:30``."""
    if len(value) > _LONGEST_DATE or not any(map(str.isdigit, value)):
        return False
    return _DATE_WORDS.issuperset(_LETTERS.findall(fold(value)))
