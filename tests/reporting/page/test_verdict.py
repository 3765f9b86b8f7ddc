"""The report's sentences: right in both languages, and never surer than the figures they are made from."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from example_figures import example_figures
from example_sections import change, share
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.labels import SIGNALS
from hx_detect.reporting.figure_records import (
    Cause,
    Change,
    Estimate,
    MissingSection,
    NamedChange,
    ReportFigures,
    Words,
)
from hx_detect.reporting.page import takeaways
from hx_detect.reporting.page.changes import change_note, change_sentence, point_sentence, what_changed
from hx_detect.reporting.page.signal_words import first_step, heading, in_sentence
from hx_detect.reporting.page.verdict import cost_words, verdict

NAME = Words("HX", "HX")


def only_overview(figures: ReportFigures, **changed: Any) -> ReportFigures:  # noqa: ANN401 - any field
    """The same without time, NPS and changes of signals."""
    overview = dataclasses.replace(figures.overview, signal_changes=(), **changed)
    return dataclasses.replace(figures, overview=overview, time=None, nps=None)


def test_the_headline_has_both_shares_in_both_languages() -> None:
    told = verdict(example_figures()).headline
    assert told.en.startswith("23% of what customers wrote tells of an experience they hate (HX); 28%")
    assert told.es.startswith("El 23\u202f% de lo que escriben los clientes cuenta una experiencia que odian (HX)")


@pytest.mark.parametrize("of", [1, 3, 29])
def test_few_texts_give_counts_and_a_warning_never_a_percentage(of: int) -> None:
    figures = only_overview(example_figures(), hx=share(1 / of, of), cx=share(0, of))
    told = verdict(figures)
    assert "%" not in told.headline.en
    assert told.headline.en.startswith(f"HX in 1 of only {of} text")
    assert "demasiado pocos" in told.headline.es
    assert any(f"Only {of} text" in caution.en for caution in told.cautions)


def test_no_text_at_all_is_said() -> None:
    told = verdict(only_overview(example_figures(), hx=share(0, 0), cx=share(0, 0)))
    assert told.headline == Words("There is no text to judge.", "No hay ningún texto que valorar.")


bounds = st.floats(-0.9, 0.9)


@given(value=bounds, low=bounds, high=bounds, clear=st.booleans())
def test_a_direction_is_told_only_where_the_interval_has_one(
    value: float, low: float, high: float, clear: bool
) -> None:
    low, value, high = sorted((low, value, high))
    moved = Change(share(0.2), share(0.2), Estimate(value, low, high), 0.01, clear)
    sentence, note = change_sentence(NAME, moved), change_note(moved)
    certain = clear and (low > 0 or high < 0)
    for words, verbs in ((sentence.en, ("rose", "fell")), (sentence.es, ("subió", "bajó"))):
        assert any(verb in words for verb in verbs) == certain
    assert ("no clear change" in note.en) == ("sin cambio claro" in note.es) == (not certain)
    if certain:
        assert ("rose" in sentence.en) == (value > 0)


def test_a_rise_says_how_much_with_its_interval() -> None:
    told = change_sentence(NAME, change(0.204, 0.258))
    assert told.en == "HX rose from 20% to 26%: 5.4 points (3.3 to 7.5)."
    assert told.es == "HX subió del 20\u202f% al 26\u202f%: 5,4 puntos (3,3 a 7,5)."


def cause(cost: Estimate | None, *, clear: bool = True) -> Cause:
    return Cause("ignored", "hx", share(0.14), cost, cost, cost, 1, clear, 0.001)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (cause(Estimate(6.5, 5.7, 7.3)), "costs 6.5 NPS points (5.7 to 7.3)"),
        (cause(Estimate(-3.0, -4.0, -2.0)), "earns 3.0 NPS points (2.0 to 4.0)"),
        (cause(Estimate(4.1, -0.1, 8.2)), "its cost is not clear (−0.1 to +8.2 NPS points)"),
        (cause(Estimate(6.5, 5.7, 7.3), clear=False), "its cost is not clear (+5.7 to +7.3 NPS points)"),
        (cause(None), "its cost cannot be told"),
    ],
)
def test_a_cost_is_told_only_as_far_as_it_is_clear(told: Cause, says: str) -> None:
    causes = example_figures().causes
    assert causes is not None
    assert cost_words(told, causes).en == says


@pytest.mark.parametrize(
    ("basis", "unit", "words"),
    [("implied", "nps", "points of implied NPS"), ("stars", "stars", "stars"), ("answer", "nps", "NPS points")],
)
def test_what_costs_are_measured_in_is_said(basis: str, unit: str, words: str) -> None:
    causes = example_figures().causes
    assert causes is not None
    changed = dataclasses.replace(causes, basis=basis, unit=unit)
    assert words in cost_words(changed.causes[0], changed).en
    note = verdict(dataclasses.replace(example_figures(), causes=changed)).causes_note
    assert ("estimated from the words" in note.en) == (basis == "implied")
    assert "not a proof" in note.en
    assert "no una prueba" in note.es


def test_without_costs_causes_are_named_by_frequency_and_that_is_said() -> None:
    causes = example_figures().causes
    assert causes is not None
    plain = tuple(dataclasses.replace(one, effect=None, total=None, cost=None, clear=False) for one in causes.causes)
    changed = dataclasses.replace(causes, causes=plain, top_by_cost=False)
    told = verdict(dataclasses.replace(example_figures(), causes=changed))
    assert len(told.causes) == 3
    assert not any(line.clear for line in told.causes)
    assert "Ordered by how often" in told.causes_note.en
    assert takeaways.causes(changed).en.endswith("what is told most often.")


def test_what_changed_puts_the_score_first_and_says_a_thing_once() -> None:
    told = [words.en for words in what_changed(example_figures())]
    assert told[0] == "NPS fell by 8.0 points (4.8 to 11.2)."
    assert told[1].startswith("Since 28 Apr 2025 HX is at 27%, against 21% before")
    assert not any(words.startswith("HX rose") for words in told)
    assert any(words.startswith("“ignored” rose") for words in told)


def test_no_change_is_said_with_what_remains_possible() -> None:
    still = change(0.2, 0.21, 100)
    told = what_changed(only_overview(example_figures(), hx_change=still, cx_change=still))
    assert told[0].en.startswith("No clear change in HX (between −10")
    assert "ninguna señal" in told[1].es


def test_without_a_period_before_the_reason_is_said() -> None:
    reason = Words("There is no date column.", "No hay columna de fecha.")
    figures = only_overview(example_figures(), hx_change=None, cx_change=None, current=None, previous=None)
    figures = dataclasses.replace(figures, missing=(MissingSection("change", reason),))
    assert what_changed(figures) == (reason,)


def test_changes_of_signals_need_to_be_clear() -> None:
    vague = NamedChange("deceived", change(0.1, 0.11, 100))
    clear = NamedChange("kind", change(0.3, 0.1, 1000))
    figures = example_figures()
    overview = dataclasses.replace(figures.overview, signal_changes=(clear, vague))
    told = " ".join(words.en for words in what_changed(dataclasses.replace(figures, overview=overview)))
    assert "“kind” fell from 30% to 10%" in told
    assert "deceived" not in told


def test_steps_begin_with_the_costliest_cause_and_where_it_is_met() -> None:
    steps = verdict(example_figures()).steps
    assert 1 <= len(steps) <= 3
    assert steps[0].en.startswith("Find where messages and calls go unanswered")
    assert "support" in steps[0].en
    assert "2,204 texts" in steps[1].en
    assert "Sevilla Nervión" in steps[2].es


def test_a_group_is_named_only_where_it_is_clearly_worse() -> None:
    figures = example_figures()
    assert figures.groups is not None
    rows = tuple(dataclasses.replace(row, verdict="usual") for row in figures.groups.rows)
    told = dataclasses.replace(figures, groups=dataclasses.replace(figures.groups, rows=rows))
    assert not any("Sevilla" in step.en for step in verdict(told).steps)
    assert told.groups is not None
    assert takeaways.groups(told.groups).en.startswith("No group differs")


def test_cautions_name_what_would_mislead() -> None:
    figures = example_figures()
    trust = dataclasses.replace(figures.trust, unsupported=share(0.2), repeated=share(0.3), rows=20_000)
    trust = dataclasses.replace(trust, rejected=(dataclasses.replace(trust.rejected[0], count=7_000),))
    told = " ".join(words.en for words in verdict(dataclasses.replace(figures, trust=trust)).cautions)
    assert "7,000 of 20,000 rows could not be read" in told
    assert "neither Spanish nor English" in told
    assert "more than once" in told
    assert verdict(figures).cautions == ()


@pytest.mark.parametrize("signal", [*(one.name for one in SIGNALS), "long_queue"])
def test_every_signal_has_a_name_in_sentences_and_a_first_step(signal: str) -> None:
    for words in (in_sentence(signal), heading(signal), first_step(signal)):
        assert words.en.strip()
        assert words.es.strip()
    assert heading(signal).es[0].isupper()


def test_a_change_point_is_a_sentence_in_both_languages() -> None:
    time = example_figures().time
    assert time is not None
    told = point_sentence(time.change_points[0])
    assert told.en == "Since 28 Apr 2025 HX is at 27%, against 21% before (+4.2 to +7.4 points)."
    assert told.es.startswith("Desde el 28 abr 2025 HX está en el 27\u202f%, frente al 21\u202f% anterior")
