"""A cell of stars or of a 0-10 answer -> its number. In: ``4/5``, ``★★★★☆``, ``9 de 10`` … Out: a float, or None."""

from __future__ import annotations

import math
import re
from typing import Final

RANGES: Final = {"answer": (0.0, 10.0), "stars": (1.0, 5.0)}
"""Role -> lowest and highest number it can have."""
_TEN, _FIVE = (round(RANGES[role][1]) for role in ("answer", "stars"))
_VARIATION: Final = re.compile("[\ufe0e\ufe0f]")
"""Signs without a shape of their own that say how the one before is drawn."""
_NUMBER: Final = r"(?P<number>[0-9]{1,2}(?:[.,][0-9]+)?)"
_STARS: Final = r"(?:stars?|estrellas?|[★⭐🌟])"
_OF: Final = re.compile(
    rf"(?:rated\s+)?{_NUMBER}(?:\s*/\s*|\s+(?:de|sobre|of|out\s+of)\s+)(?P<top>5|10)(?:[.,]0+)?"
    rf"(?:\s*{_STARS}|\s+(?:bubbles|burbujas))?",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(rf"{_NUMBER}(?:\s*|-){_STARS}", re.IGNORECASE)
_WORDS: Final = {
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
}  # fmt: skip
_SPELLED: Final = re.compile(rf"(?P<word>{'|'.join(_WORDS)})\s+(?:stars?|estrellas?)", re.IGNORECASE)
_UPPER: Final = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
"""Stars as Google's business profiles export them."""
_LABEL: Final = r"[^\W\d_][^\d]{1,59}"
_LABELLED: Final = tuple(
    re.compile(form)
    for form in (rf"{_NUMBER}\s*[-–—:=]\s*{_LABEL}", rf"{_NUMBER}\s*\({_LABEL}\)", rf"{_LABEL}\s[-–—]\s{_NUMBER}")
)
"""How survey tools write the ends of a scale: ``10 - Extremely likely``, ``0 (Nada probable)``, ``Likely - 10``."""
_DRAWN: Final = re.compile("(?P<full>[★⭐🌟]+)(?P<half>½?)(?P<empty>☆*)")


def rating_of(role: str, value: object) -> float | None:
    """The number of a cell of stars or of a 0-10 answer.

    Read are numbers (``4``, ``4,0``), numbers with their scale (``4/5``, ``4 de 5 estrellas``, ``9 out of 10``), and
    for stars ``4 stars``, ``cuatro estrellas``, ``★★★★☆`` and ``⭐⭐⭐⭐``. A half stays a half. The name of a number
    may stand beside it, as survey tools write the ends of a scale: ``10 - Extremely likely``, ``0 (Nada probable)``.

    Args:
        role: a key of ``RANGES``.
        value: whatever the cell holds.

    Returns:
        A number within ``RANGES[role]``; None for anything else, another scale too.
    """
    number, top = _read_with_label(value)
    low, high = RANGES[role]
    fits = number is not None and low <= number <= high and top in (None, high)
    return number if fits else None


def goes_to_ten(value: object) -> bool:
    """Does the cell itself show that its scale goes to 10: by saying so, or by being beyond yes-no and one to five?"""
    number, top = _read_with_label(value)
    return top == _TEN or (top is None and (number or 0) > _FIVE)


def is_rating(value: str) -> bool:
    """Does a cell of text hold a rating, and no words?"""
    return _read(value)[0] is not None


def number_of(value: object) -> float | None:
    """A finite number from a number or a string (``9``, ``9.0``, ``9,5``); None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _read(value: object) -> tuple[float | None, int | None]:
    """The number, and the top of its scale where the cell says it."""
    number = number_of(value)
    if number is not None or not isinstance(value, str):
        return number, None
    text = _VARIATION.sub("", value).strip()
    if of := _OF.fullmatch(text):
        return number_of(of["number"]), int(of["top"])
    if named := _NAMED.fullmatch(text):
        return number_of(named["number"]), _FIVE
    if (spelled := _SPELLED.fullmatch(text)) or text in _UPPER:
        return float(_WORDS[(spelled["word"] if spelled else text).lower()]), _FIVE
    return _drawn("".join(text.split())), _FIVE


def _read_with_label(value: object) -> tuple[float | None, int | None]:
    """As ``_read``, and the number that stands beside its own name."""
    number, top = _read(value)
    if number is None and isinstance(value, str):
        found = next((found for form in _LABELLED if (found := form.fullmatch(value.strip()))), None)
        return (number_of(found["number"]), None) if found else (None, None)
    return number, top


def _drawn(signs: str) -> float | None:
    """How many stars are full; where empty ones are drawn too, there are five in all."""
    drawn = _DRAWN.fullmatch(signs)
    if drawn is None or (drawn["empty"] and len(signs) != _FIVE):
        return None
    return len(drawn["full"]) + 0.5 * len(drawn["half"])
