"""The whole report: figures recomputed by hand, bad input, determinism, and records that survive JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from simulated import World, simulate, write_scored

from hx_detect.errors import EmptyInputError, InputFormatError
from hx_detect.labels import LEVELS
from hx_detect.reporting.figure_records import ReportFigures
from hx_detect.reporting.figures import build_figures
from hx_detect.reporting.load import load
from hx_detect.reporting.nps import with_words_band
from hx_detect.reporting.options import ReportOptions
from hx_detect.reporting.to_json import figures_json, of_json


def reasons(figures: ReportFigures, section: str) -> str:
    return " ".join(gap.reason.en for gap in figures.missing if gap.section == section)


@pytest.fixture(scope="module")
def whole() -> ReportFigures:
    return build_figures(simulate(1_500, 1, World(group_rates={"Sur": 1.8})), ReportOptions(today=date(2030, 1, 1)))


def test_figures_are_those_of_the_texts(whole: ReportFigures) -> None:
    frame = simulate(1_500, 1, World(group_rates={"Sur": 1.8})).frame
    assert whole.overview.hx.count == int(frame["hx"].sum())
    assert {one.name: one.share.count for one in whole.overview.levels} == {
        name: int((frame["level"] == name).sum()) for name in LEVELS
    }
    assert whole.nps is not None
    assert whole.nps.answers is not None
    promoters, detractors = (frame["answer"] >= 9).mean(), (frame["answer"] <= 6).mean()
    assert isinstance(promoters, float)
    assert isinstance(detractors, float)
    assert whole.nps.answers.score.value == pytest.approx(100 * (promoters - detractors), abs=0.006)
    assert sum(whole.nps.histogram) == 1_500
    assert whole.time is not None
    assert sum(point.texts for point in whole.time.points) == 1_500
    assert whole.calls is not None
    assert len(whole.calls.calls) == 200
    assert whole.strengths is not None
    assert whole.strengths.strengths[0].signal == "kind"
    assert whole.strengths.strengths[0].cost is not None
    assert whole.strengths.strengths[0].cost.value < 0
    assert whole.overview.current is not None
    assert [method.key for method in whole.methods][:3] == ["wilson", "newcombe", "holm"]
    assert whole.missing == ()


def test_contradictions_are_found(whole: ReportFigures) -> None:
    assert whole.nps is not None
    assert whole.nps.contradictions is not None
    assert whole.nps.contradictions.count > 0
    assert all(quote.answer is not None and quote.answer >= 9 for quote in whole.nps.blamed)
    assert all(quote.answer is not None and quote.answer <= 6 for quote in whole.nps.praised)
    assert whole.nps.blamed
    assert whole.nps.praised


def test_same_input_same_bytes_and_json_comes_back(whole: ReportFigures) -> None:
    again = build_figures(simulate(1_500, 1, World(group_rates={"Sur": 1.8})), ReportOptions(today=date(2030, 1, 1)))
    content = figures_json(whole)
    assert figures_json(again) == content
    assert of_json(content) == whole
    for bad in ("{}", "no", '{"format": 99}', "[]"):
        with pytest.raises(InputFormatError, match="no figures"):
            of_json(bad)


def test_three_rows_without_dates_groups_or_scores(tmp_path: Path) -> None:
    path = write_scored(simulate(3, 1), tmp_path / "a.csv", {"text": "texto"})
    found = build_figures(load([str(path)]), ReportOptions())
    assert (found.time, found.groups, found.span) == (None, None, None)
    assert found.overview.hx_change is None
    assert "No column of dates" in reasons(found, "time")
    assert "No column of dates" in reasons(found, "change")
    assert "--by" in reasons(found, "groups")
    assert "--score-column" in reasons(found, "nps")
    assert "implied by the words" in reasons(found, "causes")
    assert "Only 3 texts" in reasons(found, "overview")
    assert of_json(figures_json(found)) == found


def test_one_group_and_dates_of_one_day_and_dates_that_are_none() -> None:
    loaded = simulate(100, 2, World(groups={"Norte": 1}, days=1))
    found = build_figures(loaded, ReportOptions())
    assert "fewer than two groups" in reasons(found, "groups")
    assert "one period" in reasons(found, "time")
    assert "two periods" in reasons(found, "change")
    unread = replace(loaded, frame=loaded.frame.with_columns(date=pl.lit(None, pl.Date)), unreadable=100)
    assert "can be read" in reasons(build_figures(unread, ReportOptions()), "time")


def test_future_dates_count_without_their_date() -> None:
    loaded = simulate(300, 3)
    late = pl.when(pl.col("row") == 7).then(pl.date(2999, 1, 1)).otherwise(pl.col("date"))
    frame = loaded.frame.with_columns(date=late)
    found = build_figures(replace(loaded, frame=frame, unreadable=2), ReportOptions(today=date(2025, 6, 1)))
    assert found.trust.future == 1
    assert found.overview.texts == 300
    assert found.span is not None
    assert found.span.end < "2025"
    assert "after today" in reasons(found, "time")
    assert "cannot be read" in reasons(found, "time")
    all_late = replace(loaded, frame=loaded.frame.with_columns(date=pl.date(2999, 1, 1)))
    for section in ("time", "change"):
        why = reasons(build_figures(all_late, ReportOptions(today=date(2025, 6, 1))), section)
        assert "All dates that can be read are after today" in why
        assert "No date" not in why


def test_texts_all_alike_without_signals() -> None:
    loaded = simulate(60, 4, World(rates={}, effects={}))
    frame = loaded.frame.with_columns(text=pl.lit("ok"), group=pl.when(pl.col("row") > 9).then(pl.col("group")))
    found = build_figures(replace(loaded, frame=frame), ReportOptions())
    assert found.trust.repeated.count == 59
    assert "repeat an earlier one" in reasons(found, "trust")
    assert "No text has a signal" in reasons(found, "quotes")
    assert (found.quotes, found.strengths, found.calls) == (None, None, None)
    assert "without a group" in reasons(found, "groups")


def test_limits_of_days_and_groups() -> None:
    loaded = simulate(2_000, 5)
    found = build_figures(loaded, ReportOptions(start=date(2024, 7, 1), end=date(2024, 8, 31), period="month"))
    assert found.span is not None
    assert (found.span.start, found.span.end) == ("2024-07-01", "2024-08-31")
    assert found.overview.previous is not None
    assert found.overview.previous.end == "2024-06-30"
    assert found.time is not None
    assert [point.start for point in found.time.points] == ["2024-07-01", "2024-08-01"]
    with pytest.raises(EmptyInputError, match="There are: Este, Norte, Sur"):
        build_figures(loaded, ReportOptions(group="Oeste"))
    with pytest.raises(EmptyInputError, match="run from 2024"):
        build_figures(loaded, ReportOptions(start=date(2030, 1, 1)))
    undated = simulate(10, 5, World(days=0))
    with pytest.raises(EmptyInputError, match="--date"):
        build_figures(undated, ReportOptions(start=date(2030, 1, 1)))
    with pytest.raises(EmptyInputError, match="--by"):
        build_figures(replace(undated, frame=undated.frame.with_columns(group=pl.lit(None, pl.String))),
                      ReportOptions(group="x"))  # fmt: skip


def test_no_texts_means_none_anywhere() -> None:
    found = build_figures(simulate(400, 6), ReportOptions(texts=False))
    content = figures_json(found).decode()
    assert not found.texts_shown
    assert "contesta" not in content
    assert "warm and patient" not in content
    assert "--no-texts" in reasons(found, "quotes")
    assert found.calls is not None
    assert found.calls.calls[0].quote.row > 0


def test_a_model_that_is_installed_says_how_good_it_is() -> None:
    loaded = simulate(50, 7)
    shipped = loaded.frame.with_columns(model=pl.lit("hx-es-en 0.0"))
    assert build_figures(replace(loaded, frame=shipped), ReportOptions()).trust.signal_quality == ()


def test_bands_of_words_by_expected_stars_where_the_model_says_how() -> None:
    frame = simulate(60, 8).frame.with_columns(nps_source=pl.lit("answer"))
    told = with_words_band(frame, (4.2, 1.6))["words_band"].value_counts()
    assert dict(told.iter_rows()) == {
        "promoter": (frame["stars_expected"] == 4.5).sum(),
        "detractor": (frame["stars_expected"] == 1.5).sum(),
    }
    assert with_words_band(frame, None)["words_band"].null_count() == 60


def test_neither_answers_nor_words_give_an_nps() -> None:
    loaded = simulate(40, 9)
    frame = loaded.frame.with_columns(
        pl.lit(None, pl.String).alias("nps_band"), pl.lit(None, pl.Float64).alias("answer")
    )
    found = build_figures(replace(loaded, frame=frame), ReportOptions())
    assert found.nps is None
    assert "Neither" in reasons(found, "nps")
    answerless = build_figures(
        replace(loaded, frame=loaded.frame.with_columns(answer=pl.lit(None, pl.Float64))), ReportOptions()
    )
    assert "'nps' holds no" in reasons(answerless, "nps")
