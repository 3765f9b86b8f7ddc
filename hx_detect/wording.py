"""One sentence in two languages -> the one the user reads. In: English and Spanish wording. Out: one of them."""

from __future__ import annotations

import locale
import os
from contextvars import ContextVar
from typing import Final

from hx_detect.labels import Lang

_LANGUAGE: Final[ContextVar[Lang]] = ContextVar("hx_detect_language", default="en")


def set_language(lang: Lang) -> None:
    """Choose the language of messages for this thread or task; the library starts in English."""
    _LANGUAGE.set(lang)


def language() -> Lang:
    """The language that messages are in."""
    return _LANGUAGE.get()


def say(en: str, es: str) -> str:
    """The wording in the user's language.

    Args:
        en: the sentence in English.
        es: the same in Spanish.
    """
    return es if _LANGUAGE.get() == "es" else en


def figure(value: float, digits: int = 0) -> str:
    """A number as the user's language writes it: ``1,234.5`` or ``1.234,5``."""
    return number(value, _LANGUAGE.get(), digits)


def number(value: float, lang: Lang, digits: int = 0) -> str:
    """The same in a language that is named."""
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "es" else text


def language_of_environment() -> Lang:
    """``es`` where LC_ALL, LC_MESSAGES or LANG (in this order) name a Spanish locale, else ``en``."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "es" if value.lower().startswith("es") else "en"
    system = locale.getlocale()[0] or ""
    return "es" if system.lower().startswith(("es_", "spanish")) else "en"
