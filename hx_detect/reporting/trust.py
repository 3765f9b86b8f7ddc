"""How sure a report is. In: what was loaded, the frame, the model's quality. Out: ``TrustFigures``."""

from __future__ import annotations

import polars as pl

from hx_detect.labels import LANGUAGES
from hx_detect.reporting.figure_records import NamedCount, TrustFigures
from hx_detect.reporting.figure_values import Share, Words
from hx_detect.reporting.intervals import share
from hx_detect.reporting.load import Loaded
from hx_detect.reporting.masking import how_masked
from hx_detect.reporting.model_quality import ModelQuality
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.tally import counts, named_shares


def trust(
    loaded: Loaded, frame: pl.DataFrame, quality: ModelQuality, options: ReportOptions, *, future: int
) -> TrustFigures:
    """Sample, coverage, languages, rejects, calibration, weak signals, the command.

    Args:
        loaded: what was read.
        frame: the texts of the report.
        quality: of the model that scored them.
        options: as the user gave them.
        future: texts whose date is after today.
    """
    rejected = tuple(NamedCount(code, count) for code, count in loaded.rejected.items())
    rows = loaded.frame.height + sum(loaded.rejected.values())
    order = [code for code in LANGUAGES if code in counts(frame, "language")]
    dated = share(frame["date"].count(), frame.height) if "date" in loaded.roles else None
    return TrustFigures(
        files=tuple(NamedCount(name, count) for name, count in loaded.files),
        rows=rows,
        texts=frame.height,
        rejected=rejected,
        languages=named_shares(frame, "language", order),
        unsupported=share(int((~frame["supported"]).sum()), frame.height),
        repeated=repeated(frame),
        dated=dated,
        future=future,
        unreadable=loaded.unreadable,
        findings=loaded.findings,
        model=models(frame),
        signal_quality=quality.signals,
        calibration=quality.calibration,
        masked=how_masked() if options.texts else Words("No customer's words are shown.", "No se muestran textos."),
        command=options.command,
    )


def models(frame: pl.DataFrame) -> str:
    """Names and versions of the models that scored the texts, the one of most texts first."""
    found = counts(frame, "model")
    return ", ".join(sorted(found, key=lambda name: (-found[name], name)))


def repeated(frame: pl.DataFrame) -> Share:
    """The share of texts that are the copy of an earlier one."""
    texts = frame["text"].drop_nulls()
    return share(len(texts) - texts.hash(0).n_unique(), len(texts))
