"""A training in small, for tests. In: a folder or texts. Out: sources, a tokenizer of words, examples, batches."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from labelled import labelled
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from hx_detect.learning.batches import Batch, Priors, collate, source_priors
from hx_detect.learning.datasets import Sources
from hx_detect.learning.examples import Example

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "training" / "recipes" / "small.toml"
AUTHORED = tuple(sorted((ROOT / "data" / "authored").glob("*.jsonl")))
TEXTS: tuple[tuple[str, dict[str, list[str]], str, str], ...] = (
    ("nadie contesta desde el lunes", {"ignored": ["nadie contesta"]}, "negative", "es"),
    ("me mintieron con el precio y me voy", {"deceived": ["me mintieron"], "leaving": ["me voy"]}, "negative", "es"),
    ("todo perfecto y muy amables", {"kind": ["muy amables"]}, "positive", "es"),
    ("la tienda abre a las nueve", {}, "neutral", "es"),
    ("nobody ever answers the phone", {"ignored": ["nobody ever answers"]}, "negative", "en"),
    ("they fixed it in a day and I love it", {"resolved": ["fixed it"], "delighted": ["I love it"]}, "positive", "en"),
    ("the box is blue", {}, "neutral", "en"),
    ("broken again, they shouted at me", {"failure": ["broken again"], "disrespected": ["shouted"]}, "negative", "en"),
)


def annotated(count: int, **values: Any) -> list[Example]:  # noqa: ANN401 - fields of an annotation record
    """``count`` labelled texts, each unlike the others by its last word."""
    return [
        labelled(f"{text} w{number}", lang, **{"id": f"a{number}", "labels": labels, "sentiment": mood} | values)
        for number, (text, labels, mood, lang) in enumerate(islice(chain.from_iterable([TEXTS] * count), count))
    ]


def row(text: str, **values: Any) -> Example:  # noqa: ANN401 - fields of Example
    """A text as a corpus gives it: nothing is known of it but what ``values`` say."""
    return Example(**{"id": text, "text": text, "language": "en", "kind": "review", "source": "toy.en"} | values)


def word_tokenizer(texts: Sequence[str]) -> Tokenizer:
    """Each word and sign of ``texts`` is a token, others are ``<unk>``; texts are framed by ``<s>`` and ``</s>``."""
    splitter = pre_tokenizers.Whitespace()
    words = sorted({word for text in texts for word, _ in splitter.pre_tokenize_str(text)})
    vocabulary = {word: number for number, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = splitter
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def batch_of(
    examples: Sequence[Example],
    *,
    classes: Mapping[str, Sequence[str]] | None = None,
    priors: Priors | None = None,
    longest: int = 64,
) -> Batch:
    """One batch of the examples, a token per word."""
    texts = [example.text for example in examples]
    encodings = word_tokenizer(texts).encode_batch(texts)
    pairs = list(zip(examples, encodings, strict=True))
    return collate(pairs, priors or source_priors([]), classes or {}, longest)


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Rows as JSON lines, gzipped where the name says so."""
    lines = "".join(json.dumps(dict(values), ensure_ascii=False) + "\n" for values in rows).encode()
    path.write_bytes(gzip.compress(lines) if path.suffix == ".gz" else lines)
    return path


def empty_manifest(folder: Path) -> Path:
    """A manifest without corpora."""
    path = folder / "corpora.toml"
    path.write_text("corpus = []\n", encoding="utf-8")
    return path


def authored_sources(folder: Path, rows: int | None = None) -> Sources:
    """Our own examples and nothing else: all, or the first ``rows`` of each language."""
    authored = AUTHORED
    if rows is not None:
        authored = tuple(folder / path.name for path in AUTHORED)
        for whole, part in zip(AUTHORED, authored, strict=True):
            part.write_text("".join(whole.read_text(encoding="utf-8").splitlines(True)[:rows]), encoding="utf-8")
    return Sources(manifest=empty_manifest(folder), corpora=folder, authored=authored)
