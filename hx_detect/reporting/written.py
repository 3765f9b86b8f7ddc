"""Bytes -> a file, whole or not at all. In: a place, bytes. Out: the file; and what day it is today."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hx_detect.errors import OutputError
from hx_detect.wording import say


def check_free(place: str | None, *, overwrite: bool) -> None:
    """Stop before the work where a file would be in the way.

    Raises:
        OutputError: it exists, or its folder does not.
    """
    if place is None or place == "-":
        return
    path = Path(place)
    if not path.parent.is_dir():
        raise OutputError(
            say(f"There is no folder {path.parent}", f"No existe la carpeta {path.parent}"),
            cure=say("Make it, or choose another place with -o", "Créela o elija otro lugar con -o"),
        )
    if path.exists() and not overwrite:
        raise OutputError(
            say(f"{place} exists already", f"{place} ya existe"),
            cure=say("Give --overwrite, or another place with -o", "Use --overwrite u otro lugar con -o"),
        )


def write_file(place: str, content: bytes) -> None:
    """Write beside, then rename; ``-`` is stdout.

    Raises:
        OutputError: it cannot be written.
    """
    if place == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    path = Path(place)
    staged = path.with_name(f".{path.name}.part")
    try:
        staged.write_bytes(content)
        staged.replace(path)
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise OutputError(
            say(f"{place} cannot be written: {error.strerror}", f"No se puede escribir {place}: {error.strerror}"),
            cure=say("Choose another place with -o", "Elija otro lugar con -o"),
        ) from error


def today() -> date:
    """The last day that is nowhere in the future; ``$SOURCE_DATE_EPOCH`` counts where set, for repeatable runs."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() else datetime.now(UTC)
    return now.date() + timedelta(days=1)
