"""``hx-detect watch``. In: scored files with an outage. Out: the alarm, once, in both languages, with its exit code."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from watched_file import COLUMNS, rows_of, write

from hx_detect.cli import main
from hx_detect.errors import ALARM_EXIT, EXIT_CODES, ColumnError, StateError, UsageError
from hx_detect.watching import webhook

SECRET = "a secret of a good length"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety days with an outage at Sur from day 70 to 73."""
    return write(tmp_path_factory.mktemp("watch") / "scored.csv", rows_of(90))


class Receiver:
    """A webhook's other end.

    Attributes:
        answers: status of each request to come; 200 when they run out.
        got: headers and body of each request.
    """

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes alarms."""
    made = Receiver()
    yield made
    made.close()


def watch_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["watch", *map(str, arguments), "--format", "json", "-q"])
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, result


def test_an_outage_is_found_with_its_day_and_its_texts(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = watch_json(capsys, scored, "--by", "tienda")
    assert (code, result["status"]) == (ALARM_EXIT, "alarm")
    assert (result["texts"], result["groups"], result["streams"]) == (2700, 3, 4 * 13)
    assert result["watched_from"] == "2025-02-03"
    alarm = next(one for one in result["alarms"] if (one["group"], one["signal"]) == ("Sur", "ignored"))
    assert (alarm["since"]["date"], alarm["found"]) == ("2025-03-17", "2025-03-18")
    assert alarm["texts_until_found"] <= 30
    assert alarm["ended"] == "2025-03-21"
    assert alarm["share"]["low"] < 0.8 < alarm["share"]["high"]
    assert 0.02 < alarm["usual"] < 0.1
    assert len(alarm["texts"]) == 3
    assert all("@" not in text["text"] and "nadie contesta" in text["text"] for text in alarm["texts"])
    assert {one["group"] for one in result["alarms"]} <= {None, "Sur"}


@pytest.mark.parametrize(("lang", "words"), [
    ("es", ("ALARMA  Sur: ignorado", "desde 2025-03-17", "lo habitual", "Falsas alarmas", "5 %")),
    ("en", ("ALARM  Sur: ignored", "since 2025-03-17", "usual", "False alarms", "5%")),
])  # fmt: skip
def test_both_languages(scored: Path, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]) -> None:
    assert main(["watch", str(scored), "--lang", lang]) == ALARM_EXIT
    out, err = capsys.readouterr()
    assert all(word in out for word in words)
    assert "fecha" in err


def test_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calm = write(tmp_path / "calm.csv", rows_of(90, outage=()))
    code, result = watch_json(capsys, calm)
    assert (code, result["status"], result["alarms"]) == (0, "quiet", [])
    assert main(["watch", str(calm), "-q", "--lang", "es"]) == 0
    assert "Tranquilo" in capsys.readouterr().out


def test_a_file_a_day_says_the_same_and_says_it_once(
    tmp_path: Path, scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, state = rows_of(90), tmp_path / "watch.state"
    days = sorted({row[1] for row in rows})
    told: list[tuple[str, dict[str, Any]]] = []
    parts = [days[:70], *([day] for day in days[70:73]), days[73:]]
    for number, part in enumerate(parts):
        file = write(tmp_path / f"{number}.csv", [row for row in rows if row[1] in part])
        _, result = watch_json(capsys, file, "--state", state)
        told += [(part[-1], alarm) for alarm in result["alarms"] if alarm["new"]]
        again_code, again = watch_json(capsys, file, "--state", state)
        assert not any(alarm["new"] for alarm in again["alarms"])
        assert again["repeated"] == len(part) * 30
        assert again_code == (ALARM_EXIT if any(alarm["ended"] is None for alarm in again["alarms"]) else 0)
    _, at_once = watch_json(capsys, scored)
    key = ("group", "signal", "since", "found", "texts_until_found")
    assert [[alarm[name] for name in key] for _, alarm in told] == [
        [alarm[name] for name in key] for alarm in at_once["alarms"]
    ]
    assert all(day == alarm["found"] for day, alarm in told), "told on the day that it is certain"
    words = b"nadie contesta"
    assert words not in state.read_bytes(), "a state holds no words"


def test_a_state_starts_with_learning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of(10)
    code, result = watch_json(capsys, write(tmp_path / "a.csv", rows), "--state", tmp_path / "s")
    assert (code, result["status"], result["watched_from"]) == (0, "learning", "2025-02-03")
    assert main(["watch", str(tmp_path / "a.csv"), "-q"]) == 0, "ten days are halved"
    assert "weekday pattern" in capsys.readouterr().out


def test_a_run_that_is_killed_leaves_the_state_as_it_was(
    tmp_path: Path, scored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "s"
    early = write(tmp_path / "early.csv", rows_of(40))
    watch_json(capsys, early, "--state", state)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hx_detect.watching.run.find_alarms", killed)
    assert main(["watch", str(scored), "-q", "--state", str(state)]) == 130
    with sqlite3.connect(state) as base:
        assert base.execute("SELECT count(*) FROM texts").fetchone() == (40 * 30,)
    base.close()


def test_a_file_that_is_no_state_is_left_alone(
    tmp_path: Path, scored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("my notes")
    assert main(["watch", str(scored), "-q", "--state", str(other)]) == EXIT_CODES[StateError]
    assert "notes.txt" in capsys.readouterr().err
    assert other.read_text() == "my notes"
    base = sqlite3.connect(tmp_path / "other.db")
    base.execute("CREATE TABLE customers (name TEXT)")
    base.commit()
    base.close()
    assert main(["watch", str(scored), "-q", "--state", str(tmp_path / "other.db")]) == EXIT_CODES[StateError]


def test_what_is_wrong_is_said(tmp_path: Path, scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    undated = write(tmp_path / "u.csv", [(*row[:1], *row[2:]) for row in rows_of(5)], [*COLUMNS[:1], *COLUMNS[2:]])
    assert main(["watch", str(undated), "-q"]) == EXIT_CODES[ColumnError]
    assert "--date" in capsys.readouterr().err
    for wrong in (["--alpha", "2"], ["--learn-days", "0"], ["--webhook", "ftp://x"], ["--secret-file", "x"]):
        assert main(["watch", str(scored), *wrong]) == EXIT_CODES[UsageError]
    short = tmp_path / "short"
    short.write_text("1234")
    assert main(["watch", str(scored), "--webhook", "http://x/y", "--secret-file", str(short)]) == 2
    assert main(["watch", str(scored), "--webhook", "http://x/y", "--secret-file", str(tmp_path / "none")]) == 2


def test_dates_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A future date, one of long ago and one of some years ago change nothing."""
    rows = rows_of(90)
    wrong = [(f"X{day}", day, *rows[0][2:]) for day in ("2999-01-01", "1901-05-05", "2021-02-02")]
    code, result = watch_json(capsys, write(tmp_path / "w.csv", [*rows, *wrong]))
    assert (code, result["undated"], result["watched_from"]) == (ALARM_EXIT, 2, "2025-02-03")
    assert ("Sur", "ignored") in {(alarm["group"], alarm["signal"]) for alarm in result["alarms"]}


