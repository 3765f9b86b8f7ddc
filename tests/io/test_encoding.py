"""Encodings seen in exports are told from their bytes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.errors import InputFormatError, UsageError
from hx_detect.io.encoding import find_encoding
from hx_detect.io.source import fetch

SPANISH = "texto\nEl camión llegó tarde, señor. ¿Qué más? Pagué 30 €\n"


def codec_of(path: Path, given: str | None = None) -> str:
    with fetch(str(path)) as source:
        return find_encoding(source, given).codec


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_encoding_is_found(tmp_path: Path, written: str, found: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(SPANISH.encode(written))
    assert codec_of(path) == found


def test_dos_encoding_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(SPANISH.replace("€", "euros").encode("cp850"))
    assert codec_of(path) == "cp850"


def test_a_lone_no_break_space_does_not_become_an_accent(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text\nNobody called me back. I\u00a0left\n".encode("cp1252"))
    assert codec_of(path) == "cp1252"


def test_an_accent_after_megabytes_of_ascii_still_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"text\n" + b"plain words only\n" * 150_000 + "señal\n".encode("cp1252"))
    assert codec_of(path) == "cp1252"


def test_pure_ascii_is_utf8_also_when_packed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"text\nhello there\n"))
    assert codec_of(path) == "utf-8"


def test_one_bad_byte_does_not_make_utf8_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("señor año niño\n" * 5).encode() + b"a\xffb\n")
    assert codec_of(path) == "utf-8"


def test_given_encoding_wins_and_has_to_exist(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(SPANISH.encode("utf-8"))
    assert codec_of(path, "latin-1") == "iso8859-1"
    for wrong in ("klingon", "base64"):
        with pytest.raises(UsageError, match=wrong):
            codec_of(path, wrong)


def test_binary_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x01\x02\x00\x00\x00\x05\x00\x00\x00\x00" * 50)
    with pytest.raises(InputFormatError, match="NUL"):
        codec_of(path)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), min_size=1))
def test_valid_utf8_is_never_taken_for_a_single_byte_encoding(text: str) -> None:
    from hx_detect.io.encoding import _narrow_codec

    assert _narrow_codec(text.encode()) == "utf-8"
