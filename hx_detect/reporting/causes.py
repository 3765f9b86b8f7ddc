"""What hurts and what it costs. In: a frame. Out: ``CauseFigures``; CX signals the same way for the strengths."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from hx_detect.reporting.combinations_found import find_combinations
from hx_detect.reporting.figure_values import Estimate, Share
from hx_detect.reporting.intervals import CLEAR, holm, share, tidy
from hx_detect.reporting.load import SIGNAL
from hx_detect.reporting.patterns import find_patterns
from hx_detect.reporting.regression import Effects, fit_effects
from hx_detect.reporting.section_records import Cause, CauseFigures
from hx_detect.reporting.tally import grievances, group_of, praises, signal_counts

_ENOUGH: Final = 30
"""Texts with a real score below which the words' own band is used."""
_TO_SPARE: Final = 20
"""Texts beyond two per group from which groups are adjusted for."""
_TOP: Final = 3
_OUTCOME: Final = "outcome"


@dataclass(frozen=True, slots=True)
class Costs:
    """Effects of all signals on one outcome.

    Attributes:
        basis: ``answer``, ``stars`` or ``implied``.
        unit: ``nps`` or ``stars``.
        texts: texts that have the outcome.
        by_group: groups are adjusted for.
        effects: adjusted for all other signals; None where nothing could be fitted.
        totals: adjusted for all but the outcome signals.
        shares: signal -> its share of these texts: what it costs is counted with it.
    """

    basis: str
    unit: str
    texts: int
    by_group: bool
    effects: Effects | None
    totals: Effects | None
    shares: Mapping[str, Share]


def outcome_of(frame: pl.DataFrame) -> tuple[str, pl.Expr]:
    """What a text is worth: its real answer, else its stars, else the band of its words; and the column of it.

    Returns:
        ``answer`` and 100, 0 or -100; ``stars`` and 1 to 5; ``implied`` and 100, 0 or -100. Null where a text has none.
    """
    if frame["answer"].count() >= min(_ENOUGH, frame.height):
        answer = pl.col("answer")
        return "answer", pl.when(answer >= 9).then(100.0).when(answer >= 7).then(0.0).when(answer >= 0).then(-100.0)
    if frame["stars"].count() >= min(_ENOUGH, frame.height):
        return "stars", pl.col("stars")
    band = pl.col("nps_band")
    points = pl.when(band == "promoter").then(100.0).when(band == "passive").then(0.0)
    return "implied", points.when(band == "detractor").then(-100.0)


def find_costs(frame: pl.DataFrame, signals: Sequence[str]) -> Costs:
    """Fit the effects; where no text has any outcome there are none, only shares."""
    basis, outcome = outcome_of(frame)
    used = frame.with_columns(outcome.alias(_OUTCOME)).filter(pl.col(_OUTCOME).is_not_null())
    if used.is_empty():
        counted = signal_counts(frame, signals)
        shares = {name: share(counted[name], frame.height) for name in signals}
        return Costs("implied", "nps", 0, False, None, None, shares)
    names = used["group"].n_unique()
    by_group = names > 1 and used.height >= 2 * names + _TO_SPARE
    counted = signal_counts(used, signals)
    occurring = [name for name in signals if counted[name]]
    without = [name for name in occurring if group_of(name) != "outcome"]
    effects = fit_effects(find_patterns(used, occurring, outcome=_OUTCOME, by_group=by_group))
    totals = fit_effects(find_patterns(used, without, outcome=_OUTCOME, by_group=by_group))
    shares = {name: share(counted[name], used.height) for name in signals}
    unit = "stars" if basis == "stars" else "nps"
    return Costs(basis, unit, used.height, by_group, effects, totals, shares)


