"""``hx-detect serve``. In: options. Out: settings handed to the server, help in both languages, the missing extra."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hx_detect.cli import main
from hx_detect.serving.settings import TABLE, ServeSettings

Given = list[ServeSettings]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """The settings that the server is run with; it is not run."""
    from hx_detect.serving import server

    settings: Given = []

    def serve(asked: ServeSettings, announce: Callable[[str], None]) -> int:
        settings.append(asked)
        announce("http://127.0.0.1:8000")
        return 0

    monkeypatch.setattr(server, "serve", serve)
    return settings


def test_options_become_settings(given: Given, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "--port",
        "9000",
        "--data",
        str(tmp_path),
        "--max-bytes",
        "2M",
        "--mask",
        "--timeout",
        "5",
        "--max-wait",
        "1",
    ]
    assert main(["serve", *words, "--lang", "en"]) == 0
    (settings,) = given
    assert (settings.port, settings.data, settings.max_bytes, settings.mask) == (9000, tmp_path, 2 << 20, True)
    assert (settings.timeout_s, settings.max_wait_ms, settings.insecure) == (5.0, 1.0, False)
    assert (
        capsys.readouterr().out == "hx-detect serves at http://127.0.0.1:8000: console at /, documentation at /docs\n"
    )


def test_variables_do_too(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HX_DETECT_PORT", "9001")
    assert main(["serve"]) == 0
    assert given[0].port == 9001


def test_what_makes_no_sense_is_one_line(given: Given, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--workers", "none", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("error: --workers is 'none', not a whole number from 1.")
    assert given == []


@pytest.mark.parametrize("lang", ["es", "en"])
def test_help_says_every_setting_and_its_variable(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--help", "--lang", lang]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for setting in TABLE:
        assert setting.flag in shown
        assert f"[HX_DETECT_{setting.name.upper()}]" in shown
        assert (setting.es if lang == "es" else setting.en) in shown


def test_without_the_extra_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "hx_detect.serving.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve", "--lang", "en"]) == 40
    assert 'pip install "hx-detect[serve]"' in capsys.readouterr().err
