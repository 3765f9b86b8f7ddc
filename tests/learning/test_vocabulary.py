"""A trimmed tokenizer reads Spanish and English as the full one does, with fewer pieces."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from hx_detect.learning.vocabulary import count_pieces, learn, trim

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
PIECES = ["▁", "▁no", "▁vuelvo", "▁nadie", "▁contesta", "▁refund", "▁вода", "вода", "▁水", "ción", "▁😡", "ing"]
LETTERS = [*"abcdefghijklmnopqrstuvwxyzáéíóúñü0123456789", *".,;:!?¿¡€", "🙃", "水", "в"]
TEXTS = ["No vuelvo", "nadie contesta, no vuelvo", "refund", "nadie"]


def _tokenizer() -> Tokenizer:
    vocabulary = [(piece, 0.0) for piece in SPECIAL] + [(piece, -float(len(LETTERS))) for piece in LETTERS]
    vocabulary += [(piece, -2.0) for piece in PIECES] + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([*SPECIAL, "<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


FULL = _tokenizer()
COUNTS = count_pieces(FULL, TEXTS)
SMALL = trim(FULL, COUNTS, size=4)


def _pieces(tokenizer: Tokenizer) -> list[str]:
    return [piece for piece, _ in json.loads(tokenizer.to_str())["model"]["vocab"]]


def test_pieces_are_counted_without_the_special_ones() -> None:
    named = {FULL.id_to_token(index): count for index, count in COUNTS.items()}
    assert named["▁no"] == 2
    assert named["▁vuelvo"] == 2
    assert named["▁nadie"] == 2
    assert not set(named) & set(SPECIAL)


def test_counting_does_not_hang_on_the_batch() -> None:
    assert count_pieces(FULL, iter(TEXTS), batch=1) == count_pieces(FULL, TEXTS, batch=3) == COUNTS
    assert count_pieces(FULL, []) == Counter()


def test_frequent_pieces_letters_and_signs_stay() -> None:
    kept = set(_pieces(SMALL.tokenizer))
    frequent = {FULL.id_to_token(index) for index, _ in COUNTS.most_common(4)}
    assert frequent <= kept
    assert {*SPECIAL, "<mask>", "▁", *"abcñü09.¿€", "🙃", "▁😡"} <= kept
    assert not {"▁вода", "вода", "▁水", "水", "в", "ing"} & kept


def test_kept_rows_are_those_of_the_full_vocabulary() -> None:
    full = _pieces(FULL)
    assert _pieces(SMALL.tokenizer) == [full[index] for index in SMALL.kept]
    assert list(SMALL.kept) == sorted(SMALL.kept)
    assert SMALL.tokenizer.get_vocab_size() == len(SMALL.kept) < FULL.get_vocab_size()


def test_special_pieces_keep_their_part() -> None:
    small, full = SMALL.tokenizer.encode("No vuelvo"), FULL.encode("No vuelvo")
    assert small.tokens == full.tokens == ["<s>", "▁no", "▁vuelvo", "</s>"]
    assert [SMALL.kept[index] for index in small.ids] == full.ids
    assert SMALL.tokenizer.token_to_id("<mask>") == len(SMALL.kept) - 1


@pytest.mark.parametrize("text", ["水", "вода"])
def test_what_is_gone_is_unknown(text: str) -> None:
    assert "<unk>" in [SMALL.tokenizer.id_to_token(index) for index in SMALL.tokenizer.encode(text).ids]


def test_a_rare_word_is_spelled() -> None:
    assert SMALL.tokenizer.decode(SMALL.tokenizer.encode("refunding").ids) == "refunding"


def test_coverage_is_the_share_of_counted_tokens() -> None:
    assert trim(FULL, COUNTS, size=100).coverage == 1.0
    ids = FULL.get_vocab()
    none = trim(FULL, Counter({ids["▁refund"]: 3, ids["a"]: 1}), size=0)
    assert none.coverage == 0.25
    assert trim(FULL, Counter(), size=0).coverage == 0.0


def test_truncation_and_padding_are_not_taken_over() -> None:
    full = _tokenizer()
    full.enable_truncation(2)
    full.enable_padding(length=9)
    trimmed = trim(full, COUNTS, size=4).tokenizer
    assert (trimmed.truncation, trimmed.padding) == (None, None)


@given(st.text(alphabet=st.sampled_from("abcdefghijklmnñopqrstuvwxyzáéíóúü 0123456789.,¿?"), max_size=60))
def test_spanish_and_english_letters_are_never_unknown(text: str) -> None:
    assert 3 not in [SMALL.kept[index] for index in SMALL.tokenizer.encode(text).ids]


def test_the_same_texts_teach_the_same_pieces() -> None:
    texts = [f"{first} {second} número {n}" for n, first in enumerate(PIECES) for second in ("nadie responde", "ñu €")]
    learned = learn(texts, 60)
    assert learned.to_str() == learn(texts, 60).to_str()
    pieces = _pieces(learned)
    assert pieces[:5] == [*SPECIAL, "<mask>"]
    assert len(set(pieces)) == learned.get_vocab_size() <= 60
    assert {*"número"} <= set(pieces)


def test_a_learned_tokenizer_reads_back_what_it_learned_from() -> None:
    learned = learn(["nadie contesta", "nadie vuelve"] * 9, 40)
    assert learned.encode("nadie").tokens[0] == "<s>"
    assert learned.encode("nadie").tokens[-1] == "</s>"
    assert "".join(learned.encode("nadie vuelve", add_special_tokens=False).tokens) == "▁nadie▁vuelve"
    assert learned.token_to_id("<unk>") in learned.encode("水").ids
