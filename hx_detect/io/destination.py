"""What the user named as output -> the places written to. In: ``-o``, the source. Out: ``Destination``."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hx_detect.errors import OutputError, UsageError
from hx_detect.io.source import Source, base_name, is_url, plain_name
from hx_detect.io.write import SUFFIXES, output_format
from hx_detect.wording import say

REJECTS: Final = ".rejects.jsonl"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one output goes.

    Attributes:
        shown: final path or URL, for people.
        part: local folder for the work in progress.
        format: one of ``FORMATS``.
        compression: ``.gz``, ``.zst`` or ``""``.
    """

    shown: str
    part: Path
    format: str
    compression: str

    @classmethod
    def of(cls, output: str | None, source: Source, format: str) -> Destination:
        """The destination for a source.

        Args:
            output: file, folder or URL; None is beside the input (in the current folder for a URL or stdin).
            source: the input.
            format: of the input; the default output has the same.

        Raises:
            UsageError: the suffix names no format, or the output is the input.
        """
        name = default_name(source, format)
        if output is None:
            shown = name if source.fetched else str(Path(source.location).with_name(name))
        elif is_folder(output):
            shown = output.rstrip("/") + "/" + name
        else:
            shown = output
        check_not_input(shown, [source.location])
        written, compression = output_format(base_name(shown))
        local = base_name(shown) if is_url(shown) else shown
        return cls(shown, Path(local + ".part"), written, compression)

    @property
    def staged(self) -> Path:
        """The output while it is written."""
        return self.part / "output"

    @property
    def staged_rejects(self) -> Path:
        """The rejects while they are written."""
        return self.part / "rejects.jsonl"

    def commit(self) -> str:
        """Move the staged files to their places; rejects of an earlier run go away where there are none now.

        Returns:
            Path or URL of the rejects, or ``""`` where there are none.

        Raises:
            OutputError: the place cannot be written.
        """
        rejects = self.shown + REJECTS
        any_rejects = self.staged_rejects.stat().st_size > 0
        try:
            if any_rejects:
                _move(self.staged_rejects, rejects)
            else:
                _delete(rejects)
            _move(self.staged, self.shown)
        except (OSError, ValueError, ImportError) as error:
            raise OutputError(
                say(f"{self.shown} cannot be written: {error}", f"No se puede escribir {self.shown}: {error}"),
                cure=say(
                    "Close it where it is open, then go on with --resume", "Ciérrelo si está abierto y use --resume"
                ),
            ) from error
        return rejects if any_rejects else ""


def is_folder(output: str) -> bool:
    """True for an existing folder, or a name that ends in a slash."""
    return output.endswith("/") or (not is_url(output) and Path(output).is_dir())


def default_name(source: Source, format: str) -> str:
    """``NAME.scored.SUFFIX``: the input's name and format."""
    plain = plain_name(source.name)
    compression = source.name[len(plain) :].lower() if format in ("csv", "tsv", "jsonl") else ""
    suffix = source.suffix if SUFFIXES.get(source.suffix) == format else f".{format}"
    stem = plain[: -len(source.suffix)] if source.suffix else plain
    return f"{stem}.scored{suffix}{compression}"


def check_not_input(output: str, inputs: Iterable[str]) -> None:
    """An output never takes the place of what is read.

    Args:
        output: path or URL; ``-`` is stdout.
        inputs: paths, URLs or ``-``, as given.

    Raises:
        UsageError: the output is one of the inputs, however it is written; the message says which.
    """
    for place in inputs:
        if _same_place(output, place):
            raise UsageError(
                say(f"The output {output} is the input {place}", f"La salida {output} es la entrada {place}"),
                cure=say("Choose another name with -o", "Elija otro nombre con -o"),
            )


def _same_place(one: str, other: str) -> bool:
    if "-" in (one, other):
        return False
    if is_url(one) or is_url(other):
        return one == other
    first, second = Path(one), Path(other)
    return first.resolve() == second.resolve() or (first.exists() and second.exists() and first.samefile(second))


def check_many(locations: Sequence[str], output: str | None) -> None:
    """Several inputs need several outputs.

    Raises:
        UsageError: one output file for several inputs, or two inputs of one name for one folder.
    """
    if len(locations) < 2 or output is None:
        return
    if output == "-" or not is_folder(output):
        raise UsageError(
            say(f"{len(locations)} files cannot go into one output {output}",
                f"{len(locations)} ficheros no caben en una sola salida {output}"),
            cure=say("Give a folder: -o results/", "Indique una carpeta: -o resultados/"),
        )  # fmt: skip
    names = [base_name(location) for location in locations]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            say(f"Two inputs are named {twice}", f"Dos entradas se llaman {twice}"),
            cure=say("Score them one by one", "Puntúelas de una en una"),
        )


def _move(staged: Path, place: str) -> None:
    if not is_url(place):
        staged.replace(place)
        return
    import fsspec

    with staged.open("rb") as local, fsspec.open(place, "wb") as remote:
        shutil.copyfileobj(local, remote)


def _delete(place: str) -> None:
    if not is_url(place):
        Path(place).unlink(missing_ok=True)
        return
    import fsspec

    files, path = fsspec.core.url_to_fs(place)
    if files.exists(path):
        files.rm(path)
