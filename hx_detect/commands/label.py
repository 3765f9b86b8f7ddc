"""``hx-detect label``. In: an action, files. Out: texts to label next, the labelling page, agreement, a simulation."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Final, cast

from hx_detect.cli import CommandModule
from hx_detect.wording import say

PAGE: Final = "page"
"""The action that is meant where none is named."""


class _Actions(argparse._SubParsersAction):  # type: ignore[type-arg] # generic in the stubs only
    """Actions by name; a word that names none is the file of the action ``page``."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,  # noqa: ANN401 - as argparse hands it over
        option_string: str | None = None,
    ) -> None:
        """Choose the action."""
        words = list(cast(Sequence[str], values))
        named = words if words[0] in self._name_parser_map else [PAGE, *words]
        super().__call__(parser, namespace, named, option_string)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of ``label``; the options of ``page`` may stand without its name."""
    from hx_detect.commands import label_page

    label_page.add_options(parser)
    parser.set_defaults(file=None)
    actions = parser.add_subparsers(
        dest="action",
        action=_Actions,
        metavar=say("ACTION or FILE", "ACCIÓN o FICHERO"),
        title=say("actions", "acciones"),
    )
    for name, what in _actions().items():
        command = actions.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        _module(name).add_arguments(command)
    actions.choices = None  # type: ignore[assignment] # as argparse itself does: a word that names no action is a file


def run(arguments: argparse.Namespace) -> int:
    """Run the action; see its module."""
    return _module(arguments.action or PAGE).run(arguments)


def _actions() -> dict[str, str]:
    return {
        "suggest": say("choose the texts to label next", "elige los próximos textos que etiquetar"),
        PAGE: say("label in the browser (what is done without an action)",
                  "etiqueta en el navegador (lo que se hace sin acción)"),
        "agreement": say("tell how far people agree (Krippendorff's alpha)",
                         "dice cuánto coinciden las personas (alfa de Krippendorff)"),
        "simulate": say("measure what choosing saves, on labelled texts",
                        "mide lo que ahorra elegir, con textos etiquetados"),
    }  # fmt: skip


def _module(action: str) -> CommandModule:
    import importlib

    return cast(CommandModule, importlib.import_module(f"hx_detect.commands.label_{action}"))
