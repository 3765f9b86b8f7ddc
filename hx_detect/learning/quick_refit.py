"""A model, labelled rows -> the model refitted, without torch. In: bundle, rows. Out: a bundle, its figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no types

from hx_detect.bundle import FILES, Bundle, write_bundle
from hx_detect.errors import LearningError
from hx_detect.learning.frozen_set import frozen_texts
from hx_detect.learning.held_out import held_out
from hx_detect.learning.labelled_row import LabelledRow, LabelledTable
from hx_detect.learning.quick_bundle import golden_of, refit_files
from hx_detect.learning.quick_decision import refit_decision
from hx_detect.learning.quick_figures import held_out_figures
from hx_detect.learning.quick_groups import groups_of
from hx_detect.learning.quick_heads import HeadsFit, composed, fit_heads
from hx_detect.learning.quick_rows import Targets, targets_of
from hx_detect.learning.quick_signals import OwnHeads, fit_signals
from hx_detect.learning.quick_vectors import FrozenModel, Knowledge, frozen_model, rows_of
from hx_detect.learning.replay import Replay, read_replay
from hx_detect.learning.splits import leaks
from hx_detect.scorer import Scorer
from hx_detect.stage_records import BatchLogits
from hx_detect.stages.adapt import Adapter, adapt, identity
from hx_detect.stages.calibrate import sigmoid
from hx_detect.wording import say
from hx_detect.work_folder import work_folder

Say = Callable[[str], None]
FEWEST_ROWS: Final = 30
"""A refit needs so many rows to learn from."""


@dataclass(frozen=True, slots=True)
class RefitOptions:
    """How a refit is done.

    Attributes:
        name: of the new model.
        version: of it.
        seed: of folds and bootstraps.
        titles: own signal -> its Spanish and its English name.
        threads: cores to use; None for all.
    """

    name: str
    version: str
    seed: int = 13
    titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    threads: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Refit:
    """All that a refit found, before it is written.

    Attributes:
        rows: that can be learned from or measured on.
        apart: (n,), True where a row is only measured on.
        known: what the frozen model knows of the rows.
        targets: of the rows.
        replay: old evidence.
        heads: the changed heads.
        adapter: all changes since training, these included.
        own: own signals, old and new.
        decision: ``decision.json``.
        figures: what was measured on the rows that are apart, by old and new model.
    """

    rows: tuple[LabelledRow, ...]
    apart: NDArray[np.bool_]
    known: Knowledge
    targets: Targets
    replay: Replay
    heads: HeadsFit
    adapter: Adapter
    own: OwnHeads
    decision: dict[str, Any]
    figures: dict[str, Any]


def refit(parent: Bundle, table: LabelledTable, folder: Path, options: RefitOptions, tell: Say) -> dict[str, Any]:
    """Refit a model's heads, calibration and thresholds on labelled rows, and learn own signals; the encoder stays.

    Args:
        parent: the model to start from.
        table: labelled rows; about one in five is held out by its hash and only measured on.
        folder: where the new bundle shall be.
        options: see ``RefitOptions``.
        tell: gets a line now and then.

    Returns:
        ``metrics.json`` of the new bundle.

    Raises:
        LearningError: too few rows, or the model has no old evidence to replay.
        BundleError: the model cannot be used.
        OutputError: the folder cannot be written.
    """
    rows, apart = usable_rows(table, tell)
    with frozen_model(parent, options.threads) as model:
        with threadpool_limits(1):  # small matrices: threads would only wait for each other
            found = fit(model, rows, apart, table.own_signals, options, tell)
        contents = refit_files(model, found, table, options)
        with work_folder() as beside:
            draft = write_bundle(beside / "draft", contents)
            contents[FILES.golden] = golden_of(parent, Scorer.load(draft, threads=options.threads))
        write_bundle(folder, contents)
    tell(say(f"written: {folder}", f"escrito: {folder}"))
    return found.figures


def usable_rows(table: LabelledTable, tell: Say) -> tuple[tuple[LabelledRow, ...], NDArray[np.bool_]]:
    """The rows that say something, less those that a model is judged on, and which of them are held out.

    Raises:
        LearningError: too few are left.
    """
    apart = held_out([row.text for row in table.rows], [row.group for row in table.rows])
    frozen = leaks([row.text for row in table.rows], frozen_texts())
    kept = [place for place, row in enumerate(table.rows) if row.labelled and not frozen[place]]
    if any(frozen):
        tell(say(f"{sum(frozen)} rows are left out: they are in the set that every model is judged on",
                 f"se omiten {sum(frozen)} filas: están en el conjunto con que se juzga todo modelo"))  # fmt: skip
    rows = tuple(table.rows[place] for place in kept)
    flags = np.array([apart[place] for place in kept], bool)
    if (~flags).sum() < FEWEST_ROWS:
        raise LearningError(
            say(f"{int((~flags).sum())} labelled rows to learn from are too few",
                f"{int((~flags).sum())} filas etiquetadas son pocas para aprender"),
            cure=say(f"Label {FEWEST_ROWS} or more; hx-detect label suggest tells which",
                     f"Etiquete {FEWEST_ROWS} o más; hx-detect label suggest dice cuáles"),
        )  # fmt: skip
    return rows, flags


def fit(
    model: FrozenModel,
    rows: tuple[LabelledRow, ...],
    apart: NDArray[np.bool_],
    own_names: tuple[str, ...],
    options: RefitOptions,
    tell: Say,
) -> Refit:
    """Fit everything; nothing is written.

    Args:
        model: the frozen model.
        rows: n rows.
        apart: (n,), True where a row is only measured on.
        own_names: labels to learn as own signals.
        options: see ``RefitOptions``.
        tell: gets a line now and then.

    Raises:
        LearningError: the model has no old evidence to replay.
    """
    bundle = model.bundle
    replay = replay_of_bundle(bundle)
    tell(say(f"reading {len(rows)} texts", f"leyendo {len(rows)} textos"))
    known = model.read([row.text for row in rows])
    before = bundle.adaptation()
    first = replace(identity(len(replay.mean)), mean=replay.mean, deviation=replay.deviation)
    first = before.adapter if before is not None else first
    vectors = first.standardise(known.vectors)
    logits, old = adapt(known.logits, vectors, first), adapt(replay.logits, replay.vectors, first)
    targets = targets_of(rows, known.logits, bundle.decision, bundle.cleaning)
    groups, train = groups_of(rows), np.flatnonzero(~apart)
    tell(say(f"fitting on {len(train)} rows and {len(replay.vectors)} replayed ones",
             f"ajustando con {len(train)} filas y {len(replay.vectors)} repetidas"))  # fmt: skip
    learned = some_targets(targets, train)
    heads = fit_heads(vectors[train], rows_of(logits, train), learned, groups[train], replay, old, bundle.decision)
    adapter = composed(first, heads.adapter)
    decision = refit_decision(_tables(bundle), heads, learned, _presence(bundle, rows_of(logits, train), learned),
                              replay, adapt(replay.logits, replay.vectors, adapter))  # fmt: skip
    own = fit_signals(rows, known, vectors, groups, apart, own_names, before, bundle.lexical(), options.seed)
    decision["own"] = own.stacks
    figures = held_out_figures(bundle.decision, decision, logits, adapt(known.logits, vectors, adapter),
                               targets, np.flatnonzero(apart))  # fmt: skip
    figures |= {"own_signals": own.figures, "heads": heads.report}
    return Refit(rows, apart, known, targets, replay, heads, adapter, own, decision, figures)


def replay_of_bundle(bundle: Bundle) -> Replay:
    """The old evidence of a bundle.

    Raises:
        LearningError: it has none.
        BundleDamagedError: it is not to be read.
    """
    if not bundle.file(FILES.replay).is_file():
        raise LearningError(
            say(f"{bundle.name} {bundle.version} has no {FILES.replay}: nothing would keep it from forgetting",
                f"{bundle.name} {bundle.version} no tiene {FILES.replay}: nada impediría que olvide"),
            cure=say("Start from a model that has one, or make it: hx-detect train --make-replay",
                     "Parta de un modelo que lo tenga, o créelo: hx-detect train --make-replay"),
        )  # fmt: skip
    return read_replay(bundle.file(FILES.replay))


def some_targets(targets: Targets, rows: NDArray[np.intp] | slice) -> Targets:
    """The targets of some texts."""
    return Targets(targets.values[rows], targets.languages[rows], targets.groups[rows])


def _tables(bundle: Bundle) -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(bundle.file(FILES.decision).read_bytes())
    return tables


def _presence(bundle: Bundle, logits: BatchLogits, targets: Targets) -> NDArray[np.bool_]:
    """(n, 18), the signals that the old model takes for present."""
    table = bundle.decision.signals
    scaled = logits.signals * table.scale[targets.languages] + table.bias[targets.languages]
    return np.asarray(sigmoid(scaled) >= bundle.decision.signal_thresholds[targets.languages])
