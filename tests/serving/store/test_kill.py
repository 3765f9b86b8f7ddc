"""``kill -9`` of a process that writes loses nothing that it had acknowledged, and leaves a store that opens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import URL, text
from test_store_feedback import row

from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.feedback import add_feedback, all_feedback

ACKNOWLEDGED = 40
WRITER = """
import sys, threading
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.feedback import add_feedback
from test_store_feedback import row
store = Store(sys.argv[1])
def write(number):
    for step in range(100_000):
        added = add_feedback(store, row(f"{number}-{step} " + "x" * 2000))
        sys.stdout.write(added.row.id + "\\n")
        sys.stdout.flush()
for number in range(3):
    threading.Thread(target=write, args=(number,)).start()
"""


def test_nothing_acknowledged_is_lost(database_url: URL) -> None:
    store = Store(database_url)
    store.migrate()
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[3])]
    code = f"import sys; sys.path[:0] = {paths!r}\n{WRITER}"
    url = database_url.render_as_string(hide_password=False)
    told: list[str] = []
    with subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        while len(told) < ACKNOWLEDGED:
            told.append(writer.stdout.readline())
        writer.kill()
        told += [line for line in writer.stdout if line.endswith("\n")]
    kept = {one.id for one in all_feedback(store)}
    assert {line.strip() for line in told} <= kept
    add_feedback(store, row("afterwards"))
    if store.is_sqlite:
        with store.reading() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    store.close()
