"""How well wrong labels are found. In: a model, the frozen texts with labels made wrong. Out: a page of Markdown.

``python -m hx_detect.learning.label_figures > docs/benchmarks-data-check.md``
"""

from __future__ import annotations

import random
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from hx_detect.bundle import load_bundle
from hx_detect.learning.data_check import Judge, judge_with
from hx_detect.learning.frozen_set import FROZEN_FILE, frozen_records
from hx_detect.learning.label_errors import find_suspects
from hx_detect.learning.label_tasks import label_tasks
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.learning.splits import near_duplicate_groups
from hx_detect.work_folder import work_folder

SHARE: Final = 0.3
SEEDS: Final = range(5)
_OTHER: Final = {"negative": "positive", "positive": "negative"}

Spoil = Callable[[Sequence[LabelledRow], Sequence[int], random.Random], list[LabelledRow]]


def flip_sentiment(rows: Sequence[LabelledRow], chosen: Sequence[int], draw: random.Random) -> list[LabelledRow]:  # noqa: ARG001 - the others draw
    """Negative becomes positive and the reverse."""
    return [replace(rows[place], sentiment=_OTHER.get(rows[place].sentiment or "", rows[place].sentiment))
            for place in chosen]  # fmt: skip


def swap_all(rows: Sequence[LabelledRow], chosen: Sequence[int], draw: random.Random) -> list[LabelledRow]:
    """All labels of a text go to another one."""
    others = draw.sample(list(chosen), len(chosen))
    return [
        replace(rows[place], sentiment=rows[other].sentiment, stars=rows[other].stars, stage=rows[other].stage,
                signals=rows[other].signals)
        for place, other in zip(chosen, others, strict=True)
    ]  # fmt: skip


def swap_signals(rows: Sequence[LabelledRow], chosen: Sequence[int], draw: random.Random) -> list[LabelledRow]:
    """The signals of a text go to another one."""
    others = draw.sample(list(chosen), len(chosen))
    return [replace(rows[place], signals=rows[other].signals) for place, other in zip(chosen, others, strict=True)]


WAYS: Final[dict[str, Spoil]] = {
    "sentiment turned round": flip_sentiment,
    "all labels swapped": swap_all,
    "signals swapped": swap_signals,
}


def precision(rows: Sequence[LabelledRow], judge: Judge, spoil: Spoil, seed: int) -> tuple[float, float, int]:
    """How good the list is when some rows are spoilt.

    Args:
        rows: with right labels.
        judge: what a model knows of them.
        spoil: makes the labels of the chosen rows wrong.
        seed: of the draw.

    Returns:
        Share of spoilt rows in the top half of the rows listed, share of all spoilt rows that are listed, rows listed.
    """
    draw = random.Random(seed)
    chosen = draw.sample(range(len(rows)), round(SHARE * len(rows)))
    spoilt = list(rows)
    wrong: set[int] = set()
    for place, row in zip(chosen, spoil(rows, chosen, draw), strict=True):
        if _labels(row) != _labels(rows[place]):
            spoilt[place] = row
            wrong.add(place)
    groups = near_duplicate_groups([row.text for row in rows])
    suspects = find_suspects(label_tasks(spoilt), judge.features, judge.answers, groups)
    listed = list(dict.fromkeys(one.row for one in suspects))
    top = listed[: max(1, len(listed) // 2)]
    return sum(place in wrong for place in top) / len(top), len(wrong & set(listed)) / len(wrong), len(listed)


def page(rows: Sequence[LabelledRow], judge: Judge) -> str:
    """The figures as Markdown."""
    lines = [
        "# How well `data check` finds wrong labels",
        "",
        f"Written by `python -m hx_detect.learning.label_figures`: {judge.name} on the {len(rows)} texts of the frozen"
        f" set, which it was not trained on; the labels of {SHARE:.0%} of the rows are made wrong in {len(SEEDS)}"
        " draws. Mean, and lowest to highest.",
        "",
        "| what was made wrong | wrong rows in the top half of the list | wrong rows that are listed | rows listed |",
        "| --- | --- | --- | --- |",
    ]
    for name, spoil in WAYS.items():
        results = [precision(rows, judge, spoil, seed) for seed in SEEDS]
        tops, found, listed = zip(*results, strict=True)
        lines.append(f"| {name} | {_spread(tops)} | {_spread(found)} | {statistics.mean(listed):.0f} |")
    groups = near_duplicate_groups([row.text for row in rows])
    calm = find_suspects(label_tasks(rows), judge.features, judge.answers, groups)
    lines.append(f"| nothing | - | - | {len({one.row for one in calm})} |")
    lines += [
        "",
        "## Resumen en español",
        "",
        f"Se estropean las etiquetas del {SHARE:.0%} de las filas en {len(SEEDS)} sorteos; la tabla dice qué parte de"
        " la mitad superior de la lista estaba estropeada, y qué parte de lo estropeado está en la lista (media; mínimo"
        " y máximo). La última línea: filas señaladas cuando no se estropea nada.",
    ]
    return "\n".join(lines) + "\n"


def _labels(row: LabelledRow) -> tuple[object, ...]:
    return row.sentiment, row.stars, row.stage, frozenset(row.signals or ())


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    """Measure and print."""
    import json

    with work_folder() as folder:
        path = folder / FROZEN_FILE
        path.write_text("".join(json.dumps(record) + "\n" for record in frozen_records()), encoding="utf-8")
        rows = read_labelled([path]).rows
    sys.stdout.write(page(rows, judge_with(load_bundle(), rows)))


if __name__ == "__main__":
    main()
