"""``hx-detect serve``. In: options and HX_DETECT_… variables. Out: the scoring service, until it is ended."""

from __future__ import annotations

import argparse
import os
import sys

from hx_detect.errors import MissingExtraError
from hx_detect.serving.settings import TABLE, from_sources, variable
from hx_detect.wording import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``serve``."""
    group = parser.add_argument_group(say("settings", "ajustes"))
    defaults = from_sources({}, {})
    for setting in TABLE:
        default = getattr(defaults, setting.name)
        shown = "" if default in (None, "", (), False) else f" ({default})"
        meaning = f"{say(setting.en, setting.es)}{shown} [{variable(setting.name)}]".replace("%", "%%")
        if setting.letter:
            group.add_argument(setting.flag, dest=setting.name, metavar=setting.letter, help=meaning)
        else:
            group.add_argument(setting.flag, dest=setting.name, action="store_const", const="yes", help=meaning)


def run(arguments: argparse.Namespace) -> int:
    """Run the service.

    Raises:
        UsageError: a setting makes no sense, or the address cannot be used.
        MissingExtraError: the libraries of the service are not installed.
        BundleError: the model cannot be used.
        StoreError: the database cannot be used.
    """
    settings = from_sources(vars(arguments), os.environ)
    try:
        from hx_detect.serving.server import serve
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"The library {error.name} is not installed", f"La biblioteca {error.name} no está instalada"),
            cure='pip install "hx-detect[serve]"',
        ) from error
    return serve(settings, _announce)


def _announce(address: str) -> None:
    sys.stdout.write(
        say(f"hx-detect serves at {address}: console at /, documentation at /docs",
            f"hx-detect atiende en {address}: consola en /, documentación en /docs") + "\n"
    )  # fmt: skip
    sys.stdout.flush()
