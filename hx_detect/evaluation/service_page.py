"""Figures of the service -> a page. In: what ``run_service_benchmark`` gave. Out: Markdown, English then Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hx_detect.evaluation.benchmark_page import SpeedTarget, target_table
from hx_detect.evaluation.earlier import told_earlier

WHOLE_SOAK_MINUTES: Final = 30.0

SERVICE_TARGETS: Final = (
    SpeedTarget("throughput at saturation over the in-memory scorer, calls of 32",
                "caudal en saturación sobre el puntuador en memoria, llamadas de 32",
                ("ratio", "calls_of_32"), 0.80, "×"),
    SpeedTarget("throughput at saturation over the in-memory scorer, calls of 1",
                "caudal en saturación sobre el puntuador en memoria, llamadas de 1",
                ("ratio", "calls_of_1"), 0.80, "×"),
    *(
        SpeedTarget(f"single-text call at a fifth of {en}, {quantile}",
                    f"llamada de un texto a un quinto de la saturación {es}, {quantile}",
                    (key, "latency_ms", quantile), bound, "ms", at_most=True)
        for key, en, es in (
            ("at_a_fifth_of_singles", "the saturation of such calls", "de tales llamadas"),
            ("at_a_fifth", "the higher saturation", "más alta"),
        )
        for quantile, bound in (("p50", 15), ("p99", 60))
    ),
    SpeedTarget("/livez while saturated, p99", "/livez en saturación, p99",
                ("livez", "latency_ms", "p99"), 50, "ms", at_most=True),
    SpeedTarget("30 minutes at 1.5 × saturation: errors other than 429",
                "30 minutos a 1,5 × saturación: errores que no son 429",
                ("whole_soak", "errors"), 0, "", at_most=True),
    SpeedTarget("30 minutes at 1.5 × saturation: records wrong or out of order",
                "30 minutos a 1,5 × saturación: registros erróneos o fuera de orden",
                ("whole_soak", "wrong"), 0, "", at_most=True),
    SpeedTarget("30 minutes at 1.5 × saturation: memory after warm-up, most over least",
                "30 minutos a 1,5 × saturación: memoria tras el calentamiento, máxima sobre mínima",
                ("whole_soak", "memory", "spread_percent"), 5, "%", at_most=True),
    SpeedTarget("times the plain FastAPI app, calls of 32", "veces la aplicación FastAPI corriente, llamadas de 32",
                ("times_the_rival", "calls_of_32"), 12, "×"),
    SpeedTarget("times the plain FastAPI app, calls of 1", "veces la aplicación FastAPI corriente, llamadas de 1",
                ("times_the_rival", "calls_of_1"), 12, "×"),
)  # fmt: skip


def with_whole_soak(found: Mapping[str, Any]) -> dict[str, Any]:
    """The measurements, with the soak under ``whole_soak`` where it lasted as long as was asked: 30 minutes."""
    soak = found.get("soak")
    return {**found, "whole_soak": soak if soak and soak["minutes"] >= WHOLE_SOAK_MINUTES else None}


def service_page(found: Mapping[str, Any]) -> str:
    """``docs/benchmarks-service.md``: what was measured on which machine, beside what was asked."""
    machine, tokens = found["machine"], found["tokens_per_text"]
    held = with_whole_soak(found)
    intro = (
        f"Written by `hx-detect benchmark --service` on {found['date']}. Model {found['model']['name']} "
        f"{found['model']['version']}; {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}, OpenVINO {machine['openvino']}; `--workers "
        f"{found['workers']}`. The load generator runs on the same cores, over loopback. The texts are our own, "
        f"{tokens['least']} to {tokens['most']} tokens long (median {tokens['median']:g})."
    )
    spanish = (
        f"Escrito por `hx-detect benchmark --service` el {found['date']}, con el generador de carga en los mismos "
        f"núcleos y los mismos textos, de {tokens['least']} a {tokens['most']} tokens (mediana {tokens['median']:g})."
    )
    parts = (
        "# Benchmarks of the service",
        intro,
        target_table(held, SERVICE_TARGETS, "en"),
        told_earlier(found, "en"),
        "## Throughput",
        _throughput(found),
        "## Latency and soak",
        "\n".join(_under_load(found)),
        "## Size",
        "\n".join(_size(found)),
        "## How it was measured",
        "\n".join(_method(found)),
        "## Resumen en español",
        spanish,
        target_table(held, SERVICE_TARGETS, "es"),
        told_earlier(found, "es"),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _throughput(found: Mapping[str, Any]) -> str:
    rows = [("in-memory scorer, a process of its own", found["in_memory"])]
    rows += [(f"service, calls of {size}", found[f"calls_of_{size}"]) for size in (32, 1)]
    if found["rival"]:
        rows += [(f"plain FastAPI app, calls of {size}", found["rival"][f"calls_of_{size}"]) for size in (32, 1)]
    lines = ["| at saturation | texts/s | slowest – fastest round | p50 / p99 ms | service's cores | driver's cores |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for name, row in rows:
        times = row.get("latency_ms")
        shown = f"{times['p50']:g} / {times['p99']:g}" if times else "–"
        lines.append(
            f"| {name} | {row['texts_per_second']:g} | {row['slowest']:g} – {row['fastest']:g} | {shown} | "
            f"{row.get('service_cores', '–')} | {row.get('driver_cores', '–')} |"
        )
    return "\n".join(lines)


def _under_load(found: Mapping[str, Any]) -> list[str]:
    livez, soak = found["livez"], found["soak"]
    lines = [
        *(
            f"- **A fifth of {name}**: {fifth['offered_per_second']:g} single-text calls a second for "
            f"{fifth['seconds']:g} s: {_quantiles(fifth['latency_ms'])}. The driver sent them late by "
            f"{_quantiles(fifth['lag_ms'])}, which counts as latency. Errors: {fifth['errors']}."
            for name, fifth in (
                ("the saturation of single-text calls", found["at_a_fifth_of_singles"]),
                ("the higher saturation", found["at_a_fifth"]),
            )
        ),
        f"- **One text in memory**, without HTTP: {found['one_text_ms']:g} ms on average.",
        f"- **/livez while saturated**: {_quantiles(livez['latency_ms'])}. Errors: {livez['errors']}.",
    ]
    if soak:
        memory = soak["memory"]
        lines.append(
            f"- **Soak**: {soak['minutes']:g} minutes, {soak['offered_per_second']:g} texts offered a second, "
            f"{soak['texts_per_second']:g} scored. Answers by status: {_statuses(soak)}; without an answer: "
            f"{soak['broken'] + soak['unsent']}; 429 without Retry-After: {soak['without_retry_after']}; wrong or out "
            f"of order: {soak['wrong']}. Accepted calls took {_quantiles(soak['latency_ms'])}. "
            + (f"Memory after the first sixth: {memory['least_mb']:g} to {memory['most_mb']:g} MB "
               f"({memory['spread_percent']:g} %, {memory['samples']} samples)." if memory else "")
        )  # fmt: skip
        lines += [f"  - {example}" for example in soak["examples"]]
    else:
        lines.append("- **Soak**: left out.")
    return lines


def _size(found: Mapping[str, Any]) -> list[str]:
    memory, cores = found["memory"], found["machine"]["cores"]
    large, single = (found[f"calls_of_{size}"]["texts_per_second"] / cores for size in (32, 1))
    return [
        f"- Texts a second and core: {large:.0f} in calls of 32, {single:.0f} in calls of one (the driver on the same "
        "cores).",
        f"- Memory after the run: {memory['pss_mb']:g} MB (proportional set size; processes: {memory['processes']}, "
        f"resident {memory['rss_mb']:g} MB), {memory['per_worker_mb']:g} MB per worker.",
        f"- SIGTERM at the end: exit code {found['stop']['exit_code']} after {found['stop']['seconds']:g} s.",
    ]


def _method(found: Mapping[str, Any]) -> list[str]:
    clients = found["clients"]
    lines = [
        f"- **Saturation**: a closed loop of {clients['calls_of_32']} clients with calls of 32, then of "
        f"{clients['calls_of_1']} clients with calls of one, {found['seconds']:g} s each after a warm-up, over "
        "connections that stay open.",
        f"- **Ratios**: in-memory scorer{', service and rival' if found['rival'] else ' and service'} take turns, "
        f"{found['rounds']} rounds; a ratio is the median of the ratios within each round.",
        "- **Latency**: an open loop. Calls leave at the times of a Poisson process, whatever the service does, and "
        "their latency counts from the time they were meant to leave. /livez is asked so 20 times a second.",
        "- **Soak**: the same open loop, three single-text calls to one of 32. Every record of every answer is "
        "held against the in-memory scorer's, byte for byte as JSON and in order, in all measurements.",
    ]
    if found["rival"]:
        lines.append(
            "- **Plain FastAPI app**: one route over a transformers text-classification pipeline, batch 32, a "
            "classifier of XLM-R base's shape with random weights, float32, all cores; texts of the same token "
            "counts in the same calls; the better of 2 and 8 clients."
        )
    return lines


def _quantiles(found: Mapping[str, float] | None) -> str:
    if found is None:
        return "nothing measured"
    return f"p50 {found['p50']:g}, p90 {found['p90']:g}, p99 {found['p99']:g}, at most {found['most']:g} ms"


def _statuses(found: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} × {status}" for status, count in found["statuses"].items()) or "none"
