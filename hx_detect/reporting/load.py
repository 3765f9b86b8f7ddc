"""Files of scored (or raw) texts -> one frame. In: places, options. Out: ``Loaded``: a frame and what was found.

Columns of the frame: ``file`` (from 0) and ``row`` (from 1), ``id``, ``text``, ``date`` (``pl.Date``), ``group``,
``language``, ``supported``, ``level``, ``sentiment``, ``stage``, ``priority``, ``hx_probability``, ``stars`` and
``answer`` (real ones), ``stars_expected``, ``nps_band``, ``nps_source``, ``mismatch``, ``model``, ``signals`` (names
joined by ``;`` in the order of ``labels``, then customers' own), ``evidence`` (list of signal, start, end), ``hx`` and
``cx`` (booleans), and one boolean column ``s_NAME`` for each signal of ``Loaded.signals``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from hx_detect.errors import EmptyInputError
from hx_detect.io.ratings import rating_of
from hx_detect.io.read import open_table
from hx_detect.io.rows import ReadOptions
from hx_detect.io.source import Source, fetch
from hx_detect.labels import HX_LEVELS, LEVELS, SIGNAL_INDEX, SIGNAL_NAMES
from hx_detect.reporting.dates import read_dates
from hx_detect.reporting.figure_values import Words, counted
from hx_detect.reporting.layout import Layout, find_layout
from hx_detect.reporting.read_scores import read_scores
from hx_detect.wording import say

CX_LEVELS: Final = ("cx",)
SIGNAL: Final = "s_"
_TRUE: Final = ("true", "1", "yes", "verdadero", "sí", "si")
_ROLES: Final = ("text", "id", "answer", "stars", "date", "by")
ScoreFile = Callable[[str], tuple[str, Mapping[str, int]]]
"""Scores a raw file: its place -> the place of the scored copy, and the rejected rows per reason."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read.

    Attributes:
        frame: see the module; rows without a level are not in it.
        signals: the 18 and, after them, customers' own that occur.
        roles: the roles that some file has a column for; role -> its name in the first such file.
        files: name of each file and its rows.
        rejected: rows without a score, per reason.
        unreadable: dates that are none.
        scored: the texts were scored for this report.
        findings: what was found by itself, in both languages.
    """

    frame: pl.DataFrame
    signals: tuple[str, ...]
    roles: Mapping[str, str]
    files: tuple[tuple[str, int], ...]
    rejected: Mapping[str, int]
    unreadable: int
    scored: bool
    findings: tuple[Words, ...]


@dataclass(slots=True)
class _Gathered:
    frames: list[pl.DataFrame] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    files: list[tuple[str, int]] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    scored: bool = False
    findings: list[Words] = field(default_factory=list)


def load(
    places: Sequence[str],
    *,
    columns: Mapping[str, str | None] | None = None,
    read: ReadOptions | None = None,
    score: ScoreFile | None = None,
    say_line: Callable[[str], None] = lambda _: None,
) -> Loaded:
    """Read files for a report.

    Args:
        places: paths, URLs or ``-``; scored by hx-detect in any format, or not scored.
        columns: role (text, id, answer, stars, date, by) -> column as the user named it.
        read: how to read them.
        score: scores a file that has not been; without it such a file is an error.
        say_line: is told what was found, in the user's language.

    Raises:
        InputError: a file cannot be read, holds no scored row, or lacks a named column.
    """
    gathered = _Gathered()
    for place in places:
        _add_file(gathered, place, columns or {}, read or ReadOptions(), score, say_line)
    frame = pl.concat(gathered.frames)
    if frame.is_empty():
        raise EmptyInputError(
            say("No row has a score", "Ninguna fila está puntuada"),
            cure=say(
                "Score the file again: hx-detect score FILE", "Puntúe el fichero de nuevo: hx-detect score FICHERO"
            ),
        )
    frame, signals = _with_signals(frame)
    return Loaded(frame, signals, gathered.roles, tuple(gathered.files), dict(sorted(gathered.rejected.items())),
                  gathered.unreadable, gathered.scored, tuple(dict.fromkeys(gathered.findings)))  # fmt: skip


def _add_file(
    gathered: _Gathered,
    place: str,
    columns: Mapping[str, str | None],
    read: ReadOptions,
    score: ScoreFile | None,
    say_line: Callable[[str], None],
) -> None:
    with fetch(place) as source:
        table = open_table(source, read)
        layout = find_layout(table, source.name, columns)
        say_line(f"{source.name}: {', '.join((table.format, *table.details))}")
        if layout.form:
            gathered.rejected.update(_rejects_beside(source))
            _take(gathered, source.name, read_scores(source, table, layout), layout, say_line)
            return
        if score is None:
            raise EmptyInputError(
                say(f"{source.name} has not been scored", f"{source.name} no está puntuado"),
                cure=say("Score it: hx-detect score FILE", "Puntúelo: hx-detect score FICHERO"),
            )
        _score_and_take(gathered, source, layout, score, say_line)


def _rejects_beside(source: Source) -> Counter[str]:
    """Rows that ``hx-detect score`` rejected when it wrote this file: ``NAME.rejects.jsonl`` beside it, per reason."""
    place = source.path.with_name(source.path.name + ".rejects.jsonl")
    if source.fetched or not place.is_file():
        return Counter()
    codes = re.findall(r'"code": "(\w+)"', place.read_text(encoding="utf-8", errors="replace"))
    return Counter(code for code in codes if not code.startswith("bad_") or code == "bad_json")


def _score_and_take(
    gathered: _Gathered, source: Source, layout: Layout, score: ScoreFile, say_line: Callable[[str], None]
) -> None:
    scored, rejected = score(str(source.path) if source.fetched else source.location)
    gathered.rejected.update(rejected)
    gathered.scored = True
    with fetch(scored) as copy:
        table = open_table(copy, ReadOptions())
        again = find_layout(table, source.name, {role: layout.roles.get(role) for role in _ROLES})
        told = Layout(again.form, again.scores, again.roles, layout.findings, layout.others)
        _take(gathered, source.name, read_scores(copy, table, told), told, say_line)


def _take(gathered: _Gathered, name: str, raw: pl.DataFrame, layout: Layout, say_line: Callable[[str], None]) -> None:
    for finding in layout.findings:
        say_line("  " + say(finding.en, finding.es))
    if layout.others:
        line = Words("could also be grouped by: ", "también se podría agrupar por: ")
        say_line("  " + say(line.en, line.es) + ", ".join(layout.others))
    place = len(gathered.files)
    frame, unreadable, remarks = _fixed(raw, place)
    known = frame.filter(pl.col("level").is_not_null())
    if known.height < frame.height:
        gathered.rejected["not_scored"] += frame.height - known.height
    gathered.files.append((name, raw.height))
    gathered.frames.append(known)
    gathered.unreadable += unreadable
    gathered.findings += [*layout.findings, *remarks]
    for role, column in layout.roles.items():
        gathered.roles.setdefault(role, column)
    for remark in remarks:
        say_line("  " + say(remark.en, remark.es))


def _fixed(raw: pl.DataFrame, place: int) -> tuple[pl.DataFrame, int, list[Words]]:
    """The frame's fixed names and types, unreadable dates, and what there is to say."""
    missing = [pl.lit(None, pl.String).alias(f"r_{role}") for role in _ROLES if f"r_{role}" not in raw.columns]
    raw = raw.with_columns(missing)
    days = read_dates(raw["r_date"])
    frame = raw.select(
        pl.lit(place, pl.UInt16).alias("file"),
        pl.col("row").cast(pl.UInt32),
        _words("r_id").alias("id"),
        pl.col("r_text").cast(pl.String).alias("text"),
        days.days.alias("date"),
        _words("r_by").alias("group"),
        _words("language").fill_null("other").alias("language"),
        _truth("supported").fill_null(True).alias("supported"),
        pl.when(pl.col("level").is_in(LEVELS)).then(pl.col("level")).cast(pl.Enum(LEVELS)).alias("level"),
        _words("sentiment").alias("sentiment"),
        _words("stage").fill_null("none").alias("stage"),
        _number("priority").fill_null(0.0).alias("priority"),
        _number("hx_probability").alias("hx_probability"),
        _ratings("stars", raw["r_stars"]),
        _ratings("answer", raw["r_answer"]),
        _number("stars_expected").alias("stars_expected"),
        _words("nps_band").alias("nps_band"),
        _words("nps_source").alias("nps_source"),
        _truth("mismatch").alias("mismatch"),
        _words("model").alias("model"),
        pl.col("signals").cast(pl.String).fill_null("").alias("signals"),
        pl.col("evidence"),
    )
    return frame, days.unreadable, [*days.findings, *_odd_numbers(raw, frame)]


