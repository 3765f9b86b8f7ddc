"""Settings. In: command-line values, environment. Out: checked settings, or an error that names what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from hx_detect.errors import UsageError
from hx_detect.serving.settings import TABLE, ServeSettings, default_data, from_sources, variable
from hx_detect.wording import set_language


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = from_sources({}, {})
    assert settings == ServeSettings()
    assert (settings.host, settings.port, settings.insecure, settings.log_texts) == ("127.0.0.1", 8000, False, False)
    assert settings.data == default_data() == tmp_path / "hx-detect"


def test_the_command_line_goes_before_the_environment() -> None:
    environ = {"HX_DETECT_PORT": "9000", "HX_DETECT_WORKERS": "3"}
    settings = from_sources({"port": "9001", "workers": None}, environ)
    assert (settings.port, settings.workers) == (9001, 3)


def test_an_empty_variable_is_none() -> None:
    assert from_sources({}, {"HX_DETECT_PORT": "", "HX_DETECT_DATABASE": ""}) == from_sources({}, {})


@pytest.mark.parametrize(("text", "size"), [
    ("1000", 1000), ("64k", 65536), ("1M", 1 << 20), ("1.5MiB", 3 << 19), ("2GB", 2 << 30),
])  # fmt: skip
def test_sizes(text: str, size: int) -> None:
    assert from_sources({"max_bytes": text}, {}).max_bytes == size


def test_switches_and_lists() -> None:
    environ = {
        "HX_DETECT_MASK": "yes",
        "HX_DETECT_INSECURE": "0",
        "HX_DETECT_CORS_ORIGINS": "https://a.es, http://b:81/",
    }
    settings = from_sources({}, environ)
    assert (settings.mask, settings.insecure) == (True, False)
    assert settings.cors_origins == ("https://a.es", "http://b:81")


@pytest.mark.parametrize(("name", "text"), [
    ("port", "70000"), ("workers", "0"), ("max_bytes", "12x"), ("max_bytes", "0"), ("mask", "perhaps"),
    ("timeout_s", "0"), ("timeout_s", "nan"), ("drain_s", "-1"), ("cors_origins", "*"), ("cors_origins", "a.example"),
    ("host", " "), ("rate_per_minute", "-1"), ("batch_tokens", "1e3"), ("max_bytes", "1e999"),
])  # fmt: skip
def test_what_makes_no_sense_is_named(name: str, text: str) -> None:
    flag = next(setting.flag for setting in TABLE if setting.name == name)
    with pytest.raises(UsageError, match=f"^{flag} is ") as caught:
        from_sources({name: text}, {})
    assert caught.value.cure
    with pytest.raises(UsageError, match=f"^{variable(name)} is "):
        from_sources({}, {variable(name): text} if text.strip() else {variable(name): " "})


def test_errors_in_spanish() -> None:
    set_language("es")
    with pytest.raises(UsageError, match="--port es 'x', no un puerto"):
        from_sources({"port": "x"}, {})


def test_a_queue_that_holds_no_call_is_refused() -> None:
    with pytest.raises(UsageError, match="queue of 8 texts"):
        from_sources({"queue_texts": "8"}, {})


def test_settings_go_through_the_environment_unchanged() -> None:
    settings = ServeSettings(
        port=1234, workers=2, threads=1, model=Path("m"), mask=True, cors_origins=("https://a.es", "https://b.es"),
        job_days=0.5, max_bytes=2048,
    )  # fmt: skip
    assert from_sources({}, settings.to_environment()) == settings


def test_the_table_has_every_setting_once_with_both_wordings() -> None:
    assert sorted(setting.name for setting in TABLE) == sorted(asdict(ServeSettings()))
    assert len({setting.flag for setting in TABLE}) == len(TABLE)
    assert all(setting.en and setting.es and setting.en != setting.es for setting in TABLE)
