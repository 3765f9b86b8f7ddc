"""How a run goes, on stderr. In: events of ``batch``. Out: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Final, Self

from hx_detect.wording import figure, say

_EVERY_SECONDS: Final = 30.0
_REFRESH_ROWS: Final = 16


class TerminalEvents:
    """Says what was found and shows progress (an ``Events`` of ``hx_detect.batch``).

    Args:
        quiet: say nothing at all.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._rows = 0
        self._hx = 0
        self._started = self._spoken = time.monotonic()

    def __enter__(self) -> Self:
        """Start anew for one file."""
        self._rows = self._hx = 0
        self._started = self._spoken = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def say(self, line: str) -> None:
        """One line on stderr, above the bar."""
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.write(line, file=sys.stderr)
        else:
            sys.stderr.write(line + "\n")

    def scored(self, *, hx: bool, fraction: float | None) -> None:
        """Count one row and show it."""
        self._rows += 1
        self._hx += hx
        if self._quiet:
            return
        if sys.stderr.isatty():
            if self._rows % _REFRESH_ROWS == 0:
                self._show_bar(fraction)
        elif time.monotonic() - self._spoken >= _EVERY_SECONDS:
            self._spoken = time.monotonic()
            self._say_line(fraction)

    def _show_bar(self, fraction: float | None) -> None:
        if self._bar is None:
            from tqdm import tqdm

            unit = say(" texts", " textos")
            self._bar = tqdm(unit=unit, file=sys.stderr, dynamic_ncols=True, leave=False, initial=0)
        if fraction:
            self._bar.total = max(self._rows, round(self._rows / fraction))
        self._bar.set_postfix_str(f"HX {figure(100 * self._hx / self._rows, 1)} %", refresh=False)
        self._bar.update(self._rows - self._bar.n)

    def _say_line(self, fraction: float | None) -> None:
        seconds = max(1e-9, time.monotonic() - self._started)
        line = f"{figure(self._rows)} {say('texts', 'textos')}, {self._rows / seconds:.0f}/s"
        if fraction:
            line += f", {100 * fraction:.0f} %, {say('left', 'quedan')} {seconds * (1 - fraction) / fraction:.0f} s"
        self.say(f"{line}, HX {figure(100 * self._hx / self._rows, 1)} %")
