"""Windows to texts. In: window logits. Out: maxima for what is reported, weighted means for what is felt."""

from __future__ import annotations

import numpy as np
import pytest

from hx_detect.stage_records import WindowLogits
from hx_detect.stages.heads import combine_windows

NO_WORDS = np.zeros((1, 24), np.float32)
NO_WEIGHT = np.zeros(24)


def window(value: float, tokens: int, *, start: int = 0, fresh: int | None = None) -> WindowLogits:
    """A window where every logit is ``value``."""
    return WindowLogits(
        start=start,
        fresh=tokens if fresh is None else fresh,
        sentiment=np.full((2, 3), value, np.float32),
        stars=np.full(5, value, np.float32),
        signals=np.full(18, value, np.float32),
        evidence=np.full((tokens, 18), value, np.float32),
        stage=np.full(7, value, np.float32),
        kind=np.full(4, value, np.float32),
        hx=value,
    )


def test_one_window_is_taken_as_it_is() -> None:
    got = combine_windows([[window(0.3, 4)]], NO_WORDS, NO_WEIGHT)
    assert got.stars.tolist() == [pytest.approx([np.float32(0.3)] * 5)]
    assert got.signals.shape == (1, 18)
    assert got.evidence[0].shape == (4, 18)


def test_maxima_and_weighted_means() -> None:
    got = combine_windows([[window(4.0, 30), window(-2.0, 15, start=25, fresh=10)]], NO_WORDS, NO_WEIGHT)
    assert set(got.signals[0]) == {4.0}
    assert got.hx[0] == 4.0
    for mean in (got.sentiment, got.stars, got.stage, got.kind):
        assert mean[0] == pytest.approx(np.full(mean[0].shape, (4.0 * 30 - 2.0 * 10) / 40))


def test_evidence_of_the_overlap_is_the_larger() -> None:
    got = combine_windows([[window(1.0, 6), window(2.0, 5, start=4, fresh=3)]], NO_WORDS, NO_WEIGHT)
    assert got.evidence[0][:, 7].tolist() == [1, 1, 1, 1, 2, 2, 2, 2, 2]


def test_words_are_added_with_their_weight() -> None:
    words = np.arange(24, dtype=np.float32)[None]
    weight = np.zeros(24)
    weight[[3, 18]] = [2.0, 0.5]
    got = combine_windows([[window(1.0, 2)]], words, weight)
    assert got.signals[0, 3] == 7.0
    assert np.delete(got.signals[0], 3).tolist() == [1.0] * 17
    assert got.hx[0] == 10.0


def test_no_texts() -> None:
    got = combine_windows([], np.zeros((0, 24), np.float32), NO_WEIGHT)
    assert got.signals.shape == (0, 18)
    assert got.sentiment.shape == (0, 2, 3)
    assert got.hx.shape == (0,)
