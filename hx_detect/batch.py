"""One file -> its scored copy. In: a place, a scorer and options. Out: the output, its rejects and a ``Summary``.

Two passes, so that a killed run goes on where it was. First the texts are scored, chunk by chunk, into ``OUT.part/``;
then the input is read once more and written row by row with its scores, beside the output, and renamed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any, TextIO

from hx_detect.batch_options import BatchOptions, BatchResult, Events, StreamScorer
from hx_detect.errors import HxDetectError, InputError
from hx_detect.io.columns import Roles, find_roles
from hx_detect.io.destination import Destination
from hx_detect.io.part_folder import PartFolder
from hx_detect.io.read import open_table
from hx_detect.io.reviews import Prepared, prepare
from hx_detect.io.rows import Row, RowsUntilDamage, Table, value_at
from hx_detect.io.score_columns import added_names
from hx_detect.io.source import Source, fetch
from hx_detect.io.value_kinds import ValueKinds
from hx_detect.io.write import EXCEL_ROWS, OutputSpec, open_writer
from hx_detect.io.write_text import json_line
from hx_detect.records import RowFailure, Score
from hx_detect.summary import Summary
from hx_detect.wording import figure, language, say


def score_file(
    location: str, output: str | None, load: Callable[[], StreamScorer], options: BatchOptions, events: Events
) -> BatchResult:
    """Score every row of a file into an output file.

    Args:
        location: path, fsspec URL or ``-``.
        output: path or URL; None is beside the input.
        load: gives the scorer; called once the input has been found good.
        options: see ``BatchOptions``.
        events: is told what was found and how far the run is.

    Raises:
        InputError: the input cannot be read (``io.read``), or changed meanwhile.
        OutputError: the output cannot be written; ``ResumeError`` where ``--resume`` does not fit.
        UsageError: an option that makes no sense.
    """
    with fetch(location) as source:
        table, roles = opened(source, options, events)
        target = Destination.of(output, source, table.format)
        if target.format == "xlsx" and table.format != "xlsx":
            _check_room(table)
        scorer = load()
        state = _state(source, target, roles, options, scorer)
        part = PartFolder.start(target.part, state, resume=options.resume, overwrite=options.overwrite)
        run = _Run(source.name, table, roles, options, events, part, target, own_names(scorer))
        damage = run.score(scorer)
        if source.fingerprint() != state["input"]:
            raise InputError(
                say(f"{source.name} changed while it was read", f"{source.name} ha cambiado mientras se leía"),
                cure=say("Run it again with --overwrite", "Ejecútelo otra vez con --overwrite"),
            )
        run.write()
        rejects = target.commit()
        if not options.keep_part:
            part.remove()
        return BatchResult(run.summary, target.shown, rejects, damage)


def score_to_stream(
    location: str, out: TextIO, rejects: TextIO, load: Callable[[], StreamScorer], options: BatchOptions, events: Events
) -> BatchResult:
    """Score every row of a file and write JSON lines as they come, failures to another stream.

    Args:
        location: path, fsspec URL or ``-``.
        out: takes the scored rows.
        rejects: takes the failures.
        load: gives the scorer.
        options: see ``BatchOptions``; ``resume`` has no meaning here.
        events: is told what was found and how far the run is.

    Raises:
        InputError: the input cannot be read.
    """
    with fetch(location) as source:
        table, roles = opened(source, options, events)
        scorer, summary, spec = load(), Summary(), _spec(table, "jsonl", options)
        rows = RowsUntilDamage(table.source.rows())
        started, failed = time.monotonic(), False
        while chunk := list(islice(rows, options.chunk_rows)):
            prepared = [prepare(row, roles, kind=options.kind, max_chars=options.max_chars) for row in chunk]
            for row, outcome in zip(chunk, outcomes_of(prepared, scorer, _progress(table, events)), strict=True):
                if outcome["score"] is not None:
                    out.write(json_line(row, outcome["score"], spec) + "\n")
                for line in _reject_lines(outcome, source.name):
                    failed = True
                    rejects.write(line)
                _add(summary, row, roles, outcome)
            out.flush()
        summary.seconds, summary.scored_now = time.monotonic() - started, summary.texts
        return BatchResult(summary, "-", "stderr" if failed else "", rows.damage)


@dataclass(slots=True)
class _Run:
    """The two passes over one file, and what they gather."""

    file: str
    table: Table
    roles: Roles
    options: BatchOptions
    events: Events
    part: PartFolder
    target: Destination
    own: tuple[str, ...]
    summary: Summary = field(default_factory=Summary)
    kinds: ValueKinds = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = ValueKinds(self.table.columns)

    def score(self, scorer: StreamScorer) -> HxDetectError | None:
        """First pass. Returns the damage that ended the reading, if any; the rows before it are scored."""
        done, size = self.part.done, self.options.chunk_rows
        if done:
            before = figure(done * size)
            self.events.say(say(f"resumed after {before} rows", f"se reanuda tras {before} filas"))
        rows = RowsUntilDamage(self.table.source.rows())
        started, index = time.monotonic(), 0
        while chunk := list(islice(rows, size)):
            if self.table.format in ("jsonl", "xlsx"):
                for row in chunk:
                    self.kinds.add(row.values)
            if index >= done:
                self._score_chunk(chunk, scorer)
            index += 1
        self.summary.seconds = time.monotonic() - started
        return rows.damage

    def _score_chunk(self, chunk: Sequence[Row], scorer: StreamScorer) -> None:
        options = self.options
        prepared = [prepare(row, self.roles, kind=options.kind, max_chars=options.max_chars) for row in chunk]
        outcomes = outcomes_of(prepared, scorer, _progress(self.table, self.events))
        self.part.add(outcomes)
        self.summary.scored_now += sum(outcome["score"] is not None for outcome in outcomes)

    def write(self) -> None:
        """Second pass: the input's rows with their outcomes."""
        table, target = self.table, self.target
        spec = replace(
            _spec(table, target.format, self.options, target.compression, self.kinds),
            names=added_names(target.format, tuple(self.kinds.kinds), self.own),
        )
        renamed = [f"{name} -> {given}" for name, given in spec.names.items() if name != given]
        if renamed:
            self.events.say(say("columns renamed, as the input has them: ", "columnas renombradas, ya existían: ")
                            + ", ".join(renamed))  # fmt: skip
        rows = RowsUntilDamage(table.source.rows())
        with target.staged_rejects.open("w", encoding="utf-8") as rejects, open_writer(target.staged, spec) as writer:
            for row, outcome in zip(rows, self.part.outcomes(), strict=True):
                if outcome["score"] is not None:
                    writer.write(row, outcome["score"])
                rejects.writelines(_reject_lines(outcome, self.file))
                _add(self.summary, row, self.roles, outcome)
        for remark in writer.remarks():
            self.events.say(remark)


