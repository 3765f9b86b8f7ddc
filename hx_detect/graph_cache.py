"""A bundle -> the folder for its compiled graph. In: a bundle, the environment. Out: a folder, or None for no cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from hx_detect.bundle import FILES, Bundle

CACHE_VARIABLE: Final = "HX_DETECT_CACHE"
"""Environment variable: folder for compiled graphs; empty for none."""
_WORTH_CACHING: Final = 1 << 20


def cache_folder(bundle: Bundle) -> Path | None:
    """Where the compiled graph is kept: compiling takes over a second, reading it back a third of that.

    Args:
        bundle: the model.

    Returns:
        A folder for this bundle alone; None where none is wanted, needed or to be had.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    small = bundle.file(FILES.weights).stat().st_size < _WORTH_CACHING
    if small or chosen == "":
        return None
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # this user has no home
        return None
    return (Path(chosen) if chosen else caches / "hx-detect") / bundle.checksum[:16]
