"""Exports of labelling tools -> flat records. In: a task or record. Out: one per text and person, answers as fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

LABEL_STUDIO, ARGILLA = "Label Studio", "Argilla"
_VALUES: Final = ("choices", "labels", "hypertextlabels", "taxonomy", "rating", "number", "text", "datetime")
"""Keys of a Label Studio result's value, by what it answers."""
_FLAT: Final = ".responses"
_DONE: Final = ("submitted", None, "")


def is_export(record: Mapping[str, Any]) -> str | None:
    """The name of the tool that wrote the record, or None."""
    if isinstance(record.get("data"), Mapping) and any(
        isinstance(record.get(name), list) for name in ("annotations", "completions", "predictions")
    ):
        return LABEL_STUDIO
    fields = isinstance(record.get("fields"), Mapping)
    if fields and any(name in record for name in ("responses", "suggestions", "status", "metadata")):
        return ARGILLA
    return ARGILLA if any(name.endswith(_FLAT) for name in record) else None


def list_questions(records: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Questions whose answer is a list somewhere: where a person left one blank, nothing holds."""
    return frozenset(
        name
        for record in records
        for _, answers in _answered(record)
        for name, value in answers.items()
        if isinstance(value, list)
    )


def flat_records(record: Mapping[str, Any], lists: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The text with each person's answers; the text alone where nobody answered.

    Args:
        record: a task of Label Studio (``data``, ``annotations``), or a record of Argilla 1 or 2, nested or flat.
        lists: questions for which no answer means an empty list (``list_questions``).
    """
    given = _given(record)
    people = _answered(record)
    if not people:
        return [given]
    return [
        given | {name: [] for name in lists if name not in answers} | answers | ({"who": who} if who else {})
        for who, answers in people
    ]


def _given(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the person was shown, and what is known of the text."""
    given: dict[str, Any] = {}
    identifier = record.get("external_id") or record.get("id")
    if identifier is not None:
        given["id"] = identifier
    if is_export(record) == LABEL_STUDIO:
        return given | dict(record["data"])
    if "fields" in record:
        return given | dict(record.get("metadata") or {}) | dict(record["fields"])
    about = (_FLAT, ".users", ".status", ".suggestion", ".score", ".agent")
    return given | {name: value for name, value in record.items() if not name.endswith(about)}


def _answered(record: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(person, question -> answer) of everyone who handed their answers in."""
    tool = is_export(record)
    if tool == LABEL_STUDIO:
        return _label_studio(record)
    if tool == ARGILLA:
        responses = record.get("responses")
        if isinstance(responses, Mapping):
            return _argilla_by_question(responses)
        if isinstance(responses, Sequence):
            return _argilla_by_person(responses)
        return _argilla_flat(record)
    return []


def _label_studio(task: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    people: list[tuple[str, dict[str, Any]]] = []
    for annotation in task.get("annotations") or task.get("completions") or []:
        if annotation.get("was_cancelled") or annotation.get("skipped"):
            continue
        answers: dict[str, Any] = {}
        for result in annotation.get("result") or []:
            name, value = result.get("from_name"), result.get("value")
            if isinstance(name, str) and isinstance(value, Mapping):
                _add_result(answers, name, value)
        people.append((_person(annotation.get("completed_by")), answers))
    return people


def _add_result(answers: dict[str, Any], name: str, value: Mapping[str, Any]) -> None:
    if "start" in value and "end" in value:
        names: list[Any] = next((value[key] for key in ("labels", "hypertextlabels", "choices") if key in value), [])
        stretch = {"labels": names, "start": value["start"], "end": value["end"], "text": value.get("text")}
        answers.setdefault(name, []).append(stretch)
        return
    answer = next((value[key] for key in _VALUES if key in value), None)
    if isinstance(answer, list):
        leaves = [item[-1] if isinstance(item, list) and item else item for item in answer]
        answers[name] = leaves[0] if len(leaves) == 1 and name not in answers else [*answers.get(name, []), *leaves]
    elif answer is not None:
        answers[name] = answer


def _argilla_by_question(responses: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Argilla 2: question -> answers, each with its user."""
    people: dict[str, dict[str, Any]] = {}
    for name, answers in responses.items():
        for answer in answers or []:
            if answer.get("status") in _DONE:
                people.setdefault(_person(answer.get("user_id")), {})[name] = answer.get("value")
    return list(people.items())


def _argilla_by_person(responses: Sequence[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Argilla 1: one response per user, with the values of all questions."""
    return [
        (
            _person(response.get("user_id")),
            {name: answer.get("value") for name, answer in (response.get("values") or {}).items()},
        )
        for response in responses
        if response.get("status") in _DONE
    ]


def _argilla_flat(record: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Columns ``q.responses``, ``q.responses.users``, ``q.responses.status``: lists of the same length."""
    people: dict[str, dict[str, Any]] = {}
    for column in record:
        if not column.endswith(_FLAT):
            continue
        answers = record[column] or []
        users = record.get(f"{column}.users") or [""] * len(answers)
        states = record.get(f"{column}.status") or [None] * len(answers)
        for answer, user, state in zip(answers, users, states, strict=False):
            if state in _DONE:
                people.setdefault(_person(user), {})[column.removesuffix(_FLAT)] = answer
    return list(people.items())


def _person(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("email") or value.get("username") or value.get("id")
    return "" if value is None else str(value)
