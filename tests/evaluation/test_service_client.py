"""The client of the load generator. In: a small server. Out: whole answers over kept connections, broken ones said."""

from __future__ import annotations

import asyncio

import pytest
from small_service import SmallService, ok, small_service

from hx_detect.evaluation.service_client import Answer, Pool, request


def ask(port: int, times: int = 1, most: int = 8) -> tuple[list[Answer], Pool]:
    """Ask the same, one after the other."""

    async def run() -> tuple[list[Answer], Pool]:
        pool = Pool(port, most)
        answers = [await pool.ask(request("POST", "/echo", b'{"a": 1}')) for _ in range(times)]
        pool.close()
        await asyncio.sleep(0)
        return answers, pool

    return asyncio.run(run())


def test_a_request_is_written_as_http_wants_it() -> None:
    said = request("POST", "/v1/score", "{«ñ»}".encode(), {"X-API-Key": "k"})
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /v1/score HTTP/1.1"
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"X-API-Key: k" in head
    assert b"Content-Length" not in request("GET", "/livez")


def test_answers_come_whole_over_one_connection() -> None:
    service = SmallService(lambda _, body: (200, {"X-Small": "Yes"}, body * 50_000, 0.0))
    with small_service(service) as port:
        answers, pool = ask(port, times=3)
    assert [answer.body for answer in answers] == [b'{"a": 1}' * 50_000] * 3
    assert answers[0].headers["x-small"] == "Yes"
    assert service.connections == 1
    assert pool.open == 0


def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    service = SmallService(lambda _, body: ok(body), answers=1)
    with small_service(service) as port:
        answers, pool = ask(port, times=3)
    assert [answer.status for answer in answers] == [200] * 3
    assert service.connections == 3
    assert pool.open == 0


def test_an_answer_that_says_close_is_not_followed_by_another() -> None:
    service = SmallService(lambda _, body: (200, {"Connection": "close"}, body, 0.0))
    with small_service(service) as port:
        answers, pool = ask(port, times=2)
    assert len(answers) == 2
    assert service.connections == 2
    assert pool.reconnected == 0


def test_no_answer_is_an_error() -> None:
    with (
        small_service(SmallService(lambda *_: (0, {}, b"", 0.0))) as port,
        pytest.raises(ConnectionError, match="connection lost"),
    ):
        ask(port)


def test_what_is_no_http_is_an_error() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"hello\r\n\r\n")
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
        async with server:
            with pytest.raises(ConnectionError, match="no HTTP"):
                await Pool(server.sockets[0].getsockname()[1]).ask(request("GET", "/"))

    asyncio.run(run())


def test_nobody_there_is_an_error() -> None:
    service = SmallService(lambda *_: ok(b""))
    with small_service(service) as port:
        pass
    with pytest.raises(ConnectionError, match="no connection"):
        ask(port)


def test_a_pool_knows_when_every_connection_is_in_use() -> None:
    async def run(port: int) -> list[bool]:
        pool = Pool(port, most=2)
        seen = [pool.exhausted]
        asking = [asyncio.create_task(pool.ask(request("GET", "/"))) for _ in range(2)]
        await asyncio.sleep(0.1)
        seen.append(pool.exhausted)
        await asyncio.gather(*asking)
        seen.append(pool.exhausted)
        pool.close()
        return seen

    with small_service(SmallService(lambda *_: ok(b"", 0.3))) as port:
        assert asyncio.run(run(port)) == [False, True, False]
