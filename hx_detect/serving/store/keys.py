"""API keys in the store. In: names, scopes, prefixes. Out: rows of ``api_keys``; a token is seen once, when made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hx_detect.errors import UsageError
from hx_detect.serving.keys import check_name, check_scopes, new_key
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.tables import ApiKey, now
from hx_detect.wording import say


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """What checking a request needs of a key (``tables.ApiKey`` explains the fields)."""

    id: str
    name: str
    hash: str
    scopes: frozenset[str]
    rate_per_minute: int | None


@dataclass(frozen=True, slots=True)
class KeyBook:
    """All good keys by prefix; ``any_made`` is True as soon as there has ever been one, revoked ones included."""

    by_prefix: Mapping[str, KeyEntry]
    any_made: bool


def create_key(store: Store, name: str, scopes: list[str], rate_per_minute: int | None = None) -> tuple[ApiKey, str]:
    """Make a key.

    Returns:
        Its row and its token, which nobody can find out again.

    Raises:
        UsageError: a name that is taken or unfit, a scope that does not exist, a rate below one.
        StoreError: the database refuses.
    """
    fresh = new_key()
    row = ApiKey(
        id=str(uuid4()),
        name=check_name(name),
        prefix=fresh.prefix,
        hash=fresh.hash,
        scopes=check_scopes(scopes),
        rate_per_minute=_check_rate(rate_per_minute),
        created=now(),
    )
    with store.session() as session:
        session.add(row)
        try:
            session.flush()
        except IntegrityError as error:
            raise UsageError(
                say(f"There is a key called {name} already", f"Ya hay una clave llamada {name}"),
                cure=say("Choose another name; a revoked key keeps its own",
                         "Elija otro nombre; una clave revocada conserva el suyo"),
            ) from error  # fmt: skip
    return row, fresh.token


def list_keys(store: Store) -> list[ApiKey]:
    """All keys, revoked ones too, oldest first.

    Raises:
        StoreError: the database refuses.
    """
    with store.reading() as session:
        return list(session.scalars(select(ApiKey).order_by(ApiKey.created, ApiKey.name)))


def revoke_key(store: Store, name: str) -> ApiKey:
    """Take a key out of use; one that is revoked already stays so, from the same time.

    Raises:
        UsageError: there is no such key.
        StoreError: the database refuses.
    """
    with store.session() as session:
        row = session.scalars(select(ApiKey).where(ApiKey.name == name)).one_or_none()
        if row is None:
            raise UsageError(
                say(f"There is no key called {name}", f"No hay ninguna clave llamada {name}"),
                cure=say("See: hx-detect keys list", "Vea: hx-detect keys list"),
            )
        row.revoked = row.revoked or now()
        return row


def read_book(store: Store) -> KeyBook:
    """The good keys, to be held in memory.

    Raises:
        StoreError: the database refuses.
    """
    rows = list_keys(store)
    good = {
        row.prefix: KeyEntry(row.id, row.name, row.hash, frozenset(map(str, row.scopes)), row.rate_per_minute)
        for row in rows
        if row.revoked is None
    }
    return KeyBook(good, bool(rows))


def note_use(store: Store, used: Mapping[str, datetime]) -> None:
    """Write down when keys were last used.

    Args:
        store: where.
        used: key id -> when.

    Raises:
        StoreError: the database refuses.
    """
    with store.session() as session:
        for key, moment in sorted(used.items()):
            session.execute(update(ApiKey).where(ApiKey.id == key).values(last_used=moment))


def _check_rate(rate: int | None) -> int | None:
    if rate is None or rate >= 1:
        return rate
    raise UsageError(
        say(f"A rate of {rate} requests a minute", f"Un ritmo de {rate} peticiones por minuto"),
        cure=say("Give 1 or more, or leave --rate out", "Indique 1 o más, o no ponga --rate"),
    )
