"""Jobs in the store. In: rows, ids, workers. Out: rows of ``jobs``; each is run by one worker at a time.

A worker's every write names the worker: one that was cancelled, or taken for dead, writes nothing and learns of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update

from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.tables import Job, now

OPEN_STATES: Final = ("queued", "running")
LOOKED_AT: Final = 500
"""Open jobs that a worker looks at when it wants one."""


def add_job(store: Store, job: Job) -> None:
    """Add a row; when this returns it is on disk.

    Raises:
        StoreError: the database refuses.
    """
    with store.session() as session:
        session.add(job)


def find_job(store: Store, identifier: str) -> Job | None:
    """The job of this id, or None."""
    with store.reading() as session:
        return session.get(Job, identifier)


def jobs_page(store: Store, *, key_name: str | None, limit: int, after: str | None = None) -> list[Job]:
    """Jobs, the newest first.

    Args:
        store: where.
        key_name: whose; None for everybody's.
        limit: how many, at most.
        after: id of the last job of the page before; an unknown one gives nothing.
    """
    wanted = select(Job).order_by(Job.created.desc(), Job.id.desc()).limit(limit)
    if key_name is not None:
        wanted = wanted.where(Job.key_name == key_name)
    with store.reading() as session:
        if after is not None:
            last = session.get(Job, after)
            if last is None:
                return []
            older = Job.created < last.created
            wanted = wanted.where(or_(older, and_(Job.created == last.created, Job.id < last.id)))
        return list(session.scalars(wanted))


def count_open(store: Store, key_name: str) -> int:
    """How many jobs of a key wait or run."""
    wanted = select(func.count()).select_from(Job).where(Job.key_name == key_name, Job.state.in_(OPEN_STATES))
    with store.reading() as session:
        return session.scalar(wanted) or 0


def open_jobs(store: Store) -> list[Job]:
    """Jobs that wait or run: those first whose key has the fewest running, then the oldest."""
    wanted = select(Job).where(Job.state.in_(OPEN_STATES)).order_by(Job.created, Job.id).limit(LOOKED_AT)
    with store.reading() as session:
        jobs = list(session.scalars(wanted))
    busy = [job.key_name for job in jobs if job.state == "running"]
    return sorted(jobs, key=lambda job: busy.count(job.key_name))


def claim_job(store: Store, job: Job, owner: str) -> bool:
    """Take a job as it was seen: waiting, or run by a worker that is dead.

    Returns:
        False where another worker was faster, or somebody cancelled it.
    """
    unchanged = [Job.id == job.id, Job.state == job.state, Job.rows_done == job.rows_done]
    unchanged.append(Job.owner.is_(None) if job.owner is None else Job.owner == job.owner)
    values = {"state": "running", "owner": owner, "heartbeat": now(), "started": job.started or now()}
    return _update(store, unchanged, {**values, "options": job.options})


def beat(store: Store, identifiers: Iterable[str], owner: str) -> set[str]:
    """Say that the worker lives.

    Returns:
        Those of the jobs that are still its own.
    """
    wanted = list(identifiers)
    mine = [Job.id.in_(wanted), Job.owner == owner, Job.state == "running"]
    with store.session() as session:
        session.execute(update(Job).where(*mine).values(heartbeat=now()))
        return set(session.scalars(select(Job.id).where(*mine)))


def write_job(store: Store, identifier: str, owner: str, values: Mapping[str, Any]) -> bool:
    """Write down what became of a job that this worker runs.

    Args:
        store: where.
        identifier: of the job.
        owner: this worker.
        values: column -> value.

    Returns:
        False where the job is no longer this worker's; nothing is written then.
    """
    mine = [Job.id == identifier, Job.owner == owner, Job.state == "running"]
    return _update(store, mine, {"heartbeat": now(), **values})


def release_job(store: Store, identifier: str, owner: str) -> bool:
    """Give a job back, so that any worker goes on with it."""
    return write_job(store, identifier, owner, {"state": "queued", "owner": None})


def cancel_job(store: Store, identifier: str, expires: datetime) -> str | None:
    """Stop a job that waits or runs; take away one that has ended, with what is known of it.

    Returns:
        The state that it was in, or None where there is no such job.
    """
    with store.session() as session:
        job = session.get(Job, identifier, with_for_update=True)
        if job is None:
            return None
        before = job.state
        if before in OPEN_STATES:
            job.state, job.owner, job.finished, job.expires = "cancelled", None, now(), expires
        else:
            session.delete(job)
        return before


def expired_jobs(store: Store) -> list[str]:
    """Ids of jobs whose time is over."""
    with store.reading() as session:
        return list(session.scalars(select(Job.id).where(Job.expires < now(), Job.state.not_in(OPEN_STATES))))


def remove_jobs(store: Store, identifiers: Sequence[str]) -> None:
    """Take rows away."""
    if identifiers:
        with store.session() as session:
            session.execute(delete(Job).where(Job.id.in_(list(identifiers))))


def with_files(store: Store, identifiers: Sequence[str]) -> set[str]:
    """Those of the ids whose job is there and was not cancelled: their files are needed."""
    with store.reading() as session:
        found = session.scalars(select(Job.id).where(Job.id.in_(list(identifiers)), Job.state != "cancelled"))
        return set(found)


def days_from_now(days: float) -> datetime:
    """The moment so many days from now."""
    return now() + timedelta(days=days)


def _update(store: Store, conditions: Sequence[Any], values: Mapping[str, Any]) -> bool:
    with store.session() as session:
        result = session.execute(update(Job).where(*conditions).values(**values))
        return cast("CursorResult[Any]", result).rowcount == 1
