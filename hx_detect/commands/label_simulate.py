"""``hx-detect label simulate``. In: labelled texts. Out: how many labels choosing saves against drawing at random."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hx_detect.commands.sources import add_source_arguments, sources_of
from hx_detect.errors import UsageError
from hx_detect.reporting.written import write_file
from hx_detect.wording import language, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``simulate``."""
    file, folder = say("FILE", "FICHERO"), say("FOLDER", "CARPETA")
    add = parser.add_argument_group(say("what is read, how, and where to", "qué se lee, cómo y adónde va")).add_argument
    add(
        "files",
        nargs="*",
        metavar=file,
        help=say(
            "labelled texts that the model has not learned from; or --corpora: those of ours that no training uses",
            "textos etiquetados que el modelo no ha visto; o --corpora: los nuestros que ningún entrenamiento usa",
        ),
    )
    add("--model", metavar=folder, help=say("a model folder", "carpeta de un modelo"))
    add(
        "--games",
        type=int,
        default=20,
        metavar="N",
        help=say("repetitions (default: %(default)s)", "repeticiones (%(default)s)"),
    )
    add(
        "--batch",
        type=int,
        nargs="+",
        default=[50, 200],
        metavar="N",
        help=say("labels between two fits (default: 50 200)", "etiquetas entre dos ajustes (50 200)"),
    )
    add(
        "--labels",
        type=int,
        default=800,
        metavar="N",
        help=say("labels in all (default: %(default)s)", "etiquetas en total (%(default)s)"),
    )
    add("--seed", type=int, default=20_240_229, help=say("of everything drawn", "de todo lo que se sortea"))
    add("-o", "--output", type=Path, metavar="OUT.md", help=say("write the page there", "escribe ahí la página"))
    add_source_arguments(add, required=False)


def run(arguments: argparse.Namespace) -> int:
    """Read, play, report.

    Raises:
        UsageError: an option that makes no sense.
        InputError: a file cannot be read.
        CorpusError: a source is missing or damaged.
        EvaluationError: too few texts.
        BundleError: the model cannot be used.
        OutputError: the page cannot be written.
    """
    if bool(arguments.files) == bool(arguments.corpora):
        raise UsageError(
            say("Name labelled files, or --corpora", "Indique ficheros etiquetados, o --corpora"),
            cure=say("See: hx-detect label simulate --help", "Vea: hx-detect label simulate --help"),
        )
    wrong = min(arguments.games, *arguments.batch) < 1 or arguments.labels < 2 * max(arguments.batch)
    if wrong or arguments.seed < 0:
        raise UsageError(
            say(
                "--games, --batch, --labels or --seed is too small", "--games, --batch, --labels o --seed: muy pequeño"
            ),
            cure=say("Use 1 or more, and labels for two batches", "Use 1 o más, y etiquetas para dos lotes"),
        )
    from hx_detect.labelling.simulate import Game, play, savings
    from hx_detect.labelling.simulation_page import Played, page, summary
    from hx_detect.labelling.simulation_texts import labelled_of, texts_of_files, texts_of_sources

    given = texts_of_files(arguments.files) if arguments.files else texts_of_sources(sources_of(arguments))
    texts, model = labelled_of(given, arguments.model)
    played = []
    for batch in arguments.batch:
        game = Game(arguments.games, batch, arguments.labels // batch, seed=arguments.seed)
        curves = play(texts, game, tell=_tell)
        played.append(Played(game, curves, savings(curves)))
        sys.stderr.write("\n")
        sys.stdout.write(summary(played[-1].found, language()) + "\n")
    if arguments.output is not None:
        write_file(str(arguments.output), page(played, model, texts).encode())
        sys.stdout.write(f"-> {arguments.output}\n")
    return 0


def _tell(played: int) -> None:
    sys.stderr.write(f"\r{played} ")
    sys.stderr.flush()
