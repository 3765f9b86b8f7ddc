"""Sources -> training and evaluation sets. In: corpora, annotations, authored texts. Out: disjoint sets of examples."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hx_detect.errors import CorpusError
from hx_detect.learning.corpora import Corpus, CorpusRow, read_corpus, read_manifest
from hx_detect.learning.examples import (
    Cleaner,
    Example,
    annotation_example,
    corpus_example,
    read_annotations,
    without_own,
)
from hx_detect.learning.held_out import held_out
from hx_detect.learning.labelled_examples import NEW, labelled_examples
from hx_detect.learning.labelled_row import LabelledRow
from hx_detect.learning.splits import leaks, near_duplicate_groups, split_of
from hx_detect.stage_records import CleanText
from hx_detect.stages.clean import CleaningSpec, clean

REAL_SHARES = {"val": 0.08, "train": 0.92}
AUTHORED_SHARES = {"test": 0.14, "val": 0.10, "train": 0.76}
HELD_OUT_SPLITS = ("test", "val", "dev", "validation")
EXPERIENCE = "hx"
"""Name under which annotated and authored texts go in a recipe."""


@dataclass(frozen=True)
class Sources:
    """Where the data lie.

    Attributes:
        manifest: ``training/corpora.toml``.
        corpora: folder of corpus files.
        annotations: annotated real texts; their own split ``val`` is our test set.
        located: annotations without text; it is looked up in the corpora by row id and checked by hash.
        authored: labelled examples of our own.
        exclude: ids that other sets evaluate on (``exclude_from_train.json``).
        permissive_only: leave out corpora whose licence is not permissive.
        labelled: rows of other tables; those that the gate judges on are left out.
    """

    manifest: Path
    corpora: Path
    annotations: tuple[Path, ...] = ()
    located: tuple[Path, ...] = ()
    authored: tuple[Path, ...] = ()
    exclude: Path | None = None
    permissive_only: bool = False
    labelled: tuple[LabelledRow, ...] = ()


@dataclass
class Datasets:
    """Examples by set name, and what was left out and why.

    Attributes:
        train: corpus name (``hx`` for annotated and authored texts) -> examples.
        val: for calibration, thresholds and choices.
        test: only for reporting.
        left_out: reason -> number of rows.
        hashes: source -> SHA-256 of the texts and labels used, for the bundle's provenance.
    """

    train: dict[str, list[Example]] = field(default_factory=dict)
    val: dict[str, list[Example]] = field(default_factory=dict)
    test: dict[str, list[Example]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    hashes: dict[str, str] = field(default_factory=dict)


def load_datasets(sources: Sources, wanted: Iterable[str] | None = None) -> Datasets:
    """Read everything, split it, and take from training whatever an evaluation set holds, from validation the test.

    Args:
        sources: where the data lie.
        wanted: corpora to read; None reads all in use. Evaluation sets are always read.

    Raises:
        CorpusError: a source is missing or damaged.
    """
    clean_text = cleaner()
    manifest = read_manifest(sources.manifest)
    if sources.permissive_only:
        manifest = {name: corpus for name, corpus in manifest.items() if corpus.permissive}
    used = {name for name, corpus in manifest.items() if corpus.used}
    names = used if wanted is None else set(wanted) - {EXPERIENCE, NEW}
    unknown = names - set(manifest)
    if unknown and not sources.permissive_only:
        raise CorpusError(f"corpora {sorted(unknown)} are not in the manifest", cure=f"known: {sorted(manifest)}")
    sets = Datasets()
    held_out: list[str] = []
    _read_corpora(sets, held_out, sources, manifest, names & set(manifest), clean_text)
    _read_experience(sets, sources, manifest, clean_text)
    _read_labelled(sets, sources.labelled, clean_text)
    held_out += [example.text for some in (*sets.val.values(), *sets.test.values()) for example in some]
    _drop_leaks(sets, held_out)
    sets.hashes = {name: _fingerprint(examples) for name, examples in sorted(sets.train.items())}
    return sets


def cleaner(spec: CleaningSpec | None = None) -> Cleaner:
    """The cleaning of the scorer, as a function of the text alone."""
    chosen = spec or CleaningSpec()

    def clean_text(text: str) -> CleanText:
        return clean(text, chosen)

    return clean_text


def _read_corpora(
    sets: Datasets,
    held_out: list[str],
    sources: Sources,
    manifest: dict[str, Corpus],
    names: set[str],
    clean_text: Cleaner,
) -> None:
    excluded = _excluded(sources.exclude) if sources.exclude else {}
    for name in sorted(names | {n for n in ("umsab.es", "umsab.en", "marc.es", "marc.en") if n in manifest}):
        corpus = manifest[name]
        banned = excluded.get(name, {})
        for row in read_corpus(corpus, sources.corpora):
            if row.split in HELD_OUT_SPLITS:
                _hold_out(sets, held_out, corpus, row, clean_text)
            elif row.split not in corpus.train_splits or name not in names:
                sets.left_out[f"{name}: split {row.split or 'none'}"] += 1
            elif row.id in banned:
                sets.left_out[f"{name}: in the exclude file"] += 1
                if name in BORROWED and all("[val]" in place for place in banned[row.id]):
                    sets.val.setdefault(name, []).append(corpus_example(corpus, row, clean_text))
            elif (row.stars, row.sentiment, row.auxiliary) != (None, None, None):
                example = corpus_example(corpus, row, clean_text)
                target = sets.train.setdefault(name, [])
                if name.startswith("marc.") and split_of(row.text, {"val": 0.05, "train": 0.95}) == "val":
                    target = sets.val.setdefault(name, [])
                target.append(example)


def _excluded(path: Path) -> dict[str, dict[str, list[str]]]:
    """Corpus -> row id -> the splits of other sets that hold the same text, as ``tass2020.es[val]``."""
    try:
        rows: dict[str, dict[str, list[str]]] = json.loads(path.read_text(encoding="utf-8"))
        return {name: {row: list(places) for row, places in ids.items()} for name, ids in rows.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        cure = "an object: corpus name -> row id -> list of the splits that hold its text"
        raise CorpusError(f"exclude file {path}: {error}", cure=cure) from error


def _hold_out(sets: Datasets, held_out: list[str], corpus: Corpus, row: CorpusRow, clean_text: Cleaner) -> None:
    example = corpus_example(corpus, row, clean_text)
    if corpus.name.startswith(("umsab.", "marc.")):
        side = sets.test if row.split == "test" else sets.val
        side.setdefault(corpus.name, []).append(example)
    elif corpus.name in BORROWED and row.split == "val":
        sets.val.setdefault(corpus.name, []).append(example)
        held_out.append(example.text)
    else:
        held_out.append(example.text)


def _read_experience(sets: Datasets, sources: Sources, manifest: dict[str, Corpus], clean_text: Cleaner) -> None:
    def kind_of(source: str) -> str:
        corpus = next((c for name, c in manifest.items() if name.rpartition(".")[0] == source), None)
        return corpus.kind if corpus else OTHER_KINDS.get(source, "review")

    free = {name.rpartition(".")[0] for name in manifest}
    for path in sources.annotations:
        records = list(read_annotations(path))
        if sources.permissive_only:
            sets.left_out["annotations of texts without a permissive licence"] += len(records)
            records = [record for record in records if record["source"] in free]
            sets.left_out["annotations of texts without a permissive licence"] -= len(records)
        examples = [annotation_example(record, clean_text, kind_of) for record in records]
        _split_real(sets, examples, [str(record.get("split", "train")) for record in records])
    if sources.located:
        records = [record for path in sources.located for record in read_annotations(path)]
        texts = locate_texts(records, manifest, sources.corpora)
        located = [
            record | {"text": texts[record["corpus"], record["id"]], "source": record["corpus"].rpartition(".")[0]}
            for record in records
            if (record["corpus"], record["id"]) in texts
        ]
        sets.left_out["annotations without their corpus"] += len(records) - len(located)
        examples = [annotation_example(record, clean_text, kind_of) for record in located]
        _split_real(sets, examples, [str(record.get("split", "train")) for record in located])
    for path in sources.authored:
        for found in read_annotations(path):
            record, own = without_own(found)
            sets.left_out["labels that are signals of your own: a refit learns them"] += own
            example = annotation_example(record, clean_text, kind_of)
            side = split_of(example.group or example.id, AUTHORED_SHARES)
            _side(sets, side, "authored").append(replace(example, source="authored"))


def _read_labelled(sets: Datasets, rows: Sequence[LabelledRow], clean_text: Cleaner) -> None:
    """Rows with signals go among the annotated texts, others by themselves; about one in ten is for validation."""
    apart = held_out([row.text for row in rows], [row.group for row in rows])
    sets.left_out["new rows: held out for the gate"] += sum(apart)
    learned = [row for row, out in zip(rows, apart, strict=True) if not out]
    for example in labelled_examples(learned, clean_text) if learned else ():
        name = NEW if example.signals is None else EXPERIENCE
        side = sets.val if split_of(example.group or example.original, REAL_SHARES) == "val" else sets.train
        side.setdefault(name, []).append(example)


BORROWED = ("tass2020.es", "semeval2017-4a.en")
"""Posts that are in the validation split of a set and so are not trained on: they help to calibrate posts."""
PUBLISHED_SIDES = {"val": "test", "train-only": "train", "calibration": "val"}
"""The annotations' own ``val`` is our test set; what was annotated after a training had begun is only held out where it
says so itself."""
OTHER_KINDS = {"banamex-unlabelled": "post", "reddit-peru-telco-unlabelled": "post"}
"""Kinds of sources that are in the annotations but feed no head by themselves."""


def _split_real(sets: Datasets, examples: list[Example], published: list[str]) -> None:
    groups = near_duplicate_groups([example.text for example in examples])
    for example, split, group in zip(examples, published, groups, strict=True):
        side = PUBLISHED_SIDES.get(split) or split_of(examples[group].text, REAL_SHARES)
        _side(sets, side, EXPERIENCE).append(example)


def _side(sets: Datasets, side: str, name: str) -> list[Example]:
    if side == "train":
        return sets.train.setdefault(EXPERIENCE, [])
    return (sets.val if side == "val" else sets.test).setdefault(name, [])


def locate_texts(
    records: list[dict[str, str]], manifest: dict[str, Corpus], folder: Path
) -> dict[tuple[str, str], str]:
    """Texts of annotations that carry only corpus, row id and hash.

    Raises:
        CorpusError: a row's text is not the one that was annotated.
    """
    found: dict[tuple[str, str], str] = {}
    wanted: dict[str, dict[str, str]] = {}
    for record in records:
        wanted.setdefault(record["corpus"], {})[record["id"]] = record["sha256"]
    for name, ids in wanted.items():
        if name not in manifest:
            continue
        for row in read_corpus(manifest[name], folder):
            if row.id in ids:
                if hashlib.sha256(row.text.encode()).hexdigest()[: len(ids[row.id])] != ids[row.id]:
                    raise CorpusError(f"{name} row {row.id} is not the text that was annotated", cure="fetch it again")
                found[name, row.id] = row.text
    return found


def _drop_leaks(sets: Datasets, held_out: list[str]) -> None:
    """Take from training what any evaluation set holds, and from validation what a test set holds."""
    tested = [example.text for some in sets.test.values() for example in some]
    for side, others, reason in (
        (sets.train, held_out, "like an evaluation text"),
        (sets.val, tested, "validation text like a test text"),
    ):
        for name, examples in side.items():
            leaking = leaks([example.text for example in examples], others)
            side[name] = [example for example, leak in zip(examples, leaking, strict=True) if not leak]
            sets.left_out[f"{name}: {reason}"] += sum(leaking)


def _fingerprint(examples: list[Example]) -> str:
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.text}\x1f{example.stars}\x1f{example.sentiment}\x1f{example.signals}".encode())
    return digest.hexdigest()


def evaluation_sets(sources: Sources) -> dict[str, list[Example]]:
    """The test sets by the names that reports use.

    Returns:
        ``umsab_test``, ``marc_test``, ``hx_test``, ``authored_test`` and ``calm_furious_pairs`` (held-out pairs only).
    """
    test = load_datasets(sources, wanted=()).test
    authored = test.get("authored", [])
    return {
        "umsab_test": test.get("umsab.es", []) + test.get("umsab.en", []),
        "marc_test": test.get("marc.es", []) + test.get("marc.en", []),
        "hx_test": test.get(EXPERIENCE, []),
        "authored_test": authored,
        "calm_furious_pairs": [example for example in authored if example.role in ("calm", "furious")],
    }
