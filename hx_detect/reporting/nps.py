"""Net Promoter Score of answers and of words, and where the two disagree. In: a frame. Out: ``NpsFigures``."""

from __future__ import annotations

from typing import Final

import polars as pl

from hx_detect.labels import HX_LEVELS
from hx_detect.reporting.figure_values import Estimate, Quote, Share, Span
from hx_detect.reporting.intervals import mean, minus, nps_score, share
from hx_detect.reporting.periods import within
from hx_detect.reporting.quotes import COLUMNS, quote
from hx_detect.reporting.section_records import NpsBands, NpsFigures

_SHOWN: Final = 6
_BANDS: Final = ("promoter", "passive", "detractor")
_ANSWERS: Final = range(11)


def nps(
    frame: pl.DataFrame, every: pl.DataFrame, compared: tuple[Span, Span] | None, *, texts: bool
) -> NpsFigures | None:
    """Bands, score and contradictions; None where neither answers nor words give a band.

    Args:
        frame: the texts; ``words_band`` is the band of the words alone, null where not known.
        every: these and those of the compared periods.
        compared: current and previous period.
        texts: show contradicting texts.
    """
    answers, words = _answered(frame), _bands(frame, "words_band", "text")
    if answers is None and words is None:
        return None
    before = after = None
    if compared is not None:
        after, before = (_answered(within(every, span)) for span in compared)
        if answers is None:
            after, before = (_bands(within(every, span), "words_band", "text") for span in compared)
    contradictions, praised, blamed = _contradictions(frame, texts=texts)
    return NpsFigures(
        answers=answers,
        words=words,
        histogram=_histogram(frame) if answers else (),
        stars=_mean_stars(frame),
        before=before,
        after=after,
        change=minus(after.score, before.score) if before and after else None,
        contradictions=contradictions,
        praised=praised,
        blamed=blamed,
    )


def with_words_band(frame: pl.DataFrame, thresholds: tuple[float, float] | None) -> pl.DataFrame:
    """Add ``words_band``: the NPS band of the words alone.

    Args:
        frame: of ``load``.
        thresholds: expected stars from which the model calls a text a promoter's and a passive's; None where its bundle
            is not at hand: then only the bands that the file says to be of the text are known.
    """
    told = pl.when(pl.col("nps_source") == "text").then(pl.col("nps_band"))
    if thresholds is None:
        return frame.with_columns(words_band=told)
    stars, (promoter, passive) = pl.col("stars_expected"), thresholds
    band = pl.when(stars >= promoter).then(pl.lit("promoter")).when(stars >= passive).then(pl.lit("passive"))
    return frame.with_columns(words_band=pl.coalesce(told, band.when(stars >= 0).then(pl.lit("detractor"))))


def _answered(frame: pl.DataFrame) -> NpsBands | None:
    answer = pl.col("answer")
    band = pl.when(answer >= 9).then(pl.lit("promoter")).when(answer >= 7).then(pl.lit("passive"))
    return _bands(frame.with_columns(band.when(answer >= 0).then(pl.lit("detractor")).alias("said")), "said", "answer")


def _bands(frame: pl.DataFrame, column: str, source: str) -> NpsBands | None:
    found = [int((frame[column] == band).sum()) for band in _BANDS]
    total = sum(found)
    if total == 0:
        return None
    promoters, passives, detractors = (share(count, total) for count in found)
    return NpsBands(source, total, promoters, passives, detractors, nps_score(*found))


def _histogram(frame: pl.DataFrame) -> tuple[int, ...]:
    """Answers 0 to 10; halves count to the lower whole number, as they count to its band."""
    whole = frame["answer"].drop_nulls().floor()
    return tuple(int((whole == answer).sum()) for answer in _ANSWERS)


def _mean_stars(frame: pl.DataFrame) -> Estimate | None:
    stars = frame["stars"].drop_nulls()
    return mean(len(stars), float(stars.sum()), float((stars * stars).sum())) if len(stars) else None


def _contradictions(frame: pl.DataFrame, *, texts: bool) -> tuple[Share | None, tuple[Quote, ...], tuple[Quote, ...]]:
    """Texts whose real score and words stand at opposite ends: their share, those that praise, those that blame."""
    scored = frame.filter(pl.col("answer").is_not_null() | pl.col("stars").is_not_null())
    if scored.is_empty():
        return None, (), ()
    high = pl.coalesce(pl.col("answer") >= 9, pl.col("stars") >= 5)
    low = pl.coalesce(pl.col("answer") <= 6, pl.col("stars") <= 2)
    band, level = pl.col("words_band"), pl.col("level").cast(pl.String)
    told = pl.col("mismatch").fill_null(False)
    blames = high & (level.is_in(HX_LEVELS) | (band == "detractor").fill_null(told))
    praises = low & ((level == "cx") | (band == "promoter").fill_null(told)) & ~level.is_in(HX_LEVELS)
    blamed = scored.filter(blames).sort(["hx_probability", "file", "row"], descending=[True, False, False])
    praised = scored.filter(praises).sort(["hx_probability", "file", "row"])
    count = blamed.height + praised.height
    if not texts:
        return share(count, scored.height), (), ()
    return share(count, scored.height), _quotes(praised), _quotes(blamed)


def _quotes(frame: pl.DataFrame) -> tuple[Quote, ...]:
    rows = frame.filter(pl.col("text").is_not_null()).unique("text", keep="first", maintain_order=True)
    return tuple(quote(row) for row in rows.select(COLUMNS).head(_SHOWN).iter_rows(named=True))