def causes(frame: pl.DataFrame, signals: Sequence[str], costs: Costs) -> CauseFigures:
    """Grievance signals by what they cost, and what goes together."""
    wanted = grievances(signals)
    found = _costed(wanted, costs, _frequencies(frame, wanted))
    own = [one for one in found if one.group != "outcome" and one.share.count]
    dear = [one for one in own if one.clear and one.cost is not None and one.cost.value > 0]
    frequent = sorted(own, key=lambda one: -one.share.value)
    top = (dear or frequent)[:_TOP]
    return CauseFigures(
        basis=costs.basis,
        unit=costs.unit,
        texts=costs.texts,
        adjusted_for_group=costs.by_group,
        causes=found,
        top=tuple(one.signal for one in top),
        top_by_cost=bool(dear),
        combinations=find_combinations(find_patterns(frame, wanted)),
        explained=None if costs.effects is None else tidy(costs.effects.explained, 4),
    )


def gains(frame: pl.DataFrame, signals: Sequence[str], costs: Costs) -> tuple[Cause, ...]:
    """CX signals, the one that gains most first."""
    wanted = praises(signals)
    return _costed(wanted, costs, _frequencies(frame, wanted), sign=-1)


def _frequencies(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, Share]:
    """Signal -> its share of all texts, with or without an outcome."""
    return {name: share(count, frame.height) for name, count in signal_counts(frame, names).items()}


def _costed(names: Sequence[str], costs: Costs, often: Mapping[str, Share], sign: int = 1) -> tuple[Cause, ...]:
    """Signals by cost (times ``sign``), those whose cost cannot be told after them by share."""
    p_values = dict(zip(names, [None] * len(names), strict=True)) | _corrected(names, costs.effects)
    made = []
    for name in names:
        effect, cost = _effect(name, costs.effects), cost_of(name, costs)
        p_value = p_values[name]
        made.append((name, effect, _effect(name, costs.totals), cost, p_value is not None and p_value < CLEAR, p_value))
    made.sort(key=lambda one: (-sign * one[3].value if one[3] else math.inf, -often[one[0]].value))
    return tuple(
        Cause(name, group_of(name), often[name], effect, total, cost, rank, clear, p_value)
        for rank, (name, effect, total, cost, clear, p_value) in enumerate(made, 1)
    )


def _corrected(names: Sequence[str], effects: Effects | None) -> dict[str, float]:
    if effects is None:
        return {}
    there = [name for name in names if name in effects.signals]
    return dict(zip(there, holm([effects.p_values[effects.signals.index(name)] for name in there]), strict=True))


def _effect(name: str, effects: Effects | None) -> Estimate | None:
    if effects is None or name not in effects.signals:
        return None
    index = effects.signals.index(name)
    value, half = float(effects.values[index]), effects.quantile * float(effects.errors[index])
    return Estimate(tidy(value, 4), tidy(value - half, 4), tidy(value + half, 4))


def cost_of(name: str, costs: Costs) -> Estimate | None:
    """What a signal costs the whole score: minus its effect times its share.

    Both are estimated; their intervals are combined as Newcombe (2011), "Propagating imprecision", does.

    Args:
        name: of the signal.
        costs: effects and shares.

    Returns:
        Points, above 0 where it costs; None where its effect cannot be told.
    """
    effects, share = costs.effects, costs.shares[name]
    if effects is None or name not in effects.signals:
        return None
    index = effects.signals.index(name)
    loss, half = -float(effects.values[index]), effects.quantile * float(effects.errors[index])
    below, above = share.value - share.low, share.high - share.value
    if loss < 0:
        below, above = above, below
    low = math.hypot(share.value * half, loss * below)
    high = math.hypot(share.value * half, loss * above)
    value = loss * share.value
    return Estimate(tidy(value, 4), tidy(value - low, 4), tidy(value + high, 4))


def mean_outcomes(frame: pl.DataFrame) -> pl.DataFrame:
    """Per group: texts with an outcome, its sum and its sum of squares."""
    _, outcome = outcome_of(frame)
    value = pl.col(_OUTCOME)
    valued = frame.select("group", outcome.alias(_OUTCOME)).filter(value.is_not_null())
    return valued.group_by("group").agg(
        pl.len().alias("valued"), value.sum().alias("total"), (value * value).sum().alias("square")
    )


def signal_columns(signals: Sequence[str]) -> list[str]:
    """The frame's columns of these signals."""
    return [SIGNAL + name for name in signals]
