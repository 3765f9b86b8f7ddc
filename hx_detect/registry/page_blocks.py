"""Parts of a page -> Markdown or HTML. In: headings, lines and tables. Out: one page of either kind, safe to open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")
_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #1d1d1f; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .9rem; }
th, td { border-bottom: 1px solid #c8c8cc; padding: .35rem .6rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.bad td { background: #fdeaea; } tr.good td { background: #e8f5ea; }
p.bad { border-left: .4rem solid #b3261e; padding-left: .8rem; }
p.good { border-left: .4rem solid #1b6e2c; padding-left: .8rem; }
.scroll { overflow-x: auto; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #1c1c1e; }
  tr.bad td { background: #4a1f1f; } tr.good td { background: #1d3d24; } }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A heading (level 1 to 3), or a paragraph (level 0); ``mood`` is ``good``, ``bad`` or nothing."""

    text: str
    level: int = 0
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; numbers stand to the right.

    Attributes:
        heads: of the columns.
        rows: as many cells each.
        numbers: places of the columns that hold numbers.
        moods: for each row ``good``, ``bad`` or nothing.
        name: what the table is, for who hears it read.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    moods: Sequence[str] = field(default_factory=list)
    name: str = ""


Block = Line | Table


def markdown(blocks: Iterable[Block]) -> str:
    """The page as Markdown; what stands in the blocks is text, never markup."""
    return "\n\n".join(_table_md(one) if isinstance(one, Table) else _line_md(one) for one in blocks) + "\n"


def html(blocks: Iterable[Block], title: str, lang: str) -> str:
    """The page as one HTML file: no script, nothing from elsewhere; what stands in the blocks is text, never markup.

    Args:
        blocks: of the page.
        title: of the page.
        lang: its language, ``es`` or ``en``.
    """
    body = "\n".join(_table_html(one) if isinstance(one, Table) else _line_html(one) for one in blocks)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _line_md(line: Line) -> str:
    text = _escaped(line.text)
    if line.level:
        return f"{'#' * line.level} {text}"
    return f"**{text}**" if line.mood else text


def _table_md(table: Table) -> str:
    ruler = ["---:" if place in table.numbers else "---" for place in range(len(table.heads))]
    heads = [_escaped(head) for head in table.heads]
    lines = [heads, ruler, *([_escaped(cell) for cell in row] for row in table.rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _line_html(line: Line) -> str:
    tag = f"h{line.level}" if line.level else "p"
    return f"<{tag}{_class(line.mood)}>{escape(line.text)}</{tag}>"


def _table_html(table: Table) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(f"<{tag}{scope}{_class('number' if place in table.numbers else '')}>{escape(cell)}</{tag}>"
                       for place, cell in enumerate(row))  # fmt: skip

    moods = [*table.moods, *[""] * len(table.rows)]
    rows = "\n".join(f"<tr{_class(mood)}>{cells('td', row)}</tr>" for row, mood in zip(table.rows, moods, strict=False))
    caption = f"<caption>{escape(table.name)}</caption>" if table.name else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(table.name or table.heads[0])}">\n'
        f"<table>{caption}<thead><tr>{cells('th', table.heads)}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n</div>"
    )


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
