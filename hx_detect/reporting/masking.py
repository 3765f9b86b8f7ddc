"""Customers' words -> the same without personal data, and with marks moved along. In: a text. Out: ``Shown``.

E-mail addresses, telephone numbers, payment cards, IBANs and national identifiers are found by ``serving.mask`` where
its two packages are installed (extra ``serve``); else by how they are written, and the report says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Final

from hx_detect.reporting.figure_values import Mark, Words
from hx_detect.serving.mask import Masked, mask, mask_found
from hx_detect.serving.personal_data import EMAIL, Found, Kind

_ROUGH: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (EMAIL, "email"),
    (re.compile(r"(?<![\w])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){3,7}[ -]?[A-Z0-9]{0,4}(?!\w)"), "iban"),
    (re.compile(r"(?<![\w])\+?\(?\d(?:[ ().\-/]{0,2}\d){7,18}[ -]?[A-Za-z]?(?!\w)"), "number"),
)
"""Ways of writing that are taken for personal data where nothing can check them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that can be shown; ``marks`` point into it."""

    text: str
    marks: tuple[Mark, ...]


@cache
def thorough() -> bool:
    """Are the packages installed that tell telephone numbers and identifiers?"""
    return all(find_spec(name) is not None for name in ("phonenumbers", "stdnum"))


def how_masked() -> Words:
    """One sentence on what is masked."""
    if thorough():
        return Words(
            "E-mail addresses, telephone numbers, cards, IBANs and national identifiers are masked; names are not.",
            "Se ocultan correos, teléfonos, tarjetas, IBAN y documentos de identidad; los nombres no.",
        )
    return Words(
        "E-mail addresses and long numbers are masked by how they are written, as the packages that check them are not "
        "installed (extra serve); names are not masked.",
        "Se ocultan correos y números largos por cómo están escritos, pues faltan los paquetes que los comprueban "
        "(extra serve); los nombres no se ocultan.",
    )


def masked(text: str, marks: Sequence[Mark]) -> Shown:
    """Mask a text and move its marks.

    Args:
        text: as given.
        marks: into it; those out of bounds are dropped.
    """
    good = [mark for mark in marks if 0 <= mark.start < mark.end <= len(text)]
    made = mask(text) if thorough() else _rough(text)
    moved = (Mark(*made.stretch(mark.start, mark.end), mark.signal) for mark in good)
    return Shown(made.text, tuple(sorted(moved, key=lambda mark: (mark.start, mark.end, mark.signal))))


def _rough(text: str) -> Masked:
    places: list[Found] = []
    for pattern, kind in _ROUGH:
        for match in pattern.finditer(text):
            if all(match.end() <= one.start or match.start() >= one.end for one in places):
                places.append(Found(*match.span(), kind))
    return mask_found(text, sorted(places, key=lambda one: one.start))


def cut(shown: Shown, length: int) -> Shown:
    """A stretch of at most about ``length`` characters around the first mark, on one line, whole words, with ``…``."""
    text = re.sub(r"\s", " ", shown.text)
    if len(text) <= length:
        return Shown(text, shown.marks)
    first = shown.marks[0] if shown.marks else Mark(0, 0, "")
    start = max(0, min(first.start - max(0, length - (first.end - first.start)) // 2, len(text) - length))
    end = start + length
    if start > 0:
        space = text.find(" ", start, first.start + 1)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", max(start + 1, min(first.end, end - 1)), end)
        end = space if space > start else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    kept = tuple(
        Mark(max(mark.start, start) + shift, min(mark.end, end) + shift, mark.signal)
        for mark in shown.marks
        if mark.start < end and mark.end > start
    )
    return Shown(before + text[start:end] + after, kept)
