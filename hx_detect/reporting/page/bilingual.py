"""Numbers, dates and labels as both languages write them. In: plain values. Out: ``Words``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from hx_detect.labels import DISPLAY, SIGNAL_INDEX, display
from hx_detect.reporting.figure_records import Estimate, Share, Words

NARROW: Final = "\u202f"
"""A narrow space that does not break: Spanish writes it between thousands and before the per cent sign."""
MINUS: Final = "\u2212"
_MONTHS: Final = (
    ("Jan", "ene"), ("Feb", "feb"), ("Mar", "mar"), ("Apr", "abr"), ("May", "may"), ("Jun", "jun"),
    ("Jul", "jul"), ("Aug", "ago"), ("Sep", "sep"), ("Oct", "oct"), ("Nov", "nov"), ("Dec", "dic"),
)  # fmt: skip


def both(en: str, es: str, **parts: Words | str | int) -> Words:
    """A sentence with ``{names}`` filled in, each in the sentence's language.

    Args:
        en: the English sentence.
        es: the Spanish one, with the same names.
        parts: what stands in their place; a whole number is written with its thousands apart.
    """
    filled = {name: whole(part) if isinstance(part, int) else part for name, part in parts.items()}
    english = {name: part.en if isinstance(part, Words) else part for name, part in filled.items()}
    spanish = {name: part.es if isinstance(part, Words) else part for name, part in filled.items()}
    return Words(en.format(**english), es.format(**spanish))


def same(text: str) -> Words:
    """A text that is the same in both languages: a name, a code."""
    return Words(text, text)


def joined(parts: Iterable[Words], *, end: bool = True) -> Words:
    """``a, b and c``; with ``end`` False only commas."""
    words = list(parts)
    if not words:
        return Words("", "")
    if len(words) == 1 or not end:
        return Words(", ".join(word.en for word in words), ", ".join(word.es for word in words))
    joint = "e" if words[-1].es.lower().startswith(("i", "hi")) else "y"
    return Words(
        f"{', '.join(word.en for word in words[:-1])} and {words[-1].en}",
        f"{', '.join(word.es for word in words[:-1])} {joint} {words[-1].es}",
    )


def sentence(words: Words) -> Words:
    """With a capital at its start."""
    return Words(words.en[:1].upper() + words.en[1:], words.es[:1].upper() + words.es[1:])


def decimal(value: float, digits: int = 1, *, signed: bool = False) -> Words:
    """A number with ``digits`` after the point (English) or comma (Spanish); -0.0 is 0."""
    rounded = round(value, digits) + 0.0
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    whole_part, _, rest = f"{abs(rounded):.{digits}f}".partition(".")
    words = whole(int(whole_part))
    return Words(sign + words.en + ("." + rest if rest else ""), sign + words.es + ("," + rest if rest else ""))


def whole(value: int) -> Words:
    """A whole number: 12,345 in English; 12 345 in Spanish, where four digits stay together."""
    grouped = f"{value:,}"
    return Words(grouped, str(value) if abs(value) < 10_000 else grouped.replace(",", NARROW))


def texts(count: int) -> Words:
    """So many texts, in the singular where it is one."""
    return both("{n} text", "{n} texto", n=count) if count == 1 else both("{n} texts", "{n} textos", n=count)


def percent(value: float, digits: int | None = None) -> Words:
    """A share of 1 per cent: whole numbers from 10 %, one digit below, unless ``digits`` says."""
    if digits is None:
        digits = 0 if abs(value) >= 0.0995 or value == 0 else 1
    number = decimal(100 * value, digits)
    return Words(f"{number.en}%", f"{number.es}{NARROW}%")


def percent_range(low: float, high: float) -> Words:
    """``18% to 24%``, with as many digits as the smaller end needs."""
    digits = 0 if high >= 0.0995 and high - low >= 0.01 else 1
    return both(
        "{low} to {high}", "{low} a {high}", low=Words(*_bare(low, digits)), high=percent(high, digits)
    )  # fmt: skip


def _bare(value: float, digits: int) -> tuple[str, str]:
    number = decimal(100 * value, digits)
    return number.en, number.es


def share_range(share: Share) -> Words:
    """The interval of a share."""
    return percent_range(share.low, share.high)


def and_range(share: Share | Estimate) -> Words:
    """The interval of a share after ``between``: ``18% and 24%``."""
    words = percent_range(share.low, share.high)
    return Words(words.en.replace(" to ", " and "), words.es.replace(" a ", " y "))


def points(value: float, digits: int = 1, *, signed: bool = False) -> Words:
    """NPS points or percentage points, without their unit."""
    return decimal(value, digits, signed=signed)


def points_range(estimate: Estimate, *, scale: float = 1.0, digits: int = 1, signed: bool = False) -> Words:
    """``2.1 to 4.0`` of an estimate times ``scale`` (100 makes percentage points of a difference of shares)."""
    low, high = sorted((estimate.low * scale, estimate.high * scale))
    return both(
        "{low} to {high}",
        "{low} a {high}",
        low=decimal(low, digits, signed=signed),
        high=decimal(high, digits, signed=signed),
    )


def day(iso: str) -> Words:
    """``3 Mar 2025`` of an ISO date; anything else as it is."""
    try:
        when = date.fromisoformat(iso[:10])
    except ValueError:
        return same(iso)
    en, es = _MONTHS[when.month - 1]
    return Words(f"{when.day} {en} {when.year}", f"{when.day} {es} {when.year}")


def span(start: str, end: str) -> Words:
    """Two days with a dash; one day where they are the same."""
    return day(start) if start == end else both("{a} – {b}", "{a} – {b}", a=day(start), b=day(end))


def label(name: str) -> Words:
    """The name of a signal, level, stage …; a customer's own signal as it is written."""
    if name in SIGNAL_INDEX or name in DISPLAY:
        return Words(display(name, "en"), display(name, "es"))
    return same(name.replace("_", " "))


def short_level(name: str) -> Words:
    """A level in a word or two, as for a legend."""
    words = label(name)
    return {"hx_risk": Words("HX at risk", "HX en riesgo"), "hx_voiced": Words("HX voiced", "HX en voz alta")}.get(
        name, Words(words.en.partition(":")[0], words.es.partition(":")[0])
    )
