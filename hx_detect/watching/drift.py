"""Two scored frames -> do they differ. In: frames of ``reporting.load``, perhaps labels. Out: ``DriftResult``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from hx_detect.errors import EvaluationError
from hx_detect.reporting.figure_values import Words
from hx_detect.reporting.intervals import holm
from hx_detect.reporting.load import SIGNAL
from hx_detect.watching.detector import BoolArray, FloatArray
from hx_detect.watching.drift_calibration import FEWEST, compare_calibration
from hx_detect.watching.drift_records import Comparison, DriftResult
from hx_detect.watching.two_samples import compare_categories, compare_numbers, compare_shares
from hx_detect.wording import say

FEWEST_TEXTS: Final = 30
Labels = tuple[Mapping[int, bool] | None, Mapping[int, bool] | None]
CompareTexts = Callable[[Sequence[str], Sequence[str]], list[Comparison]]


def compare_frames(
    reference: pl.DataFrame,
    new: pl.DataFrame,
    signals: tuple[Sequence[str], Sequence[str]],
    labels: Labels | None = None,
    texts: CompareTexts | None = None,
) -> DriftResult:
    """Compare input, output and, where labels exist, calibration.

    Args:
        reference: earlier texts.
        new: later texts.
        signals: names of the signals that each frame has columns of.
        labels: row number -> the text is HX, of each frame, None for one without.
        texts: compares the texts themselves (``drift_texts.compare_texts``); None leaves that out.

    Raises:
        EvaluationError: one of the tables is too small.
    """
    for frame, name in ((reference, say("reference", "referencia")), (new, say("new table", "tabla nueva"))):
        if frame.height < FEWEST_TEXTS:
            raise EvaluationError(
                say(f"The {name} holds {frame.height} scored texts, and {FEWEST_TEXTS} are needed",
                    f"La {name} tiene {frame.height} textos puntuados y hacen falta {FEWEST_TEXTS}"),
                cure=say("Take texts of a longer time", "Tome textos de más tiempo"),
            )  # fmt: skip
    skipped: list[Words] = []
    found = [*_inputs(reference, new, skipped, texts), *_outputs(reference, new, signals, skipped)]
    if labels is not None:
        found += _calibration(reference, new, labels, skipped)
    corrected = holm([one.p_value for one in found])
    comparisons = tuple(replace(one, corrected=value) for one, value in zip(found, corrected, strict=True))
    models = sorted({*reference["model"].drop_nulls().unique(), *new["model"].drop_nulls().unique()})
    return DriftResult(reference.height, new.height, comparisons, tuple(skipped), tuple(models))


def _inputs(
    reference: pl.DataFrame, new: pl.DataFrame, skipped: list[Words], texts: CompareTexts | None
) -> list[Comparison]:
    found = [compare_categories("language", "input", reference["language"].to_list(), new["language"].to_list())]
    words = [_texts(frame) for frame in (reference, new)]
    if min(len(some) for some in words) < FEWEST_TEXTS:
        skipped.append(Words("length, unknown tokens, embedding: there is no column of texts",
                             "longitud, tokens desconocidos, vectores: no hay columna de textos"))  # fmt: skip
        return found
    lengths = [np.array([len(text.split()) for text in some], float) for some in words]
    found.append(compare_numbers("length", "input", lengths[0], lengths[1]))
    if texts is None:
        skipped.append(Words("unknown tokens, embedding: left out as asked",
                             "tokens desconocidos, vectores: omitidos, como se pidió"))  # fmt: skip
        return found
    return found + texts(words[0], words[1])


def _texts(frame: pl.DataFrame) -> list[str]:
    return [text for text in frame["text"].to_list() if text and text.strip()]


def _outputs(
    reference: pl.DataFrame,
    new: pl.DataFrame,
    signals: tuple[Sequence[str], Sequence[str]],
    skipped: list[Words],
) -> list[Comparison]:
    texts = (reference.height, new.height)
    found = [compare_shares("hx_share", "output", (int(reference["hx"].sum()), int(new["hx"].sum())), texts)]
    for name in ("level", "sentiment", "stage"):
        sides = [frame[name].cast(pl.String).drop_nulls().to_list() for frame in (reference, new)]
        if all(sides):
            found.append(compare_categories(name, "output", sides[0], sides[1]))
        else:
            skipped.append(Words(f"{name}: not in both tables", f"{name}: no está en ambas tablas"))
    probabilities = [frame["hx_probability"].drop_nulls().to_numpy() for frame in (reference, new)]
    if min(len(side) for side in probabilities) >= FEWEST_TEXTS:
        found.append(compare_numbers("hx_probability", "output", probabilities[0], probabilities[1]))
    absent = 0
    for name in dict.fromkeys((*signals[0], *signals[1])):
        column = SIGNAL + name
        old, now = (int(frame[column].sum()) if column in frame.columns else 0 for frame in (reference, new))
        if old + now:
            found.append(compare_shares(f"signal:{name}", "output", (old, now), texts))
        absent += old + now == 0
    if absent:
        skipped.append(Words(f"signals that are in neither table: {absent}",
                             f"señales que no están en ninguna de las tablas: {absent}"))  # fmt: skip
    return found


def _calibration(reference: pl.DataFrame, new: pl.DataFrame, labels: Labels, skipped: list[Words]) -> list[Comparison]:
    old, now = (_labelled(frame, known) for frame, known in zip((reference, new), labels, strict=True))
    if now is None:
        skipped.append(Words(f"calibration: fewer than {FEWEST} labelled texts in the new table",
                             f"calibración: menos de {FEWEST} textos etiquetados en la tabla nueva"))  # fmt: skip
        return []
    if old is None:
        skipped.append(Words("calibration of the reference: no labels; probabilities are taken at their word",
                             "calibración de la referencia: sin etiquetas; se cree la probabilidad"))  # fmt: skip
    return [compare_calibration(old, now)]


def _labelled(frame: pl.DataFrame, labels: Mapping[int, bool] | None) -> tuple[FloatArray, BoolArray] | None:
    """Probabilities and truths of the rows with a label; None where there are too few."""
    known = labels or {}
    rows = [(value, known[row]) for row, value in frame.select("row", "hx_probability").iter_rows()
            if value is not None and row in known]  # fmt: skip
    if len(rows) < FEWEST:
        return None
    return np.array([value for value, _ in rows], float), np.array([true for _, true in rows], bool)


def model_reader(model: Path | None, sample: int) -> CompareTexts:
    """Compares samples of the texts with a model's eyes."""
    from hx_detect.watching.drift_texts import compare_texts, sampled

    return lambda reference, new: compare_texts(sampled(reference, sample, 1), sampled(new, sample, 2), model)
