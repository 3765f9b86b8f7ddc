"""What a person says of a text -> a line of labelled data. In: the page's JSON. Out: ``data/schema.json`` records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from hx_detect.errors import RowError
from hx_detect.labelling.tasks import Task
from hx_detect.labels import SENTIMENTS, SIGNAL_INDEX, SIGNAL_NAMES, STAGES
from hx_detect.wording import say

SOURCE: Final = "labelling"
GUIDELINE: Final = "1.1"
ANSWERS: Final = (*SENTIMENTS, "mixed")
SKIP_REASONS: Final = ("unclear", "not_customer", "other_language", "no_text", "sensitive", "other")
_MOST_SECONDS: Final = 3_600.0
_LONGEST_NOTE: Final = 2_000


def record_of(task: Task, answer: Mapping[str, Any], who: str, own: Sequence[str] = ()) -> dict[str, Any]:
    """The labelled record of one text.

    Args:
        task: the text.
        answer: ``sentiment``; ``labels`` {signal: [[start, end], …]}; ``stage``, ``stars``, ``note`` or None;
            ``guess_shown``, ``seconds``.
        who: labelled it.
        own: names of signals of one's own that the page offers.

    Raises:
        RowError: a label that does not exist, or evidence that is not in the text.
    """
    sentiment, stage, stars = answer.get("sentiment"), answer.get("stage"), answer.get("stars")
    _check(sentiment in ANSWERS, "sentiment", sentiment, ANSWERS)
    _check(stage is None or stage in STAGES, "stage", stage, STAGES)
    _check(stars is None or (type(stars) is int and 1 <= stars <= 5), "stars", stars, ("1", "2", "3", "4", "5"))
    return {
        "id": task.id or f"lb-{task.key}",
        "text": task.text,
        "lang": task.language,
        "kind": task.kind,
        "sentiment": sentiment,
        "stars": stars,
        "stage": stage,
        "labels": _labels(task, answer.get("labels"), (*SIGNAL_NAMES, *own)),
        "group": None,
        "role": None,
        "source": SOURCE,
        "guideline": GUIDELINE,
        **_about(answer, who),
        "guess_shown": answer.get("guess_shown") is True,
    }


def skip_of(task: Task, answer: Mapping[str, Any], who: str) -> dict[str, Any]:
    """The record of a text that was passed over.

    Raises:
        RowError: no such reason.
    """
    why = answer.get("reason")
    _check(why in SKIP_REASONS, "reason", why, SKIP_REASONS)
    return {"id": task.id or f"lb-{task.key}", "text": task.text, "skipped": why, **_about(answer, who)}


def _about(answer: Mapping[str, Any], who: str) -> dict[str, Any]:
    seconds = answer.get("seconds")
    timed = isinstance(seconds, int | float) and not isinstance(seconds, bool) and math.isfinite(seconds)
    note = answer.get("note")
    return {
        "who": who,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(min(max(float(seconds), 0.0), _MOST_SECONDS), 1) if timed and seconds is not None else None,
        "note": note.strip()[:_LONGEST_NOTE] if isinstance(note, str) and note.strip() else None,
    }


def _labels(task: Task, labels: object, names: Sequence[str]) -> dict[str, list[list[int]]]:
    if not isinstance(labels, Mapping):
        raise _wrong("labels", labels, ("{signal: [[start, end], …]}",))
    found: dict[str, list[list[int]]] = {}
    for name, stretches in labels.items():
        _check(name in names, "labels", name, names)
        if not isinstance(stretches, list) or not all(_in_text(task.text, one) for one in stretches):
            raise _wrong(f"labels.{name}", stretches, ("[[start, end], …]",))
        found[name] = sorted([int(start), int(end)] for start, end in stretches)
    return dict(sorted(found.items(), key=lambda item: (SIGNAL_INDEX.get(item[0], len(SIGNAL_INDEX)), item[0])))


def _in_text(text: str, stretch: object) -> bool:
    if not isinstance(stretch, list) or len(stretch) != 2 or not all(type(place) is int for place in stretch):
        return False
    start, end = stretch
    return bool(0 <= start < end <= len(text) and text[start:end].strip())


def _check(holds: bool, field: str, value: object, allowed: Sequence[str]) -> None:
    if not holds:
        raise _wrong(field, value, allowed)


def _wrong(field: str, value: object, allowed: Sequence[str]) -> RowError:
    return RowError(
        say(f"{field}: there is no {value!r}", f"{field}: no existe {value!r}"),
        cure=say("Use one of ", "Use una de ") + ", ".join(allowed),
        code="bad_label",
        field=field,
    )
