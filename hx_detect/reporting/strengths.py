"""What is done well. In: a frame, effects of signals. Out: ``StrengthFigures``: CX signals, what promoters praise."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hx_detect.reporting.causes import Costs, gains, outcome_of
from hx_detect.reporting.quotes import signal_quotes
from hx_detect.reporting.section_records import StrengthFigures
from hx_detect.reporting.tally import by_size, praises, signal_counts


def strengths(frame: pl.DataFrame, signals: Sequence[str], costs: Costs, quotes: int) -> StrengthFigures | None:
    """CX signals by what they gain, and what promoters praise; None where no text has one.

    Args:
        frame: the texts.
        signals: names of all signals.
        costs: their effects.
        quotes: quotes of each signal, 0 for none.
    """
    wanted = praises(signals)
    counted = signal_counts(frame, wanted)
    if not any(counted.values()):
        return None
    found = gains(frame, signals, costs)
    basis, outcome = outcome_of(frame)
    happy = frame.filter(outcome >= (5.0 if basis == "stars" else 100.0))
    return StrengthFigures(
        strengths=found,
        promoters=by_size(signal_counts(happy, wanted), happy.height) if happy.height else (),
        quotes=signal_quotes(frame, [one.signal for one in found], quotes) if quotes else (),
    )
