"""Texts -> calls ready to send. In: texts, what the in-memory scorer says of them. Out: bytes, checks of answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle
from random import Random
from typing import Any, Final

from hx_detect.evaluation.service_client import request

SCORE_PATH: Final = "/v1/score"
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its bytes, how many texts it holds, and where they stand in the list of records."""

    data: bytes
    texts: int
    first: int = 0


def review_id(index: int) -> str:
    """The id that the text of this index is sent with."""
    return f"t{index}"


def calls_of(size: int, texts: Sequence[str], headers: Mapping[str, str] | None = None) -> list[Call]:
    """All texts in calls of that many; texts that fill no call are left out.

    Args:
        size: texts in a call.
        texts: in the order of the records.
        headers: of every request.
    """
    made = []
    for first in range(0, len(texts) - size + 1, size):
        reviews = [{"id": review_id(first + step), "text": texts[first + step]} for step in range(size)]
        body = json.dumps({"reviews": reviews}, ensure_ascii=False).encode()
        made.append(Call(request("POST", SCORE_PATH, body, headers), size, first))
    return made


def mixed(kinds: Sequence[Sequence[Call]], shares: Sequence[float], seed: int = 7) -> Iterator[Call]:
    """Calls of several kinds without end, drawn by their shares, each kind in its order."""
    draw = Random(seed)
    ways = [cycle(calls) for calls in kinds]
    while True:
        yield next(draw.choices(ways, shares)[0])


class RecordCheck:
    """Holds every answer against the records of the in-memory scorer: all of them, in order, byte for byte as JSON.

    An answer that was found right is remembered by its digest, so that the same bytes are not read twice.

    Args:
        records: one per text.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self._wanted = [json.dumps(record) for record in records]
        self._model = {name: records[0]["model"][name] for name in ("name", "version")}
        self._right: dict[int, bytes] = {}

    def __call__(self, call: Call, body: bytes) -> str | None:
        """What is wrong with an answer; None where nothing is."""
        digest = sha256(body).digest()
        key = call.first * 1024 + call.texts
        if self._right.get(key) == digest:
            return None
        problem = self._problem(call, body)
        if problem is None:
            self._right[key] = digest
        return problem

    def _problem(self, call: Call, body: bytes) -> str | None:
        try:
            answer = json.loads(body)
            results, errors, model = answer["results"], answer["errors"], answer["model"]
        except (ValueError, KeyError, TypeError):
            return "not an answer of /v1/score"
        if errors:
            return f"errors: {[error.get('code') for error in errors]}"
        if model != self._model:
            return f"another model: {model}"
        got = [json.dumps(record) for record in results]
        wanted = self._wanted[call.first : call.first + call.texts]
        if got == wanted:
            return None
        if sorted(got) == sorted(wanted):
            return "records out of order"
        wrong = sum(one != other for one, other in zip(got, wanted, strict=False))
        return f"{len(got)} records for {len(wanted)} texts, {wrong} of them wrong"


class LengthCheck:
    """For a service whose answers are not ours: a JSON list of as many items as texts."""

    def __call__(self, call: Call, body: bytes) -> str | None:
        """What is wrong with an answer; None where nothing is."""
        try:
            answer = json.loads(body)
        except ValueError:
            return "no JSON"
        return None if isinstance(answer, list) and len(answer) == call.texts else "not one item per text"
