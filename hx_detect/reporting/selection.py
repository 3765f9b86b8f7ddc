"""A loaded frame -> the texts of a report and of its periods. In: ``Loaded``, options. Out: ``Selection``."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hx_detect.errors import EmptyInputError
from hx_detect.reporting.figure_values import Span
from hx_detect.reporting.load import Loaded
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.periods import choose_period, compared_spans, span_of
from hx_detect.wording import say


@dataclass(frozen=True, slots=True)
class Selection:
    """What a report is made of.

    Attributes:
        frame: the texts reported on: of the group and days asked for.
        peers: the same days, all groups.
        earlier: of the group, up to the last day asked for: has the period before.
        earlier_peers: the same of all groups.
        future: texts dated after today; they are kept, without their date.
        period: length of the periods over time; None without dates.
        compared: current and previous period; None where there are not two with texts enough.
        span: first and last day of ``frame``.
    """

    frame: pl.DataFrame
    peers: pl.DataFrame
    earlier: pl.DataFrame
    earlier_peers: pl.DataFrame
    future: int
    period: str | None
    compared: tuple[Span, Span] | None
    span: Span | None


def select(loaded: Loaded, options: ReportOptions) -> Selection:
    """Take the texts that a report is of.

    Raises:
        EmptyInputError: none is left.
    """
    frame, future = _without_future(loaded.frame, options)
    earlier_peers = frame if options.end is None else frame.filter(pl.col("date") <= options.end)
    peers = earlier_peers if options.start is None else earlier_peers.filter(pl.col("date") >= options.start)
    earlier, chosen = _of_group(earlier_peers, options.group), _of_group(peers, options.group)
    if chosen.is_empty():
        raise _nothing(frame, options)
    days = chosen["date"].drop_nulls()
    compared = compared_spans(earlier["date"].drop_nulls(), options.period, options.start, options.end)
    return Selection(
        frame=chosen,
        peers=peers,
        earlier=earlier,
        earlier_peers=earlier_peers,
        future=future,
        period=choose_period(days, options.period) if len(days) else None,
        compared=compared,
        span=span_of(days, days.min(), days.max()) if len(days) else None,  # type: ignore[arg-type] # they are dates
    )


def _without_future(frame: pl.DataFrame, options: ReportOptions) -> tuple[pl.DataFrame, int]:
    if options.today is None:
        return frame, 0
    late = (frame["date"] > options.today).fill_null(False)
    if not late.any():
        return frame, 0
    return frame.with_columns(date=pl.when(~late).then(pl.col("date"))), int(late.sum())


def _of_group(frame: pl.DataFrame, group: str | None) -> pl.DataFrame:
    return frame if group is None else frame.filter(pl.col("group") == group)


def _nothing(frame: pl.DataFrame, options: ReportOptions) -> EmptyInputError:
    """Say which limit leaves nothing, and what there is."""
    if options.group is not None and (frame["group"] == options.group).sum() == 0:
        names = frame["group"].drop_nulls().value_counts(sort=True)["group"].sort().head(12).to_list()
        return EmptyInputError(
            say(f"No text is of the group {options.group!r}", f"Ningún texto es del grupo {options.group!r}"),
            cure=say("There are: ", "Hay: ") + (", ".join(names) or say("none; name the column with --by",
                                                                        "ninguno; indique la columna con --by")),
        )  # fmt: skip
    first, last = frame["date"].min(), frame["date"].max()
    return EmptyInputError(
        say(f"No text is dated between {options.start or '…'} and {options.end or '…'}",
            f"Ningún texto tiene fecha entre {options.start or '…'} y {options.end or '…'}"),
        cure=say(f"The dates run from {first!s} to {last!s}", f"Las fechas van del {first!s} al {last!s}")
        if first else say("No date was found; name its column with --date",
                          "No se han hallado fechas; indique la columna con --date"),
    )  # fmt: skip
