"""Keys are made once, listed without their secret, revoked for good."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hx_detect.errors import UsageError
from hx_detect.serving.keys import hash_secret, parse_token
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.keys import create_key, list_keys, note_use, read_book, revoke_key


def test_a_key_is_found_by_its_prefix_and_kept_as_a_hash(any_store: Store) -> None:
    row, token = create_key(any_store, "crm", ["feedback", "score"], 60)
    prefix, secret = parse_token(token) or ("", "")
    entry = read_book(any_store).by_prefix[prefix]
    assert (entry.name, entry.hash, entry.rate_per_minute) == ("crm", hash_secret(secret), 60)
    assert entry.scopes == {"score", "feedback"}
    kept = list_keys(any_store)
    assert [key.name for key in kept] == ["crm"]
    assert secret not in str([vars(key) for key in kept])
    assert row.created == kept[0].created


def test_a_revoked_key_is_no_longer_good_and_its_name_stays_taken(any_store: Store) -> None:
    create_key(any_store, "old", ["score"])
    first = revoke_key(any_store, "old").revoked
    assert first is not None
    assert revoke_key(any_store, "old").revoked == first
    book = read_book(any_store)
    assert (dict(book.by_prefix), book.any_made) == ({}, True)
    with pytest.raises(UsageError, match="There is a key called old already"):
        create_key(any_store, "old", ["score"])


def test_no_key_was_ever_made(any_store: Store) -> None:
    assert not read_book(any_store).any_made


def test_the_last_use_is_written_down(any_store: Store) -> None:
    row, _ = create_key(any_store, "crm", ["score"])
    create_key(any_store, "idle", ["score"])
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    note_use(any_store, {row.id: moment, "gone": moment})
    assert {key.name: key.last_used for key in list_keys(any_store)} == {"crm": moment, "idle": None}


@pytest.mark.parametrize(
    ("name", "scopes", "rate"),
    [("", ["score"], None), ("a\nb", ["score"], None), ("anonymous", ["score"], None), ("x" * 101, ["score"], None),
     ("a", [], None), ("a", ["root"], None), ("a", ["score"], 0), ("a", ["score"], -1)],
)  # fmt: skip
def test_what_makes_no_key(sqlite_store: Store, name: str, scopes: list[str], rate: int | None) -> None:
    with pytest.raises(UsageError) as caught:
        create_key(sqlite_store, name, scopes, rate)
    assert caught.value.cure
    assert list_keys(sqlite_store) == []


def test_revoking_what_is_not_there(any_store: Store) -> None:
    with pytest.raises(UsageError, match="no key called nobody"):
        revoke_key(any_store, "nobody")
