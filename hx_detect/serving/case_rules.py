"""What a case may become. In: a state and the one wanted. Out: the change, or why not; names in both languages."""

from __future__ import annotations

from typing import Final

from hx_detect.errors import CaseStateError
from hx_detect.labels import CONDUCT, OUTCOMES, display, signal_title
from hx_detect.wording import language, say

STATES: Final = ("open", "contacted", "solved", "lost")
CLOSED: Final = ("solved", "lost")
MOVES: Final[dict[str, tuple[str, ...]]] = {
    "open": ("contacted", "solved", "lost"),
    "contacted": ("solved", "lost", "open"),
    "solved": ("open",),
    "lost": ("open",),
}
"""State -> those it may go over to. To ``open`` is to reopen; what is closed is reopened before anything else."""

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "open": ("open", "abierto"),
    "contacted": ("contacted", "contactado"),
    "solved": ("solved", "resuelto"),
    "lost": ("lost", "perdido"),
}
_MOST_SIGNALS: Final = 3


def state_name(state: str) -> str:
    """The state's name in the user's language."""
    return say(*_NAMES[state])


def check_move(state: str, wanted: str) -> None:
    """Nothing, if a case may go over from one state to the other.

    Raises:
        CaseStateError: it may not; the cure says what it may become.
    """
    if wanted in MOVES[state]:
        return
    allowed = ", ".join(state_name(one) for one in MOVES[state])
    raise CaseStateError(
        say(f"A case that is {state_name(state)} cannot become {state_name(wanted)}",
            f"Un caso {state_name(state)} no puede pasar a {state_name(wanted)}"),
        cure=say(f"It can become: {allowed}", f"Puede pasar a: {allowed}"),
    )  # fmt: skip


def reason(level: str, signals: list[str]) -> str:
    """Why to call: the level, and what the company did or the customer does, in the user's language.

    Args:
        level: of the text.
        signals: names, strongest first.
    """
    lang = language()
    told = [name for name in signals if name in CONDUCT] or [name for name in signals if name in OUTCOMES]
    told = told or signals
    head = display(level, lang).partition(":")[0]
    names = ", ".join(signal_title(name, lang) for name in told[:_MOST_SIGNALS])
    return f"{head}: {names}" if names else head
