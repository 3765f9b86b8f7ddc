"""Tokens are random, found by their prefix and proved by their secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.errors import UsageError
from hx_detect.serving.keys import SCOPES, check_name, check_scopes, hash_secret, is_secret_of, new_key, parse_token


def test_a_token_says_whose_it_is_and_its_hash_does_not() -> None:
    key = new_key()
    prefix, secret = parse_token(key.token) or ("", "")
    assert key.token == f"hxd_{prefix}_{secret}"
    assert prefix == key.prefix
    assert key.hash == hash_secret(secret)
    assert secret not in key.hash
    assert len(secret) >= 43  # 256 bits, six in each character
    assert key.token.isascii()
    assert not set(key.token) & set(" \t'\"\\")


def test_no_two_keys_are_alike() -> None:
    keys = [new_key() for _ in range(200)]
    assert len({key.prefix for key in keys}) == len({key.hash for key in keys}) == 200


def test_only_the_secret_opens() -> None:
    key = new_key()
    secret = key.token.split("_", 2)[2]
    assert is_secret_of(secret, key.hash)
    assert not is_secret_of(secret + "x", key.hash)
    assert not is_secret_of(secret[:-1], key.hash)
    assert not is_secret_of("", key.hash)


@given(st.text(max_size=300))
def test_any_text_is_a_token_or_none(text: str) -> None:
    parts = parse_token(text)
    assert parts is None or text == f"hxd_{parts[0]}_{parts[1]}"


@pytest.mark.parametrize("text", ["", "hxd", "hxd_a", "hxd__b", "hxd_a_", "HXD_a_b", "xxd_a_b", "hxd_ñ_b",
                                  "hxd_a_" + "b" * 300])  # fmt: skip
def test_what_is_no_token(text: str) -> None:
    assert parse_token(text) is None


def test_scopes_stand_in_their_usual_order() -> None:
    assert check_scopes(["admin", "score", "admin"]) == ["score", "admin"]
    assert check_scopes(reversed(SCOPES)) == list(SCOPES)


@pytest.mark.parametrize("scopes", [[], ["scores"], ["score", "write"]])
def test_other_scopes_are_refused(scopes: list[str]) -> None:
    with pytest.raises(UsageError, match="Scopes of a key") as caught:
        check_scopes(scopes)
    assert "feedback" in caught.value.cure


@pytest.mark.parametrize("name", ["crm", "Ana Ruiz", "a.b@c-d_e", "x" * 100])
def test_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", " a", "a\n", "anonymous", "x" * 101, "ñ", "a/b", "a\x1b[1m"])
def test_names_that_no_key_may_have(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        check_name(name)
