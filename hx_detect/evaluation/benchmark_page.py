"""Measurements -> a page. In: what ``run_benchmarks`` gave. Out: Markdown with the targets, English then Spanish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hx_detect.evaluation.earlier import told_earlier


@dataclass(frozen=True, slots=True)
class SpeedTarget:
    """A measurement and what was asked of it; ``path`` leads to it, ``at_most`` says that less is better."""

    en: str
    es: str
    path: tuple[str, ...]
    bound: float
    unit: str
    at_most: bool = False


TARGETS: Final = (
    SpeedTarget("scoring, texts of about 30 tokens", "puntuar textos de unos 30 tokens",
                ("scoring", "texts_per_second"), 300, "texts/s"),
    SpeedTarget("times the transformers pipeline", "veces la canalización de transformers",
                ("times_the_rival",), 15, "×"),
    SpeedTarget("start to first score", "del arranque a la primera puntuación",
                ("start_to_first_score_seconds", "median"), 2, "s", at_most=True),
    SpeedTarget("peak memory of the batch command", "memoria máxima de la orden por lotes",
                ("batch", "peak_mb"), 700, "MB", at_most=True),
)  # fmt: skip


def measured(found: Mapping[str, Any], target: SpeedTarget) -> float | None:
    """The measurement of a target; None where it was left out."""
    value: Any = found
    for key in target.path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return None if value is None else float(value)


def reached(found: Mapping[str, Any], target: SpeedTarget) -> bool | None:
    """Whether a target is reached; None where it was not measured."""
    value = measured(found, target)
    if value is None:
        return None
    return value <= target.bound if target.at_most else value >= target.bound


def page(found: Mapping[str, Any]) -> str:
    """``docs/benchmarks.md``: what was measured on which machine, beside what was asked."""
    machine, tokens = found["machine"], found["tokens_per_text"]
    intro = (
        f"Written by `hx-detect benchmark` on {found['date']}. Model {found['model']['name']} "
        f"{found['model']['version']}; {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}, OpenVINO {machine['openvino']}. The texts are our own, "
        f"{tokens['least']} to {tokens['most']} tokens long (median {tokens['median']:g})."
    )
    spanish = (
        f"Escrito por `hx-detect benchmark` el {found['date']}, en la misma máquina y con los mismos textos, de "
        f"{tokens['least']} a {tokens['most']} tokens (mediana {tokens['median']:g})."
    )
    return (
        "\n\n".join(
            part
            for part in (
                "# Benchmarks",
                intro,
                target_table(found, TARGETS, "en"),
                told_earlier(found, "en"),
                _details(found),
                "## Resumen en español",
                spanish,
                target_table(found, TARGETS, "es"),
                told_earlier(found, "es"),
            )
            if part
        )
        + "\n"
    )


def target_table(found: Mapping[str, Any], targets: Sequence[SpeedTarget], lang: str) -> str:
    """What was measured beside what was asked, as a table; what was missed stands in bold.

    Args:
        found: the measurements.
        targets: the rows.
        lang: ``en`` or ``es``.
    """
    heads: tuple[str, ...] = ("what", "measured", "asked", "")
    words = {True: "reached", False: "**missed**", None: "not measured"}
    if lang == "es":
        heads = ("qué", "medido", "objetivo", "")
        words = {True: "alcanzado", False: "**no alcanzado**", None: "no medido"}
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|"]
    for target in targets:
        value = measured(found, target)
        figure = "–" if value is None else f"{value:g} {target.unit}".rstrip()
        bound = f"{'≤' if target.at_most else '≥'} {target.bound:g} {target.unit}".rstrip()
        name = target.es if lang == "es" else target.en
        lines.append(f"| {name} | {figure} | {bound} | {words[reached(found, target)]} |")
    return "\n".join(lines)


def _ratios(found: Mapping[str, Any]) -> str:
    return ", ".join(map(str, found["times_the_rival_in_each_round"]))


def _details(found: Mapping[str, Any]) -> str:
    scoring, start, rival, batch = (
        found[name] for name in ("scoring", "start_to_first_score_seconds", "rival", "batch")
    )
    lines = [
        "## How it was measured",
        "",
        f"- **Scoring**: `Scorer.score` of {scoring['texts']} texts, the median of the repetitions; the slowest "
        f"{scoring['slowest']}, the fastest {scoring['fastest']} texts/s. One text at a time: "
        f"{found['one_text_at_a_time']['milliseconds']} ms.",
        f"- **Start**: a new process, from the first import to the first score: median {start['median']} s "
        f"({start['with_interpreter']} s with the interpreter's own start); the very first run {start['first_run']} s.",
    ]
    if rival:
        lines.append(
            f"- **Rival**: a transformers text-classification pipeline, batch 32, over a classifier of "
            f"{rival['parameters'] / 1e6:.0f} M parameters (XLM-R base's shape, random weights, float32, torch "
            f"{rival['torch']}, {rival['threads']} threads), {rival['texts']} texts of the same token counts: "
            f"{rival['texts_per_second']} texts/s ({rival['slowest']} to {rival['fastest']}). It takes turns with "
            f"ours; the ratio is the median of those within each round ({_ratios(found)})."
        )
    if batch:
        words = f", the first {batch['row_words']} words of each text," if batch.get("row_words") else ""
        lines.append(
            f"- **Batch**: `hx-detect score` of a CSV of {batch['rows']:,} rows{words} in a process of its own: "
            f"{batch['seconds']} s, {batch['rows_per_second']} rows/s, peak resident memory {batch['peak_mb']} MB, "
            f"output {batch['output_mb']} MB."
        )
    return "\n".join(lines)
