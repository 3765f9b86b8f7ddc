"""``hx-detect evaluate``. In: a model, held-out data. Out: its ``metrics.json``, the tables of its card, a summary."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hx_detect.commands.sources import add_source_arguments, sources_of
from hx_detect.errors import UsageError
from hx_detect.wording import language, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``evaluate``."""
    add = parser.add_argument
    add(
        "model",
        nargs="?",
        metavar=say("FOLDER", "CARPETA"),
        help=say("the model (default: the installed one)", "el modelo (si no, el instalado)"),
    )
    add_source_arguments(parser.add_argument)
    add(
        "--train-corpora",
        nargs="*",
        metavar=say("NAME", "NOMBRE"),
        help=say(
            "corpora that the baselines learn from (default: all)", "corpus de los que aprenden las referencias (todos)"
        ),
    )
    add("--no-baselines", action="store_true", help=say("the model alone", "solo el modelo"))
    add("--no-erasure", action="store_true", help=say("no erasure test of the evidence", "sin prueba de borrado"))
    add(
        "--resamples",
        type=int,
        default=1_000,
        metavar="N",
        help=say("of the bootstrap (default: %(default)s)", "del bootstrap (%(default)s)"),
    )
    add("--seed", type=int, default=20_240_229, help=say("of everything drawn", "de todo lo que se sortea"))
    add(
        "-o",
        "--output",
        type=Path,
        metavar=say("FILE", "FICHERO"),
        help=say("write the metrics there and leave the model", "escribe las métricas ahí, no en el modelo"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, write, and print the targets.

    Raises:
        UsageError: an option that makes no sense.
        CorpusError: a source is missing or damaged.
        BundleError: the model cannot be used.
        EvaluationError: there is nothing to evaluate on.
        OutputError: the model's folder cannot be written.
    """
    if arguments.resamples < 1:
        raise UsageError(f"--resamples {arguments.resamples}", cure=say("Use 1 or more", "Use 1 o más"))
    from hx_detect.evaluation.card import card_tables
    from hx_detect.evaluation.evaluate import evaluate
    from hx_detect.evaluation.publish import publish, write_json
    from hx_detect.evaluation.set_run import EvaluationOptions
    from hx_detect.learning.datasets import evaluation_sets, load_datasets
    from hx_detect.scorer import Scorer

    scorer = Scorer.load(arguments.model)
    sources = sources_of(arguments)
    baselines = not arguments.no_baselines
    train = load_datasets(sources, arguments.train_corpora).train if baselines else {}
    metrics = evaluate(
        scorer,
        evaluation_sets(sources),
        [example for examples in train.values() for example in examples],
        EvaluationOptions(arguments.resamples, arguments.seed, baselines=baselines, erasure=not arguments.no_erasure),
        _tell,
    )
    written = write_json(arguments.output, metrics) if arguments.output else publish(scorer.bundle.path, metrics)
    sys.stdout.write(card_tables(metrics, language()) + f"\n-> {written}\n")
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
