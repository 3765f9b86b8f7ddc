"""Groups compared: ranking with shrinkage, and sections of their own. In: a frame. Out: ``GroupFigures``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from hx_detect.reporting.causes import mean_outcomes, outcome_of, signal_columns
from hx_detect.reporting.figure_records import GroupFigures, GroupRow, GroupSection
from hx_detect.reporting.figure_values import Change, Estimate, Share, Span
from hx_detect.reporting.intervals import CLEAR, changes, mean, nps_score, share, tidy
from hx_detect.reporting.periods import within
from hx_detect.reporting.shrinkage import fit_prior, shrunk
from hx_detect.reporting.tally import grievances

FEWEST_TEXTS: Final = 10
"""A group of fewer texts is called neither worse nor better, and stands where the average does."""
_SIGNALS: Final = 3
_VERDICTS: Final = ("worse", "usual", "better")


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a group stands."""

    estimate: Estimate
    verdict: str
    key: tuple[Any, ...]


def groups(
    frame: pl.DataFrame,
    every: pl.DataFrame,
    column: str,
    signals: Sequence[str],
    compared: tuple[Span, Span] | None,
    *,
    only: str | None,
    section: Callable[[pl.DataFrame, GroupRow], GroupSection],
    most: int,
) -> GroupFigures | None:
    """Rank the groups.

    Args:
        frame: the texts reported on, of all groups.
        every: these and those of the compared periods.
        column: the group column's name in the input.
        signals: names of all signals.
        compared: current and previous period, or None.
        only: keep this group's row and section only.
        section: makes a group's own section of its texts.
        most: sections made at most: the worst, the best and the largest groups.

    Returns:
        None where fewer than two groups have texts.
    """
    named = frame.filter(pl.col("group").is_not_null())
    table = _table(named, signals)
    if table.height < 2:
        return None
    counts, texts = table["hx"].to_numpy().astype(float), table["texts"].to_numpy().astype(float)
    overall = share(int(counts.sum()), int(texts.sum()))
    prior = fit_prior(counts, texts)
    standings = _standings(counts, texts, prior, overall)
    basis = outcome_of(frame)[0]
    order = sorted(range(table.height), key=lambda index: (standings[index].key, table["group"][index]))
    special = _special_signals(table, grievances(signals))
    changed = _changes(every, table["group"].to_list(), compared)
    rows = [
        _row(table.row(index, named=True), standings[index], rank, special[index], changed[index], basis)
        for rank, index in enumerate(order, 1)
    ]
    if only is not None:
        rows = [row for row in rows if row.name == only]
    shown = _with_sections(rows, most)
    parts = named.filter(pl.col("group").is_in([row.name for row in shown])).partition_by("group", as_dict=True)
    sections = tuple(section(parts[(row.name,)], row) for row in shown)
    return GroupFigures(column, overall, (tidy(prior[0], 4), tidy(prior[1], 4)), tuple(rows), sections, basis)


def _table(named: pl.DataFrame, signals: Sequence[str]) -> pl.DataFrame:
    """Counts per group, in the order of their names."""
    columns = ["hx", "cx", *signal_columns(grievances(signals))]
    counted = named.group_by("group").agg(pl.len().alias("texts"), *(pl.col(name).sum() for name in columns))
    return counted.join(mean_outcomes(named), "group", "left").sort("group")


def _standings(
    counts: npt.NDArray[np.float64], texts: npt.NDArray[np.float64], prior: tuple[float, float], overall: Share
) -> list[_Standing]:
    """Verdict and place: worse groups first, by how bad they are at least; better ones last, by how good at least."""
    means, lows, highs = shrunk(counts, texts, prior)
    found = []
    for value, low, high, size in zip(means, lows, highs, texts, strict=True):
        few = size < FEWEST_TEXTS
        verdict = "usual" if few or low <= overall.value <= high else "worse" if low > overall.value else "better"
        place = {"worse": low, "better": high, "usual": overall.value if few else value}[verdict]
        key = (_VERDICTS.index(verdict), -round(float(place), 9), -round(float(value), 9))
        found.append(_Standing(Estimate(tidy(value), tidy(low), tidy(high)), verdict, key))
    return found


