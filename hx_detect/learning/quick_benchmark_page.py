"""Figures of refits -> a page. In: figures with intervals. Out: Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hx_detect.bundle import Bundle


@dataclass(frozen=True, slots=True)
class DomainFigure:
    """One figure of one domain: old model, new model, 95 % interval of the difference; higher is better."""

    domain: str
    metric: str
    texts: int
    old: float
    new: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``same``: where the interval lies."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "same"


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """One own signal: rows learned from, figures out of fold and on rows held out (``precision_figures``)."""

    name: str
    learned: int
    out_of_fold: Mapping[str, Any]
    held_out: Mapping[str, Any]


_METRICS: Final = {
    "signals": "signals, mean average precision",
    "sentiment": "sentiment, accuracy",
    "stars": "stars, minus mean absolute error",
}


def page(
    bundle: Bundle, domains: Sequence[DomainFigure], own: Sequence[OwnFigure], learned: int, seconds: float
) -> str:
    """The page.

    Args:
        bundle: the model that was refitted.
        domains: what was measured of a new domain and of others.
        own: what was measured of own signals.
        learned: rows of the new domain that were learned from.
        seconds: that all of it took.
    """
    lines = [
        "# What a quick refit gains and costs",
        "",
        f"Written by `python -m hx_detect.learning.quick_benchmark`. Model {bundle.name} {bundle.version}; {learned} "
        f"rows of a new domain learned from; all of this took {seconds:.0f} s.",
        "",
        "| domain | figure | texts | before | after | difference, 95 % | |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in domains:
        difference = f"{one.new - one.old:+.4f} ({one.low:+.4f} to {one.high:+.4f})"
        lines.append(f"| {one.domain} | {_METRICS[one.metric]} | {one.texts} | {one.old:.4f} | {one.new:.4f} | "
                     f"{difference} | {one.verdict} |")  # fmt: skip
    if own:
        lines += ["", "## Signals of one's own", "",
                  "| signal | rows | of them positive | average precision, cross-validated | held out | texts |",
                  "|---|---|---|---|---|---|"]  # fmt: skip
    for signal in own:
        lines.append(f"| `{signal.name}` | {signal.learned} | {signal.out_of_fold['positives']} | "
                     f"{_precision(signal.out_of_fold)} | {_precision(signal.held_out)} | "
                     f"{signal.held_out['texts']} ({signal.held_out['positives']} positive) |")  # fmt: skip
    return "\n".join(lines) + "\n"


def _precision(figures: Mapping[str, Any]) -> str:
    if figures["average_precision"] is None:
        return "–"
    low, high = figures["interval"]
    return f"{figures['average_precision']:.2f} ({low:.2f} to {high:.2f})"
