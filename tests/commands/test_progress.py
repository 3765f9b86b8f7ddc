"""Progress is a bar on a terminal, a line now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import io

import pytest

from hx_detect.commands import progress
from hx_detect.commands.progress import TerminalEvents
from hx_detect.wording import set_language


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def score_rows(events: TerminalEvents, count: int) -> None:
    with events:
        events.say("found something")
        for number in range(1, count + 1):
            events.scored(hx=number % 4 == 0, fraction=number / count)


def test_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    events = TerminalEvents(quiet=False)
    with events:
        for number in range(1, 33):
            events.scored(hx=number % 4 == 0, fraction=number / 64)
        events.say("a remark")
    assert "HX 25.0 %" in terminal.getvalue()
    assert "/64" in terminal.getvalue()
    assert "a remark\n" in terminal.getvalue()


def test_lines_elsewhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_EVERY_SECONDS", 0.0)
    score_rows(TerminalEvents(quiet=False), 4)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "found something"
    assert lines[-1].startswith("4 texts, ")
    assert lines[-1].endswith("100 %, left 0 s, HX 25.0 %")


def test_short_runs_elsewhere_show_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    score_rows(TerminalEvents(quiet=False), 400)
    assert capsys.readouterr().err == "found something\n"


def test_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    score_rows(TerminalEvents(quiet=True), 100)
    assert terminal.getvalue() == ""


def test_numbers_are_written_as_in_spanish(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_EVERY_SECONDS", 0.0)
    set_language("es")
    try:
        score_rows(TerminalEvents(quiet=False), 1_002)
    finally:
        set_language("en")
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("1.002 textos, ")
    assert last.endswith("HX 25,0 %")
