"""Full tokenizer + texts -> trimmed tokenizer. In: a Unigram ``tokenizer.json``, texts. Out: a smaller one, rows."""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

_ALWAYS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_WORD_START = "\u2581"
_SCORE_DIGITS = 6


@dataclass(frozen=True)
class TrimmedVocabulary:
    """A trimmed tokenizer.

    Attributes:
        tokenizer: the new tokenizer.
        kept: for each new id, its id in the full vocabulary (rows to take from the word table).
        coverage: share of the counted tokens that are still one piece, in [0, 1].
    """

    tokenizer: Tokenizer
    kept: tuple[int, ...]
    coverage: float


def learn(texts: Iterable[str], size: int) -> Tokenizer:
    """A Unigram tokenizer of about ``size`` pieces learned from the texts alone (Kudo 2018).

    The trainer adds up, and appends letters it did not need, in no fixed order. So scores are rounded, such letters
    get the lowest score of the other pieces, and pieces are sorted: the same texts give the same tokenizer.
    """
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=list(_ALWAYS), unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    spec: dict[str, Any] = json.loads(tokenizer.to_str())
    special, others = spec["model"]["vocab"][: len(_ALWAYS)], spec["model"]["vocab"][len(_ALWAYS) :]
    lowest = min((score for piece, score in others if len(piece) > 1), default=-math.inf)
    scored = [(piece, round(max(score, lowest), _SCORE_DIGITS)) for piece, score in others]
    spec["model"]["vocab"] = special + sorted(scored, key=lambda entry: (-entry[1], entry[0]))
    tokenizer = Tokenizer.from_str(json.dumps(spec))
    begin, end = (tokenizer.token_to_id(name) for name in ("<s>", "</s>"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", begin), ("</s>", end)]
    )
    return tokenizer


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str], batch: int = 2000) -> Counter[int]:
    """How often each piece of the full vocabulary occurs in ``texts``."""
    counts: Counter[int] = Counter()
    for some in _chunks(texts, batch):
        for encoding in tokenizer.encode_batch(some, add_special_tokens=False):
            counts.update(encoding.ids)
    return counts


def trim(tokenizer: Tokenizer, counts: Counter[int], size: int) -> TrimmedVocabulary:
    """Keep special pieces, single characters of Spanish and English, emoji, and the ``size`` most frequent pieces.

    Args:
        tokenizer: a Unigram tokenizer.
        counts: piece id -> occurrences (``count_pieces``).
        size: how many of the most frequent pieces to keep.
    """
    spec: dict[str, Any] = json.loads(tokenizer.to_str())
    pieces: list[list[Any]] = spec["model"]["vocab"]
    frequent = {index for index, _ in counts.most_common(size)}
    kept = [index for index, (piece, _) in enumerate(pieces) if index in frequent or _is_basic(piece)]
    spec["model"]["vocab"] = [pieces[index] for index in kept]
    new_ids = {pieces[old][0]: new for new, old in enumerate(kept)}
    spec["model"]["unk_id"] = new_ids["<unk>"]
    for token in spec["added_tokens"]:
        token["id"] = new_ids[token["content"]]
    _renumber_post_processor(spec["post_processor"], new_ids)
    spec["truncation"] = spec["padding"] = None
    known = set(kept)
    covered = sum(count for index, count in counts.items() if index in known)
    return TrimmedVocabulary(Tokenizer.from_str(json.dumps(spec)), tuple(kept), covered / max(1, counts.total()))


def _renumber_post_processor(processor: dict[str, Any] | None, new_ids: dict[str, int]) -> None:
    for name, token in ((processor or {}).get("special_tokens") or {}).items():
        token["ids"] = [new_ids[name]]


def _is_basic(piece: str) -> bool:
    if piece in _ALWAYS:
        return True
    bare = piece.removeprefix(_WORD_START)
    if len(bare) != 1:
        return piece == _WORD_START
    return ord(bare) < 0x250 or unicodedata.category(bare) in {"So", "Sk", "Sc", "Pd", "Pi", "Pf", "Po"}


def _chunks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    some: list[str] = []
    for text in texts:
        some.append(text)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
