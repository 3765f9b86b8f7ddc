"""API keys: how a token is made, read and checked. In: randomness, or a token. Out: its public prefix and its hash.

A token is ``hxd_<prefix>_<secret>``. The prefix finds the key; the secret proves it and is kept only as SHA-256. A slow
hash (bcrypt, Argon2) protects secrets that people choose, which can be guessed; this one is 256 random bits, which
cannot, so a fast hash gives nothing away and a request costs microseconds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hx_detect.errors import UsageError
from hx_detect.wording import say

SCOPES: Final = ("score", "feedback", "cases", "admin")
"""What a key may open: scoring and its jobs; corrections; cases; reloading the model. None implies another."""
ANONYMOUS: Final = "anonymous"
"""The caller's name where no key is needed; no key may have it."""
MARK: Final = "hxd"
LONGEST_TOKEN: Final = 200
_PREFIX_BYTES: Final = 5
_SECRET_BYTES: Final = 32
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,99}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh token, its public prefix, and the hash of its secret. Only here does the token stand in the open."""

    token: str
    prefix: str
    hash: str


def new_key() -> NewKey:
    """A token of 256 random bits, from the system's source for secrets."""
    prefix, secret = secrets.token_hex(_PREFIX_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    return NewKey(f"{MARK}_{prefix}_{secret}", prefix, hash_secret(secret))


def parse_token(token: str) -> tuple[str, str] | None:
    """Prefix and secret, or None for what is no token."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    parts = token.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == MARK and parts[1] and parts[2] else None


def hash_secret(secret: str) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(secret: str, digest: str) -> bool:
    """Does the hash belong to this secret? Takes equally long wherever the first difference is."""
    return hmac.compare_digest(hash_secret(secret), digest)


def check_name(name: str) -> str:
    """The name, if a key may have it.

    Raises:
        UsageError: empty, over 100 characters, unprintable, or kept for callers without a key.
    """
    if _NAME.fullmatch(name) and name != ANONYMOUS:
        return name
    raise UsageError(
        say(f"A key cannot be called {name!r}", f"Una clave no puede llamarse {name!r}"),
        cure=say("Use 1 to 100 letters, digits, spaces and . _ @ -",
                 "Use de 1 a 100 letras, cifras, espacios y . _ @ -"),
    )  # fmt: skip


def check_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes in their usual order.

    Raises:
        UsageError: none, or one that does not exist.
    """
    wanted = set(scopes)
    unknown = sorted(wanted - set(SCOPES))
    if wanted and not unknown:
        return [scope for scope in SCOPES if scope in wanted]
    found = ", ".join(unknown) or say("none given", "no se ha dado ninguno")
    raise UsageError(
        say(f"Scopes of a key: {found}", f"Permisos de una clave: {found}"),
        cure=say(f"Choose among {', '.join(SCOPES)}", f"Elija entre {', '.join(SCOPES)}"),
    )
