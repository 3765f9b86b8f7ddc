"""Exports of labelling tools and of our service become rows: one per text and person, evidence included."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest
from labelled_files import codes, json_file, json_lines

from hx_detect.errors import InputError, InputNotFoundError, MissingExtraError, UsageError
from hx_detect.learning.labelled_hub import parts_of
from hx_detect.learning.labelled_row import LabelledTable
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.records import Span

TEXT = "😀 Nadie me contesta y encima se ríen"


def choices(name: str, *chosen: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(chosen)}}


TASKS = [
    {
        "id": 7,
        "data": {"text": TEXT, "lang": "es"},
        "annotations": [
            {
                "completed_by": {"id": 3, "email": "ana@example.org"},
                "result": [
                    choices("sentiment", "Negative"),
                    {"from_name": "label", "type": "labels",
                     "value": {"start": 3, "end": 20, "text": "Nadie me contesta", "labels": ["ignorado"]}},
                    {"from_name": "stars", "type": "rating", "value": {"rating": 1}},
                ],
            },
            {"completed_by": 4, "result": [choices("sentiment", "mixed")]},
            {"completed_by": 5, "was_cancelled": True, "result": [choices("sentiment", "positive")]},
        ],
        "predictions": [{"result": [choices("sentiment", "neutral")]}],
    },
    {"id": 8, "data": {"text": "Sin etiquetar todavía"}, "annotations": []},
]  # fmt: skip


def said(table: LabelledTable) -> list[tuple[str | None, str | None, dict[str, Any] | None, str | None]]:
    return [(row.id, row.sentiment, None if row.signals is None else dict(row.signals), row.who) for row in table.rows]


def test_label_studio(tmp_path: Path) -> None:
    table = read_labelled([json_file(tmp_path, TASKS)])
    assert said(table) == [
        ("7", "negative", {"ignored": (Span(2, 19, "Nadie me contesta"),)}, "ana@example.org"),
        ("7", "mixed", {}, "4"),
    ]
    assert (table.rows[0].stars, table.rows[1].stars, table.rows[0].language) == (1, None, "es")
    assert codes(table) == [(2, "unlabelled", True)]
    assert table.files[0].format == "Label Studio"


def test_label_studio_choices_of_several_signals(tmp_path: Path) -> None:
    several = {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": [choices("signals", "ignored", "rage")]}]}
    single = {
        "id": 2,
        "data": {"text": "They lied to me"},
        "annotations": [{"result": [choices("signals", "deceived")]}],
    }
    none = {"id": 3, "data": {"text": "Fine, thank you"}, "annotations": [{"result": []}]}
    table = read_labelled([json_lines(tmp_path, [several, single, none])])
    assert [set(row.signals or {}) for row in table.rows] == [{"ignored", "rage"}, {"deceived"}, set()]


def test_the_short_form_of_label_studio(tmp_path: Path) -> None:
    short = [{"id": 1, "text": TEXT, "sentiment": "Negative",
              "label": [{"start": 3, "end": 20, "text": "Nadie me contesta", "labels": ["ignored"]}]}]  # fmt: skip
    (row,) = read_labelled([json_file(tmp_path, short)]).rows
    assert row.signals == {"ignored": (Span(2, 19, "Nadie me contesta"),)}


NESTED = [
    {"id": "u1", "fields": {"text": "They lied about the fee"}, "metadata": {"source": "tickets"},
     "status": "completed", "suggestions": {"sentiment": {"value": "positive"}},
     "responses": {"sentiment": [{"value": "negative", "user_id": "p1"}, {"value": "mixed", "user_id": "p2"}],
                   "signals": [{"value": ["deceived"], "user_id": "p1"}]}},
    {"id": "u2", "fields": {"text": "Lovely people"}, "suggestions": {"sentiment": {"value": "positive"}},
     "responses": {}},
]  # fmt: skip
BY_PERSON = [
    {"fields": {"text": "They lied about the fee"}, "external_id": "u1", "metadata": {},
     "responses": [{"user_id": "p1", "status": "submitted",
                    "values": {"sentiment": {"value": "negative"}, "signals": {"value": ["deceived"]}}},
                   {"user_id": "p2", "status": "submitted", "values": {"sentiment": {"value": "mixed"}}},
                   {"user_id": "p3", "status": "discarded", "values": {"sentiment": {"value": "neutral"}}}]},
]  # fmt: skip
FLAT = [
    {"id": "u1", "text": "They lied about the fee", "sentiment.responses": ["negative", "mixed"],
     "sentiment.responses.users": ["p1", "p2"], "sentiment.responses.status": ["submitted", "submitted"],
     "signals.responses": [["deceived"]], "signals.responses.users": ["p1"], "signals.suggestion": ["rage"]},
]  # fmt: skip


@pytest.mark.parametrize("records", [NESTED, BY_PERSON, FLAT], ids=["nested", "by person", "flat"])
def test_argilla(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    table = read_labelled([json_lines(tmp_path, records)])
    assert said(table) == [("u1", "negative", {"deceived": ()}, "p1"), ("u1", "mixed", {}, "p2")]
    assert table.files[0].format == "Argilla"


def test_a_page_of_the_services_feedback(tmp_path: Path) -> None:
    page = {"feedback": [{"id": "1", "text": "Nadie contesta", "language": "es", "sentiment": "negative",
                          "labels": {"ignored": [{"start": 0, "end": 14, "text": "Nadie contesta"}]}, "stage": None}],
            "next": None}  # fmt: skip
    (row,) = read_labelled([json_file(tmp_path, page)]).rows
    assert row.signals == {"ignored": (Span(0, 14, "Nadie contesta"),)}


def test_an_array_with_an_entry_that_is_no_object(tmp_path: Path) -> None:
    table = read_labelled([json_file(tmp_path, [{"text": "Nadie contesta nunca", "stars": 1}, 3])])
    assert len(table.rows) == 1
    assert codes(table) == [(2, "bad_json", True)]


def test_a_text_that_was_cut_within_an_emoji(tmp_path: Path) -> None:
    file = tmp_path / "cut.json"
    file.write_text(
        '[{"text": "Nadie contesta \\ud83d", "stars": 1}, {"text": "Todo bien", "stars": 5}]', encoding="utf-8"
    )
    table = read_labelled([file])
    assert [row.text for row in table.rows] == ["Todo bien"]
    assert codes(table) == [(1, "not_text", True)]


class Loaded(list[dict[str, Any]]):
    """What ``datasets.load_dataset`` gives."""

    _fingerprint = "abc"
    features: ClassVar[dict[str, Any]] = {
        "label": SimpleNamespace(int2str=["negative", "neutral", "positive"].__getitem__),
        "tags": SimpleNamespace(feature=SimpleNamespace(int2str=["rage", "kind"].__getitem__)),
    }  # fmt: skip


def hub(monkeypatch: pytest.MonkeyPatch, answer: object) -> list[tuple[Any, ...]]:
    """A ``datasets`` that answers so, and what it was asked."""
    asked: list[tuple[Any, ...]] = []

    def load_dataset(name: str, config: str | None, split: str) -> object:
        asked.append((name, config, split))
        if isinstance(answer, Exception):
            raise answer
        return answer

    module = ModuleType("datasets")
    module.load_dataset = load_dataset  # type: ignore[attr-defined] # a module of our own
    monkeypatch.setitem(__import__("sys").modules, "datasets", module)
    return asked


def test_a_data_set_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = hub(monkeypatch, Loaded([{"text": "Nadie me contesta", "label": 0, "tags": [0]},
                                     {"text": "Muy amables todos", "label": 2, "tags": [1]}]))  # fmt: skip
    table = read_labelled(["hf:acme/opiniones:es:test"])
    assert asked == [("acme/opiniones", "es", "test")]
    assert [(row.sentiment, set(row.signals or {})) for row in table.rows] == [
        ("negative", {"rage"}), ("positive", {"kind"}),
    ]  # fmt: skip
    assert len(table.files[0].sha256) == 64


@pytest.mark.parametrize(
    ("place", "parts"),
    [("hf:a/b", ("a/b", None, "train")), ("hf:a/b:test", ("a/b", None, "test")), ("hf:a/b:es", ("a/b", "es", "train")),
     ("hf:a/b:es:validation", ("a/b", "es", "validation"))],
)  # fmt: skip
def test_places_on_the_hub(place: str, parts: tuple[str, str | None, str]) -> None:
    assert parts_of(place) == parts


@pytest.mark.parametrize("place", ["hf:", "hf:a:b:c:d", "hf:a::b"])
def test_places_that_are_wrong(place: str) -> None:
    with pytest.raises(UsageError, match="hf:owner/name"):
        parts_of(place)


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (FileNotFoundError("no"), InputNotFoundError),
        (ValueError("Unknown split"), InputError),
        (OSError(""), InputError),
    ],
)
def test_a_data_set_that_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, error: type[Exception]
) -> None:
    hub(monkeypatch, raised)
    with pytest.raises(error):
        read_labelled(["hf:acme/none"])


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"hx-detect\[train\]"):
        read_labelled(["hf:acme/none"])
