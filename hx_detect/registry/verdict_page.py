"""A verdict -> the page that explains it. In: a ``Verdict``, a language. Out: Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hx_detect.labels import Lang
from hx_detect.registry.gate_changes import Change, about_shown, first_of, value_shown
from hx_detect.registry.gate_compare import Comparison
from hx_detect.registry.gate_rules import FIGURES, part_shown
from hx_detect.registry.page_blocks import Block, Line, Table, html, markdown
from hx_detect.registry.signal_titles import Titles
from hx_detect.registry.verdict import FAILED, PASSED, Verdict
from hx_detect.wording import language, say, set_language

SHOWN_CHANGES: Final = 20
"""Of each way; ``verdict.json`` has them all."""


def pages(verdict: Verdict) -> dict[str, str]:
    """The pages by file name: Markdown and HTML in both languages."""
    before = language()
    found: dict[str, str] = {}
    try:
        lang: Lang
        for lang in ("en", "es"):
            set_language(lang)
            blocks = list(_blocks(verdict))
            found[f"verdict.{lang}.md"] = markdown(blocks)
            found[f"verdict.{lang}.html"] = html(blocks, _title(verdict), lang)
    finally:
        set_language(before)
    return found


def told(verdict: Verdict) -> str:
    """The decision and its checks, in the user's language, for the screen."""
    lines = [_title(verdict), _decision(verdict)]
    lines += [f"  {_mark(check.state)} {say(*check.found)}" for check in verdict.checks]
    gained, lost = (sum(one.gained is way for one in verdict.changes) for way in (True, False))
    changed = say(f"Decisions that changed: {gained} wrong -> right, {lost} right -> wrong",
                  f"Decisiones que cambian: {gained} de error a acierto, {lost} de acierto a error")  # fmt: skip
    lines.append("  " + changed)
    return "\n".join(lines) + "\n"


def _blocks(verdict: Verdict) -> Iterator[Block]:
    yield Line(_title(verdict), 1)
    yield Line(_decision(verdict), mood="good" if verdict.passed else "bad")
    yield Line(say("What promotion needs", "Lo que exige la promoción"), 2)
    yield Table(
        (say("holds", "se cumple"), say("what was found", "lo hallado")),
        [(_mark(check.state), say(*check.found)) for check in verdict.checks],
        moods=[{FAILED: "bad", PASSED: "good"}.get(check.state, "") for check in verdict.checks],
        name=say("Checks", "Comprobaciones"),
    )
    yield from _method(verdict)
    yield from _changed(verdict)
    for one in verdict.sets:
        yield Line(say(*one.title), 2)
        size = say(
            f"{one.texts} texts; {one.unscorable} could not be scored, {one.learned} were learned from.",
            f"{one.texts} textos; {one.unscorable} no se pudieron puntuar, {one.learned} se usaron al aprender.",
        )
        yield Line(f"{size} SHA-256 {one.sha256[:16]}…")
        mine = [each for each in verdict.comparisons if each.data == one.name]
        yield from _figures(mine, verdict.titles)


def _title(verdict: Verdict) -> str:
    old, new = verdict.champion, verdict.challenger
    return say(f"{new.name}@{new.version} against {old.name}@{old.version}",
               f"{new.name}@{new.version} frente a {old.name}@{old.version}")  # fmt: skip


def _decision(verdict: Verdict) -> str:
    if verdict.passed:
        return say("Passed: the new model may become the current one.",
                   "Aceptado: el modelo nuevo puede pasar a ser el actual.")  # fmt: skip
    return say("Refused: the new model does not become the current one.",
               "Rechazado: el modelo nuevo no pasa a ser el actual.")  # fmt: skip


def _mark(state: str) -> str:
    if state == PASSED:
        return say("yes", "sí")
    return say("NO", "NO") if state == FAILED else "–"


