"""HX (hating experience) and CX in customers' words. In: texts in Spanish and English. Out: scores with their evidence.

Names are imported when first used, so that ``import hx_detect`` and ``hx-detect --help`` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from hx_detect.records import Review, RowFailure, Score, Signal, Span
    from hx_detect.scorer import Scorer

    __version__: str

__all__ = ["Review", "RowFailure", "Score", "Scorer", "Signal", "Span", "__version__"]

_HOME: Final = {"Scorer": "hx_detect.scorer"} | dict.fromkeys(
    ("Review", "RowFailure", "Score", "Signal", "Span"), "hx_detect.records"
)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class or the version
    """A public name, on its first use."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("hx-detect")
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
