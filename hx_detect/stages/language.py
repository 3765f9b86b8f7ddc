"""Cleaned text -> its language. In: any str. Out: es, en, mixed or other, its probability, and the nearer of es, en."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from hx_detect.labels import Lang
from hx_detect.stage_records import LanguageGuess

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier as _NaiveBayes

# fmt: off
CANDIDATES: Final = (
    "es", "en", "pt", "fr", "it", "de", "ca", "gl", "eu", "nl", "ro", "pl", "sv", "da", "no", "fi", "hu", "cs",
    "tr", "ru", "uk", "ar", "he", "fa", "hi", "zh", "ja", "ko", "el", "id", "vi", "tl",
)
"""Languages told apart; any but the first two is ``other``."""
PRIOR: Final = 10.0
"""How much likelier Spanish and English are than each other candidate before a text is read (measured: without it one
text in five under 30 characters is lost to a sister language; with it none of our Portuguese or Catalan samples is)."""
_PLACEHOLDER: Final = re.compile(r"@user\b|\bhttp\b")
_LETTER: Final = re.compile(r"[^\W\d_]")
_SENTENCE_END: Final = re.compile(r"[.!?…\n]+\s*")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SPANISH_WORDS: Final = frozenset((
    "el", "la", "los", "las", "un", "una", "que", "de", "del", "y", "por", "con", "para", "pero", "muy", "es",
    "esta", "está", "mi", "se", "le", "lo", "al", "como", "más", "porque",
))
_ENGLISH_WORDS: Final = frozenset((
    "the", "and", "of", "to", "is", "was", "it", "my", "they", "you", "for", "with", "that", "this", "have", "be",
    "not", "are", "but", "we", "on", "at", "very", "your", "so", "were",
))
# fmt: on
_FEW_WORDS: Final = 3
_HALVED_WORDS: Final = 8
_SURE: Final = 0.9
_LEAST_SHARE: Final = 0.2


class LanguageIdentifier:
    """Tells languages apart: naive Bayes over byte n-grams (Lui and Baldwin 2012, "langid.py"), model in py3langid.

    Loading takes about a second of decompression, most of it outside Python's lock; one object serves all threads.
    """

    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._model: _NaiveBayes = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._model.set_languages(CANDIDATES)

    def identify(self, text: str) -> LanguageGuess:
        """The language of one cleaned text.

        A text without letters is taken for Spanish with probability 0.5: nothing in it says otherwise.

        Args:
            text: cleaned, any length.

        Returns:
            ``mixed`` where sentences (or halves) are clearly Spanish and others clearly English, each at least a fifth
            of the text; ``other`` where a language that is neither is likeliest.
        """
        words = _PLACEHOLDER.sub(" ", text)
        if not _LETTER.search(words):
            return LanguageGuess("es", 0.5, "es")
        shares = self._probabilities(words)
        nearer: Lang = "es" if shares["es"] >= shares["en"] else "en"
        best = max(shares, key=shares.__getitem__)
        if best not in ("es", "en"):
            return LanguageGuess("other", 1.0 - shares["es"] - shares["en"], nearer)
        mixed = self._mixed_probability(words)
        if mixed >= _SURE:
            return LanguageGuess("mixed", mixed, nearer)
        return LanguageGuess(best, shares[best], nearer)

    def _probabilities(self, text: str) -> dict[str, float]:
        weighed = {
            code: share * (PRIOR if code in ("es", "en") else 1.0)
            for code, share in cast("list[tuple[str, float]]", self._model.rank(text))
        }
        total = sum(weighed.values())
        return {code: share / total for code, share in weighed.items()}

    def _mixed_probability(self, text: str) -> float:
        """How sure it is that the text is part Spanish, part English: of its surest parts, the less sure; else 0."""
        found = set(_WORD.findall(text.lower()))
        if len(found & _SPANISH_WORDS) < _FEW_WORDS or len(found & _ENGLISH_WORDS) < _FEW_WORDS:
            return 0.0
        sure = {"es": 0.0, "en": 0.0}
        length = {"es": 0, "en": 0}
        parts = _parts(text)
        for part in parts:
            shares = self._probabilities(part)
            best = max(shares, key=shares.__getitem__)
            if best in sure and shares[best] >= _SURE:
                sure[best] = max(sure[best], shares[best])
                length[best] += len(part)
        if min(length.values()) < _LEAST_SHARE * sum(map(len, parts)):
            return 0.0
        return min(sure.values())


def _parts(text: str) -> Sequence[str]:
    """Sentences of some words; where there is but one, its halves."""
    parts = [part for part in _SENTENCE_END.split(text) if len(part.split()) >= _FEW_WORDS]
    words = text.split()
    if len(parts) > 1 or len(words) < _HALVED_WORDS:
        return parts
    middle = len(words) // 2
    return [" ".join(words[:middle]), " ".join(words[middle:])]
