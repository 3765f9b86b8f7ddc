"""Evidence as people or tools write it -> stretches of the text. In: quotes, offsets. Out: ``Span`` or None."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hx_detect.records import Span


def find_span(text: str, stretch: object) -> Span | None:
    """The stretch that is meant, or None where it is not in the text.

    Args:
        text: the whole.
        stretch: a quote (its first place is meant; case and white space may differ), ``[start, end]`` in code points,
            or an object with ``start``, ``end`` and ``text``. Where offsets and quote disagree, offsets are tried as
            UTF-16 units, which is how browsers count; then the quote decides.
    """
    if isinstance(stretch, str):
        return _quoted(text, stretch)
    if isinstance(stretch, Mapping):
        return _described(text, stretch)
    if isinstance(stretch, Sequence) and len(stretch) >= 2:
        return _between(text, stretch[0], stretch[1])
    return None


def _described(text: str, stretch: Mapping[str, Any]) -> Span | None:
    quote = stretch.get("text")
    start, end = stretch.get("start"), stretch.get("end")
    given = _between(text, start, end)
    if not isinstance(quote, str) or not quote:
        return given
    if given is not None and given.text == quote:
        return given
    from_browser = _between_units(text, start, end)
    if from_browser is not None and from_browser.text == quote:
        return from_browser
    return _quoted(text, quote)


def _between(text: str, start: object, end: object) -> Span | None:
    if not _is_whole(start) or not _is_whole(end):
        return None
    first, last = int(start), int(end)  # type: ignore[call-overload] # told whole numbers by _is_whole
    return Span(first, last, text[first:last]) if 0 <= first < last <= len(text) else None


def _is_whole(value: object) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _between_units(text: str, start: object, end: object) -> Span | None:
    """Offsets that count UTF-16 units: a character beyond the first plane (as an emoji) is two."""
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    units = text.encode("utf-16-le")
    if not 0 <= start < end <= len(units) // 2:
        return None
    try:
        first = len(units[: 2 * start].decode("utf-16-le"))
        last = len(units[: 2 * end].decode("utf-16-le"))
    except UnicodeDecodeError:
        return None
    return Span(first, last, text[first:last])


def _quoted(text: str, quote: str) -> Span | None:
    wanted = quote.strip().strip("…").strip()
    if not wanted:
        return None
    start = text.find(quote)
    if start >= 0:
        return Span(start, start + len(quote), quote)
    pattern = r"\s+".join(re.escape(word) for word in wanted.split())
    found = re.search(pattern, text, re.IGNORECASE)
    return Span(found.start(), found.end(), found.group()) if found else None