def _method(verdict: Verdict) -> Iterator[Block]:
    settings = verdict.settings
    margins = settings["margins"]
    yield Line(say(
        f"How it was judged: {verdict.at}. Both models scored the same texts, nothing said of their language or kind. "
        f"Differences are those of the new model minus the one in use; intervals hold 95 % of "
        f"{settings['resamples']} paired resamples (seed {settings['seed']}). A loss counts where the whole interval "
        f"is beyond the margin: {margins['set_and_language']} for a set or a language, {margins['group_and_signal']} "
        f"for a group of texts or a signal (there corrected for their number, Holm), {margins['stars']} stars, "
        f"{margins['brier']} of Brier score, {margins['calibration_error']} of calibration error. "
        f"Fewer than {settings['fewest_texts']} texts, or {settings['fewest_cases']} with or without a signal, decide "
        "nothing.",
        f"Cómo se juzgó: {verdict.at}. Ambos modelos puntuaron los mismos textos, sin decirles idioma ni tipo. "
        f"Las diferencias son las del modelo nuevo menos el que está en uso; los intervalos abarcan el 95 % de "
        f"{settings['resamples']} remuestreos pareados (semilla {settings['seed']}). Una pérdida cuenta si todo el "
        f"intervalo supera el margen: {margins['set_and_language']} en un conjunto o idioma, "
        f"{margins['group_and_signal']} en un grupo de textos o una señal (ahí corregido por su número, Holm), "
        f"{margins['stars']} estrellas, {margins['brier']} de puntuación de Brier, {margins['calibration_error']} de "
        f"error de calibración. Menos de {settings['fewest_texts']} textos, o de {settings['fewest_cases']} con o sin "
        "una señal, no deciden nada.",
    ))  # fmt: skip


def _changed(verdict: Verdict) -> Iterator[Block]:
    yield Line(say("Examples that changed", "Ejemplos que cambian"), 2)
    titles = {
        False: say("Right before, wrong now", "Antes bien, ahora mal"),
        True: say("Wrong before, right now", "Antes mal, ahora bien"),
    }
    for gained, title in titles.items():
        found = [one for one in verdict.changes if one.gained is gained]
        yield Line(f"{title}: {len(found)}", 3)
        if found:
            yield _examples(first_of(found, SHOWN_CHANGES), title, verdict.titles)
        if len(found) > SHOWN_CHANGES:
            yield Line(say(f"The {SHOWN_CHANGES} widest apart; verdict.json has all of them.",
                           f"Los {SHOWN_CHANGES} de mayor diferencia; verdict.json los tiene todos."))  # fmt: skip


def _examples(changes: Sequence[Change], title: str, titles: Titles) -> Table:
    heads = (say("text", "texto"), say("about", "sobre"), say("people said", "las personas dicen"),
             say("in use", "en uso"), say("new", "nuevo"), say("set", "conjunto"))  # fmt: skip
    rows = [
        (
            one.text,
            about_shown(one.about, titles),
            *map(value_shown, (one.truth, one.champion, one.challenger)),
            one.data,
        )
        for one in changes
    ]
    return Table(heads, rows, name=title)


def _figures(comparisons: Sequence[Comparison], titles: Titles) -> Iterator[Block]:
    parts = {
        "all": say("The whole", "El conjunto"),
        "language": say("By language", "Por idioma"),
        "source": say("By group of texts", "Por grupo de textos"),
        "signal": say("By signal", "Por señal"),
    }
    for kind, title in parts.items():
        mine = [one for one in comparisons if one.kind == kind]
        if mine:
            yield Line(title, 3)
            yield _table(mine, title, titles)


def _table(comparisons: Sequence[Comparison], title: str, titles: Titles) -> Table:
    lang = 1 if language() == "es" else 0
    moods = {"worse": "bad", "better": "good"}
    words = {
        "better": say("better", "mejor"),
        "same": say("no loss shown", "sin pérdida demostrada"),
        "worse": say("WORSE", "PEOR"),
        "few": say("too few to judge", "muy pocos para juzgar"),
    }
    heads = (say("part", "parte"), say("figure", "cifra"), "n", say("cases", "casos"), say("in use", "en uso"),
             say("new", "nuevo"), say("difference [95 %]", "diferencia [95 %]"), "")  # fmt: skip
    rows = [
        (
            part_shown(one.part, lang, titles) if one.part != "all" else "–",
            FIGURES[one.name][lang],
            str(one.n),
            str(one.cases) if one.cases >= 0 else "–",
            f"{one.champion:.3f}",
            f"{one.challenger:.3f}",
            f"{one.difference:+.3f} [{one.low:+.3f}, {one.high:+.3f}]",
            words[one.verdict],
        )
        for one in comparisons
    ]
    return Table(heads, rows, frozenset(range(2, 7)), [moods.get(one.verdict, "") for one in comparisons], title)
