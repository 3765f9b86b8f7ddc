"""The service as a process, with a toy model. In: load, signals, new models. Out: nothing lost or mixed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from scoring_service import Process, running
from toy_bundle import write_toy_bundle

from hx_detect.records import Review
from hx_detect.scorer import Scorer

WORDS = ("malo", "bueno", "nadie", "gracias", "hashtag", "roto", "genial", "timo")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_bundle(tmp_path_factory.mktemp("models") / "toy")


CLIENTS = 6


class Load:
    """Clients that call without a pause and check every answer.

    Args:
        url: of the service.
        clients: how many.
    """

    def __init__(self, url: str, toy: Path, clients: int = CLIENTS) -> None:
        self.expected = {
            word: score.to_dict()
            for word, score in zip(
                WORDS, Scorer.load(toy, threads=1).score([Review(word) for word in WORDS]), strict=True
            )
        }
        self.url = url
        self.outcomes: Counter[str] = Counter()
        self.ending = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        with httpx.Client(base_url=self.url, timeout=60) as client:
            while not self.ending.is_set():
                texts = [WORDS[(number + place) % len(WORDS)] for place in range(5)]
                reviews = [{"text": text, "id": f"{number}-{place}"} for place, text in enumerate(texts)]
                try:
                    answer = client.post("/v1/score", json={"reviews": reviews})
                except httpx.ConnectError:
                    self.outcomes["refused"] += 1
                    return
                except httpx.TransportError as error:
                    self.outcomes[f"broken {type(error).__name__}"] += 1
                    return
                self.outcomes[self._judged(texts, number, answer)] += 1

    def _judged(self, texts: list[str], number: int, answer: httpx.Response) -> str:
        if answer.status_code != 200:
            return str(answer.status_code)
        content = answer.json()
        for place, (text, record) in enumerate(zip(texts, content["results"], strict=True)):
            wanted = self.expected[text] | {"id": f"{number}-{place}", "model": content["model"]}
            if record != wanted:
                return "wrong"
        return f"good {content['model']['version']}"

    def end(self) -> Counter[str]:
        """Stop, and say what became of the calls."""
        self.ending.set()
        for thread in self._threads:
            thread.join(120)
        return self.outcomes


def as_version(info: dict[str, Any], version: str) -> dict[str, Any]:
    return info | {"version": version}


def served(outcomes: Counter[str]) -> int:
    return sum(count for outcome, count in outcomes.items() if outcome.startswith("good"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_sigterm_under_load_loses_nothing(toy: Path, tmp_path: Path) -> None:
    with running(tmp_path, "--model", str(toy), "--unready", "0.5") as process:
        load = Load(process.url, toy)
        time.sleep(1.5)
        process.process.send_signal(signal.SIGTERM)
        states: set[int] = set()
        while process.process.poll() is None:
            try:
                states.add(httpx.get(process.url + "/readyz", timeout=10).status_code)
            except httpx.TransportError:
                break
            time.sleep(0.02)
        assert process.process.wait(60) == 0
        outcomes = load.end()
        assert served(outcomes) > 20
        others = {outcome: count for outcome, count in outcomes.items() if not outcome.startswith("good")}
        # What the kernel took while the service let go of the socket is broken off unread, once a client at most.
        assert sum(others.pop(name) for name in [*others] if name.startswith("broken")) <= CLIENTS
        assert set(others) <= {"refused", "503"}
        assert 503 in states


def test_models_change_under_load(toy: Path, tmp_path: Path) -> None:
    folder = write_toy_bundle(tmp_path / "model")
    with running(tmp_path / "data", "--model", str(folder), "--reload", "0") as process:
        load = Load(process.url, toy)
        for number in range(2, 7):
            time.sleep(0.3)
            write_toy_bundle(folder, info=partial(as_version, version=f"0.{number}.0"))
            told = httpx.post(process.url + "/v1/admin/reload", timeout=120)
            assert told.json()["model"]["version"] == f"0.{number}.0"
        time.sleep(0.3)
        outcomes = load.end()
        assert process.terminate() == 0
    assert {outcome for outcome in outcomes if not outcome.startswith("good")} == set()
    assert len(outcomes) >= 4


def test_workers_share_the_socket_and_take_up_models_together(toy: Path, tmp_path: Path) -> None:
    folder = write_toy_bundle(tmp_path / "model")
    words = ("--model", str(folder), "--workers", "2", "--threads", "1", "--reload", "0.1")
    with running(tmp_path / "data", *words) as process:
        load = Load(process.url, toy, clients=4)
        time.sleep(1.0)
        write_toy_bundle(folder, info=lambda info: info | {"version": "0.2.0"})
        deadline = time.monotonic() + 120
        while load.outcomes["good 0.2.0"] < 50:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        outcomes = load.end()
        assert {outcome for outcome in outcomes if not outcome.startswith("good")} == set()
        total = sum(
            float(line.rsplit(" ", 1)[1])
            for line in httpx.get(process.url + "/metrics").text.splitlines()
            if line.startswith('hx_requests_total{code="",method="POST",route="/v1/score"')
        )
        assert total == served(outcomes)
        assert process.terminate() == 0


def test_a_worker_that_dies_is_replaced(toy: Path, tmp_path: Path) -> None:
    words = ("--model", str(toy), "--workers", "2", "--threads", "1")
    with running(tmp_path, *words) as process:
        children = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        workers = [line for line in children.stdout.splitlines() if "spawn_main" in line]
        assert len(workers) == 2
        os.kill(int(workers[0].split()[0]), signal.SIGKILL)
        deadline = time.monotonic() + 120
        while not any(event["event"] == "worker_died" for event in process.events()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.wait_ready()
        assert httpx.post(process.url + "/v1/score", json={"text": "malo"}, timeout=60).status_code == 200
        assert process.terminate() == 0


def open_stream(process: Process) -> socket.socket:
    """A stream whose lines and answers the test sends and reads as it likes."""
    link = socket.create_connection(("127.0.0.1", process.port), timeout=120)
    link.sendall(
        b"POST /v1/score/stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    return link


def chunk_of(lines: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(lines), lines)


def read_until(link: socket.socket, wanted: bytes) -> bytes:
    received = b""
    while wanted not in received:
        piece = link.recv(65536)
        assert piece, received
        received += piece
    return received


def sent_until_it_stalls(link: socket.socket, chunk: bytes) -> int:
    for sent in range(2000):
        try:
            link.sendall(chunk)
        except TimeoutError:
            return sent
    return 2000


def test_a_stream_answers_while_it_is_sent_and_waits_for_a_slow_reader(toy: Path, tmp_path: Path) -> None:
    with running(tmp_path, "--model", str(toy)) as process, open_stream(process) as link:
        link.sendall(chunk_of(b'{"text": "nadie", "id": "first"}\n'))
        assert b'"ignored"' in read_until(link, b'"first"')
        link.settimeout(3)
        sent = sent_until_it_stalls(link, chunk_of(b'{"text": "nadie"}\n' * 2000))
        assert sent < 2000, "nobody reads the answers, yet all lines were read"
        assert httpx.post(process.url + "/v1/score", json={"text": "malo"}, timeout=60).status_code == 200
        assert process.terminate() == 0


def test_a_stream_that_the_end_cuts_short_says_from_where_to_go_on(toy: Path, tmp_path: Path) -> None:
    with running(tmp_path, "--model", str(toy)) as process, open_stream(process) as link:
        link.sendall(chunk_of(b'{"text": "nadie", "id": "a"}\n{"text": "malo", "id": "b"}\n'))
        read_until(link, b'"id": "b"')
        process.process.send_signal(signal.SIGTERM)
        told = read_until(link, b"\r\n0\r\n\r\n")
        last = json.loads(told[told.index(b"{") : told.rindex(b"}") + 1])
        assert (last["error"]["code"], last["error"]["index"]) == ("shutting_down", 2)
        assert process.process.wait(60) == 0


def test_refusals_before_it_listens(toy: Path, tmp_path: Path) -> None:
    def refused(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "hx_detect", "serve", "--data", str(tmp_path), "--lang", "en", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stderr

    code, told = refused("--host", "0.0.0.0", "--model", str(toy))
    assert code == 2
    assert "there are no API keys" in told
    assert "--insecure" in told
    assert refused("--model", str(tmp_path / "none"))[0] == 31
    assert refused("--port", "x")[0] == 2
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, told = refused("--model", str(toy), "--port", str(taken.getsockname()[1]))
    assert code == 2
    assert "cannot be listened on" in told


def test_events_are_logged_as_json(toy: Path, tmp_path: Path) -> None:
    with running(tmp_path, "--model", str(toy)) as process:
        httpx.post(process.url + "/v1/score", json={"text": "una palabra"})
        assert process.terminate() == 0
        events = process.events()
        assert {"ready", "request"} <= {event["event"] for event in events}
        assert "palabra" not in process.log.read_text(encoding="utf-8")
        assert isinstance(process, Process)
