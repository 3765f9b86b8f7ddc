"""A data check -> what people read. In: ``DataCheck``. Out: a summary, Markdown, HTML, or a table to work on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from hx_detect.io.csv_rows import csv_rows
from hx_detect.io.spreadsheet_cells import no_formula
from hx_detect.learning.label_problems import DataCheck, Problem, kind_title
from hx_detect.learning.label_tasks import ABSENT, PRESENT
from hx_detect.wording import language, say

COLUMNS: Final = (
    "rank", "kind", "file", "row", "id", "field", "value", "suggestion", "certainty", "why", "text",
)  # fmt: skip
"""Of the worked list as CSV: names stay the same in both languages."""
_FEW: Final = 10
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:78rem;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border:1px solid #bbb;padding:.3rem .5rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#eee}td.n{text-align:right}"
)
_HTML: Final = """<!doctype html>
<html lang="{{ lang }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
{% for section in sections %}
<h2>{{ section.title }}</h2>
{% for line in section.lines %}<p>{{ line }}</p>
{% endfor %}{% if section.rows %}<table>
<thead><tr>{% for name in section.head %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in section.rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table>
{% endif %}{% endfor %}
</main>
</body>
</html>
"""


class Section:
    """A heading, lines, and a table.

    Args:
        title: the heading.
        lines: sentences below it.
        head: names of the table's columns.
        rows: its cells.
    """

    def __init__(
        self, title: str, lines: Sequence[str] = (), head: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()
    ) -> None:
        self.title = title
        self.lines = tuple(lines)
        self.head = tuple(head)
        self.rows = tuple(tuple(row) for row in rows)


def summary_text(check: DataCheck) -> str:
    """What a terminal shows: counts, notes, and the first problems."""
    lines = [*_overview(check), ""]
    lines += [f"  {count:>6}  {kind_title(kind)}" for kind, count in check.counts().items()]
    lines += ["", *(f"- {note.message}" for note in check.notes)] if check.notes else []
    if check.problems:
        lines += ["", say("First rows to look at", "Primeras filas que mirar")]
        lines += [f"  {_one_line(problem)}" for problem in check.problems[:_FEW]]
    return "\n".join(lines) + "\n"


def markdown(check: DataCheck) -> str:
    """The whole check as a page of Markdown."""
    parts = [f"# {_title()}"]
    for section in _sections(check):
        parts.append(f"## {section.title}")
        parts += [_plain(line) for line in section.lines]
        if section.rows:
            rows = [section.head, ["---"] * len(section.head), *section.rows]
            parts.append("\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows))
    return "\n\n".join(parts) + "\n"


def html(check: DataCheck) -> str:
    """The whole check as a page that needs nothing from elsewhere."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_HTML)
    return template.render(lang=language(), title=_title(), style=Markup(_STYLE), sections=_sections(check))


def table_csv(check: DataCheck) -> str:
    """The worked list as CSV with ``COLUMNS``; cells that a spreadsheet would compute begin with an apostrophe."""
    target = io.StringIO()
    writer = csv_rows(target)
    writer.writerow(COLUMNS)
    for problem in check.problems:
        values = (getattr(problem, name) for name in COLUMNS)
        writer.writerow([no_formula("" if value is None else str(value)) for value in values])
    return target.getvalue()


def _sections(check: DataCheck) -> list[Section]:
    counts = [(kind_title(kind), str(count)) for kind, count in check.counts().items()]
    found = [
        (column.file, column.column, column.role, column.how) for column in check.table.columns_found
    ]  # fmt: skip
    fields = (
        "#", say("row", "fila"), say("field", "campo"), say("now", "ahora"), say("probably", "probablemente"),
        say("what", "qué"), say("why", "por qué"), say("text", "texto"),
    )  # fmt: skip
    return [
        Section(
            say("In short", "En resumen"), _overview(check), (say("problem", "problema"), say("times", "veces")), counts
        ),
        Section(say("The data as a whole", "Los datos en conjunto"), [note.message for note in check.notes]),
        Section(say("Rows to look at", "Filas que mirar"), (), fields, [_row(problem) for problem in check.problems]),
        Section(
            say("Class balance", "Reparto de clases"), (),
            (say("field", "campo"), say("class", "clase"), say("texts", "textos"), say("of", "de")),
            [(one.task, _class(one.name), str(one.count), str(one.labelled)) for one in check.balance],
        ),
        Section(
            say("Columns", "Columnas"), (),
            (say("file", "fichero"), say("column", "columna"), say("taken for", "tomada por"), say("why", "por qué")),
            found,
        ),
    ]  # fmt: skip


def _overview(check: DataCheck) -> list[str]:
    table = check.table
    files = ", ".join(f"{file.name} (sha256 {file.sha256[:12]})" for file in table.files)
    rows, places = len(table.rows), len({(one.file, one.row) for one in check.problems})
    lines = [
        say(f"{rows} labelled texts from {files}; {places} of their rows need a look",
            f"{rows} textos etiquetados de {files}; {places} de sus filas piden una mirada"),
        say("Nothing was changed or left out by this check.", "Esta comprobación no cambia ni quita nada."),
    ]  # fmt: skip
    if check.model:
        lines.append(say(f"Labels were compared with {check.model} and with each other.",
                         f"Las etiquetas se compararon con {check.model} y entre sí."))  # fmt: skip
    return lines


def _row(problem: Problem) -> tuple[str, ...]:
    place = f"{problem.file}:{problem.row}" + (f" ({problem.id})" if problem.id else "")
    return (
        str(problem.rank), place, problem.field, _class(problem.value), _class(problem.suggestion),
        kind_title(problem.kind), problem.why, problem.text,
    )  # fmt: skip


def _one_line(problem: Problem) -> str:
    change = f" {_class(problem.value)} -> {_class(problem.suggestion)}" if problem.suggestion else ""
    words = " ".join((problem.text or problem.why).split())[: 60 if problem.text else None]
    return f"{problem.file}:{problem.row} {problem.field}{change} · {kind_title(problem.kind)} · {words}"


def _class(name: str) -> str:
    """Yes and no of signals in words."""
    return {PRESENT: say("yes", "sí"), ABSENT: say("no", "no")}.get(name, name)


def _title() -> str:
    return say("Check of labelled data", "Comprobación de datos etiquetados")


def _plain(text: str) -> str:
    """A line that Markdown does not take for anything else."""
    return text.replace("\\", "\\\\").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def _cell(text: str) -> str:
    return " ".join(_plain(text).replace("|", "\\|").split())
