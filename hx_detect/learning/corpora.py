"""Corpora manifest -> labelled rows. In: ``training/corpora.toml``, a folder of files or the hub. Out: mapped rows."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hx_detect.errors import CorpusError
from hx_detect.labels import KINDS, SENTIMENTS


@dataclass(frozen=True)
class Auxiliary:
    """A task that only shapes the encoder and leaves no head behind.

    Attributes:
        task: name; corpora that share it share its classes.
        field: column of ``extra`` with the class; empty for the row's own label.
        otherwise: what to take where that column is empty: ``label`` or nothing (the row is left out).
    """

    task: str
    field: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class Hub:
    """Where a corpus lies on the hub, and how its columns are called there.

    Attributes:
        id: repository, as ``owner/name`` (or a local folder that `datasets` can read).
        config: its configuration; empty for the only one.
        text: column of the text.
        label: column of the label: a string, a number, or a list of either.
        names: our label for each number, in order; empty where the column holds our labels already.
    """

    id: str
    config: str = ""
    text: str = "text"
    label: str = "label"
    names: tuple[str, ...] = ()

    def row(self, split: str, number: int, values: dict[str, Any]) -> dict[str, Any]:
        """A row of the hub as a line of a corpus file."""
        found = values[self.label]
        labels = found if isinstance(found, list) else [found]
        label = ",".join(self.names[one] if self.names else str(one) for one in labels)
        identifier = str(values.get("id", f"{split}-{number}"))
        return {"id": identifier, "text": values[self.text], "split": split, "label": label}


@dataclass(frozen=True)
class Corpus:
    """One entry of the manifest (``training/corpora.toml`` explains the fields)."""

    name: str
    language: str
    kind: str
    train_splits: tuple[str, ...]
    licence: str = "not stated"
    permissive: bool = False
    citation: str = ""
    source: str = ""
    file: str = ""
    hub: Hub | None = None
    used: bool = True
    stars: dict[str, int] = field(default_factory=dict)
    sentiment: dict[str, str] = field(default_factory=dict)
    auxiliary: Auxiliary | None = None

    @property
    def file_name(self) -> str:
        """Its file under a ``--corpora`` folder."""
        return self.file or f"{self.name}.jsonl.gz"


@dataclass(frozen=True)
class CorpusRow:
    """One row of a corpus, its labels already mapped; None where the corpus says nothing.

    Attributes:
        stars: 1 to 5.
        sentiment: one of ``labels.SENTIMENTS``.
        auxiliary: (task, class).
    """

    id: str
    text: str
    split: str
    stars: int | None = None
    sentiment: str | None = None
    auxiliary: tuple[str, str] | None = None


def read_manifest(path: Path) -> dict[str, Corpus]:
    """Corpora by name.

    Raises:
        CorpusError: the file is missing, or an entry is not as it should be.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["corpus"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise CorpusError(f"manifest {path}: {error}", cure="give --manifest a corpora.toml") from error
    corpora: dict[str, Corpus] = {}
    for corpus in map(_corpus, entries):
        if corpus.name in corpora:
            raise CorpusError(f"manifest {path}: corpus {corpus.name} stands twice", cure="keep one of the entries")
        corpora[corpus.name] = corpus
    return corpora


def _corpus(entry: dict[str, Any]) -> Corpus:
    values = dict(entry)
    name = values.get("name", "?")
    if values.get("kind") not in KINDS:
        raise CorpusError(f"corpus {name}: kind {values.get('kind')!r}", cure=f"one of {', '.join(KINDS)}")
    unknown = set(values.get("sentiment", {}).values()) - set(SENTIMENTS)
    if unknown:
        raise CorpusError(f"corpus {name}: sentiment {sorted(unknown)}", cure=f"one of {', '.join(SENTIMENTS)}")
    values["train_splits"] = tuple(values.get("train_splits", ("train",)))
    try:
        if "auxiliary" in values:
            values["auxiliary"] = Auxiliary(**values["auxiliary"])
        if "hub" in values:
            values["hub"] = Hub(**values["hub"] | {"names": tuple(values["hub"].get("names", ()))})
        return Corpus(**values)
    except TypeError as error:
        raise CorpusError(f"corpus {name}: {error}", cure="see the head of corpora.toml for the fields") from error


def read_corpus(corpus: Corpus, folder: Path | None) -> Iterator[CorpusRow]:
    """The rows of a corpus, from its file under ``folder`` or, without a folder, from the hub.

    Args:
        corpus: which.
        folder: holds ``corpus.file_name``; None reads ``corpus.hub`` over the network.

    Yields:
        Rows as mapped by the manifest.

    Raises:
        CorpusError: the file is missing or damaged, or the corpus is on no hub.
    """
    for row in _load(corpus, folder):
        yield _map(corpus, row)


def _load(corpus: Corpus, folder: Path | None) -> Iterator[dict[str, Any]]:
    from datasets import load_dataset

    if folder is None:
        if corpus.hub is None:
            raise CorpusError(f"corpus {corpus.name} is on no hub", cure=f"get it from {corpus.source}, give --corpora")
        for split, rows in load_dataset(corpus.hub.id, corpus.hub.config or None, streaming=True).items():
            yield from (corpus.hub.row(str(split), number, row) for number, row in enumerate(rows))
        return
    path = folder / corpus.file_name
    if not path.is_file():
        raise CorpusError(f"corpus {corpus.name}: no {path.name} in {folder}", cure=f"get it from {corpus.source}")
    # As plain lines: the columns under `extra` differ from row to row, which a typed table cannot hold.
    for number, line in enumerate(load_dataset("text", data_files=str(path), split="train", streaming=True), 1):
        try:
            yield json.loads(line["text"])
        except json.JSONDecodeError as error:
            raise CorpusError(f"{path.name} line {number}: {error}", cure="fetch the file again") from error


def _map(corpus: Corpus, row: dict[str, Any]) -> CorpusRow:
    label = str(row.get("label") if row.get("label") is not None else "")
    return CorpusRow(
        id=str(row.get("id", "")),
        text=str(row["text"]),
        split=str(row.get("split") or ""),
        stars=corpus.stars.get(label),
        sentiment=corpus.sentiment.get(label),
        auxiliary=_auxiliary(corpus.auxiliary, row, label),
    )


def _auxiliary(auxiliary: Auxiliary | None, row: dict[str, Any], label: str) -> tuple[str, str] | None:
    if auxiliary is None:
        return None
    value = label if not auxiliary.field else str((row.get("extra") or {}).get(auxiliary.field) or "")
    if not value and auxiliary.otherwise == "label":
        value = label
    if not value or "," in value:
        return None
    return auxiliary.task, value
