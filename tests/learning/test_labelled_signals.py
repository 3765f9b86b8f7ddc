"""A cell of labels is read in every form that people and tools write it."""

from __future__ import annotations

import json

import pytest

from hx_detect.learning.labelled_signals import Said, parse_labels


@pytest.mark.parametrize(
    "cell",
    ["rage; ignored", "rage|ignored", "rage, ignored", "rage\nignored", ["rage", "ignored"], '["rage", "ignored"]',
     "['rage', 'ignored']", {"rage": [], "ignored": []}, '{"rage": [], "ignored": null}',
     {"choices": ["rage", "ignored"]}, {"rage": True, "ignored": [], "kind": False},
     [{"signal": "rage"}, {"label": "ignored"}], [{"labels": ["rage", "ignored"]}], ("rage", "ignored")],
)  # fmt: skip
def test_a_list_names_all_that_hold(cell: object) -> None:
    said = parse_labels(cell)
    assert said is not None
    assert [name for name, _ in said.present] == ["rage", "ignored"]
    assert said.complete


@pytest.mark.parametrize("cell", ["", "  ", None])
def test_a_blank_says_nothing(cell: object) -> None:
    assert parse_labels(cell) is None


@pytest.mark.parametrize("cell", ["none", "ninguna", "-", "[]", "{}", [], {}, ["none"]])
def test_none_is_said_outright(cell: object) -> None:
    assert parse_labels(cell) == Said()


def test_an_object_of_marks_speaks_of_its_own_names_only() -> None:
    assert parse_labels({"rage": True, "ignored": 0}) == Said([("rage", ())], ["ignored"], complete=False)


@pytest.mark.parametrize(
    ("cell", "stretches"),
    [
        ({"rage": ["una cita", [3, 9]]}, ("una cita", [3, 9])),
        ({"rage": "una cita"}, ("una cita",)),
        ({"rage": [3, 9]}, ((3, 9),)),
        ([[3, 9, "rage"]], ((3, 9),)),
        ([{"start": 3, "end": 9, "labels": ["rage"]}], ({"start": 3, "end": 9, "text": None},)),
        ([{"name": "rage", "evidence": [{"start": 3, "end": 9, "text": "x"}]}], ({"start": 3, "end": 9, "text": "x"},)),
        ({"rage": True, "ignored": ["otra"]}, ()),
    ],
)
def test_evidence_stays_with_its_signal(cell: object, stretches: tuple[object, ...]) -> None:
    for form in (cell, json.dumps(cell)):
        said = parse_labels(form)
        assert said is not None
        found = dict(said.present)["rage"]
        assert json.dumps(found) == json.dumps(stretches)


def test_a_signal_said_not_to_hold_is_not_present() -> None:
    said = parse_labels([{"name": "rage", "present": False}, {"name": "kind", "present": True}])
    assert said == Said([("kind", ())])


@pytest.mark.parametrize(("cell", "why"), [({"rage": 0.93}, "probability"), ([3], "no label"), (7, "no list"),
                                           ([{"start": 1, "end": 2}], "without a label")])  # fmt: skip
def test_what_is_no_list_of_labels_is_refused(cell: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_labels(cell)
