"""Text -> the personal data in it. In: any str. Out: stretches with their kind, in order, none over another.

What has a check digit is checked by python-stdnum, telephone numbers by phonenumbers (Google's libphonenumber). Numbers
without one (Argentina's DNI, Colombia's cédula …) are taken where a word before them says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Literal

Kind = Literal["email", "iban", "card", "id", "phone", "number"]
"""The last is given by nobody here: it stands for what is only written like one of the others."""

REGIONS: Final = ("ES", "MX", "AR", "CO", "PE", "CL", "GB", "US", "IN")
"""Countries whose telephone numbers are known without their international prefix."""
FEWEST_DIGITS: Final = 9
"""Of a telephone number that no word announces: shorter numbers are mostly something else."""
MOST_TRIES: Final = 500
"""Numbers of one sort that are checked in one text. In a text of more, whatever is written like one counts as one: that
keeps the time bounded, and nothing gets through."""


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of the text, code points, end exclusive, and what it is."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a number is written, and the module of python-stdnum that checks it (none: being written so is enough)."""

    kind: Kind
    pattern: re.Pattern[str]
    checker: str = ""
    may_be_shorter: bool = False


def _shape(kind: Kind, pattern: str, checker: str = "", *, may_be_shorter: bool = False) -> _Shape:
    return _Shape(kind, re.compile(rf"(?<![\w])(?:{pattern})(?!\w)", re.IGNORECASE), checker, may_be_shorter)


