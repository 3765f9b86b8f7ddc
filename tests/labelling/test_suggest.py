"""From a scored file to the texts to label next, with their reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fake_scorer import FakeScorer
from labelling_tables import TEXTS, labelled_row, scored_csv, scored_lines
from pyarrow import Table

from hx_detect.errors import ColumnError, EmptyInputError
from hx_detect.labelling import sieve as sieve_module
from hx_detect.labelling.reasons import reason
from hx_detect.labelling.suggest import StreamScorer, SuggestOptions, suggest

UNDECIDED: dict[str, Any] = {"hx_p_rage": [0.05, 0.05, 0.5, 0.05, 0.05]}


def no_scorer() -> StreamScorer:
    raise AssertionError("the file is scored already")


def chosen(place: Path, count: int = 2, load: Callable[[], StreamScorer] = no_scorer, **options: object) -> list[str]:
    found = suggest(str(place), SuggestOptions(count), load, **options)  # type: ignore[arg-type] # passed on
    return [one.review.text for one in found.suggestions]


def test_the_undecided_text_is_first_and_the_reason_says_so(tmp_path: Path) -> None:
    found = suggest(str(scored_csv(tmp_path / "s.csv", **UNDECIDED)), SuggestOptions(3), no_scorer)
    first = found.suggestions[0]
    assert (first.rank, first.review.text, first.review.id, first.review.row) == (1, TEXTS[2], "t2", 3)
    assert (first.language, first.kind) == ("es", "review")
    assert "undecided on rage (0.50)" in reason(first, "en")
    assert "indeciso en rabia (0,50)" in reason(first, "es")


def test_the_same_file_gives_the_same_choice(tmp_path: Path) -> None:
    place = scored_csv(tmp_path / "s.csv", **UNDECIDED)
    assert suggest(str(place), SuggestOptions(4), no_scorer) == suggest(str(place), SuggestOptions(4), no_scorer)


def test_contradicting_parts_are_told(tmp_path: Path) -> None:
    place = scored_csv(
        tmp_path / "s.csv",
        hx_sentiment_negative=[0] * 5,
        hx_sentiment_positive=[1, 1, 0, 0, 0],
        hx_stars_expected=[5] * 5,
    )
    found = suggest(str(place), SuggestOptions(1), no_scorer).suggestions[0]
    assert found.review.text == TEXTS[0]
    assert "contradict" in reason(found, "en")
    assert "contradicen" in reason(found, "es")


def test_copies_labelled_and_foreign_texts_are_left_out(tmp_path: Path) -> None:
    texts = [*TEXTS, TEXTS[0], "nadie", "", "O produto não chegou"]
    languages = ["es"] * 8 + ["other"]
    place = scored_csv(tmp_path / "s.csv", texts, hx_language=languages)
    found = suggest(str(place), SuggestOptions(20), no_scorer, [labelled_row(f" {TEXTS[1]} ", "kind")])
    assert {one.review.text for one in found.suggestions} == {*TEXTS, "nadie"} - {TEXTS[1]}
    assert found.counts == {"duplicate": 1, "empty": 1, "other_language": 1, "labelled": 1}


def test_near_duplicates_are_left_out(tmp_path: Path) -> None:
    texts = [TEXTS[0], TEXTS[0] + " hoy", TEXTS[2] + " ya"]
    place = scored_csv(tmp_path / "s.csv", texts)
    found = suggest(str(place), SuggestOptions(5), no_scorer, [labelled_row(TEXTS[2])])
    assert len(found.suggestions) == 1
    assert found.counts == {"near_duplicate": 2}


def test_labels_that_are_there_make_their_signal_count_less(tmp_path: Path) -> None:
    place = scored_csv(
        tmp_path / "s.csv", hx_p_rage=[0.05, 0.05, 0.5, 0.05, 0.05], hx_p_honest=[0.05, 0.05, 0.05, 0.5, 0.05]
    )
    raging = [labelled_row(f"texto número {number} de otra cosa bien distinta", "rage") for number in range(30)]
    honest = [labelled_row(f"texto número {number} de otra cosa bien distinta", "honest") for number in range(30)]
    assert chosen(place, 1, labelled=raging) == [TEXTS[3]]
    assert chosen(place, 1, labelled=honest) == [TEXTS[2]]


def test_nested_records_of_json_lines_and_parquet_serve(tmp_path: Path) -> None:
    lines = scored_lines(tmp_path / "s.jsonl")
    rows = [{"texto": text, "hx": row} for text, row in zip(TEXTS, _records(), strict=True)]
    pq.write_table(Table.from_pylist(rows), tmp_path / "s.parquet")
    assert sorted(chosen(lines, 5)) == sorted(chosen(tmp_path / "s.parquet", 5)) == sorted(TEXTS)


def _records() -> list[dict[str, object]]:
    from fake_scorer import fake_score

    from hx_detect.records import Review

    return [fake_score(Review(text)).to_dict(all_signals=True) for text in TEXTS]


@pytest.mark.parametrize("all_signals", [False, None], ids=["above threshold only", "not scored"])
def test_texts_without_all_probabilities_are_scored(tmp_path: Path, all_signals: bool | None) -> None:
    place = tmp_path / "s.jsonl"
    if all_signals is None:
        place = tmp_path / "s.csv"
        place.write_text("texto\n" + "".join(f'"{text}"\n' for text in TEXTS), encoding="utf-8")
    else:
        scored_lines(place, all_signals=all_signals)
    scorer, told = FakeScorer(), list[str]()
    found = suggest(str(place), SuggestOptions(2), lambda: scorer, tell=told.append)
    assert (found.rescored, sorted(scorer.scored)) == (5, sorted(TEXTS))
    assert "5 texts are scored" in told[0]
    assert len(found.suggestions) == 2


def test_of_a_long_file_the_worthiest_are_kept_and_some_by_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(sieve_module, "KEPT", 4)
    texts = [f"texto número {number} que habla de la cosa {number * 7}" for number in range(20)]
    rage = [0.5 if number < 3 else 0.01 for number in range(20)]
    found = suggest(str(scored_csv(tmp_path / "s.csv", texts, hx_p_rage=rage)), SuggestOptions(20), no_scorer)
    assert {one.review.text for one in found.suggestions} >= set(texts[:3])
    assert len(found.suggestions) == 4
    assert found.counts["less_worth"] == 16


def test_a_file_with_nothing_to_label_says_so(tmp_path: Path) -> None:
    place = scored_csv(tmp_path / "s.csv")
    with pytest.raises(EmptyInputError, match="no text to label"):
        chosen(place, labelled=[labelled_row(text) for text in TEXTS])
    (tmp_path / "n.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ColumnError):
        chosen(tmp_path / "n.csv")


def test_texts_that_cannot_be_scored_are_no_choice(tmp_path: Path) -> None:
    place = tmp_path / "s.csv"
    place.write_text('texto\n"UNSCORABLE esto de aquí no"\n"UNSCORABLE aquello tampoco"\n', encoding="utf-8")
    with pytest.raises(EmptyInputError, match="can be scored"):
        chosen(place, load=FakeScorer)
