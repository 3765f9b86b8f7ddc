"""Targets. In: figures by name. Out: reached, missed or not measured, and the worse language."""

from __future__ import annotations

from typing import Any

from hx_detect.evaluation.targets import TARGETS, check, signals_below_a_baseline


def figures(values: dict[tuple[str, str], float]) -> Any:  # noqa: ANN401 - a Lookup
    def lookup(data: str, language: str, system: str, figure: str) -> dict[str, Any] | None:
        del data, system
        value = values.get((language, figure))
        return None if value is None else {"value": value, "low": None, "high": None, "n": 9}

    return lookup


def checked(name: str, values: dict[tuple[str, str], float]) -> dict[str, Any]:
    return next(target for target in check(figures(values)) if target["name"] == name)


def test_the_worse_language_is_the_one_furthest_from_its_own_bound() -> None:
    found = checked("umsab", {("es", "sentiment.macro_f1"): 0.66, ("en", "sentiment.macro_f1"): 0.71})
    assert found["worst"] == "en"
    assert found["languages"]["es"]["reached"] is True
    assert found["languages"]["en"]["reached"] is False


def test_at_most_targets_turn_round() -> None:
    found = checked("stars_mae", {("es", "stars.mae"): 0.50, ("en", "stars.mae"): 0.52})
    assert found["worst"] == "en"
    assert all(entry["reached"] for entry in found["languages"].values())


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    found = checked("tone", {})
    assert found["worst"] is None
    assert found["languages"]["all"] == {"target": 0.05, "reached": None, "figure": None}


def test_every_target_has_a_name_of_its_own_in_both_languages() -> None:
    for wording in ([t.name for t in TARGETS], [t.en for t in TARGETS], [t.es for t in TARGETS]):
        assert len(set(wording)) == len(TARGETS)


def test_signals_below_a_baseline_are_named() -> None:
    def lookup(data: str, language: str, system: str, figure: str) -> dict[str, Any] | None:
        assert (data, language) == ("hx_test", "all")
        rival = {"signals.ignored.average_precision": 0.7, "signals.rage.average_precision": 0.5}
        value = rival.get(figure) if system == "words" else 0.6
        return None if value is None else {"value": value}

    assert signals_below_a_baseline(lookup, ["words"], ["ignored", "rage", "kind"]) == [
        {"signal": "ignored", "baseline": "words", "ours": 0.6, "theirs": 0.7}
    ]
