"""What signals are called on a verdict's pages. In: bundles, names. Out: titles in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from hx_detect.labels import SIGNAL_INDEX, signal_title

Titles = Mapping[str, tuple[str, str]]
"""Own signal -> its title in English and in Spanish."""
NO_TITLES: Final[Titles] = MappingProxyType({})


def own_titles(info: Mapping[str, Any]) -> Titles:
    """The titles of the signals that a model brings along, from its ``bundle.json``."""
    return {one["name"]: (one["en"], one["es"]) for one in info.get("own_signals", ())}


def title_of(name: str, titles: Titles, lang: int) -> str:
    """A signal's title; 0 is English, 1 Spanish. An own signal without one is called by its name, in words."""
    if name not in SIGNAL_INDEX and name in titles:
        return titles[name][lang]
    return signal_title(name, "es" if lang else "en")
