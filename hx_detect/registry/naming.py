"""Names and versions of models. In: what somebody called them. Out: an order of versions, or what will not do."""

from __future__ import annotations

import re
from typing import Final

from hx_detect.bundle_places import CURRENT, NAME, SHIPPED
from hx_detect.errors import RegistryError
from hx_detect.wording import say

VERDICTS: Final = "verdicts"
"""The folder of the gate's pages, beside the versions."""


def version_key(version: str) -> tuple[int, ...]:
    """Orders versions by their numbers: 1.10.0 comes after 1.9.0."""
    return tuple(int(part) if part.isdigit() else -1 for part in re.split(r"[.+-]", version))


def check_names(name: str, version: str) -> None:
    """Refuse what cannot be a folder's name or means something else.

    Raises:
        RegistryError: it will not do.
    """
    reserved = {SHIPPED, CURRENT, VERDICTS}
    for value in (name, version):
        if not NAME.fullmatch(value) or value in reserved:
            raise RegistryError(
                say(f"{value!r} cannot be the name or version of a model",
                    f"{value!r} no puede ser nombre ni versión de un modelo"),
                cure=say("Use letters, digits, dots, hyphens and underscores, up to 64",
                         "Use letras, cifras, puntos, guiones y guiones bajos, hasta 64"),
            )  # fmt: skip
