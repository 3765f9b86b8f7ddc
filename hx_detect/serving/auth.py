"""A request's key -> who calls and what they may do. In: its headers. Out: a ``Caller``, or a problem."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from hx_detect.serving.key_ring import KeyRing
from hx_detect.serving.keys import ANONYMOUS, SCOPES
from hx_detect.serving.logs import log
from hx_detect.serving.problems import Problem
from hx_detect.serving.rate import OwnTimes, RateLimiter, SharedTimes
from hx_detect.serving.settings import ServeSettings
from hx_detect.serving.state import get_state
from hx_detect.serving.store.engine import Store

CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="hx-detect"'}
RATE_FILE: Final = "rate.bin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the name of their key, or ``anonymous``, and the scopes they hold."""

    name: str
    scopes: frozenset[str]


class Door:
    """Lets requests in or not.

    Args:
        store: where the keys are.
        settings: of the service.
    """

    def __init__(self, store: Store, settings: ServeSettings) -> None:
        self._ring = KeyRing(store)
        self._settings = settings
        self._limiter = RateLimiter(_times(settings))
        self._keyless = settings.insecure or is_loopback(settings.host)

    async def admit(self, request: Request, scope: str) -> Caller:
        """Who calls, if they may.

        Raises:
            Problem: 401 without a good key, 403 without the scope, 429 over the rate.
            StoreError: the keys cannot be read.
        """
        token = _token(request)
        if token is None and self._keyless and await self._ring.is_open():
            _refuse_other_sites(request, self._settings)
            caller, rate = Caller(ANONYMOUS, frozenset(SCOPES)), None
        else:
            key = None if token is None else await self._ring.find(token)
            if key is None:
                raise _unknown(given=token is not None)
            caller, rate = Caller(key.name, key.scopes), key.rate_per_minute
        self._count(request, caller, rate or self._settings.rate_per_minute)
        if scope not in caller.scopes:
            raise _scope_missing(scope)
        return caller

    def _count(self, request: Request, caller: Caller, per_minute: int) -> None:
        if not per_minute:
            return
        allowance = self._limiter.take(caller.name, per_minute)
        if allowance.allowed:
            request.state.rate_headers = allowance.headers()
        else:
            raise Problem(
                429, "rate_limited",
                f"The key may make {per_minute} requests a minute",
                f"La clave puede hacer {per_minute} peticiones por minuto",
                cure_en="Wait as long as Retry-After says, or send more reviews in each request",
                cure_es="Espere lo que diga Retry-After o envíe más opiniones en cada petición",
                headers=allowance.headers(),
            )  # fmt: skip


def require(scope: str) -> Any:  # noqa: ANN401 - what FastAPI's Depends gives is untyped
    """A FastAPI dependency that lets in who holds a scope; it stands as ``Annotated[Caller, …]``.

    Where keys are rated, ``request.state.rate_headers`` then holds what the answer's headers should say.

    Args:
        scope: one of ``keys.SCOPES``.
    """

    async def admitted(request: Request) -> Caller:
        return await door_of(request).admit(request, scope)

    dependency: Callable[[Request], Awaitable[Caller]] = admitted
    return Depends(dependency)


def door_of(request: Request) -> Door:
    """The application's door, made at the first request: it belongs to the event loop."""
    door: Door | None = getattr(request.app.state, "door", None)
    if door is None:
        state = get_state(request)
        door = request.app.state.door = Door(state.store, state.settings)
    return door


def is_loopback(host: str) -> bool:
    """Is this address reached from the same machine only?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _times(settings: ServeSettings) -> SharedTimes | OwnTimes:
    """Shared between workers where there are several and the system can."""
    if settings.workers <= 1:
        return OwnTimes()
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SharedTimes(settings.data / RATE_FILE)
    except OSError as error:
        log("rate_not_shared", level=logging.WARNING, error=error)
        return OwnTimes()


def _token(request: Request) -> str | None:
    """What the request gives as its key: ``Authorization: Bearer`` or ``X-API-Key``."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.headers.get("x-api-key")


def _refuse_other_sites(request: Request, settings: ServeSettings) -> None:
    """Where no key protects the service, a page of another site in the same browser must not use it.

    Such a page shows itself by Sec-Fetch-Site, by an Origin that is not this Host, or by a Host with a public name that
    was made to lead here (DNS rebinding); a name without a dot, or an address, cannot be one.
    """
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    foreign = request.headers.get("sec-fetch-site") == "cross-site" or (origin and _name_in(origin) != _name_in(host))
    if (foreign and origin not in settings.cors_origins) or (not settings.insecure and _is_public(host)):
        raise Problem(
            403, "other_site",
            "Without a key the service answers only this machine's own pages and programs",
            "Sin clave, el servicio solo atiende a páginas y programas de esta máquina",
            cure_en="Make a key with: hx-detect keys create NAME",
            cure_es="Cree una clave con: hx-detect keys create NOMBRE",
        )  # fmt: skip


@lru_cache(maxsize=256)
def _is_public(place: str) -> bool:
    """Does a Host header hold a name that may be of another machine? Remembered, as most requests have the same."""
    host = _name_in(place)
    if host is None:  # no browser sends one that cannot be read
        return True
    return "." in host and not host.endswith(".localhost") and not _is_address(host)


@lru_cache(maxsize=256)
def _name_in(place: str) -> str | None:
    """The host's name in an Origin or a Host header, without its port; None where it cannot be read."""
    try:
        return urlsplit(place if "://" in place else "//" + place).hostname or ""
    except ValueError:
        return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _unknown(*, given: bool) -> Problem:
    return Problem(
        401, "bad_key" if given else "no_key",
        "The API key is not known or was revoked" if given else "An API key is needed",
        "La clave de API no se conoce o fue revocada" if given else "Hace falta una clave de API",
        cure_en="Send Authorization: Bearer hxd_…; hx-detect keys create NAME makes a key",
        cure_es="Envíe Authorization: Bearer hxd_…; hx-detect keys create NOMBRE crea una clave",
        headers=CHALLENGE,
    )  # fmt: skip


def _scope_missing(scope: str) -> Problem:
    return Problem(
        403, "scope_missing",
        f"The key does not have the scope {scope}", f"La clave no tiene el permiso {scope}",
        cure_en=f"Use a key made with --scopes {scope}", cure_es=f"Use una clave creada con --scopes {scope}",
    )  # fmt: skip
