"""A summary -> plain text for a terminal. In: ``Summary`` and a language. Out: lines in Spanish or English."""

from __future__ import annotations

from typing import Any, Final

from hx_detect.labels import LEVELS, SIGNAL_INDEX, Lang, display, signal_title
from hx_detect.summary import Summary, nps_dict
from hx_detect.wording import number

_TOP_SIGNALS: Final = 10
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "scored": ("textos puntuados", "texts scored"),
    "per_second": ("textos/s", "texts/s"),
    "level": ("Nivel", "Level"),
    "texts": ("textos", "texts"),
    "share": ("parte", "share"),
    "all_hx": ("HX en total", "HX in all"),
    "signal": ("Señal", "Signal"),
    "example": ("ejemplo", "example"),
    "row": ("fila", "row"),
    "nps_words": ("NPS según las palabras", "NPS from the words"),
    "nps_answers": ("NPS según las respuestas", "NPS from the answers"),
    "promoter": ("promotores", "promoters"),
    "passive": ("pasivos", "passives"),
    "detractor": ("detractores", "detractors"),
    "mismatch": ("textos que no concuerdan con su respuesta", "texts at odds with their answer"),
    "call_back": ("A quién llamar primero", "Call back first"),
    "languages": ("Idiomas", "Languages"),
    "unsupported": (
        "Aviso: textos en un idioma que el modelo no conoce (puntuados, poco fiables)",
        "Warning: texts in a language the model does not know (scored, not to be trusted)",
    ),
    "rejected": ("Filas rechazadas", "Rejected rows"),
    "remarked": ("Filas puntuadas sin un valor erróneo", "Rows scored without a wrong value"),
    "nothing": ("No se ha podido puntuar ningún texto.", "No text could be scored."),
    "empty": ("vacías", "empty"),
    "not_text": ("no son texto", "not text"),
    "too_long": ("demasiado largas", "too long"),
    "ragged": ("mal cortadas", "ragged"),
    "bad_json": ("JSON incorrecto", "bad JSON"),
    "nul_byte": ("byte NUL", "NUL byte"),
    "encoding": ("codificación", "encoding"),
    "bad_answer": ("respuesta 0-10", "0-10 answer"),
    "bad_stars": ("estrellas", "stars"),
    "bad_kind": ("tipo de texto", "kind of text"),
}


def render(summary: Summary, lang: Lang, *, title: str = "", rejects: str = "") -> str:
    """The summary as text, ending in a line break.

    Args:
        summary: of one file.
        lang: ``es`` or ``en``.
        title: name of the file, for the first line.
        rejects: where the rejected rows were written.
    """
    blocks = [_head(summary, lang, title)]
    if summary.texts:
        blocks += [_levels(summary, lang), _signals(summary, lang), _nps(summary, lang), _calls(summary, lang)]
    blocks.append(_foot(summary, lang, rejects))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def percent(part: int, whole: int, lang: Lang) -> str:
    """A share with one decimal."""
    return number(100 * part / whole if whole else 0.0, lang, 1) + " %"


def _word(key: str, lang: Lang) -> str:
    return _WORDS[key][0 if lang == "es" else 1] if key in _WORDS else key


def _head(summary: Summary, lang: Lang, title: str) -> list[str]:
    line = f"{number(summary.texts, lang)} {_word('scored', lang)}"
    if summary.rate is not None:
        line += f", {number(summary.rate, lang)} {_word('per_second', lang)}"
    lines = [f"{title}: {line}" if title else line]
    return lines if summary.texts else [*lines, _word("nothing", lang)]


def _levels(summary: Summary, lang: Lang) -> list[str]:
    rows = [(display(level, lang), summary.levels[level]) for level in LEVELS if summary.levels[level]]
    rows.append((_word("all_hx", lang), summary.hx))
    width = max(len(_word("level", lang)), *(len(name) for name, _ in rows))
    lines = [f"{_word('level', lang):<{width}}  {_word('texts', lang):>9}  {_word('share', lang):>7}"]
    for name, count in rows:
        lines.append(f"{name:<{width}}  {number(count, lang):>9}  {percent(count, summary.texts, lang):>7}")
    return lines


