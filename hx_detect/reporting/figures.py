"""A loaded frame -> all figures of a report. In: ``Loaded``, ``ReportOptions``. Out: ``ReportFigures``.

A section that cannot be made is None, and ``missing`` says why: the report is made with the sections that make sense.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from hx_detect.labels import LEVELS
from hx_detect.reporting.calls import call_figures, calls_of, due_calls
from hx_detect.reporting.causes import causes, find_costs
from hx_detect.reporting.figure_records import (
    GroupFigures,
    GroupRow,
    GroupSection,
    Method,
    ReportFigures,
    TimeFigures,
    Words,
)
from hx_detect.reporting.gaps import find_gaps
from hx_detect.reporting.groups import groups
from hx_detect.reporting.journey import journey
from hx_detect.reporting.load import Loaded
from hx_detect.reporting.methods import methods_used
from hx_detect.reporting.model_quality import model_quality
from hx_detect.reporting.nps import nps, with_words_band
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.over_time import over_time, series
from hx_detect.reporting.overview import overview
from hx_detect.reporting.quotes import quotes_of, signal_quotes
from hx_detect.reporting.selection import Selection, select
from hx_detect.reporting.strengths import strengths
from hx_detect.reporting.tally import grievances, named_shares, signal_shares
from hx_detect.reporting.trust import models, trust

_SECTION_CALLS: Final = 10
_SECTION_QUOTES: Final = 3
_FILES_NAMED: Final = 3


def build_figures(loaded: Loaded, options: ReportOptions) -> ReportFigures:
    """Compute everything.

    Args:
        loaded: the texts.
        options: what the user asked for.

    Raises:
        EmptyInputError: no text is left of the group or days asked for.
    """
    quality = model_quality(models(loaded.frame).split(", ")[0], options.model)
    chosen = select(replace(loaded, frame=with_words_band(loaded.frame, quality.thresholds)), options)
    frame, signals = chosen.frame, loaded.signals
    texts = options.texts and "text" in loaded.roles
    costs = find_costs(frame, signals)
    quotes = signal_quotes(frame, grievances(signals), options.quotes_per_signal) if texts else ()
    made = ReportFigures(
        title=_title(loaded, options),
        group=options.group,
        span=chosen.span,
        texts_shown=texts,
        overview=overview(frame, chosen.earlier, signals, chosen.compared),
        time=_time(chosen, signals),
        causes=causes(frame, signals, costs),
        journey=journey(frame, signals),
        groups=_groups(loaded, chosen, options, texts=texts),
        nps=nps(frame, chosen.earlier, chosen.compared, texts=texts),
        quotes=quotes or None,
        strengths=strengths(frame, signals, costs, options.quotes_per_signal if texts else 0),
        calls=call_figures(frame, options.calls_shown, texts=texts),
        trust=trust(loaded, frame, quality, options, future=chosen.future),
        methods=(),
        missing=(),
    )
    return replace(made, methods=_methods(made), missing=find_gaps(made, loaded, chosen, options))


def _title(loaded: Loaded, options: ReportOptions) -> Words:
    if options.title:
        return Words(options.title, options.title)
    names = [name for name, _ in loaded.files]
    shown = ", ".join(names[:_FILES_NAMED]) + (" …" if len(names) > _FILES_NAMED else "")
    what = f"{options.group} - {shown}" if options.group else shown
    return Words(f"Customer experience: {what}", f"Experiencia de cliente: {what}")


def _time(chosen: Selection, signals: tuple[str, ...]) -> TimeFigures | None:
    """None where there are no dates, or all are of one period."""
    if chosen.period is None:
        return None
    dated = chosen.frame.filter(pl.col("date").is_not_null())
    found = over_time(dated, chosen.period, signals)
    return found if len(found.points) > 1 else None


def _groups(loaded: Loaded, chosen: Selection, options: ReportOptions, *, texts: bool) -> GroupFigures | None:
    if "by" not in loaded.roles:
        return None

    def section(frame: pl.DataFrame, row: GroupRow) -> GroupSection:
        dated = frame.filter(pl.col("date").is_not_null())
        unhappy = frame.filter(pl.col("hx") & pl.col("text").is_not_null())
        return GroupSection(
            row=row,
            levels=named_shares(frame, "level", LEVELS),
            signals=tuple(one for one in signal_shares(frame, loaded.signals) if one.share.count),
            stages=named_shares(frame, "stage"),
            points=series(dated, chosen.period) if chosen.period and dated.height else (),
            quotes=quotes_of(unhappy, None, _SECTION_QUOTES) if texts else (),
            calls=calls_of(due_calls(frame).head(_SECTION_CALLS), texts=texts),
        )

    return groups(
        chosen.peers,
        chosen.earlier_peers,
        loaded.roles["by"],
        loaded.signals,
        chosen.compared,
        only=options.group,
        section=section,
        most=options.sections,
    )


def _methods(made: ReportFigures) -> tuple[Method, ...]:
    sections = [name for name in ("time", "causes", "groups", "nps", "quotes") if getattr(made, name) is not None]
    return methods_used(["overview", *sections, *(["change"] if made.overview.current else [])])
