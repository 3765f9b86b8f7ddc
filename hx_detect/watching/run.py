"""A scored frame, perhaps a state -> what a watch says. In: a frame of ``reporting.load``. Out: ``WatchResult``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.reporting.masking import thorough
from hx_detect.watching.alarm_records import Alarm, WatchResult
from hx_detect.watching.alarm_texts import texts_of
from hx_detect.watching.state import WatchState
from hx_detect.watching.table import WatchTable, fingerprints, table_of
from hx_detect.watching.watch import Found, day_of, enough_history, find_alarms, first_watched
from hx_detect.wording import say


def watch_frame(
    frame: pl.DataFrame,
    signals: Sequence[str],
    state: WatchState | None,
    *,
    alpha: float,
    learn_days: int | None = None,
    show_texts: bool = True,
    today: date | None = None,
) -> WatchResult:
    """Watch the texts of a frame, together with those that the state remembers.

    Args:
        frame: of ``reporting.load``.
        signals: names of the signals that it has columns of.
        state: remembers texts and alarms; None where this run stands alone.
        alpha: probability of a false alarm in a year, over all streams, in (0, 1).
        learn_days: days before the first alarm can be raised; None chooses by the length of the history.
        show_texts: add examples to the alarms.
        today: texts of a later day are left out.

    Raises:
        StateError: the state holds something else.
    """
    table = table_of(frame, [name for name in signals if name not in SIGNAL_NAMES], today)
    if state is not None:
        table = state.take_in(table, fingerprints(frame, table.rows))
    if not len(table.days):
        return _nothing(table, alpha)
    watched_from = first_watched(table.days, learn_days, goes_on=state is not None)
    if state is not None:
        watched_from = state.watched_from(watched_from)
    ready = enough_history(table.days, watched_from)
    found = find_alarms(table, watched_from, alpha) if ready else []
    alarms = [_alarm(one, frame, state, show_texts=show_texts) for one in found]
    alarms.sort(key=lambda alarm: not (alarm.new or alarm.ended is None))
    groups = len(table.names) if len(table.names) > 1 else 0
    return WatchResult(
        first=day_of(int(table.days[0])),
        last=day_of(int(table.days[-1])),
        watched_from=day_of(watched_from),
        texts=len(table.days),
        undated=table.undated,
        repeated=table.repeated,
        groups=groups,
        streams=(groups + 1) * len(table.streams),
        alpha=alpha,
        alarms=tuple(alarms),
        notes=_notes(table, watched_from, alarms, ready=ready),
        learning=not ready,
    )


def _alarm(found: Found, frame: pl.DataFrame, state: WatchState | None, *, show_texts: bool) -> Alarm:
    new = state is None or not state.told(found.alarm)
    return replace(found.alarm, new=new, texts=texts_of(frame, found.rows) if show_texts else ())


def _nothing(table: WatchTable, alpha: float) -> WatchResult:
    note = say("No text has a readable date", "Ningún texto tiene una fecha legible")
    return WatchResult(None, None, None, 0, table.undated, table.repeated, 0, 0, alpha, (), (note,), learning=True)


def _notes(table: WatchTable, watched_from: int, alarms: Sequence[Alarm], *, ready: bool) -> tuple[str, ...]:
    notes = []
    if not ready:
        day = day_of(watched_from)
        notes.append(
            say(
                f"More history is needed: alarms are possible from {day} on, with enough texts before it",
                f"Hace falta más historia: puede haber alarmas desde el {day}, con bastantes textos antes",
            )
        )
    if watched_from - int(table.days[0]) < 14:
        notes.append(
            say(
                "Less than two weeks to learn from: the weekday pattern is hardly known",
                "Menos de dos semanas para aprender: apenas se conoce el patrón semanal",
            )
        )
    if any(alarm.texts for alarm in alarms) and not thorough():
        notes.append(
            say(
                'Texts were masked by pattern only; pip install "hx-detect[serve]" masks more exactly',
                'Textos enmascarados solo por patrón; pip install "hx-detect[serve]" lo hace mejor',
            )
        )
    return tuple(notes)  # fmt: skip
