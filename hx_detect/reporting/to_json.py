"""Figures -> JSON. In: ``ReportFigures``. Out: bytes, the same for the same figures; ``of_json`` reads them back."""

from __future__ import annotations

import json

from hx_detect.errors import InputFormatError
from hx_detect.reporting.figure_records import ReportFigures, of_dict, to_dict
from hx_detect.wording import say

FORMAT_VERSION = 1


def figures_json(figures: ReportFigures) -> bytes:
    """All figures, indented, UTF-8; ``format`` names the version of the structure."""
    content = {"format": FORMAT_VERSION, **to_dict(figures)}
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def of_json(content: bytes | str) -> ReportFigures:
    """The figures that ``figures_json`` wrote.

    Raises:
        InputFormatError: they are not, or of another version.
    """
    try:
        values = json.loads(content)
        if values["format"] != FORMAT_VERSION:
            raise ValueError(f"format {values['format']!r}")
        return of_dict(values)
    except (ValueError, KeyError, TypeError) as error:
        raise InputFormatError(
            say(f"These are no figures of a report: {error!r}", f"No son las cifras de un informe: {error!r}"),
            cure=say("Make them with: hx-detect report FILE --format json",
                     "Hágalas con: hx-detect report FICHERO --format json"),
        ) from error  # fmt: skip
