"""Requests already in bytes -> answers, over connections that stay open. In: a port. Out: status and body of each.

Just enough of HTTP/1.1 for a load generator that must not take the processor from the service it measures: nothing is
encoded here, and answers are parsed by httptools (the parser of Node.js and of uvicorn).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from hx_detect.evaluation.baselines import installed

MOST_CONNECTIONS: Final = 512


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: status, the headers by their names in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """One request as the bytes to send.

    Args:
        method: ``GET`` or ``POST``.
        path: with its query, as ``/v1/score``.
        body: JSON, or empty.
        headers: more headers, as the API key.
    """
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if body or method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


class Connection(asyncio.Protocol):
    """One connection: one request at a time, its answer whole.

    Args:
        parser: ``httptools.HttpResponseParser``, a class.
    """

    def __init__(self, parser: Any) -> None:  # noqa: ANN401 - httptools is imported late
        self._make_parser = parser
        self._parser: Any = None
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self.heard = False
        self.reusable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out (asyncio calls this)."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came (asyncio calls this)."""
        self.heard = True
        try:
            self._parser.feed_data(data)
        except Exception as error:  # httptools has a tree of its own; whatever it is, no answer can be read
            self._fail(ConnectionError(f"no HTTP: {error}"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits will get no answer (asyncio calls this)."""
        self._fail(ConnectionError(f"connection lost: {exc or 'closed by the server'}"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header (httptools calls this)."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """A piece of the body (httptools calls this)."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole (httptools calls this)."""
        self.reusable = self.reusable and self._parser.should_keep_alive()
        answer = Answer(self._parser.get_status_code(), self._headers, b"".join(self._body))
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    async def ask(self, data: bytes) -> Answer:
        """Send one request and wait for its answer.

        Raises:
            ConnectionError: the connection broke, or what came is no HTTP.
        """
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("connection closed")
        self._parser, self._headers, self._body, self.heard = self._make_parser(self), {}, [], False
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        try:
            return await self._waiting
        finally:
            self._waiting = None

    def close(self) -> None:
        """Let go of it."""
        self.reusable = False
        if self._transport is not None:
            self._transport.close()

    def _fail(self, error: ConnectionError) -> None:
        self.reusable = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)


class Pool:
    """Connections to one port, opened as they are needed and kept.

    Args:
        port: on 127.0.0.1.
        most: connections at the same time.

    Raises:
        MissingExtraError: httptools is not installed.
    """

    def __init__(self, port: int, most: int = MOST_CONNECTIONS) -> None:
        self._port = port
        self._most = most
        self._parser = installed("httptools", "serve").HttpResponseParser
        self._idle: list[Connection] = []
        self.open = 0
        self.reconnected = 0

    @property
    def exhausted(self) -> bool:
        """Is every connection that may be opened in use?"""
        return not self._idle and self.open >= self._most

    async def ask(self, data: bytes) -> Answer:
        """Send one request on a free connection, a new one where there is none.

        A kept connection that the server closed meanwhile is replaced once (RFC 9112, 9.3.1): nothing was answered.

        Raises:
            ConnectionError: no answer came.
        """
        while self._idle:
            connection = self._idle.pop()
            if not connection.reusable:
                self._drop(connection)
                continue
            try:
                return await self._ask(connection, data)
            except ConnectionError:
                if connection.heard:
                    raise
                self.reconnected += 1
                break
        return await self._ask(await self._connect(), data)

    def close(self) -> None:
        """Let go of the connections that are not in use."""
        while self._idle:
            self._drop(self._idle.pop())

    async def _ask(self, connection: Connection, data: bytes) -> Answer:
        try:
            answer = await connection.ask(data)
        except BaseException:
            self._drop(connection)
            raise
        if connection.reusable:
            self._idle.append(connection)
        else:
            self._drop(connection)
        return answer

    async def _connect(self) -> Connection:
        self.open += 1
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: Connection(self._parser), "127.0.0.1", self._port)
        except OSError as error:
            self.open -= 1
            raise ConnectionError(f"no connection: {error.strerror}") from error
        return connection

    def _drop(self, connection: Connection) -> None:
        self.open -= 1
        connection.close()
