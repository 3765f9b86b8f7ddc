"""Scored texts with a known truth. In: sizes, rates, effects, a seed. Out: a ``Loaded``, or a scored CSV of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from hx_detect.labels import SIGNAL_NAMES
from hx_detect.reporting.load import SIGNAL, Loaded
from hx_detect.reporting.read_scores import EVIDENCE
from hx_detect.stages.decide import level

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
WORDS = {
    "ignored": "nadie contesta a mis correos", "deceived": "me mintieron sobre el precio",
    "obstructed": "me ponen trabas para la baja", "failure": "el aparato se rompe siempre",
    "promise_broken": "no cumplieron el plazo dado", "leaving": "me voy a otra empresa",
    "kind": "the staff were warm and patient", "responsive": "they answered within the hour",
}  # fmt: skip
FILLER = ["mesa", "puerta", "lluvia", "tren", "verde", "lunes", "tarde", "plaza", "libro", "camino", "norte", "reloj"]
FIRST = date(2024, 1, 1)


@dataclass(frozen=True)
class World:
    """What is true.

    Attributes:
        rates: signal -> share of texts that have it.
        effects: signal -> NPS points that a text with it has more (negative: less), all else equal.
        groups: name -> weight; how often it comes.
        group_rates: group -> factor on the rates of the grievances.
        days: length of the history; 0 for no dates.
        later: signal -> its rate in the second half.
    """

    rates: Mapping[str, float] = field(default_factory=lambda: {"ignored": 0.1, "failure": 0.2, "kind": 0.3})
    effects: Mapping[str, float] = field(default_factory=lambda: {"ignored": -60.0, "failure": -20.0, "kind": 20.0})
    groups: Mapping[str, float] = field(default_factory=lambda: {"Norte": 1.0, "Sur": 1.0, "Este": 0.5})
    group_rates: Mapping[str, float] = field(default_factory=dict)
    days: int = 364
    later: Mapping[str, float] = field(default_factory=dict)


def simulate(texts: int, seed: int, world: World | None = None) -> Loaded:
    """Draw texts of a world, in the order of their dates."""
    world = world or World()
    random = np.random.default_rng(seed)
    names = list(world.groups)
    weights = np.array(list(world.groups.values()))
    group = random.choice(len(names), texts, p=weights / weights.sum())
    day = np.sort(random.integers(0, world.days, texts)) if world.days else np.zeros(texts, int)
    factor = np.array([world.group_rates.get(name, 1.0) for name in names])[group]
    present = {name: np.zeros(texts, bool) for name in SIGNAL_NAMES}
    for name, rate in world.rates.items():
        now = np.where(2 * day >= max(1, world.days), world.later.get(name, rate), rate)
        present[name] = random.random(texts) < now * (1 if name in ("kind", "responsive") else factor)
    answers = _answers(random, present, world.effects, texts)
    return _loaded(world, names, group, day, present, answers, random)


def _answers(
    random: np.random.Generator, present: Mapping[str, Any], effects: Mapping[str, float], texts: int
) -> Array:
    """0-10 answers whose expected points are exactly linear in the signals: half the effect at each end."""
    shift = sum((present[name] * effect / 200 for name, effect in effects.items()), np.zeros(texts))
    drawn = random.random(texts)
    detractor, promoter = 0.40 - shift, 0.40 + shift
    assert detractor.min() >= 0
    assert promoter.min() >= 0
    return np.asarray(np.where(drawn < detractor, 3, np.where(drawn > 1 - promoter, 10, 8)))


def _loaded(
    world: World,
    names: list[str],
    group: Array,
    day: Array,
    present: Mapping[str, Array],
    answers: Array,
    random: np.random.Generator,
) -> Loaded:
    texts = len(answers)
    fillers = random.choice(FILLER, (texts, 6))
    rows = []
    for index in range(texts):
        there = [name for name in SIGNAL_NAMES if present[name][index]]
        grieved = any(name not in ("kind", "responsive") for name in there)
        sentiment = "negative" if grieved else "positive" if there else "neutral"
        text, spans = " ".join(fillers[index]) + ". ", []
        for name in there:
            words = WORDS.get(name, f"palabras de {name}")
            spans.append({"signal": name, "start": len(text), "end": len(text) + len(words)})
            text += words + ". "
        rows.append({
            "file": 0, "row": index + 1, "id": f"T-{index}", "text": text.strip(),
            "date": FIRST + timedelta(days=int(day[index])) if world.days else None, "group": names[group[index]],
            "language": "es", "supported": True, "level": level(there, sentiment), "sentiment": sentiment,
            "stage": "support" if grieved else "use",
            "priority": 0.9 if "ignored" in there else 0.5 if grieved else 0.1,
            "hx_probability": 0.9 if grieved else 0.1, "stars": None, "answer": float(answers[index]),
            "stars_expected": 1.5 if grieved else 4.5,
            "nps_band": "detractor" if grieved else "promoter", "nps_source": "text",
            "mismatch": None, "model": "toy 1.0", "signals": ";".join(there), "evidence": spans or None,
        })  # fmt: skip
    return loaded_of(rows, dated=bool(world.days))


def loaded_of(rows: list[dict[str, Any]], *, dated: bool = True) -> Loaded:
    """A ``Loaded`` of rows."""
    schema: dict[str, Any] = {
        "file": pl.UInt16, "row": pl.UInt32, "id": pl.String, "text": pl.String, "date": pl.Date, "group": pl.String,
        "language": pl.String, "supported": pl.Boolean, "level": pl.String, "sentiment": pl.String,
        "stage": pl.String, "priority": pl.Float64, "hx_probability": pl.Float64, "stars": pl.Float64,
        "answer": pl.Float64, "stars_expected": pl.Float64, "nps_band": pl.String, "nps_source": pl.String,
        "mismatch": pl.Boolean, "model": pl.String, "signals": pl.String, "evidence": EVIDENCE,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    named = pl.col("signals").str.split(";")
    frame = frame.with_columns(
        *(named.list.contains(name).alias(SIGNAL + name) for name in SIGNAL_NAMES),
        pl.col("level").str.starts_with("hx").alias("hx"), (pl.col("level") == "cx").alias("cx"),
    )  # fmt: skip
    roles = {"text": "texto", "id": "id", "answer": "nps", "by": "tienda"} | ({"date": "fecha"} if dated else {})
    return Loaded(frame, SIGNAL_NAMES, roles, (("sim.csv", frame.height),), {}, 0, False, ())


def write_scored(loaded: Loaded, path: Path, columns: Mapping[str, str] | None = None) -> Path:
    """The same as a scored CSV.

    Args:
        loaded: simulated texts.
        path: of the file.
        columns: frame column -> its header, for those beside our own; all five by default.
    """
    own = columns if columns is not None else {
        "id": "id", "date": "fecha", "group": "tienda", "answer": "nps", "text": "texto"
    }  # fmt: skip
    ours = {
        "level": "hx_level", "hx_probability": "hx_probability", "priority": "hx_priority", "signals": "hx_signals",
        "sentiment": "hx_sentiment", "stage": "hx_stage", "stars_expected": "hx_stars_expected",
        "nps_band": "hx_nps_band", "nps_source": "hx_nps_source", "language": "hx_language", "model": "hx_model",
    }  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*own.values(), *ours.values(), "hx_evidence"])
        for row in loaded.frame.iter_rows(named=True):
            spans = [{**span, "text": row["text"][span["start"] : span["end"]]} for span in row["evidence"] or ()]
            values = [row[name] for name in (*own, *ours)]
            writer.writerow([*values, json.dumps(spans, ensure_ascii=False)])
    return path
