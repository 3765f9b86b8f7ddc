"""Reading scores back from flat and nested tables."""

from __future__ import annotations

from fake_scorer import fake_score

from hx_detect.io.score_columns import FLAT, flat_values, nested
from hx_detect.labelling.scored_values import of_score, own_columns, reader_of
from hx_detect.records import Review

SCORE = fake_score(Review("nadie contesta"))
RECORD = SCORE.to_dict(all_signals=True)


def test_flat_and_nested_columns_say_the_same_as_the_score() -> None:
    flat, inner = reader_of(["texto", *FLAT]), reader_of(["texto", "hx"])
    assert flat is not None
    assert inner is not None
    row = {name: str(value) for name, value in zip(FLAT, flat_values(RECORD), strict=True)}
    expected = of_score(SCORE)
    assert flat(row) == expected
    assert inner({"hx": nested(RECORD, all_signals=True)}) == expected
    assert expected.complete


def test_without_all_signals_the_record_is_not_complete() -> None:
    reader = reader_of(["hx"])
    assert reader is not None
    values = reader({"hx": nested(RECORD, all_signals=False)})
    assert values is not None
    assert list(values.signals) == ["ignored"]
    assert not values.complete


def test_own_signals_and_gaps_are_read() -> None:
    reader = reader_of(["hx_p_ignored", "hx_p_app_crash"])
    assert reader is not None
    values = reader({"hx_p_ignored": "0,4", "hx_p_app_crash": ""})
    assert values is not None
    assert values.signals == {"ignored": 0.4}
    assert values.sentiment is None
    assert reader({"hx_p_ignored": None, "hx_p_app_crash": None}) is None


def test_a_table_that_is_not_scored_has_no_reader() -> None:
    assert reader_of(["texto", "estrellas"]) is None
    inner = reader_of(["hx"])
    assert inner is not None
    assert [inner({"hx": value}) for value in (None, "x", {}, {"signals": 3})] == [None] * 4


def test_columns_of_the_score_are_not_looked_at_for_text() -> None:
    assert own_columns(["texto", "hx_evidence", "hx", "hxx"]) == ("texto", "hxx")
