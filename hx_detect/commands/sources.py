"""Options that say where labelled data lie. In: a parser, arguments. Out: ``Sources``; defaults: a checkout's."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hx_detect.wording import say

if TYPE_CHECKING:
    from hx_detect.learning.datasets import Sources


def add_source_arguments(add: Callable[..., Any], *, required: bool = True) -> None:
    """Declare ``--corpora``, ``--manifest``, ``--annotations``, ``--located``, ``--authored``, ``--exclude``.

    Args:
        add: ``add_argument`` of a parser or group.
        required: ``--corpora`` must be given.
    """
    folder, file = say("FOLDER", "CARPETA"), say("FILE", "FICHERO")
    add(
        "--corpora",
        type=Path,
        metavar=folder,
        required=required,
        help=say("folder of the corpora", "carpeta de los corpus"),
    )
    add(
        "--manifest",
        type=Path,
        default=Path("training/corpora.toml"),
        metavar=file,
        help=say("the manifest of the corpora (default: %(default)s)", "el manifiesto de los corpus (%(default)s)"),
    )
    add(
        "--annotations",
        type=Path,
        nargs="*",
        default=[],
        metavar=file,
        help=say(
            "annotated texts; those of split val are the test", "textos anotados; los del corte val son la prueba"
        ),
    )
    add(
        "--located",
        type=Path,
        nargs="*",
        metavar=file,
        help=say(
            "annotations without text (default: data/annotations/*)", "anotaciones sin texto (data/annotations/*)"
        ),
    )
    add(
        "--authored",
        type=Path,
        nargs="*",
        metavar=file,
        help=say("our own examples (default: data/authored/*)", "ejemplos propios (data/authored/*)"),
    )
    add(
        "--exclude",
        type=Path,
        metavar=file,
        help=say(
            "ids that must not be trained on (default: exclude_from_train.json of --corpora)",
            "identificadores excluidos del entrenamiento (exclude_from_train.json de --corpora)",
        ),
    )


def sources_of(arguments: argparse.Namespace, *, permissive_only: bool = False) -> Sources:
    """Where the data lie, with the places of a checkout where none were given."""
    from hx_detect.learning.datasets import Sources

    exclude = arguments.exclude or arguments.corpora / "exclude_from_train.json"
    return Sources(
        manifest=arguments.manifest,
        corpora=arguments.corpora,
        annotations=tuple(arguments.annotations),
        located=_given_or(arguments.located, Path("data/annotations")),
        authored=_given_or(arguments.authored, Path("data/authored")),
        exclude=exclude if arguments.exclude or exclude.is_file() else None,
        permissive_only=permissive_only,
    )


def _given_or(given: list[Path] | None, folder: Path) -> tuple[Path, ...]:
    return tuple(given) if given is not None else tuple(sorted(folder.glob("*.jsonl*")))
