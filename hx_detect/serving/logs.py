"""Events -> lines of JSON on stderr. In: log records. Out: one object a line, without a customer's words."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import sys
import threading
import time
import traceback
from collections.abc import MutableMapping
from logging.config import dictConfig
from typing import Any, Final

LOGGER: Final = "hx_detect.serving"
_FIELDS: Final = "event_fields"
_LOGGER: Final = logging.getLogger(LOGGER)
MOST_LINES: Final = 10_000
FLUSH_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.1


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, event, and the fields of the event.

    Args:
        texts: messages of exceptions may be shown; they can hold a customer's words.
    """

    def __init__(self, *, texts: bool = False) -> None:
        super().__init__()
        self._texts = texts

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = described(record.exc_info[1], texts=self._texts)
        return json.dumps(line, ensure_ascii=False, default=str)


def described(error: BaseException, *, texts: bool) -> dict[str, Any]:
    """An exception's kind and where it rose; its message only where texts may be shown."""
    frames = traceback.extract_tb(error.__traceback__)
    shown: dict[str, Any] = {
        "kind": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if texts:
        shown["message"] = str(error)
    if error.__cause__ is not None:
        shown["cause"] = described(error.__cause__, texts=texts)
    return shown


def log(event: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:  # noqa: ANN401 - any JSON
    """Write one event."""
    if _LOGGER.isEnabledFor(
        level
    ):  # as Logger.log, but without the search for who called, which costs more than the rest
        raised = None if error is None else (type(error), error, error.__traceback__)
        _LOGGER.handle(_LOGGER.makeRecord(LOGGER, level, "", 0, event, (), raised, extra={_FIELDS: fields}))


def note_failure(scope: MutableMapping[str, Any], code: str, error: BaseException | None = None) -> None:
    """Remember why a request failed, for its line in the log and for the metrics.

    Args:
        scope: of the request.
        code: of the problem.
        error: the exception, where it is a fault of ours.
    """
    state = scope.setdefault("state", {})
    state["failure_code"] = code
    if error is not None:
        state["failure"] = error


class LaterHandler(logging.Handler):
    """Writes lines to stderr in a thread of its own: a reader that stalls never holds up the service.

    What does not fit into its memory meanwhile is dropped and counted.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: queue.Queue[str | None] = queue.Queue(MOST_LINES)
        self._dropped = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._write, name="logs", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record."""
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._dropped += 1

    def finish(self, seconds: float) -> None:
        """Write what is left, if that can be done in time."""
        self._ending.set()
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=seconds)
            self._thread.join(seconds)

    def _write(self) -> None:
        """Write many lines at once, so that not every request wakes this thread."""
        line: str | None = ""
        while line is not None:
            lines: list[str] = []
            line = self._lines.get()
            while line is not None and len(lines) < MOST_LINES:
                lines.append(line)
                try:
                    line = self._lines.get_nowait()
                except queue.Empty:
                    break
            if self._dropped:
                lines.append(json.dumps({"level": "warning", "event": "log_lines_dropped", "count": self._dropped}))
                self._dropped = 0
            try:
                sys.stderr.write("".join(f"{one}\n" for one in lines))
                sys.stderr.flush()
            except (OSError, ValueError):  # nobody reads any more
                self._dropped += len(lines)
            self._ending.wait(PAUSE_SECONDS)


def flush_logs() -> None:
    """Write what is left, at the end of the process."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LaterHandler):
            handler.finish(FLUSH_SECONDS)


def set_up_logs(*, texts: bool = False) -> None:
    """Send all logs of the process, the HTTP server's too, to stderr as lines of JSON."""
    dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter, "texts": texts}},
        "handlers": {"stderr": {"()": LaterHandler, "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            LOGGER: {"level": "INFO"},
            "uvicorn": {"level": "WARNING"},
            "uvicorn.access": {"level": "CRITICAL"},
        },
    })  # fmt: skip
