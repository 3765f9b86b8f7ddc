"""``hx-detect report FILE...``. In: scored or raw files, options. Out: a page, JSON or workbook; a call-back list."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hx_detect.commands.progress import TerminalEvents
from hx_detect.commands.report_arguments import COLUMNS, FORMATS, add_arguments
from hx_detect.commands.scorer_loader import scorer_loader
from hx_detect.errors import ROWS_REJECTED_EXIT, UsageError
from hx_detect.labels import Lang
from hx_detect.wording import language, say

if TYPE_CHECKING:
    from hx_detect.reporting.figure_records import ReportFigures
    from hx_detect.reporting.load import Loaded
    from hx_detect.reporting.options import ReportOptions

__all__ = ["add_arguments", "run"]


def run(arguments: argparse.Namespace) -> int:
    """Make the report.

    Returns:
        0, or 3 where rows of a raw file were rejected.
    """
    from hx_detect.io.destination import check_not_input
    from hx_detect.reporting.written import check_free, write_file

    out, format = _output(arguments)
    for place in filter(None, (out, arguments.callback)):
        check_not_input(place, arguments.files)
        check_free(place, overwrite=arguments.overwrite)
    if arguments.callback and Path(arguments.callback).suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError(
            f"--callback {arguments.callback}", cure=say("Name a .csv or .xlsx", "Indique un .csv o .xlsx")
        )
    with TerminalEvents(quiet=arguments.quiet) as events:
        options = _options(arguments)
        loaded = _loaded(arguments, options, events)
        from hx_detect.reporting.figures import build_figures

        figures = build_figures(loaded, options)
        write_file(out, _rendered(figures, format, language()))
        if arguments.callback:
            write_file(arguments.callback, _call_back(loaded, options, arguments.callback))
            events.say(f"-> {arguments.callback}")
        if out != "-":
            events.say(f"-> {out}")
    return ROWS_REJECTED_EXIT if loaded.scored and loaded.rejected else 0


def _output(arguments: argparse.Namespace) -> tuple[str, str]:
    """Where the report goes, and its format."""
    suffix = Path(arguments.output or "").suffix.lower().removeprefix(".")
    suffix = "html" if suffix == "htm" else suffix
    format = arguments.format or (suffix if suffix in FORMATS else "html")
    if suffix and suffix != format and (arguments.format or suffix not in FORMATS):
        raise UsageError(
            say(f"-o {arguments.output} is not a place for {format}", f"-o {arguments.output} no es para {format}"),
            cure=say("Use .html, .json or .xlsx", "Use .html, .json o .xlsx"),
        )
    if arguments.output:
        return arguments.output, format
    first = arguments.files[0]
    if first == "-" or "://" in first:
        return f"report.{format}", format
    name = Path(first).name.split(".")[0]
    return str(Path(first).with_name(f"{name}.report.{format}")), format


def _options(arguments: argparse.Namespace) -> ReportOptions:
    from hx_detect.reporting.options import ReportOptions
    from hx_detect.reporting.written import today

    start, end = _day(arguments.start, "--from"), _day(arguments.end, "--to")
    if start and end and end < start:
        raise UsageError(f"--from {start} --to {end}", cure=say("The first day comes first", "Primero el primer día"))
    return ReportOptions(
        columns={role: getattr(arguments, name) for role, name in COLUMNS.items()},
        group=arguments.group,
        start=start,
        end=end,
        period=arguments.period,
        title=arguments.title,
        texts=not arguments.no_texts,
        today=today(),
        command="" if arguments.command_free else _command(arguments),
        model=arguments.model,
    )


def _day(value: str | None, option: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise UsageError(
            say(f"{option} {value!r} is no day", f"{option} {value!r} no es un día"),
            cure=say("Write it as 2025-03-31", "Escríbalo como 2025-03-31"),
        ) from error


def _command(arguments: argparse.Namespace) -> str:
    """The command that makes this report again."""
    import shlex

    words = ["hx-detect", "report", *arguments.files]
    for name, value in vars(arguments).items():
        option = {"start": "--from", "end": "--to"}.get(name, "--" + name.replace("_", "-"))
        if name in ("files", "command", "version", "debug", "quiet", "overwrite") or value in (None, "", False, "auto"):
            continue
        words += [option] if value is True else [option, str(value)]
    return shlex.join(words)


def _loaded(arguments: argparse.Namespace, options: ReportOptions, events: TerminalEvents) -> Loaded:
    """Read the files; score first what has not been."""
    from hx_detect.reporting.load import load
    from hx_detect.work_folder import work_folder

    with ExitStack() as stack:

        def score(place: str) -> tuple[str, Mapping[str, int]]:
            folder = stack.enter_context(work_folder())
            return _score(place, folder / "scored.parquet", arguments, options, events)

        return load(arguments.files, columns=options.columns, read=options.read, score=score, say_line=events.say)


def _score(
    place: str, out: Path, arguments: argparse.Namespace, options: ReportOptions, events: TerminalEvents
) -> tuple[str, Mapping[str, int]]:
    from hx_detect.batch import score_file
    from hx_detect.batch_options import BatchOptions

    columns = {role: options.columns.get(role) for role in ("text", "id", "answer", "stars")}
    batch = BatchOptions(columns, read=options.read)
    result = score_file(place, str(out), scorer_loader(arguments.model), batch, _Progress(events))
    if result.damage is not None:
        raise result.damage
    return str(out), dict(result.summary.rejected)


class _Progress:
    """Shows how far the scoring is; what was found in the file is said by the report itself."""

    def __init__(self, events: TerminalEvents) -> None:
        self._events = events

    def say(self, line: str) -> None:
        """Nothing."""

    def scored(self, *, hx: bool, fraction: float | None) -> None:
        """One more row."""
        self._events.scored(hx=hx, fraction=fraction)


def _rendered(figures: ReportFigures, format: str, lang: Lang) -> bytes:
    if format == "json":
        from hx_detect.reporting.to_json import figures_json

        return figures_json(figures)
    if format == "xlsx":
        from hx_detect.reporting.to_xlsx import figures_xlsx

        return figures_xlsx(figures, lang)
    from hx_detect.reporting.page import render

    return render(figures, lang).encode()


def _call_back(loaded: Loaded, options: ReportOptions, place: str) -> bytes:
    from hx_detect.reporting.call_back_file import call_back_csv, call_back_xlsx
    from hx_detect.reporting.selection import select

    make = call_back_xlsx if place.lower().endswith(".xlsx") else call_back_csv
    files = tuple(name for name, _ in loaded.files)
    return make(select(loaded, options).frame, files, language(), texts=options.texts)
