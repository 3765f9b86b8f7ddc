"""A scored record -> columns. In: ``Score.to_dict(all_signals=True)``. Out: flat or nested values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hx_detect.labels import SENTIMENTS, SIGNAL_INDEX, SIGNAL_NAMES

Record = Mapping[str, Any]
NESTED: Final = "hx"
"""Name of the one nested column in JSON lines and Parquet."""


def _sentiment_probability(name: str) -> Callable[[Record], float]:
    return lambda record: float(record["sentiment"]["probabilities"][name])


def _present(record: Record) -> list[Mapping[str, Any]]:
    return [signal for signal in record["signals"] if signal["present"]]


def _evidence(record: Record) -> str:
    spans = [{"signal": signal["name"], **span} for signal in _present(record) for span in signal["evidence"]]
    return json.dumps(spans, ensure_ascii=False, separators=(",", ":"))


_BEFORE: Final[tuple[tuple[str, Callable[[Record], Any]], ...]] = (
    ("hx_level", lambda record: record["experience"]["level"]),
    ("hx_probability", lambda record: record["experience"]["hx_probability"]),
    ("hx_cx_probability", lambda record: record["experience"]["cx_probability"]),
    ("hx_priority", lambda record: record["priority"]),
    ("hx_signals", lambda record: ";".join(signal["name"] for signal in _present(record))),
    ("hx_evidence", _evidence),
    ("hx_sentiment", lambda record: record["sentiment"]["label"]),
    *((f"hx_sentiment_{name}", _sentiment_probability(name)) for name in SENTIMENTS),
    ("hx_stage", lambda record: record["stage"]["label"]),
    ("hx_stage_probability", lambda record: record["stage"]["probability"]),
    ("hx_stars_expected", lambda record: record["stars"]["expected"]),
    ("hx_nps_band", lambda record: record["nps"]["band"]),
    ("hx_nps_source", lambda record: record["nps"]["source"]),
    ("hx_nps_mismatch", lambda record: record["nps"].get("mismatch")),
    ("hx_kind", lambda record: record["kind"]["label"]),
    ("hx_kind_given", lambda record: record["kind"]["given"]),
    ("hx_language", lambda record: record["language"]["code"]),
    ("hx_language_probability", lambda record: record["language"]["probability"]),
    ("hx_language_supported", lambda record: record["language"].get("supported", True)),
)
_AFTER: Final[tuple[tuple[str, Callable[[Record], Any]], ...]] = (
    ("hx_tokens", lambda record: record["tokens"]),
    ("hx_truncated", lambda record: record["truncated"]),
    ("hx_model", lambda record: f"{record['model']['name']} {record['model']['version']}"),
)
FLAT: Final = (
    *(name for name, _ in _BEFORE),
    *(f"hx_p_{name}" for name in SIGNAL_NAMES),
    *(name for name, _ in _AFTER),
)
"""The flat columns of CSV, TSV and Excel, in order; before ``hx_tokens`` come those of a model's own signals."""


def flat_columns(own: Sequence[str] = ()) -> tuple[str, ...]:
    """The flat columns, with those of own signals.

    Args:
        own: names of the model's own signals, in any order.
    """
    end = len(FLAT) - len(_AFTER)
    return (*FLAT[:end], *(f"hx_p_{name}" for name in sorted(own)), *FLAT[end:])


def flat_values(record: Record) -> list[Any]:
    """The values of ``flat_columns`` for one record, in order."""
    probabilities = {signal["name"]: signal["probability"] for signal in record["signals"]}
    return [
        *(read(record) for _, read in _BEFORE),
        *(probabilities[name] for name in SIGNAL_NAMES),
        *(probabilities[name] for name in sorted(probabilities) if name not in SIGNAL_INDEX),
        *(read(record) for _, read in _AFTER),
    ]


def nested(record: Record, *, all_signals: bool) -> dict[str, Any]:
    """The record of the contract: signals above their threshold, or all 18, each saying whether it is above."""
    if all_signals:
        return dict(record)
    signals = [{key: value for key, value in signal.items() if key != "present"} for signal in _present(record)]
    return {**record, "signals": signals}


def added_names(format: str, columns: Sequence[str], own: Sequence[str] = ()) -> dict[str, str]:
    """Our columns for a format and the names they get: those that the input already has get ``_2`` (``_3`` …).

    Args:
        format: of the output.
        columns: of the input.
        own: names of the model's own signals.
    """
    wanted = [NESTED] if format in ("jsonl", "parquet") else flat_columns(own)
    taken, result = set(columns), {}
    for name in wanted:
        candidate, count = name, 1
        while candidate in taken:
            count += 1
            candidate = f"{name}_{count}"
        taken.add(candidate)
        result[name] = candidate
    return result