def test_dates_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(row[0], "mañana", *row[2:]) for row in rows_of(2)]
    code, result = watch_json(capsys, write(tmp_path / "u.csv", rows), "--date", "fecha")
    assert (code, result["status"], result["undated"]) == (0, "learning", 60)


class TestWebhook:
    """Signed, tried again, told once; never in the way of the exit code."""

    @pytest.fixture
    def secret(self, tmp_path: Path) -> Path:
        path = tmp_path / "secret"
        path.write_text(SECRET + "\n")
        return path

    @pytest.fixture(autouse=True)
    def no_pauses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        defaults = webhook.post.__kwdefaults__ or {}
        monkeypatch.setattr(webhook.post, "__kwdefaults__", {**defaults, "sleep": lambda _: None})

    def test_the_signature(self, scored: Path, receiver: Receiver, secret: Path) -> None:
        receiver.answers = [503]
        call = ["watch", str(scored), "-q", "--webhook", receiver.url, "--secret-file", str(secret)]
        assert main(call) == ALARM_EXIT
        first, (headers, body) = receiver.got
        assert first[1] == body
        signed = f"{headers['x-hx-timestamp']}.".encode() + body
        expected = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["x-hx-signature"] == expected
        content = json.loads(body)
        assert (content["event"], content["delivery"]) == ("watch.alarm", headers["x-hx-delivery"])
        assert {alarm["group"] for alarm in content["alarms"]} == {None, "Sur"}

    def test_what_did_not_arrive_is_sent_by_the_next_run(
        self, tmp_path: Path, scored: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
    ) -> None:
        receiver.answers = [302]
        call = ["watch", str(scored), "-q", "--state", str(tmp_path / "s"), "--webhook", receiver.url]
        assert main(call) == ALARM_EXIT
        assert "HTTP 302" in capsys.readouterr().err
        assert len(receiver.got) == 1, "a redirect is not followed, nor tried again"
        assert main(call) == ALARM_EXIT
        assert len(receiver.got) == 2
        assert "x-hx-signature" not in receiver.got[1][0]
        assert main(call) == 0
        assert len(receiver.got) == 2, "told once"

    def test_nobody_there(self, scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert (
            main(["watch", str(scored), "-q", "--no-texts", "--webhook", "http://127.0.0.1:9/x?token=t"]) == ALARM_EXIT
        )
        err = capsys.readouterr().err
        assert "webhook" in err
        assert "token" not in err
