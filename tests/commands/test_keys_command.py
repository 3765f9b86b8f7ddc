"""``hx-detect keys`` makes keys, shows their token once, lists and revokes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hx_detect.cli import main
from hx_detect.errors import EXIT_CODES, StoreError, UsageError
from hx_detect.serving.keys import is_secret_of, parse_token
from hx_detect.serving.store.engine import Store, database_url
from hx_detect.serving.store.keys import read_book


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HX_DETECT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.delenv("HX_DETECT_DATABASE", raising=False)
    return tmp_path / "data"


def keys(*words: str) -> int:
    return main(["keys", *words])


def listed(capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401  # what json.loads gives
    capsys.readouterr()
    assert keys("list", "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_the_token_is_shown_once_and_good(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys("create", "crm", "--scopes", "score, feedback", "--rate", "60") == 0
    told = capsys.readouterr()
    prefix, secret = parse_token(told.out.strip()) or ("", "")
    assert "cannot be shown again" in told.err
    store = Store(database_url(None, data))
    entry = read_book(store).by_prefix[prefix]
    store.close()
    assert is_secret_of(secret, entry.hash)
    (shown,) = listed(capsys)
    assert (shown["name"], shown["scopes"], shown["rate_per_minute"]) == ("crm", ["score", "feedback"], 60)
    assert secret not in str(shown)
    assert entry.hash not in str(shown)


def test_revoking(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert data
    keys("create", "crm")
    keys("create", "web", "--scopes", "admin")
    assert keys("revoke", "crm") == 0
    assert {key["name"]: key["revoked"] is None for key in listed(capsys)} == {"crm": False, "web": True}
    assert keys("list") == 0
    crm, web = capsys.readouterr().out.splitlines()
    assert "revoked" in crm
    assert "web  hxd_" in web
    assert "last used: never" in web
    assert keys("revoke", "web", "--json") == 0
    assert json.loads(capsys.readouterr().out)["revoked"]


def test_no_keys_yet_in_spanish(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert data
    assert keys("list", "--lang", "es") == 0
    assert capsys.readouterr() == ("", "No hay claves\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [(("create", "crm", "--scopes", "root"), "root"), (("create", "crm", "--scopes", ","), "none given"),
     (("create", "crm", "--rate", "0"), "A rate of 0"), (("create", "anonymous"), "anonymous"),
     (("revoke", "x"), "no key called x"), ((), "ACTION"), (("make",), "make"),
     (("list", "--database", "mysql://h/d"), "neither a SQLite file nor PostgreSQL")],
)  # fmt: skip
def test_what_cannot_be_done(data: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    assert data
    assert keys(*words) == EXIT_CODES[UsageError]
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_name_that_is_taken(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert data
    keys("create", "crm")
    assert keys("create", "crm") == EXIT_CODES[UsageError]
    assert "There is a key called crm already" in capsys.readouterr().err


def test_another_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/other.db"
    assert keys("create", "crm", "--database", url, "--json") == 0
    assert json.loads(capsys.readouterr().out)["token"].startswith("hxd_")
    assert keys("list", "--database", f"postgresql:///none?host={tmp_path}") == EXIT_CODES[StoreError]


def test_help_names_the_actions(capsys: pytest.CaptureFixture[str]) -> None:
    assert keys("--help") == 0
    assert {"create", "list", "revoke"} <= set(capsys.readouterr().out.split())
    assert keys("create", "--help") == 0
    assert "--scopes" in capsys.readouterr().out
