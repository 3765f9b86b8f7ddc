"""Cleaned texts -> model tokens. In: strings. Out: ids and offsets of each, whole, without special tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hx_detect.errors import BundleDamagedError
from hx_detect.stage_records import Tokens
from hx_detect.wording import say


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Ids of the tokens that frame a text: begin, end and padding."""

    begin: int
    end: int
    padding: int


class Tokeniser:
    """The bundle's tokenizer; never truncates, takes special tokens in a text for plain words.

    Args:
        path: its ``tokenizer.json``.

    Raises:
        BundleDamagedError: the file is no tokenizer, or has no ``<s>``, ``</s>`` or ``<pad>``.
    """

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Any = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise _damaged(path, str(error)) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        _take_special_tokens_for_words(self._tokenizer)
        begin, end, padding = (self._tokenizer.token_to_id(name) for name in ("<s>", "</s>", "<pad>"))
        if begin is None or end is None or padding is None:
            raise _damaged(path, "<s>, </s> or <pad> missing")
        self.special = SpecialTokens(begin, end, padding)

    def tokenise(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, in order; a text's tokens do not depend on the others."""
        return [Tokens(np.array(encoding.ids, np.int64), encoding.offsets) for encoding in self._encoded(texts)]

    def _encoded(self, texts: Sequence[str]) -> Sequence[Any]:
        """The library's encodings; a lone text stays in this thread, as the way to the library's own takes longer."""
        if len(texts) == 1:
            return [self._tokenizer.encode(texts[0], add_special_tokens=False)]
        encodings: list[Any] = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return encodings


def _take_special_tokens_for_words(tokenizer: Any) -> None:  # noqa: ANN401 - the library's class is imported late
    """Cut ``<`` off ``<s>`` and its like: a Unigram model finds them in its vocabulary even when told to pass by."""
    from tokenizers import Regex, pre_tokenizers

    tokenizer.encode_special_tokens = True
    names = sorted(token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special)
    if names:
        heads = "|".join(f"{re.escape(name[0])}(?={re.escape(name[1:])})" for name in names)
        cut = pre_tokenizers.Split(Regex(heads), "isolated")
        before = [tokenizer.pre_tokenizer] if tokenizer.pre_tokenizer else []
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*before, cut])


def _damaged(path: Path, why: str) -> BundleDamagedError:
    return BundleDamagedError(
        say(f"{path} is not a usable tokenizer: {why}", f"{path} no es un tokenizador que sirva: {why}"),
        cure=say("Install the model again", "Instale el modelo de nuevo"),
    )
