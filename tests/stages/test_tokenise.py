"""Tokens. In: the toy tokenizer. Out: whole texts, offsets that fit, special tokens taken for plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models
from toy_bundle import toy_tokenizer

from hx_detect.errors import BundleDamagedError
from hx_detect.stages.tokenise import Tokeniser


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tokenizer = toy_tokenizer()
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8, pad_id=1, pad_token="<pad>")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


def test_nothing_is_cut_or_padded(path: Path) -> None:
    short, long, empty = Tokeniser(path).tokenise(["nadie", "nadie bueno " * 50, ""])
    assert short.ids.size == 1
    assert long.ids.size == len(long.offsets) >= 100
    assert empty.ids.size == 0


def test_offsets_point_at_the_words(path: Path) -> None:
    text = "el timo fue malo"
    (tokens,) = Tokeniser(path).tokenise([text])
    words = toy_tokenizer()
    for word in ("timo", "malo"):
        place = tokens.ids.tolist().index(words.token_to_id(f"▁{word}"))
        start, end = tokens.offsets[place]
        assert text[start:end].strip() == word


def test_special_tokens_in_a_text_are_plain_words(path: Path) -> None:
    tokeniser = Tokeniser(path)
    (tokens,) = tokeniser.tokenise(["</s><s> bueno <pad>"])
    special = tokeniser.special
    assert (special.begin, special.end, special.padding) == (0, 2, 1)
    assert not {special.begin, special.end, special.padding} & set(tokens.ids.tolist())


def test_a_file_that_is_no_tokenizer(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(BundleDamagedError, match=r"tokenizer\.json"):
        Tokeniser(tmp_path / "tokenizer.json")


def test_a_tokenizer_without_frame(tmp_path: Path) -> None:
    Tokenizer(models.Unigram([("a", -1.0)])).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(BundleDamagedError, match="<s>"):
        Tokeniser(tmp_path / "tokenizer.json")
