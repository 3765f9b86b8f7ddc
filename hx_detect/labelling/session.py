"""One person labelling one file. In: tasks, an answer log, what the page sends. Out: the state that the page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Final

from hx_detect.errors import RowError
from hx_detect.labelling.agreement import agreement
from hx_detect.labelling.answer import ANSWERS, SKIP_REASONS, record_of, skip_of
from hx_detect.labelling.answer_log import AnswerLog
from hx_detect.labelling.guideline import RULES
from hx_detect.labelling.guideline import SIGNALS as MEANINGS
from hx_detect.labelling.suggest import StreamScorer
from hx_detect.labelling.tasks import Task
from hx_detect.labels import DISPLAY, SIGNALS, STAGES
from hx_detect.learning.labelled_tables import read_labelled
from hx_detect.records import Review, Score
from hx_detect.wording import say

SIGNAL_KEYS: Final = "qwertyasdfghzxcvbn"
"""Three rows of a keyboard: conduct; cause and outcome; what went well. In the order of ``labels.SIGNALS``."""
STAGE_KEYS: Final = "uiopjkl"
DRAFTED: Final = ("labels", "sentiment", "stage", "stars", "note", "guess_shown", "seconds")
"""What is kept of an answer that is not saved yet."""
OWN_KEYS: Final = "890"
"""Keys of the first own signals; further ones are clicked."""


class Session:
    """What the page works on; every change is on the disk when its method returns.

    Args:
        tasks: in the order in which they are labelled.
        log: takes the answers.
        who: labels.
        load: gives the scorer for the model's guess.
        others: files of other people who label the same texts.
        own: names of signals of one's own.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        log: AnswerLog,
        who: str,
        load: Callable[[], StreamScorer],
        others: Sequence[Path] = (),
        own: Sequence[str] = (),
    ) -> None:
        self.tasks = tasks
        self.log = log
        self.who = who
        self.others = others
        self.own = tuple(own)
        self._load = load
        self._lock = Lock()
        self._scoring = Lock()
        self._places = {task.key: place for place, task in enumerate(tasks)}

    @cached_property
    def _scorer(self) -> StreamScorer:
        return self._load()

    def labels(self) -> dict[str, Any]:
        """What the page knows of labels: names, meanings, keys."""
        signals = [
            {"name": one.name, "group": one.group, "key": key, "names": {"es": one.es, "en": one.en},
             "meaning": {"es": MEANINGS[one.name][0], "en": MEANINGS[one.name][1]}}
            for one, key in zip(SIGNALS, SIGNAL_KEYS, strict=True)
        ]  # fmt: skip
        signals += [
            {"name": name, "group": "own", "key": OWN_KEYS[place : place + 1], "names": {"es": name, "en": name},
             "meaning": {"es": "señal propia", "en": "a signal of your own"}}
            for place, name in enumerate(self.own)
        ]  # fmt: skip
        return {
            "signals": signals,
            "sentiments": [_choice(name, str(place)) for place, name in enumerate(ANSWERS, 1)],
            "stages": [_choice(name, key) for name, key in zip(STAGES, STAGE_KEYS, strict=True)],
            "skips": list(SKIP_REASONS),
            "rules": [{"es": es, "en": en} for es, en in RULES],
        }

    def state(self, place: int | None = None) -> dict[str, Any]:
        """Progress and one task: the one asked for, else the one whose draft is kept, else the first without answer."""
        with self._lock:
            return self._state(place)

    def _state(self, place: int | None = None) -> dict[str, Any]:
        if place is None:
            place = next((self._places[key] for key in reversed(self.log.drafts) if key in self._places), None)
        if place is None:
            place = next((n for n, task in enumerate(self.tasks) if not self._answered(task.key)), None)
        inside = place is not None and 0 <= place < len(self.tasks)
        task = self.tasks[place] if inside and place is not None else None
        answer = None if task is None else self.log.labelled.get(task.key) or self.log.skipped.get(task.key)
        return {
            "who": self.who,
            "out": self.log.place.name,
            "total": len(self.tasks),
            "labelled": sum(task.key in self.log.labelled for task in self.tasks),
            "skipped": sum(task.key in self.log.skipped for task in self.tasks),
            "place": place if inside else None,
            "task": None if task is None else task.to_dict(),
            "answer": answer,
            "draft": None if task is None else self.log.drafts.get(task.key),
            "undoable": self.log.last in self._places,
            "others": [other.name for other in self.others],
        }

    def answer(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what was said of a text; gives the next state.

        Raises:
            RowError: no such text, label or evidence.
            OutputError: it cannot be written.
        """
        with self._lock:
            task = self._task(body)
            skipped = "reason" in body
            record = skip_of(task, body, self.who) if skipped else record_of(task, body, self.who, self.own)
            self.log.add(record, skipped=skipped)
            self.log.keep_draft(task.key, None)
            return self._state()

    def undo(self) -> dict[str, Any]:
        """Take the last answer back; gives the state at its text, with what was said as the draft.

        Raises:
            OutputError: it cannot be written.
        """
        with self._lock:
            key = self.log.last
            if key is None or key not in self._places:
                return self._state()
            record = self.log.remove(key)
            if record is not None and "skipped" not in record:
                self.log.keep_draft(key, {name: record[name] for name in DRAFTED})
            return self._state(self._places[key])

    def keep_draft(self, body: Mapping[str, Any]) -> None:
        """Keep what is begun.

        Raises:
            RowError: no such text, label or evidence.
            OutputError: it cannot be written.
        """
        with self._lock:
            task = self._task(body)
            record_of(task, {**body, "sentiment": body.get("sentiment") or "neutral"}, self.who, self.own)
            self.log.keep_draft(task.key, {name: body.get(name) for name in DRAFTED})

    def guess(self, key: str) -> dict[str, Any]:
        """What the model says of a text, as the record of ``docs/output.md``.

        Raises:
            RowError: no such text, or it cannot be scored.
            BundleError: the model cannot be used.
        """
        task = self._task({"key": key})
        with self._scoring:  # loading the model holds no answer up
            result = next(iter(self._scorer.score_stream([Review(task.text, task.id, task.language, task.kind)])))
        if isinstance(result, Score):
            return result.to_dict()
        raise RowError(result.message, cure=result.cure, code=result.code, field=result.field)

    def agreement(self) -> list[dict[str, Any]]:
        """How far this person and the others agree so far.

        Raises:
            EvaluationError: no text was labelled by two people.
            MissingExtraError: the library for it is not installed.
            InputError: a file of the others cannot be read.
        """
        with self._lock:
            files = [path for path in (self.log.place, *self.others) if path.exists() and path.stat().st_size]
            rows = read_labelled(files).rows if files else ()
        return [one.to_dict() for one in agreement(rows)]

    def _answered(self, key: str) -> bool:
        return key in self.log.labelled or key in self.log.skipped

    def _task(self, body: Mapping[str, Any]) -> Task:
        place = self._places.get(str(body.get("key")))
        if place is None:
            raise RowError(
                say("There is no such text", "No existe ese texto"),
                cure=say("Load the page again", "Recargue la página"),
                code="no_text", field="key",
            )  # fmt: skip
        return self.tasks[place]


def _choice(name: str, key: str) -> dict[str, Any]:
    es, en = DISPLAY[name]
    return {"name": name, "key": key, "names": {"es": es, "en": en}}
