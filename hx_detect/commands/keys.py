"""``hx-detect keys``. In: a database, names, scopes. Out: API keys of the service made, listed, revoked."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from hx_detect.errors import MissingExtraError
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.serving.store.engine import Store
    from hx_detect.serving.store.tables import ApiKey


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``keys``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION", "ACCIÓN"))
    create, listing, revoke = (
        actions.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        for name, what in (
            ("create", say("make a key and show its token, once", "crea una clave y muestra su token, una sola vez")),
            ("list", say("show the keys", "muestra las claves")),
            ("revoke", say("take a key out of use", "retira una clave")),
        )
    )
    create.add_argument("name", metavar=say("NAME", "NOMBRE"), help=say("who or what uses it", "quién o qué la usa"))
    create.add_argument(
        "--scopes", default="score", metavar="score,feedback,cases,admin",
        help=say("what it may do (default: score)", "qué puede hacer (por omisión: score)"),
    )  # fmt: skip
    create.add_argument(
        "--rate", type=int, metavar="N",
        help=say("requests a minute (default: the service's)", "peticiones por minuto (por omisión: las del servicio)"),
    )  # fmt: skip
    revoke.add_argument("name", metavar=say("NAME", "NOMBRE"), help=say("which", "cuál"))
    for action in (create, listing, revoke):
        action.add_argument(
            "--database", metavar="URL",
            help=say("URL of the service's store (default: a SQLite file in the data folder)",
                     "URL del almacén del servicio (si no, un fichero SQLite en la carpeta de datos)"),
        )  # fmt: skip
        action.add_argument(
            "--data", metavar="FOLDER", help=say("the service's data folder", "carpeta de datos del servicio")
        )
        action.add_argument("--json", action="store_true", help=say("as JSON", "en JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Make, list or revoke keys.

    Raises:
        MissingExtraError: the libraries of the service are not installed.
        UsageError: a name, scope or database that does not serve.
        StoreError: the database cannot be used.
    """
    store = _open(arguments)
    try:
        store.migrate()
        {"create": _create, "list": _list, "revoke": _revoke}[arguments.action](store, arguments)
    finally:
        store.close()
    return 0


def _open(arguments: argparse.Namespace) -> Store:
    try:
        from hx_detect.serving.settings import from_sources
        from hx_detect.serving.store.engine import Store, database_url
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"The library {error.name} is not installed", f"La biblioteca {error.name} no está instalada"),
            cure='pip install "hx-detect[serve]"',
        ) from error
    settings = from_sources({"database": arguments.database, "data": arguments.data}, os.environ)
    return Store(database_url(settings.database, settings.data))


def _create(store: Store, arguments: argparse.Namespace) -> None:
    from hx_detect.serving.store.keys import create_key

    scopes = [scope.strip() for scope in arguments.scopes.split(",") if scope.strip()]
    row, token = create_key(store, arguments.name, scopes, arguments.rate)
    if arguments.json:
        _write(json.dumps(_shown(row) | {"token": token}, ensure_ascii=False))
        return
    _write(token)
    sys.stderr.write(
        say("Keep this token: it is not stored and cannot be shown again.",
            "Guarde este token: no se almacena y no se puede volver a mostrar.") + "\n"
    )  # fmt: skip


def _list(store: Store, arguments: argparse.Namespace) -> None:
    from hx_detect.serving.store.keys import list_keys

    rows = list_keys(store)
    if arguments.json:
        _write(json.dumps([_shown(row) for row in rows], ensure_ascii=False, indent=1))
        return
    if not rows:
        sys.stderr.write(say("There are no keys", "No hay claves") + "\n")
    for row in rows:
        _write(_line(row))


def _revoke(store: Store, arguments: argparse.Namespace) -> None:
    from hx_detect.serving.store.keys import revoke_key

    row = revoke_key(store, arguments.name)
    _write(json.dumps(_shown(row), ensure_ascii=False) if arguments.json else _line(row))


def _line(row: ApiKey) -> str:
    state = say("good", "vigente")
    if row.revoked is not None:
        state = say("revoked", "revocada") + f" {row.revoked:%Y-%m-%d %H:%M}"
    used = f"{row.last_used:%Y-%m-%d %H:%M}" if row.last_used else say("never", "nunca")
    rate = f"{row.rate_per_minute}/min" if row.rate_per_minute else "-"
    scopes = ",".join(map(str, row.scopes))
    return f"{row.name}  hxd_{row.prefix}_…  {scopes}  {rate}  {state}  {say('last used', 'último uso')}: {used}"


def _shown(row: ApiKey) -> dict[str, Any]:
    """A key without its hash."""
    times = {name: getattr(row, name) for name in ("created", "revoked", "last_used")}
    return {
        "name": row.name,
        "prefix": row.prefix,
        "scopes": row.scopes,
        "rate_per_minute": row.rate_per_minute,
    } | {name: None if time is None else time.isoformat() for name, time in times.items()}


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
