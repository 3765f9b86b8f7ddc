"""Where a registry lies. In: files and folders, here and in fsspec's memory. Out: the same again, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from hx_detect.bundle_store import BundleStore, LocalStore, RemoteStore, open_store
from hx_detect.errors import MissingExtraError, RegistryError


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BundleStore]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    memory = fsspec.filesystem("memory")
    yield open_store(str(tmp_path / "root") if request.param == "local" else "memory://registry-of-a-test")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def a_folder(place: Path, *, complete: bool = True) -> Path:
    place.mkdir()
    (place / "a.bin").write_bytes(b"weights")
    if complete:
        (place / "SHA256SUMS").write_bytes(b"0" * 64 + b"  a.bin\n")
    return place


def test_nothing_is_there_yet(store: BundleStore) -> None:
    assert store.names() == []
    assert store.read("m", "current.json") is None
    assert store.folder("m", "1.0.0") is None
    assert store.size("m") == 0
    store.remove("m", "current.json")


def test_files_are_exchanged_and_lines_added(store: BundleStore) -> None:
    store.write(b"one", "m", "current.json")
    store.write(b"two", "m", "current.json")
    assert store.read("m", "current.json") == b"two"
    store.append(b"1", "m", "log")
    store.write(b"1\ncut sh", "m", "log")
    store.append(b"2", "m", "log")
    assert store.read("m", "log") == b"1\ncut sh\n2\n"
    store.remove("m", "log")
    assert store.read("m", "log") is None


def test_folders_come_back_as_they_went(store: BundleStore, tmp_path: Path) -> None:
    store.add_folder(a_folder(tmp_path / "new"), "m", "1.0.0")
    found = store.folder("m", "1.0.0")
    assert found is not None
    assert (found / "a.bin").read_bytes() == b"weights"
    assert store.names("m") == ["1.0.0"]
    assert store.size("m", "1.0.0") == 7 + 72
    assert store.folder("m", "1.0.0") == found


def test_a_folder_without_its_checksums_does_not_count(store: BundleStore, tmp_path: Path) -> None:
    store.add_folder(a_folder(tmp_path / "new", complete=False), "m", "1.0.0")
    assert store.folder("m", "1.0.0") is None


def test_a_folder_of_this_machine_is_read_only_and_never_replaced(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path / "root"))
    folder = a_folder(tmp_path / "new")
    store.add_folder(folder, "m", "1.0.0")
    assert (tmp_path / "root" / "m" / "1.0.0" / "a.bin").stat().st_mode & 0o222 == 0
    (folder / "a.bin").write_bytes(b"others")
    with pytest.raises(RegistryError, match="cannot be used"):
        store.add_folder(folder, "m", "1.0.0")
    assert (tmp_path / "root" / "m" / "1.0.0" / "a.bin").read_bytes() == b"weights"
    assert [one.name for one in (tmp_path / "root" / "m").iterdir()] == ["1.0.0"]


def test_what_was_left_half_written_is_swept_away(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path))
    (tmp_path / "m" / ".1.0.0-abc" / "new").mkdir(parents=True)
    (tmp_path / "m" / ".current.json-abc").touch()
    store.write(b"{}", "m", "current.json")
    assert store.names("m") == []
    store.sweep("m")
    assert [one.name for one in (tmp_path / "m").iterdir()] == ["current.json"]


def test_a_place_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RegistryError, match="cannot be used") as caught:
        LocalStore(str(tmp_path / "file")).write(b"x", "m", "current.json")
    assert caught.value.cure
    with pytest.raises((RegistryError, MissingExtraError), match="no-such-protocol"):
        RemoteStore("no-such-protocol://x").read("m")


def test_a_failed_write_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "m" / "current.json").mkdir(parents=True)
    with pytest.raises(RegistryError):
        LocalStore(str(tmp_path)).write(b"x", "m", "current.json")
    assert [one.name for one in (tmp_path / "m").iterdir()] == ["current.json"]
