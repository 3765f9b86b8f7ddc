"""Corrections are kept in order, once for each idempotency key, and read page by page."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import inspect

from hx_detect.serving.corrections import sha256
from hx_detect.serving.store import feedback
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.feedback import add_feedback, all_feedback, earlier_feedback, feedback_page
from hx_detect.serving.store.tables import Feedback

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def row(text: str = "nadie contesta", **changes: Any) -> Feedback:  # noqa: ANN401  # any column
    values: dict[str, Any] = {
        "id": str(uuid4()), "text": text, "text_hash": sha256(text), "language": "es", "labels": {"ignored": [[0, 5]]},
        "sentiment": "negative", "key_name": "crm", "request_hash": sha256(text), "masked": False,
    }  # fmt: skip
    return Feedback(**values | changes)


def texts(rows: Any) -> list[str]:  # noqa: ANN401  # any iterable of rows
    return [one.text for one in rows]


def test_rows_come_back_as_they_went_in(any_store: Store) -> None:
    text = "ñandú 🙃 «‹email›» \t\n\u200b" + "x" * 100_000
    given = row(text, labels={"ignored": [[0, 5]], "rage": []}, who="ana", why="porque sí", stars=1, stage="support")
    add_feedback(any_store, given)
    (kept,) = feedback_page(any_store, 10)
    for column in (attribute.key for attribute in inspect(Feedback).column_attrs):
        assert getattr(kept, column) == getattr(given, column), column


def test_pages_follow_each_other_without_a_gap(any_store: Store) -> None:
    for number in range(7):
        add_feedback(any_store, row(f"texto {number}"))
    seen: list[str] = []
    after = 0
    while page := feedback_page(any_store, 3, after=after):
        seen += texts(page)
        after = page[-1].sequence
    assert seen == [f"texto {number}" for number in range(7)]


def test_since_is_a_time_with_its_zone(any_store: Store) -> None:
    for day in range(3):
        add_feedback(any_store, row(f"día {day}", created=MAY + timedelta(days=day)))
    since = (MAY + timedelta(days=1)).astimezone()
    assert texts(feedback_page(any_store, 10, since=since)) == ["día 1", "día 2"]


def test_the_export_has_the_last_word_on_every_text(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "EXPORT_PAGE", 2)
    for text, stars in (("a", 1), ("b", 1), ("a", 2), ("c", 1), ("b", 3)):
        add_feedback(any_store, row(text, stars=stars))
    assert [(one.text, one.stars) for one in all_feedback(any_store)] == [("a", 2), ("c", 1), ("b", 3)]
    assert len(feedback_page(any_store, 10)) == 5


def test_a_request_made_twice_is_stored_once(any_store: Store) -> None:
    first = add_feedback(any_store, row(idempotency_key="k"))
    again = add_feedback(any_store, row(idempotency_key="k"))
    assert (first.replayed, again.replayed, again.clashes) == (False, True, False)
    assert again.row.id == first.row.id
    clash = add_feedback(any_store, row("otro", idempotency_key="k"))
    assert (clash.replayed, clash.clashes) == (False, True)
    other_caller = add_feedback(any_store, row("otro", idempotency_key="k", key_name="web"))
    assert not other_caller.replayed
    assert len(feedback_page(any_store, 10)) == 2


def test_a_request_made_at_the_same_time_is_stored_once(any_store: Store) -> None:
    ids: list[str] = []

    def send() -> None:
        ids.append(add_feedback(any_store, row(idempotency_key="k")).row.id)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == len(feedback_page(any_store, 10)) == 1


def test_a_reader_that_goes_on_behind_the_last_row_misses_none(any_store: Store) -> None:
    """Numbers must become visible in their order, also where writers overlap."""
    done = threading.Event()
    seen: list[int] = []

    def write(number: int) -> None:
        for step in range(8):
            add_feedback(any_store, row(f"{number}-{step}"))

    def read() -> None:
        while True:
            last_round = done.is_set()
            seen.extend(one.sequence for one in feedback_page(any_store, 1000, after=seen[-1] if seen else 0))
            if last_round:
                return

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert len(seen) == 24
    assert seen == sorted(set(seen))


def test_earlier_feedback_by_either_id(any_store: Store) -> None:
    first = add_feedback(any_store, row("uno", review_id="r-1")).row
    second = add_feedback(any_store, row("dos", review_id="r-1")).row
    assert texts([earlier_feedback(any_store, "r-1")]) == ["dos"]
    assert texts([earlier_feedback(any_store, first.id)]) == ["uno"]
    assert earlier_feedback(any_store, second.id[:-1]) is None
