"""A watch's result -> what a person reads. In: ``WatchResult``. Out: lines in the user's language."""

from __future__ import annotations

from hx_detect.labels import SIGNAL_INDEX, display
from hx_detect.watching.alarm_records import HX_SHARE, Alarm, WatchResult
from hx_detect.wording import figure, language, say


def render(result: WatchResult) -> str:
    """The whole result."""
    lines = [*_head(result), ""]
    told = [alarm for alarm in result.alarms if alarm.new or alarm.ended is None]
    past = [alarm for alarm in result.alarms if not (alarm.new or alarm.ended is None)]
    if not told:
        lines += [_quiet(result)]
    shown: set[str] = set()
    for alarm in told:
        lines += [*_alarm(alarm), *(line for line in _texts(alarm) if line not in shown), ""]
        shown.update(_texts(alarm))
    if past:
        count = len(past)
        lines.append(say(f"Told before and over: {count}", f"Ya comunicadas y terminadas: {count}"))
    lines += result.notes
    return "\n".join(lines).rstrip() + "\n"


def percent(value: float) -> str:
    """A share as people write it: whole percents, one decimal below ten."""
    text = f"{100 * value:.{1 if value < 0.0995 else 0}f}".removesuffix(".0")
    return text.replace(".", ",") + " %" if language() == "es" else text + "%"


def _head(result: WatchResult) -> list[str]:
    texts, streams = figure(result.texts), figure(result.streams)
    lines = [
        say(f"{texts} texts from {result.first} to {result.last}, {figure(result.groups)} groups, "
            f"{streams} shares watched from {result.watched_from}",
            f"{texts} textos del {result.first} al {result.last}, {figure(result.groups)} grupos, "
            f"{streams} proporciones vigiladas desde el {result.watched_from}"),
        say(f"False alarms: in quiet times a {percent(result.alpha)} chance of any in a year",
            f"Falsas alarmas: en tiempos tranquilos, probabilidad de alguna en un año: {percent(result.alpha)}"),
    ]  # fmt: skip
    if result.undated:
        left = figure(result.undated)
        lines.append(say(f"Texts without a possible date, left out: {left}",
                         f"Textos sin fecha posible, no contados: {left}"))  # fmt: skip
    if result.repeated:
        left = figure(result.repeated)
        lines.append(say(f"Texts read before, not counted twice: {left}",
                         f"Textos ya leídos antes, no contados dos veces: {left}"))  # fmt: skip
    return lines


def _quiet(result: WatchResult) -> str:
    if result.learning:
        return say("Still learning what is usual: no alarm can be raised yet",
                   "Aún se aprende lo habitual: todavía no puede haber alarmas")  # fmt: skip
    return say("Quiet: nothing rises beyond chance", "Tranquilo: nada sube más de lo que explica el azar")


def _alarm(alarm: Alarm) -> list[str]:
    where = alarm.group if alarm.group is not None else say("All texts", "Todos los textos")
    state = [say("goes on", "sigue") if alarm.ended is None else say(f"until {alarm.ended}", f"hasta {alarm.ended}")]
    if alarm.new:
        state.insert(0, say("new", "nueva"))
    share, hits, texts = alarm.share, figure(alarm.share.count), figure(alarm.share.of)
    between = f" ({alarm.since_low} – {alarm.since_high})" if alarm.since_low != alarm.since_high else ""
    return [
        say("ALARM", "ALARMA") + f"  {where}: {signal_name(alarm.signal)}  [{', '.join(state)}]",
        say(f"  since {alarm.since}{between}; certain on {alarm.found}, after {alarm.texts_until_found} texts",
            f"  desde {alarm.since}{between}; seguro el {alarm.found}, tras {alarm.texts_until_found} textos"),
        say(f"  {percent(share.value)} of texts ({hits} of {texts}; 95% interval {percent(share.low)} to "
            f"{percent(share.high)}), usual {percent(alarm.usual)}: about {figure(alarm.extra)} more than usual",
            f"  {percent(share.value)} de los textos ({hits} de {texts}; intervalo del 95 %: {percent(share.low)} a "
            f"{percent(share.high)}), lo habitual {percent(alarm.usual)}: unos {figure(alarm.extra)} de más"),
    ]  # fmt: skip


def _texts(alarm: Alarm) -> list[str]:
    names = [text.id or say(f"row {text.row}", f"fila {text.row}") for text in alarm.texts]
    return [f"  · {text.date} {name}: «{text.text}»" for name, text in zip(names, alarm.texts, strict=True)]


def signal_name(signal: str) -> str:
    """What a stream is called."""
    if signal == HX_SHARE:
        return say("share of HX", "proporción de HX")
    return display(signal, language()) if signal in SIGNAL_INDEX else signal
