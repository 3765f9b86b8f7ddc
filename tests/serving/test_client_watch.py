"""Clients that leave. In: requests in work, clients that stay and that go. Out: the result, or the work ended."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message

from hx_detect.serving import client_watch
from hx_detect.serving.client_watch import ClientWatch
from hx_detect.serving.problems import Problem


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_watch, "AFTER_SECONDS", 0.01)


async def stays() -> Message:
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


async def leaves() -> Message:
    await asyncio.sleep(0.02)
    return {"type": "http.disconnect"}


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_who_stays_gets_the_result(seconds: float) -> None:
    async def work() -> int:
        with ClientWatch(stays):
            await asyncio.sleep(seconds)
            return 7

    assert asyncio.run(work()) == 7


def test_for_who_leaves_the_work_ends() -> None:
    ended = False

    async def work() -> None:
        nonlocal ended
        try:
            await asyncio.sleep(60)
        finally:
            ended = True

    async def watched() -> str:
        try:
            with ClientWatch(leaves):
                await work()
        except Problem as problem:
            await asyncio.sleep(0)  # the task itself goes on: its answer is still written, to nobody
            return problem.code
        return "done"

    assert asyncio.run(asyncio.wait_for(watched(), 30)) == "client_gone"
    assert ended


def test_other_failures_pass() -> None:
    async def work() -> None:
        with ClientWatch(stays):
            await asyncio.sleep(0.03)
            raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"):
        asyncio.run(work())


def test_being_cancelled_by_others_is_no_leaving() -> None:
    async def main() -> None:
        async def work() -> None:
            with ClientWatch(stays):
                await asyncio.sleep(60)

        task = asyncio.create_task(work())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
