"""Rows of jobs on both databases: taking them, keeping them, losing them, paging, cancelling."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.jobs import (
    add_job,
    beat,
    cancel_job,
    claim_job,
    count_open,
    days_from_now,
    expired_jobs,
    find_job,
    jobs_page,
    open_jobs,
    release_job,
    remove_jobs,
    with_files,
    write_job,
)
from hx_detect.serving.store.tables import Job, now


def added(store: Store, key: str = "crm", age: float = 0.0, **values: object) -> Job:
    """A new job, ``age`` seconds old."""
    job = Job(
        id=str(uuid4()), created=now() - timedelta(seconds=age), state="queued", file_name="ñ.csv", format="csv",
        options={"lang": "es"}, rows_done=0, rejected=0, key_name=key,
    )  # fmt: skip
    for name, value in values.items():
        setattr(job, name, value)
    add_job(store, job)
    return job


def found(store: Store, identifier: str) -> Job:
    job = find_job(store, identifier)
    assert job is not None
    return job


def test_a_job_is_taken_once(any_store: Store) -> None:
    job = added(any_store)
    taken: list[str] = []
    start = threading.Barrier(4)

    def take(owner: str) -> None:
        seen = found(any_store, job.id)
        start.wait()
        if claim_job(any_store, seen, owner):
            taken.append(owner)

    threads = [threading.Thread(target=take, args=(f"worker-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1
    after = found(any_store, job.id)
    assert (after.state, after.owner) == ("running", taken[0])
    assert after.started is not None
    assert after.heartbeat is not None


def test_a_dead_worker_s_job_changes_hands_and_the_dead_writes_nothing(any_store: Store) -> None:
    job = added(any_store)
    assert claim_job(any_store, found(any_store, job.id), "dead")
    first = found(any_store, job.id).started
    assert claim_job(any_store, found(any_store, job.id), "living")
    assert not write_job(any_store, job.id, "dead", {"rows_done": 7})
    assert write_job(any_store, job.id, "living", {"rows_done": 5, "rejected": 1, "rows_total": 9})
    after = found(any_store, job.id)
    assert (after.rows_done, after.rejected, after.rows_total, after.started) == (5, 1, 9, first)
    assert beat(any_store, [job.id], "dead") == set()
    assert beat(any_store, [job.id], "living") == {job.id}


def test_one_who_saw_less_progress_does_not_take_a_job(any_store: Store) -> None:
    job = added(any_store)
    claim_job(any_store, found(any_store, job.id), "one")
    seen = found(any_store, job.id)
    write_job(any_store, job.id, "one", {"rows_done": 5})
    assert not claim_job(any_store, seen, "other")


def test_a_released_job_waits_again(any_store: Store) -> None:
    job = added(any_store)
    claim_job(any_store, found(any_store, job.id), "one")
    assert release_job(any_store, job.id, "one")
    assert not release_job(any_store, job.id, "one")
    assert (found(any_store, job.id).state, found(any_store, job.id).owner) == ("queued", None)


def test_keys_take_turns(any_store: Store) -> None:
    running = added(any_store, "busy", age=30)
    later, other = added(any_store, "busy", age=20), added(any_store, "idle", age=10)
    claim_job(any_store, found(any_store, running.id), "one")
    assert [job.id for job in open_jobs(any_store)] == [other.id, running.id, later.id]
    assert count_open(any_store, "busy") == 2


def test_pages_newest_first_without_gap_or_repetition(any_store: Store) -> None:
    moment = now()
    ids = [added(any_store, created=moment - timedelta(seconds=number // 3)).id for number in range(10)]
    other = added(any_store, "other").id
    seen: list[str] = []
    while page := jobs_page(any_store, key_name="crm", limit=3, after=seen[-1] if seen else None):
        seen += [job.id for job in page]
    assert sorted(seen) == sorted(ids)
    created = [found(any_store, identifier).created for identifier in seen]
    assert created == sorted(created, reverse=True)
    assert other in [job.id for job in jobs_page(any_store, key_name=None, limit=50)]
    assert jobs_page(any_store, key_name="crm", limit=3, after=str(uuid4())) == []


def test_cancelling_stops_and_then_takes_away(any_store: Store) -> None:
    job = added(any_store)
    claim_job(any_store, found(any_store, job.id), "one")
    assert cancel_job(any_store, job.id, days_from_now(1)) == "running"
    assert not write_job(any_store, job.id, "one", {"state": "done"})
    assert found(any_store, job.id).state == "cancelled"
    assert with_files(any_store, [job.id]) == set()
    assert cancel_job(any_store, job.id, days_from_now(1)) == "cancelled"
    assert cancel_job(any_store, job.id, days_from_now(1)) is None


def test_what_is_over_expires(any_store: Store) -> None:
    old = added(any_store, state="done", expires=now() - timedelta(seconds=1), summary={"texts": 1})
    added(any_store, state="done", expires=days_from_now(1))
    added(any_store, state="queued", expires=now() - timedelta(seconds=1))
    assert expired_jobs(any_store) == [old.id]
    assert with_files(any_store, [old.id, str(uuid4())]) == {old.id}
    remove_jobs(any_store, [old.id])
    remove_jobs(any_store, [])
    assert find_job(any_store, old.id) is None
