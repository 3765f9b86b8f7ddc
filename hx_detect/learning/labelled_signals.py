"""A cell of labels -> which signals it says hold. In: words, lists, JSON. Out: ``Said``, by names as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hx_detect.learning.labelled_names import is_blank, says_none, yes_or_no
from hx_detect.wording import say

_SEPARATORS: Final = re.compile(r"[;,|\n]")
_NAME_KEYS: Final = ("signal", "label", "name", "labels", "señal", "etiqueta")
_LIST_KEYS: Final = ("choices", "labels", "taxonomy", "value", "values")


@dataclass(slots=True)
class Said:
    """What a cell says of signals.

    Attributes:
        present: (name as written, stretches as written) of what holds; a name may stand more than once.
        absent: names that it says do not hold.
        complete: it lists all that hold, so that whatever it does not name does not hold.
    """

    present: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    complete: bool = True


def parse_labels(value: object) -> Said | None:
    """Read a cell of labels.

    Args:
        value: ``"rage; ignored"``, ``["rage"]``, ``{"rage": ["quote", [3, 9]]}``, ``{"rage": true, "ignored": false}``,
            ``[{"start": 3, "end": 9, "labels": ["rage"]}]``, ``[[3, 9, "rage"]]``, the same as JSON in a string, or a
            word for none.

    Returns:
        What it says; None where it is blank.

    Raises:
        ValueError: it is none of these; the message, in the user's language, says why.
    """
    if is_blank(value):
        return None
    if isinstance(value, str):
        return _of_words(value.strip())
    if isinstance(value, Mapping):
        return _of_object(value)
    if isinstance(value, Iterable):
        return _of_list(value)
    raise ValueError(say(f"{value!r} is no list of labels", f"{value!r} no es una lista de etiquetas"))


def _of_words(text: str) -> Said:
    if text[0] in "[{":
        try:
            return parse_labels(json.loads(text)) or Said()
        except json.JSONDecodeError:
            text = text.strip("[]{}").replace("'", "").replace('"', "")
    words = [word.strip() for word in _SEPARATORS.split(text)]
    return Said([(word, ()) for word in words if word and not says_none(word)])


def _of_object(value: Mapping[str, Any]) -> Said:
    if len(value) == 1 and next(iter(value)) in _LIST_KEYS and isinstance(next(iter(value.values())), list):
        return _of_list(next(iter(value.values())))
    marks = {str(name): yes_or_no(mark) for name, mark in value.items() if isinstance(mark, bool | int)}
    if marks and len(marks) == len(value) and None not in marks.values():
        return Said(
            [(name, ()) for name, mark in marks.items() if mark],
            [name for name, mark in marks.items() if not mark],
            complete=False,
        )
    said = Said()
    for name, stretches in value.items():
        if stretches is False:
            said.absent.append(str(name))
            continue
        if isinstance(stretches, int | float) and stretches is not True:
            raise ValueError(
                say(f"{name!r} has the number {stretches}: a probability is no label",
                    f"{name!r} tiene el número {stretches}: una probabilidad no es una etiqueta")
            )  # fmt: skip
        said.present.append((str(name), _stretches(stretches)))
    return said


def _of_list(items: Iterable[Any]) -> Said:
    said = Said()
    for item in items:
        if isinstance(item, str):
            said.present += [] if is_blank(item) or says_none(item) else [(item.strip(), ())]
        elif isinstance(item, Mapping):
            said.present += _described(item)
        elif isinstance(item, list | tuple) and item and isinstance(item[-1], str):
            stretch = ((item[0], item[1]),) if len(item) == 3 else ()
            said.present.append((item[-1], stretch))
        else:
            raise ValueError(
                say(f"{item!r} in the list of labels is no label", f"{item!r} de la lista no es una etiqueta")
            )
    return said


def _described(item: Mapping[str, Any]) -> list[tuple[str, tuple[object, ...]]]:
    """An object that names one or more labels and a place of the text."""
    names = next((item[key] for key in _NAME_KEYS if item.get(key)), None)
    if names is None:
        raise ValueError(say(f"an object without a label: {dict(item)!r}", f"un objeto sin etiqueta: {dict(item)!r}"))
    if item.get("present") is False:
        return []
    place: tuple[object, ...] = _stretches(item.get("evidence"))
    if "start" in item and "end" in item:
        place = (*place, {key: item.get(key) for key in ("start", "end", "text")})
    listed = [names] if isinstance(names, str) else list(names)
    return [(str(name), place) for name in listed]


def _stretches(value: object) -> tuple[object, ...]:
    """Quotes and offsets: one, or a list of them."""
    if value is None or value is True or value == "":
        return ()
    if isinstance(value, str | Mapping):
        return (value,)
    if isinstance(value, Iterable):
        items = list(value)
        is_pair = len(items) == 2 and all(isinstance(item, int) and not isinstance(item, bool) for item in items)
        return ((items[0], items[1]),) if is_pair else tuple(items)
    return (value,)
