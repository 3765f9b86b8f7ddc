"""Labels. In: the tables. Out: fixed orders, names in both languages, groups that hold what they should."""

from __future__ import annotations

from typing import get_args

import pytest

from hx_detect.labels import (
    CONDUCT,
    CX_PROPER,
    DISPLAY,
    HX_LEVELS,
    KINDS,
    LANGUAGES,
    LEVELS,
    NPS_BANDS,
    OUTCOMES,
    SENTIMENTS,
    SIGNAL_INDEX,
    SIGNAL_NAMES,
    SIGNALS,
    STAGES,
    VOICED,
    Group,
    display,
)


def test_the_order_that_trained_models_rely_on() -> None:
    assert SIGNAL_NAMES == (
        "ignored", "deceived", "obstructed", "harassed", "disrespected", "promise_broken", "failure", "overpriced",
        "warns_others", "leaving", "rage", "escalates", "responsive", "honest", "resolved", "kind", "delighted",
        "recommends",
    )  # fmt: skip
    assert SENTIMENTS == ("negative", "neutral", "positive")
    assert STAGES == ("discovery", "purchase", "delivery", "use", "support", "exit", "none")
    assert KINDS == ("review", "post", "survey", "complaint")
    assert [SIGNAL_INDEX[name] for name in SIGNAL_NAMES] == list(range(18))


def test_groups() -> None:
    assert {signal.group for signal in SIGNALS} == set(get_args(Group))
    assert SIGNAL_NAMES[:6] == CONDUCT
    assert SIGNAL_NAMES[8:12] == OUTCOMES
    assert set(VOICED) == set(OUTCOMES) - {"leaving"}
    assert set(CX_PROPER) == {signal.name for signal in SIGNALS if signal.group == "cx"} - {"recommends"}
    assert set(HX_LEVELS) < set(LEVELS)


@pytest.mark.parametrize("name", [
    *SIGNAL_NAMES, *SENTIMENTS, "mixed", *STAGES, *KINDS, *LEVELS, *NPS_BANDS, *LANGUAGES,
])  # fmt: skip
def test_everything_has_a_name_in_both_languages(name: str) -> None:
    assert display(name, "es").strip()
    assert display(name, "en").strip()


def test_no_two_signals_share_a_name() -> None:
    for names in ([s.es for s in SIGNALS], [s.en for s in SIGNALS]):
        assert len(set(names)) == 18
    assert not set(SIGNAL_NAMES) & set(DISPLAY)


def test_an_unknown_label() -> None:
    with pytest.raises(KeyError):
        display("joy", "es")
