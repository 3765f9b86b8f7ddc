"""Figures as safe HTML in both languages. In: ``Words``, quotes, series. Out: markup and the template environment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from hx_detect.reporting.figure_records import Mark, Quote, Share, Words
from hx_detect.reporting.page import bilingual, changes, signal_words, takeaways, verdict
from hx_detect.reporting.tally import group_of

TEMPLATES: Final = Path(__file__).parent / "templates"
SPARK: Final = (168, 44)
"""Width and height of a sparkline, in pixels."""


def show(value: object) -> object:
    """``Words`` as one span per language, of which the style shows one; anything else as it is."""
    if not isinstance(value, Words):
        return value
    if value.en == value.es:
        return escape(value.en)
    return Markup('<span class="en" lang="en">{}</span><span class="es" lang="es">{}</span>').format(value.en, value.es)


def attribute(name: str, words: Words, lang: str) -> Markup:
    """An attribute in ``lang``, with both languages beside it for the switch.

    Args:
        name: as ``aria-label``, ``placeholder``, ``title``; ``text`` stands for what is inside the element.
        words: its value.
        lang: the language at the start.
    """
    both = Markup('data-{0}-en="{1}" data-{0}-es="{2}"').format(name, words.en, words.es)
    return both if name == "text" else Markup('{}="{}" {}').format(name, getattr(words, lang), both)


def marked(quote: Quote) -> Markup:
    """The words of a quote with its evidence marked; overlapping evidence is one mark that names both signals."""
    cuts = sorted({0, len(quote.text), *(edge for mark in quote.marks for edge in (mark.start, mark.end))})
    parts: list[Markup] = []
    for start, end in pairwise(cuts):
        found = [mark for mark in quote.marks if mark.start <= start and end <= mark.end]
        words = escape(quote.text[start:end])
        parts.append(_mark(words, found) if found else words)
    return Markup("").join(parts)


def _mark(words: Markup, marks: Sequence[Mark]) -> Markup:
    names = bilingual.joined([bilingual.label(mark.signal) for mark in marks], end=False)
    return Markup('<mark class="m-{}">{}<span class="unseen"> ({})</span></mark>').format(
        group_of(marks[0].signal), words, show(names)
    )


def sparkline(shares: Iterable[Share], kind: str) -> Markup:
    """A line with its interval as a band, drawn without a script; nothing for fewer than three points.

    Args:
        shares: one per period; periods with next to no texts are left out.
        kind: ``hx`` or ``cx``: its colour.
    """
    told = [share for share in shares if share.of]
    usual = sorted(share.of for share in told)[len(told) // 2] if told else 0
    told = [share for share in told if share.of * 10 > usual]
    if len(told) < 3:
        return Markup("")
    width, height = SPARK
    top = max(share.high for share in told) or 1.0
    bottom = min(share.low for share in told)
    reach = (top - bottom) or 1.0

    def at(index: int, value: float) -> str:
        x = 2 + (width - 8) * index / (len(told) - 1)
        return f"{x:.1f},{2 + (height - 4) * (1 - (value - bottom) / reach):.1f}"

    band = [at(i, share.high) for i, share in enumerate(told)]
    band += [at(i, told[i].low) for i in reversed(range(len(told)))]
    line = [at(i, share.value) for i, share in enumerate(told)]
    x, _, y = line[-1].partition(",")
    return Markup(
        '<svg class="spark s-{}" viewBox="0 0 {} {}" aria-hidden="true" focusable="false"><polygon points="{}"/>'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="3"/></svg>'
    ).format(kind, width, height, " ".join(band), " ".join(line), x, y)


@lru_cache(maxsize=2)
def environment(lang: str) -> Environment:
    """Templates with what they may call: numbers, labels and sentences, all of which give ``Words``."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=show,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.update(
        t=bilingual.both,
        same=bilingual.same,
        joined=bilingual.joined,
        sentence=bilingual.sentence,
        whole=bilingual.whole,
        texts=bilingual.texts,
        few=verdict.FEW,
        decimal=bilingual.decimal,
        percent=bilingual.percent,
        share_range=bilingual.share_range,
        percent_range=bilingual.percent_range,
        points_range=bilingual.points_range,
        day=bilingual.day,
        span=bilingual.span,
        label=bilingual.label,
        short_level=bilingual.short_level,
        heading=signal_words.heading,
        first_step=signal_words.first_step,
        change_note=changes.change_note,
        change_sentence=changes.change_sentence,
        point_sentence=changes.point_sentence,
        is_clear=changes.is_clear,
        missing_reason=changes.missing_reason,
        cost_words=verdict.cost_words,
        outcome_unit=verdict.outcome_unit,
        is_costly=verdict.is_costly,
        takeaway=takeaways,
        attr=lambda name, words: attribute(name, words, lang),
        marked=marked,
        group_of=group_of,
        sparkline=sparkline,
    )
    return made