def opened(source: Source, options: BatchOptions, events: Events) -> tuple[Table, Roles]:
    """Open the input, find its columns, and say what was found.

    Raises:
        InputError: the input cannot be read, or a column is missing.
    """
    table = open_table(source, options.read)
    packed = f" {source.compression}" if source.compression else ""
    events.say(f"{source.name}: {', '.join((table.format + packed, *table.details))}")
    roles, reasons = find_roles(table, source.name, options.columns)
    if roles.kind is None:
        kind = options.kind or say("told from each text", "deducido de cada texto")
        reasons.append(f"{say('kind of text', 'tipo de texto')}: {kind}")
    for reason in reasons:
        events.say(f"  {reason}")
    return table, roles


def outcomes_of(
    prepared: Sequence[Prepared], scorer: StreamScorer, progress: Callable[[bool], None]
) -> list[dict[str, Any]]:
    """Score one chunk.

    Returns:
        For each row ``score`` (the record with all signals, or None), ``failures`` and ``words_band``.
    """
    results = scorer.score_stream(item.review for item in prepared if item.review is not None)
    outcomes = []
    for item in prepared:
        result = None if item.review is None else next(results)
        failures = [failure.to_dict() for failure in item.failures]
        outcome: dict[str, Any] = {"score": None, "failures": failures, "words_band": None}
        if isinstance(result, RowFailure):
            failures.append(result.to_dict())
        elif result is not None:
            outcome["score"] = result.to_dict(all_signals=True)
            outcome["words_band"] = result.nps_text_band
        progress(isinstance(result, Score) and result.is_hx)
        outcomes.append(outcome)
    return outcomes


def _progress(table: Table, events: Events) -> Callable[[bool], None]:
    return lambda hx: events.scored(hx=hx, fraction=table.source.fraction())


def _add(summary: Summary, row: Row, roles: Roles, outcome: Mapping[str, Any]) -> None:
    record = outcome["score"]
    if record is not None:
        text = str(value_at(row.values, roles.text))
        summary.add(row.number, text, record, words_band=outcome["words_band"])
    for failure in outcome["failures"]:
        summary.add_failure(failure, scored=record is not None)


def _reject_lines(outcome: Mapping[str, Any], file: str) -> Iterator[str]:
    for failure in outcome["failures"]:
        yield json.dumps({"file": file, **failure}, ensure_ascii=False) + "\n"


def _spec(
    table: Table, format: str, options: BatchOptions, compression: str = "", kinds: ValueKinds | None = None
) -> OutputSpec:
    columns = table.columns if kinds is None else tuple(kinds.kinds)
    from_csv = table.format == "csv" and format == "csv"
    return OutputSpec(
        format=format,
        compression=compression,
        columns=columns,
        names=added_names(format, columns),
        kinds={} if kinds is None or table.format in ("csv", "tsv") else kinds.frozen(),
        schema=table.schema,
        delimiter=table.delimiter if from_csv and table.delimiter else ",",
        mark=from_csv and table.excel_csv,
        all_signals=options.all_signals,
    )


def _check_room(table: Table) -> None:
    """Before hours of scoring: do the rows fit on a sheet?"""
    if sum(1 for _ in islice(RowsUntilDamage(table.source.rows()), EXCEL_ROWS + 1)) > EXCEL_ROWS:
        from hx_detect.io.write_xlsx import too_many_rows

        raise too_many_rows()


def _state(
    source: Source, target: Destination, roles: Roles, options: BatchOptions, scorer: StreamScorer
) -> dict[str, Any]:
    """What a run is: it can only be resumed by one that is the same."""
    return {
        "input": source.fingerprint(),
        "options": {
            "roles": asdict(roles),
            "kind": options.kind,
            "read": asdict(options.read),
            "max_chars": options.max_chars,
            "chunk_rows": options.chunk_rows,
            "lang": language(),
        },
        "output": target.shown,
        "model": model_key(scorer),
    }


def own_names(scorer: StreamScorer) -> tuple[str, ...]:
    """Names of the signals that the scorer's model brings along, so far as the scorer knows its bundle."""
    decision = getattr(getattr(scorer, "bundle", None), "decision", None)
    return tuple(getattr(decision, "own_names", ()))


def model_key(scorer: StreamScorer) -> str:
    """Name, version and checksum of the model, so far as the scorer knows its bundle."""
    checksum = getattr(getattr(scorer, "bundle", None), "checksum", "")
    return f"{scorer.model_name} {scorer.model_version} {checksum}".strip()
