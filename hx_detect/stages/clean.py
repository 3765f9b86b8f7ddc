"""Original text -> what the model reads. In: any str, a cleaning spec. Out: cleaned text, each character's origin."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

from hx_detect.errors import BundleError
from hx_detect.stage_records import CleanText
from hx_detect.wording import say

Edit = tuple[int, int, str]
"""Replace the characters from start to end (exclusive) by a string."""

_ENTITY: Final = re.compile(r"&(?:amp;)*(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_URL: Final = re.compile(
    r"""\b(?:https?://|www\.|pic\.twitter\.com/|t\.co/)[^\s<>"«»]*[^\s<>"«».,;:!?()\[\]{}'’”…]""", re.IGNORECASE
)
_HANDLE: Final = re.compile(r"(?<![\w@.])@\w{1,50}")
_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CleaningSpec:
    """How texts are cleaned; a part of the bundle, since the model was trained on texts cleaned so.

    Attributes:
        user: what an @handle becomes.
        url: what a web address becomes.
        repeats: longest run of one character that is kept (digits and spaces aside), 1 or more.
    """

    user: str = "@user"
    url: str = "http"
    repeats: int = 3

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> CleaningSpec:
        """The spec of ``bundle.json``; what it does not say is as above.

        Raises:
            BundleError: a setting is unknown or of the wrong type.
        """
        known = asdict(cls())
        for name, value in values.items():
            if name not in known or type(value) is not type(known[name]) or (isinstance(value, int) and value < 1):
                raise BundleError(
                    say(f"bundle.json, cleaning: setting {name}={value!r} is not understood",
                        f"bundle.json, cleaning: no se entiende el ajuste {name}={value!r}"),
                    cure=say("Install a newer hx-detect, or the model again",
                             "Instale un hx-detect más nuevo o el modelo de nuevo"),
                )  # fmt: skip
        return cls(**(known | values))

    def to_dict(self) -> dict[str, Any]:
        """The spec as in ``bundle.json``."""
        return asdict(self)


def clean(text: str, spec: CleaningSpec) -> CleanText:
    """Clean a text as the model was trained on it.

    HTML entities are unescaped, invisible and control characters dropped, letters composed (NFC, per combining
    sequence), web addresses and handles replaced, long runs of one character shortened, white space made one space
    and cut at both ends. Hashtags stay.

    Args:
        text: any string, lone surrogates included (they become U+FFFD).
        spec: the bundle's cleaning.

    Returns:
        The cleaned text, possibly empty, with the original place of each character.
    """
    cleaned = CleanText(text, range(len(text)), range(1, len(text) + 1))
    if "&" in text:
        cleaned = _edit(cleaned, _matches(_ENTITY, cleaned.text, _unescape))
    cleaned = _edit(cleaned, _matches(_LONE_SURROGATE, cleaned.text, lambda _: "\ufffd"))
    cleaned = _edit(cleaned, _matches(_INVISIBLE, cleaned.text, lambda _: ""))
    if not unicodedata.is_normalized("NFC", cleaned.text):
        cleaned = _edit(cleaned, _compositions(cleaned.text))
    if "/" in cleaned.text or "www." in cleaned.text.lower():
        cleaned = _edit(cleaned, _matches(_URL, cleaned.text, lambda _: spec.url))
    if "@" in cleaned.text:
        cleaned = _edit(cleaned, _matches(_HANDLE, cleaned.text, lambda _: spec.user))
    cleaned = _edit(cleaned, _matches(_long_run(spec.repeats), cleaned.text, lambda run: run[0] * spec.repeats))
    return _edit(cleaned, _spaces(cleaned.text))


def _edit(old: CleanText, edits: Iterable[Edit]) -> CleanText:
    """The text after ``edits`` (in order, apart); all characters of a replacement stand for all of the replaced."""
    done = 0
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, new in edits:
        words += (old.text[done:start], new)
        starts += [*old.starts[done:start], *[old.starts[start]] * len(new)]
        ends += [*old.ends[done:start], *[old.ends[end - 1]] * len(new)]
        done = end
    if done == 0:
        return old
    words.append(old.text[done:])
    return CleanText("".join(words), _join(starts, old.starts[done:]), _join(ends, old.ends[done:]))


def _join(head: list[int], tail: Sequence[int]) -> list[int]:
    head.extend(tail)
    return head


def _matches(pattern: re.Pattern[str], text: str, replacement: Callable[[str], str]) -> Iterable[Edit]:
    return ((*match.span(), replacement(match.group())) for match in pattern.finditer(text))


def _unescape(entity: str) -> str:
    """The character of an entity, also where an ``&`` was itself escaped (``&amp;lt;``)."""
    once = html.unescape(entity)
    return html.unescape(once) if once != "&" else once


@lru_cache(maxsize=8)
def _long_run(repeats: int) -> re.Pattern[str]:
    return re.compile(rf"([^\d\s])\1{{{repeats},}}")


def _compositions(text: str) -> Iterable[Edit]:
    """Each base character with its combining marks, where NFC changes it."""
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and unicodedata.combining(text[place]):
            continue
        composed = unicodedata.normalize("NFC", text[start:place])
        if composed != text[start:place]:
            yield start, place, composed
        start = place


def _spaces(text: str) -> Iterable[Edit]:
    """White space other than one plain space becomes one; none at the ends."""
    for match in _SPACE.finditer(text):
        start, end = match.span()
        new = "" if start == 0 or end == len(text) else " "
        if text[start:end] != new:
            yield start, end, new