def _odd_numbers(raw: pl.DataFrame, frame: pl.DataFrame) -> list[Words]:
    remarks = []
    for role, (en, es) in {"answer": ("0-10 answers", "respuestas 0-10"), "stars": ("stars", "estrellas")}.items():
        count = int((_filled(raw[f"r_{role}"]) & frame[role].is_null()).sum())
        if count:
            remarks.append(counted(f"{en} that are not a number in range, not used: {{}}",
                                   f"{es} que no son un número válido, no usadas: {{}}", count))  # fmt: skip
    return remarks


def _filled(values: pl.Series) -> pl.Series:
    return values.is_not_null() & (values.cast(pl.String).str.strip_chars() != "")


def _with_signals(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Add ``hx``, ``cx`` and a column per signal; put ``signals`` in order."""
    distinct = frame["signals"].unique().sort().to_list()
    parts = [[name.strip() for name in joined.split(";") if name.strip()] for joined in distinct]
    own = sorted({name for names in parts for name in names} - set(SIGNAL_NAMES))
    signals = (*SIGNAL_NAMES, *own)
    order: dict[str, Any] = {name: index for index, name in enumerate(signals)} | dict(SIGNAL_INDEX)
    table: dict[str, Any] = {
        "signals": distinct,
        "ordered": [";".join(sorted(set(names), key=order.__getitem__)) for names in parts],
    }
    for name in signals:
        table[SIGNAL + name] = [name in names for names in parts]
    level = pl.col("level").cast(pl.String)
    joined = frame.join(pl.DataFrame(table, schema_overrides={"ordered": pl.String}), "signals", "left",
                        maintain_order="left")  # fmt: skip
    joined = joined.with_columns(
        pl.col("ordered").alias("signals"), level.is_in(HX_LEVELS).alias("hx"), level.is_in(CX_LEVELS).alias("cx")
    )
    return joined.drop("ordered"), signals


def _words(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _truth(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.to_lowercase()
    return pl.when(text != "").then(text.is_in(_TRUE))


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars().str.replace(",", ".", literal=True).cast(
        pl.Float64, strict=False
    )  # fmt: skip


def _ratings(role: str, values: pl.Series) -> pl.Series:
    """Stars or answers as numbers, under the role's name; each distinct value is read once."""
    written = values.cast(pl.String)
    distinct = written.drop_nulls().unique()
    numbers = [rating_of(role, value) for value in distinct]
    return written.replace_strict(distinct, numbers, default=None, return_dtype=pl.Float64).alias(role)
