"""Cases -> lines for a terminal. In: rows, statistics, what became of a file. Out: lines in the user's language."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from hx_detect.labels import display, signal_title
from hx_detect.serving.case_intake import Intake
from hx_detect.serving.case_rules import reason, state_name
from hx_detect.serving.case_stats import CaseStats, Median, Share
from hx_detect.serving.store.case_pages import WholeCase
from hx_detect.serving.store.case_tables import Case, CaseEvent, CaseText
from hx_detect.wording import language, say

ID_SHOWN: Final = 8
_DAY_HOURS: Final = 24
_LONG_HOURS: Final = 72
_INVERSE, _PLAIN = "\x1b[7m", "\x1b[0m"


def case_line(case: Case) -> str:
    """One line: enough to choose whom to call."""
    parts = [
        case.id[:ID_SHOWN],
        f"{case.priority:.2f}",
        state_name(case.state),
        case.customer or "-",
        case.group or "-",
        _day(case.written or case.created),
        case.owner or "-",
        reason(case.level, list(case.signals)),
    ]
    return "  ".join(parts)


def whole_lines(whole: WholeCase, *, marked: bool) -> list[str]:
    """A case with everything known of it; ``marked`` shows the evidence inverse, as terminals can."""
    case = whole.case
    facts = [
        (say("case", "caso"), case.id),
        (say("state", "estado"), state_name(case.state)),
        (say("owner", "responsable"), case.owner),
        (say("customer", "cliente"), case.customer),
        (say("group", "grupo"), case.group),
        (say("written", "escrito"), _time(case.written)),
        (say("opened", "abierto"), _time(case.created)),
        (say("contacted", "contactado"), _time(case.contacted)),
        (say("closed", "cerrado"), _time(case.closed)),
        (say("priority", "prioridad"), f"{case.priority:.2f}"),
        (say("reason", "motivo"), reason(case.level, list(case.signals))),
        (say("from", "procede de"), case.source),
    ]
    lines = [f"{title + ':':<14}{value}" for title, value in facts if value]
    lines += ["", *_words(case, marked=marked)]
    for text in whole.texts:
        level = display(text.level, language()).partition(":")[0]
        lines += ["", f"{_time(text.written or text.created)}  {say('wrote again', 'volvió a escribir')}: {level}"]
        lines += _words(text, marked=marked)
    lines += ["", *(_event_line(event) for event in whole.events)]
    return lines


def intake_lines(done: Intake) -> list[str]:
    """What became of a file."""
    counts = done.outcomes
    wordings = (
        (counts["new"], "new cases", "casos nuevos"),
        (counts["linked"] + counts["reopened"], "later texts linked", "textos posteriores enlazados"),
        (counts["reopened"], "cases opened again", "casos reabiertos"),
        (counts["known"], "known before", "ya conocidos"),
        (counts["earlier"], "written before their customer's case, left out",
         "anteriores al caso de su cliente, sin guardar"),
    )  # fmt: skip
    head = say("texts read", "textos leídos")
    parts = [f"{say(en, es)}: {count}" for count, en, es in wordings if count or en == "new cases"]
    return [f"{head}: {done.rows}; {'; '.join(parts)}"]


def stats_lines(stats: CaseStats) -> list[str]:
    """Statistics, all together and of each group."""
    lines = [
        f"{_cases(stats.cases)}: "
        + ", ".join(f"{count} {state_name(state)}" for state, count in stats.states.items()),
        f"{say('time to contact', 'tiempo hasta el contacto')}: {median_words(stats.time_to_contact)}",
        f"{say('HX customers won back', 'clientes HX recuperados')}: {share_words(stats.won_back)}"
        + say(f" of those heard of again; of all {stats.customers}: ",
              f" de los que se ha vuelto a saber; de los {stats.customers}: ")
        + share_words(stats.won_back_of_all),
    ]  # fmt: skip
    for group in stats.groups:
        lines.append(
            f"  {group.group or '-'}: {_cases(group.cases)}, {say('contact', 'contacto')} "
            f"{median_words(group.time_to_contact)}, {say('won back', 'recuperados')} {share_words(group.won_back)}"
        )
    return lines


def median_words(median: Median) -> str:
    """A median with its interval, hours or days."""
    if median.hours is None:
        return say(f"not half reached yet ({median.reached} of {median.of})",
                   f"aún no se ha llegado a la mitad ({median.reached} de {median.of})")  # fmt: skip
    low, high = (_span(value) for value in (median.low, median.high))
    middle, reached, of = _span(median.hours), median.reached, median.of
    return say(f"median {middle} (95 %: {low} to {high}), {reached} of {of} reached",
               f"mediana {middle} (95 %: de {low} a {high}), {reached} de {of} contactados")  # fmt: skip


def share_words(share: Share) -> str:
    """A share with its interval."""
    if share.share is None or share.low is None or share.high is None:
        return say("none yet", "ninguno aún")
    interval = say(f"{share.low:.0%} to {share.high:.0%}", f"de {share.low:.0%} a {share.high:.0%}")
    return f"{share.share:.0%} (95 %: {interval}; {share.count}/{share.of})".replace("%", " %").replace("  ", " ")


def _words(row: Case | CaseText, *, marked: bool) -> list[str]:
    if row.text is None:
        return [say("(the words are not kept)", "(no se guardan las palabras)")]
    lines = [_inverse(row.text, row.signals) if marked else row.text]
    for name, places in row.signals.items():
        quotes = ", ".join(f"«{row.text[start:end]}»" for start, end in places)
        lines.append(f"  {signal_title(name, language())}{': ' + quotes if quotes else ''}")
    return lines


def _inverse(text: str, signals: dict[str, list[list[int]]]) -> str:
    inside = {place for spans in signals.values() for start, end in spans for place in range(start, end)}
    pieces, was = [], False
    for place, letter in enumerate(text):
        if (place in inside) is not was:
            was = not was
            pieces.append(_INVERSE if was else _PLAIN)
        pieces.append(letter)
    return "".join(pieces) + (_PLAIN if was else "")


def _event_line(event: CaseEvent) -> str:
    what = {
        "created": say("opened", "abierto"),
        "state": f"{state_name(event.from_state or 'open')} -> {state_name(event.to_state or 'open')}",
        "owner": f"{say('owner', 'responsable')}: {event.note or '-'}",
        "note": event.note or "",
        "text": say("wrote again", "volvió a escribir"),
    }[event.what]
    more = f": {event.note}" if event.what == "state" and event.note else ""
    return f"{_time(event.created)}  {event.who}  {what}{more}"


def _cases(count: int) -> str:
    return f"{count} {say('case', 'caso') if count == 1 else say('cases', 'casos')}"


def _span(hours: float | None) -> str:
    if hours is None:
        return "?"
    if hours < _LONG_HOURS:
        return f"{hours:.1f} h"
    return f"{hours / _DAY_HOURS:.1f} {say('days', 'días')}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