def _signals(summary: Summary, lang: Lang) -> list[str]:
    counted = sorted(summary.signals.items(), key=lambda item: (-item[1], _place(item[0]), item[0]))
    names = [name for name, count in counted if count]
    if not names:
        return []
    shown = names[:_TOP_SIGNALS]
    titles = {name: signal_title(name, lang) for name in shown}
    width = max(len(_word("signal", lang)), *(len(title) for title in titles.values()))
    columns = f"{_word('texts', lang):>9}  {_word('share', lang):>7}  {_word('example', lang)}"
    lines = [f"{_word('signal', lang):<{width}}  {columns}"]
    quotes = summary.quotes()
    for name in shown:
        count = summary.signals[name]
        quote = quotes.get(name)
        said = "" if quote is None else f"  {_quoted(quote.text, lang)} ({_word('row', lang)} {quote.row})"
        share = percent(count, summary.texts, lang)
        lines.append(f"{titles[name]:<{width}}  {number(count, lang):>9}  {share:>7}{said}")
    return lines


def _place(name: str) -> int:
    return SIGNAL_INDEX.get(name, len(SIGNAL_INDEX))


def _quoted(text: str, lang: Lang) -> str:
    return f"«{text}»" if lang == "es" else f"“{text}”"


def _nps(summary: Summary, lang: Lang) -> list[str]:
    lines = []
    for key, bands in (("nps_words", summary.from_words), ("nps_answers", summary.from_answers)):
        nps = nps_dict(bands)
        if nps is not None:
            lines.append(f"{_word(key, lang)}: {_nps_line(nps, lang)}")
    if summary.from_answers and summary.mismatches:
        lines.append(f"{_word('mismatch', lang)}: {number(summary.mismatches, lang)}".capitalize())
    return lines


def _nps_line(nps: dict[str, Any], lang: Lang) -> str:
    shares = ", ".join(
        f"{percent(nps[band], nps['texts'], lang)} {_word(band, lang)}" for band in ("promoter", "passive", "detractor")
    )
    sign = "+" if nps["score"] > 0 else ""
    return f"{sign}{number(nps['score'], lang, 1)} ({number(nps['texts'], lang)} {_word('texts', lang)}: {shares})"


def _calls(summary: Summary, lang: Lang) -> list[str]:
    if not summary.calls():
        return []
    lines = [_word("call_back", lang)]
    for place, call in enumerate(summary.calls(), start=1):
        parts = [f"{_word('row', lang)} {call.row}"]
        if call.id is not None:
            parts.append(call.id)
        parts += [number(call.priority, lang, 2), display(call.level, lang)]
        if call.signals:
            parts.append(", ".join(signal_title(name, lang) for name in call.signals))
        lines += [f"{place:>3}. {' · '.join(parts)}", f"     {_quoted(call.excerpt, lang)}"]
    return lines


def _foot(summary: Summary, lang: Lang, rejects: str) -> list[str]:
    lines = []
    if summary.texts:
        order = sorted(summary.languages.items(), key=lambda item: (-item[1], item[0]))
        shares = ", ".join(f"{display(code, lang)} {percent(count, summary.texts, lang)}" for code, count in order)
        lines.append(f"{_word('languages', lang)}: {shares}")
    if summary.unsupported:
        lines.append(f"{_word('unsupported', lang)}: {number(summary.unsupported, lang)}")
    for key, counts in (("rejected", summary.rejected), ("remarked", summary.remarked)):
        if counts:
            reasons = ", ".join(f"{_word(code, lang)} {number(count, lang)}" for code, count in sorted(counts.items()))
            where = f" -> {rejects}" if rejects else ""
            lines.append(f"{_word(key, lang)}: {number(counts.total(), lang)} ({reasons}){where}")
    return lines
