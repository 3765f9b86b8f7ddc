"""A service of a few lines, in a thread. In: what it answers to a path. Out: a port, and the requests that came."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Reply = tuple[int, dict[str, str], bytes, float]
"""Status, headers, body, seconds to wait before it is sent; status 0 closes the connection instead."""


def record_of(text: str, identifier: str | None) -> dict[str, Any]:
    """Something like a record: what matters is that it says which text it is of."""
    return {"id": identifier, "words": len(text.split()), "tokens": len(text.split()) + 2,
            "model": {"name": "small", "version": "1"}}  # fmt: skip


def score_body(body: bytes) -> bytes:
    """What ``POST /v1/score`` of the service answers."""
    records = [record_of(review["text"], review["id"]) for review in json.loads(body)["reviews"]]
    return json.dumps({"model": records[0]["model"], "results": records, "errors": []}).encode()


def ok(body: bytes, pause: float = 0.0) -> Reply:
    """An answer 200."""
    return 200, {}, body, pause


class SmallService:
    """Speaks HTTP/1.1 over connections that stay open.

    Args:
        reply: path and body -> what to answer.
        answers: per connection; then it is closed without a word.
    """

    def __init__(self, reply: Callable[[str, bytes], Reply], answers: int = 1_000_000) -> None:
        self._reply = reply
        self._answers = answers
        self.connections = 0
        self.paths: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            for _ in range(self._answers):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lengths = [line for line in head.splitlines() if line.lower().startswith("content-length")]
                body = await reader.readexactly(int(lengths[0].partition(":")[2])) if lengths else b""
                path = head.split(" ")[1]
                self.paths.append(path)
                status, headers, content, pause = self._reply(path, body)
                await asyncio.sleep(pause)
                if not status:
                    return
                lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
                lines += [f"{name}: {value}" for name, value in headers.items()]
                writer.write("\r\n".join((*lines, "", "")).encode() + content)
                await writer.drain()
        except (
            asyncio.IncompleteReadError,
            ConnectionError,
            asyncio.CancelledError,
        ):  # the client went, or the test ended
            pass
        finally:
            writer.close()


@contextmanager
def small_service(service: SmallService) -> Iterator[int]:
    """Run it in a thread of its own; gives the port."""
    started: queue.Queue[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def main() -> None:
        over = asyncio.Event()
        server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
        started.put((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), over))
        await over.wait()
        server.close()  # asyncio.run then cancels the connections

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    port, loop, over = started.get(timeout=60)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
