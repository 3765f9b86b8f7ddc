"""Forms piece by piece: whatever the pieces, the same file; names for showing; folders and their locks."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hx_detect.serving import uploads
from hx_detect.serving.job_files import YOUNG_SECONDS, JobFolder, folders, is_young, shown_name
from hx_detect.serving.job_intake import without_pauses
from hx_detect.serving.problems import Problem
from hx_detect.serving.refusal import Refusal
from hx_detect.serving.uploads import Upload, check_declared, receive

KIND = "multipart/form-data; boundary=xyz"


def form(content: bytes, name: str = "a.csv") -> bytes:
    head = f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    field = b'\r\n--xyz\r\nContent-Disposition: form-data; name="lang"\r\n\r\nes\r\n--xyz--\r\n'
    return head.encode() + content + field


def received(folder: Path, body: bytes, sizes: list[int], most: int = 1 << 20) -> Upload:
    async def pieces() -> AsyncIterator[bytes]:
        place, turn = 0, 0
        while place < len(body):
            size = sizes[turn % len(sizes)]
            yield body[place : place + size]
            place, turn = place + size, turn + 1

    return asyncio.run(receive(pieces(), KIND, folder, most))


@given(st.binary(max_size=3000), st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_the_pieces_make_no_difference(tmp_path_factory: pytest.TempPathFactory, body: bytes, sizes: list[int]) -> None:
    folder = tmp_path_factory.mktemp("upload")
    content = body.replace(b"\r\n--xyz", b"")
    upload = received(folder, form(content), sizes)
    assert upload.path.read_bytes() == content
    assert (upload.name, upload.size, upload.fields) == ("a.csv", len(content), {"lang": "es"})


def test_large_files_are_written_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_WRITE_BYTES", 1000)
    content = os.urandom(50_000)
    assert received(tmp_path, form(content), [64, 4096]).path.read_bytes() == content


def test_an_upload_may_take_long_but_not_pause() -> None:
    async def pieces(*pauses: float) -> AsyncIterator[bytes]:
        for pause in pauses:
            await asyncio.sleep(pause)
            yield b"x"

    async def came(*pauses: float) -> int:
        return len([piece async for piece in without_pauses(pieces(*pauses), 0.2)])

    assert asyncio.run(came(*[0.03] * 10)) == 10
    with pytest.raises(Problem) as slow:
        asyncio.run(came(0, 0, 30))
    assert (slow.value.status, slow.value.code) == (408, "too_slow")


def test_the_limit_is_exact(tmp_path: Path) -> None:
    assert received(tmp_path, form(b"x" * 5000), [999], most=5000).size == 5000
    with pytest.raises(Refusal) as refused:
        received(tmp_path, form(b"x" * 5001), [999], most=5000)
    assert (refused.value.status, refused.value.code) == (413, "too_large")


def test_what_says_itself_that_it_is_too_long() -> None:
    for fine in (None, "", "100", "x"):
        check_declared(fine, 1000)
    for long in ("900000000", "9" * 40):
        with pytest.raises(Refusal):
            check_declared(long, 1000)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("opiniones.csv", "opiniones.csv"),
        ("C:\\Users\\ana\\Reseñas 2026.xlsx", "Reseñas 2026.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("\u202ecsv.exe", "csv.exe"),
        ("x" * 500 + ".csv", "x" * 196 + ".csv"),
        ("y" * 500, "y" * 200),
    ],
)
def test_names_as_they_are_shown(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown


@given(st.text())
def test_no_name_is_a_place(sent: str) -> None:
    shown = shown_name(sent)
    assert 0 < len(shown) <= 200
    assert not set("/\\\0\n") & set(shown)
    assert shown not in (".", "..")


def test_a_folder_is_locked_by_one_at_a_time(tmp_path: Path) -> None:
    folder = JobFolder.make(tmp_path)
    assert folder.path.stat().st_mode & 0o077 == 0
    lock = folder.lock()
    assert lock is not None
    assert folder.lock() is None
    lock.release()
    lock.release()
    again = folder.lock()
    assert again is not None
    again.release()


def test_only_our_ids_are_folders(tmp_path: Path) -> None:
    folder = JobFolder.make(tmp_path)
    (tmp_path / "jobs" / "stray").mkdir()
    assert [one.id for one in folders(tmp_path)] == [folder.id]
    assert list(folders(tmp_path / "none")) == []
    for bad in ("..", "stray", folder.id.upper(), folder.id + "/.."):
        with pytest.raises(ValueError, match="id"):
            JobFolder(tmp_path, bad)
    assert is_young(folder)
    past = time.time() - YOUNG_SECONDS - 1
    os.utime(folder.path, (past, past))
    assert not is_young(folder)
    folder.remove()
    assert is_young(folder)
