"""``hx-detect cases``. In: scored or raw files, ids of cases, who does what. Out: customers called and won back."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from hx_detect.commands.case_arguments import MOVES, declare
from hx_detect.commands.reading_arguments import read_options
from hx_detect.commands.scorer_loader import scorer_loader
from hx_detect.errors import MissingExtraError
from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.serving.case_intake import Intake, Reader
    from hx_detect.serving.case_records import Keeping
    from hx_detect.serving.settings import ServeSettings
    from hx_detect.serving.store.case_pages import CaseFilter
    from hx_detect.serving.store.engine import Store

COMMAND_LINE: Final = "cli"
"""Stands for the name of a key with what the command line hands over."""

Action = Callable[["Store", argparse.Namespace, "ServeSettings"], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``cases``."""
    declare(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked for.

    Raises:
        MissingExtraError: the libraries of the service are not installed.
        UsageError: an option or database that does not serve.
        InputError: a file cannot be read.
        CaseError: there is no such case, or it cannot become what is asked for.
        StoreError: the database cannot be used.
    """
    store, settings = _open(arguments)
    try:
        store.migrate()
        _ACTIONS[arguments.action](store, arguments, settings)
    finally:
        store.close()
    return 0


def _open(arguments: argparse.Namespace) -> tuple[Store, ServeSettings]:
    try:
        from hx_detect.serving.settings import from_sources
        from hx_detect.serving.store.engine import Store, database_url
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            say(f"The library {error.name} is not installed", f"La biblioteca {error.name} no está instalada"),
            cure='pip install "hx-detect[serve]"',
        ) from error
    given = {"database": arguments.database, "data": arguments.data, "mask": getattr(arguments, "mask", None)}
    settings = from_sources(given, os.environ)
    return Store(database_url(settings.database, settings.data)), settings


def _add(store: Store, arguments: argparse.Namespace, settings: ServeSettings) -> None:
    from hx_detect.serving.case_intake import Choice, add_file

    choice = Choice(arguments.top, arguments.min_priority)
    _each_file(
        arguments,
        settings,
        lambda file, reader, keeping: add_file(store, file, reader, choice, keeping, _who(arguments)),
    )


def _follow(store: Store, arguments: argparse.Namespace, settings: ServeSettings) -> None:
    from hx_detect.serving.case_intake import follow_file

    _each_file(
        arguments, settings, lambda file, reader, keeping: follow_file(store, file, reader, keeping, _who(arguments))
    )


def _each_file(
    arguments: argparse.Namespace, settings: ServeSettings, do: Callable[[str, Reader, Keeping], Intake]
) -> None:
    from hx_detect.commands.case_words import intake_lines
    from hx_detect.commands.progress import TerminalEvents
    from hx_detect.serving.case_intake import Reader
    from hx_detect.serving.case_records import Keeping
    from hx_detect.serving.case_rows import CaseColumns

    columns = CaseColumns(
        arguments.customer, getattr(arguments, "by", None), arguments.date, arguments.text_column, arguments.id_column
    )
    keeping = Keeping(settings.mask, not arguments.no_texts, COMMAND_LINE)
    options, load = read_options(arguments), scorer_loader(arguments.model)
    told = []
    for file in arguments.files:
        with TerminalEvents(quiet=arguments.quiet) as events:
            done = do(file, Reader(columns, options, load, events), keeping)
        told.append({"file": file, **done.to_dict()})
        if not arguments.json:
            _write("\n".join(intake_lines(done)))
    if arguments.json:
        _write(json.dumps(told, ensure_ascii=False, indent=1))


def _list(store: Store, arguments: argparse.Namespace, _settings: ServeSettings) -> None:
    from hx_detect.commands.case_words import case_line
    from hx_detect.serving.case_shown import case_dict
    from hx_detect.serving.store.case_pages import cases_page, count_states

    wanted = _filter(arguments)
    cases = cases_page(store, wanted, order=arguments.order, limit=arguments.limit)
    if arguments.json:
        _write_json([case_dict(case) for case in cases])
        return
    for case in cases:
        _write(case_line(case))
    counts = count_states(store, wanted)
    total = sum(count for state, count in counts.items() if not wanted.states or state in wanted.states)
    shown = say(f"{len(cases)} of {total} cases", f"{len(cases)} de {total} casos")
    sys.stderr.write(shown + "\n")


def _show(store: Store, arguments: argparse.Namespace, _settings: ServeSettings) -> None:
    _show_case(store, arguments.id, arguments)


def _show_case(store: Store, case_id: str, arguments: argparse.Namespace) -> None:
    from hx_detect.commands.case_words import whole_lines
    from hx_detect.serving.case_shown import whole_dict
    from hx_detect.serving.store.case_pages import find_case

    whole = find_case(store, case_id)
    if arguments.json:
        _write_json(whole_dict(whole))
    else:
        _write("\n".join(whole_lines(whole, marked=sys.stdout.isatty())))


def _change(store: Store, arguments: argparse.Namespace, _settings: ServeSettings) -> None:
    from hx_detect.serving.case_dates import moment_of
    from hx_detect.serving.store.case_pages import find_case
    from hx_detect.serving.store.cases import Change, change_case

    case = find_case(store, arguments.id).case
    given = getattr(arguments, "at", None)
    change = Change(
        who=_who(arguments),
        version=case.version,
        state=MOVES.get(arguments.action),
        owner=getattr(arguments, "owner", None),
        note=arguments.note,
        at=moment_of(given) if given else None,
    )
    change_case(store, case.id, change)
    _show_case(store, case.id, arguments)


def _forget(store: Store, arguments: argparse.Namespace, _settings: ServeSettings) -> None:
    from hx_detect.serving.store.cases import forget_customer

    count = forget_customer(store, arguments.customer_key)
    _write(
        json.dumps({"removed": count}) if arguments.json else say(f"{count} cases removed", f"{count} casos borrados")
    )


def _stats(store: Store, arguments: argparse.Namespace, _settings: ServeSettings) -> None:
    from hx_detect.commands.case_words import stats_lines
    from hx_detect.serving.case_stats import stats_of
    from hx_detect.serving.store.case_pages import case_facts
    from hx_detect.serving.store.tables import now

    stats = stats_of(case_facts(store, _filter(arguments)), now(), by_group=arguments.by_group)
    if arguments.json:
        _write_json(stats.to_dict())
    else:
        _write("\n".join(stats_lines(stats)))


def _export(store: Store, arguments: argparse.Namespace, _settings: ServeSettings) -> None:
    from hx_detect.serving.case_export import export_cases
    from hx_detect.serving.store.case_pages import all_cases

    count = export_cases(all_cases(store, _filter(arguments)), arguments.output)
    line = say(f"{count} cases -> {arguments.output}", f"{count} casos -> {arguments.output}")
    _write(json.dumps({"cases": count, "output": arguments.output}) if arguments.json else line)


def _filter(arguments: argparse.Namespace) -> CaseFilter:
    from hx_detect.serving.store.case_pages import CaseFilter

    return CaseFilter(
        states=arguments.state or (),
        owner=arguments.owner,
        group=arguments.group,
        level=arguments.level,
        signal=arguments.signal,
        customer=arguments.customer,
        search=arguments.search,
        min_priority=arguments.min_priority,
    )


def _who(arguments: argparse.Namespace) -> str:
    """Who does it: as said, else the user of this machine."""
    if arguments.who:
        return str(arguments.who)[:100]
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container without a user
        return COMMAND_LINE


def _write_json(value: Any) -> None:  # noqa: ANN401 - any JSON, with times in it
    _write(json.dumps(value, ensure_ascii=False, indent=1, default=lambda moment: moment.isoformat()))


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")


_ACTIONS: Final[dict[str, Action]] = {
    "add": _add, "follow": _follow, "list": _list, "show": _show, "forget": _forget, "stats": _stats,
    "export": _export, **dict.fromkeys((*MOVES, "assign", "note"), _change),
}  # fmt: skip