EMAIL: Final = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
# fmt: off
_SHAPES: Final = (
    _shape("iban", r"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", "iban", may_be_shorter=True),
    _shape("card", r"[2-6]\d{3}(?:[ .-]?\d){9,15}", "luhn", may_be_shorter=True),
    _shape("id", r"\d{2}[ .]?\d{3}[ .]?\d{3}[ -]?[A-Z]", "es.dni"),
    _shape("id", r"[XYZ][ -]?\d{7}[ -]?[A-Z]", "es.nie"),
    _shape("id", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", "mx.curp"),
    _shape("id", r"[A-ZÑ&]{4}[ -]?\d{6}[ -]?[A-Z0-9]{3}", "mx.rfc"),
    _shape("id", r"(?:20|23|24|27|30|33|34)[ -]?\d{8}[ -]?\d", "ar.cuit"),
    _shape("id", r"\d{1,2}\.?\d{3}\.?\d{3}-[\dK]", "cl.rut"),
    _shape("id", r"\d{1,3}\.?\d{3}\.?\d{3}-\d", "co.nit"),
    _shape("id", r"(?:10|15|16|17|20)\d{9}", "pe.ruc"),
    _shape("id", r"\d{3}-\d{2}-\d{4}", "us.ssn"),
    _shape("id", r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]"),  # UK national insurance number
    _shape("id", r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", "in_.aadhaar"),
    _shape("id", r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", "in_.pan"),
)
# fmt: on
_SAID_ID: Final = re.compile(
    r"(?<!\w)(?:dni|nie|nif|d\.n\.i\.|documento(?:\s+de\s+identidad)?|c[ée]dula(?:\s+de\s+ciudadan[íi]a)?|c\.\s?c\.|rut|"
    r"cuit|cuil|curp|rfc|nit|ruc|pasaporte|passport|ssn|social\s+security(?:\s+number)?|nino|"
    r"national\s+insurance(?:\s+number)?|aadhaar|aadhar)(?!\w)"
    r"[\s:.#]{0,4}(?:(?:es|is|n[úu]mero|number|num|n[ºo°]|no)(?!\w)[\s:.#]{0,3}){0,3}"
    r"(?P<number>[A-Z]{0,3}[ -]?\d(?:[ .-]?\d){4,12}(?:-?[A-Z])?)(?!\w)",
    re.IGNORECASE,
)
_SAID_PHONE: Final = re.compile(
    r"(?<!\w)(?:tel(?:[ée]fono|ephone)?s?|tlf|tfno|m[óo]vil|celular|cel|whats?app|phone|mobile)(?!\w)"
    r"[\s:.#]{0,4}(?:(?:es|is|n[úu]mero|number|num|el|al|n[ºo°]|no)(?!\w)[\s:.#]{0,3}){0,3}"
    r"(?P<number>\+?\(?\d(?:[ ().-]{0,2}\d){5,14})(?!\w)",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"(?<![\w+])(?:\+|00)?\(?\d(?:[ ().\-/]{0,2}\d){6,15}(?!\w)")
_MONEY_BEFORE: Final = re.compile(r"(?:[$€£₹]|USD|EUR|GBP|INR|MXN|S/)\s?$")
_MONEY_AFTER: Final = re.compile(r"\s?(?:[$€£₹]|euros?|pesos|soles|d[óo]lar|dollars|rupees|pounds|EUR|USD)")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_DATE: Final = re.compile(r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?!\d)")
_LAST_PART: Final = re.compile(r"[\s().\-/]+[^\s().\-/]*\Z")


def find_personal_data(text: str) -> list[Found]:
    """E-mail addresses, IBANs, payment cards, national identifiers and telephone numbers.

    Args:
        text: any length; the time taken grows with it evenly.

    Returns:
        In order. Where two could stand over each other, the surer kind stays: those with a check digit before those
        that a word announces, telephone numbers last.
    """
    kept: list[Found] = []
    taken = bytearray(len(text))
    for found in _candidates(text):
        if not any(taken[found.start : found.end]):
            taken[found.start : found.end] = b"\1" * (found.end - found.start)
            kept.append(found)
    return sorted(kept, key=lambda found: found.start)


def _candidates(text: str) -> Iterator[Found]:
    for match in EMAIL.finditer(text):
        yield Found(*match.span(), "email")
    for shape in _SHAPES:
        yield from _of_shape(text, shape)
    for match in _SAID_ID.finditer(text):
        yield Found(*match.span("number"), "id")
    for match in _SAID_PHONE.finditer(text):
        yield Found(*match.span("number"), "phone")
    yield from _phones(text)


def _of_shape(text: str, shape: _Shape) -> Iterator[Found]:
    match = shape.pattern.search(text)
    tries = 0
    while match:
        tries += 1
        found = next((part for part in _parts(match, shape) if tries > MOST_TRIES or _checks(part, shape.checker)), "")
        if found:
            yield Found(match.start(), match.start() + len(found), shape.kind)
        # Where it is not one, a number may still begin inside: "24 4111 …".
        match = shape.pattern.search(text, match.start() + max(1, len(found)))


def _parts(match: re.Match[str], shape: _Shape) -> Iterator[str]:
    """What was matched and, where words may have run into it, ever less of it."""
    part = match.group()
    yield part
    while shape.may_be_shorter and (last := _LAST_PART.search(part)):
        part = part[: last.start()]
        yield part


def _checks(number: str, checker: str) -> bool:
    if not checker:
        return True
    compact = re.sub(r"[ .-]", "", number)
    if checker == "luhn" and not 13 <= len(compact) <= 19:
        return False
    is_valid: Callable[[str], bool] = import_module(f"stdnum.{checker}").is_valid
    return is_valid(compact.upper())


def _phones(text: str) -> Iterator[Found]:
    match = _PHONE.search(text)
    tries = 0
    while match:
        length = 0
        if not _is_amount_or_date(text, match):
            tries += 1
            length = _phone_length(match.group()) if tries <= MOST_TRIES else len(match.group())
        if length:
            yield Found(match.start(), match.start() + length, "phone")
        match = _PHONE.search(text, match.start() + max(1, length))


def _phone_length(candidate: str) -> int:
    """How much of it, from its beginning, is a telephone number; 0 where none is."""
    while candidate:
        if _is_phone(candidate):
            return len(candidate)
        last = _LAST_PART.search(candidate)
        candidate = candidate[: last.start()] if last else ""
    return 0


def _is_phone(candidate: str) -> bool:
    import phonenumbers

    digits = sum(map(str.isdigit, candidate))
    international = candidate.startswith(("+", "00"))
    if digits < FEWEST_DIGITS and not (international and digits >= FEWEST_DIGITS - 1):
        return False
    number = "+" + candidate[2:] if candidate.startswith("00") else candidate
    for region in (None,) if international else REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _is_amount_or_date(text: str, match: re.Match[str]) -> bool:
    if _MONEY_BEFORE.search(text, max(0, match.start() - 5), match.start()) or _MONEY_AFTER.match(text, match.end()):
        return True
    return bool(_THOUSANDS.fullmatch(match.group()) or _DATE.search(match.group()))
