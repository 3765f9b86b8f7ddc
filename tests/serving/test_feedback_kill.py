"""``kill -9`` of the real service while corrections come in: every 201 that was sent stands for a row."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
from scoring_service import Process
from sqlalchemy import URL

from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.feedback import all_feedback

SENDERS = 4
ACKNOWLEDGED = 60


def send(url: str, sender: int, told: list[str], enough: threading.Event) -> None:
    """Correct until the service is gone."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in range(100_000):
            name = f"{sender}-{number}"
            body = {"id": name, "text": f"Nadie contesta {name}", "labels": ["ignored"]}
            try:
                answer = client.post("/v1/feedback", json=body, headers={"Idempotency-Key": name})
            except httpx.TransportError:
                return
            assert answer.status_code == 201, answer.text
            told.append(answer.json()["id"])
            if len(told) >= ACKNOWLEDGED:
                enough.set()


def test_every_acknowledged_correction_is_there_after_a_kill(database_url: URL, tmp_path: Path) -> None:
    url = database_url.render_as_string(hide_password=False)
    service = Process(tmp_path / "service", "--database", url)
    told: list[str] = []
    enough = threading.Event()
    threads = [threading.Thread(target=send, args=(service.url, number, told, enough)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        assert enough.wait(120)
    finally:
        service.process.kill()
        service.process.communicate()
        for thread in threads:
            thread.join()
    store = Store(database_url)
    kept = [row.id for row in all_feedback(store)]
    store.close()
    assert set(told) <= set(kept)
    assert len(kept) == len(set(kept)) <= len(told) + SENDERS
