"""Text -> the same without personal data. In: any str. Out: placeholders instead, and where each stretch went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hx_detect.serving.personal_data import Found, Kind, find_personal_data

PLACEHOLDERS: Final[dict[Kind, str]] = {
    "email": "‹email›",
    "iban": "‹iban›",
    "card": "‹card›",
    "id": "‹id›",
    "phone": "‹phone›",
    "number": "‹number›",
}


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its personal data.

    Attributes:
        text: with placeholders.
        found: what was taken out, by its place in the original text.
    """

    text: str
    found: tuple[Found, ...]

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the original text is now.

        Args:
            start: code point of the original text.
            end: exclusive, above ``start``.

        Returns:
            Its place in ``text``; a placeholder of which it held a part is in it whole.
        """
        moved_start, moved_end, shift = start, end, 0
        for found in self.found:
            length = len(PLACEHOLDERS[found.kind])
            if found.start >= end:
                break
            moved = found.start + shift
            shift += length - (found.end - found.start)
            if found.end <= start:
                moved_start = start + shift
            elif found.start <= start:
                moved_start = moved
            moved_end = moved + length if found.end >= end else end + shift
        return moved_start, moved_end


def mask(text: str) -> Masked:
    """Put placeholders in the place of personal data (``personal_data.find_personal_data``)."""
    return mask_found(text, find_personal_data(text))


def mask_found(text: str, stretches: Iterable[Found]) -> Masked:
    """Put placeholders in the place of stretches, in order, none over another."""
    found = tuple(stretches)
    pieces, done = [], 0
    for one in found:
        pieces += [text[done : one.start], PLACEHOLDERS[one.kind]]
        done = one.end
    return Masked("".join([*pieces, text[done:]]), found)