def _special_signals(table: pl.DataFrame, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Per group, the signals that it has more of than the rest: hypergeometric test, Benjamini & Hochberg (1995)."""
    hits = table.select(signal_columns(names)).to_numpy().astype(float)
    sizes, total = table["texts"].to_numpy().astype(float), float(table["texts"].sum())
    p_values = stats.hypergeom.sf(hits - 1, total, hits.sum(axis=0)[None, :], sizes[:, None])
    usable = (hits >= 3) & (sizes >= FEWEST_TEXTS)[:, None]
    p_values = np.where(usable, np.clip(p_values, 0.0, 1.0), 1.0)
    clear = (stats.false_discovery_control(p_values, axis=None) < CLEAR).reshape(p_values.shape)
    lift = hits / sizes[:, None] - hits.sum(axis=0)[None, :] / total
    found = []
    for row in range(len(sizes)):
        order = sorted(np.flatnonzero(clear[row]).tolist(), key=lambda index: -lift[row, index])
        found.append(tuple(names[index] for index in order[:_SIGNALS]))
    return found


def _changes(every: pl.DataFrame, names: Sequence[str], compared: tuple[Span, Span] | None) -> list[Change | None]:
    """HX share of each group in the previous and the current period, where both have texts; corrected by Holm."""
    if compared is None:
        return [None] * len(names)
    spans = []
    for span in (compared[1], compared[0]):
        table = within(every, span).group_by("group").agg(pl.len().alias("texts"), pl.col("hx").sum())
        spans.append({name: share(int(hx), int(texts)) for name, texts, hx in table.iter_rows()})
    before, after = spans
    both = [name for name in names if name in before and name in after]
    found = dict(zip(both, changes([(before[name], after[name]) for name in both]), strict=True))
    return [found.get(name) for name in names]


def _row(
    values: dict[str, Any],
    standing: _Standing,
    rank: int,
    special: tuple[str, ...],
    change: Change | None,
    basis: str,
) -> GroupRow:
    texts = int(values["texts"])
    return GroupRow(
        name=values["group"],
        texts=texts,
        hx=share(int(values["hx"]), texts),
        cx=share(int(values["cx"]), texts),
        shrunk=standing.estimate,
        rank=rank,
        verdict=standing.verdict,
        nps=_mean_outcome(int(values["valued"] or 0), values["total"], values["square"], basis),
        signals=special,
        change=change,
    )


def _mean_outcome(valued: int, total: float, square: float, basis: str) -> Estimate | None:
    """NPS with the interval of the whole report's, or mean stars, never beyond 1 to 5; None below two texts.

    Args:
        valued: texts that have the outcome.
        total: its sum: of 100, 0 and -100, or of stars.
        square: the sum of its squares.
        basis: ``stars``, or one that gives points.
    """
    if valued < 2:
        return None
    if basis == "stars":
        found = mean(valued, total, square)
        return found and Estimate(found.value, max(1.0, found.low), min(5.0, found.high))
    moved, balance = round(square / 1e4), round(total / 100)  # promoters plus, and minus, detractors
    return nps_score((moved + balance) // 2, valued - moved, (moved - balance) // 2)


def _with_sections(rows: Sequence[GroupRow], most: int) -> list[GroupRow]:
    """The worst, the best and the largest groups, a third each, in the order of rank."""
    if len(rows) <= most:
        return list(rows)
    third = max(1, most // 3)
    large = sorted(rows, key=lambda row: (-row.texts, row.rank))
    chosen = dict.fromkeys(row.rank for row in [*rows[:third], *rows[-third:], *large])
    kept = set(list(chosen)[:most])
    return [row for row in rows if row.rank in kept]
