"""The figures of the check count what was made wrong, and the page says how they were made."""

from __future__ import annotations

import random

import pytest
from labelled_judge import clear_rows, judge

from hx_detect.learning import label_figures
from hx_detect.learning.label_figures import WAYS, flip_sentiment, page, precision, swap_all


def test_precision_of_a_clear_case() -> None:
    rows = clear_rows(120)
    top, found, listed = precision(rows, judge(rows), flip_sentiment, 1)
    assert top >= 0.8
    assert 0 < found <= 1
    assert listed > 0


def test_swapping_moves_labels_and_keeps_texts() -> None:
    rows = clear_rows(40)
    chosen = list(range(20))
    swapped = swap_all(rows, chosen, random.Random(1))
    assert [row.text for row in swapped] == [rows[place].text for place in chosen]
    assert sorted(str(row.sentiment) for row in swapped) == sorted(str(rows[place].sentiment) for place in chosen)
    assert [row.sentiment for row in swapped] != [rows[place].sentiment for place in chosen]


def test_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_figures, "SEEDS", range(1))
    monkeypatch.setattr(label_figures, "WAYS", {"sentiment turned round": WAYS["sentiment turned round"]})
    rows = clear_rows(80)
    text = page(rows, judge(rows))
    assert "python -m hx_detect.learning.label_figures" in text
    assert text.count("\n| sentiment turned round | ") == text.count("\n| nothing | - | - | 0 |") == 1
