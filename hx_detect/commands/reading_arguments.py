"""Options that say how files are read. In: a parser, arguments. Out: ``ReadOptions``, checked."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hx_detect.errors import UsageError
from hx_detect.io.rows import ReadOptions
from hx_detect.wording import say


def add_reading_arguments(add: Callable[..., Any]) -> None:
    """Declare ``--encoding``, ``--delimiter`` and ``--sheet``.

    Args:
        add: ``add_argument`` of a parser or group.
    """
    add("--encoding", help=say("of a text file", "de un fichero de texto"))
    add("--delimiter", help=say("of a CSV: one character, or tab", "de un CSV: un carácter, o tab"))
    add("--sheet", help=say("of a workbook", "hoja de un libro de Excel"))


def read_options(arguments: argparse.Namespace, header: bool | None = None) -> ReadOptions:
    """How to read, as the arguments say.

    Raises:
        UsageError: the delimiter is not one character.
    """
    delimiter = "\t" if arguments.delimiter in ("tab", "\\t") else arguments.delimiter
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise UsageError(
            say(f"--delimiter {delimiter!r} is not one character", f"--delimiter {delimiter!r} no es un carácter"),
            cure=say("Use , ; | or tab", "Use , ; | o tab"),
        )
    return ReadOptions(delimiter, arguments.encoding, arguments.sheet, header)
