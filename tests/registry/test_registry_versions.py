"""The registry. In: toy models. Out: versions that stay, one that is current, the way back, the story of it all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from toy_bundle import write_toy_bundle

from hx_detect.bundle import load_bundle
from hx_detect.errors import (
    BundleDamagedError,
    BundleNotFoundError,
    RegistryBusyError,
    RegistryError,
    VersionExistsError,
)
from hx_detect.registry import lock
from hx_detect.registry.lineage import DataFile, Origin
from hx_detect.registry.lock import writing
from hx_detect.registry.naming import version_key
from hx_detect.registry.removal import remove
from hx_detect.registry.versions import Registry


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Toy models by version; each has its own description."""
    place = tmp_path_factory.mktemp("toys")
    lineage = {"parent": "toy@1.0.0", "parent_checksum": "f" * 64, "recipe": {"seed": 13},
               "data": [{"name": "new.csv", "sha256": "a" * 64, "texts": 12}]}  # fmt: skip
    return {
        version: write_toy_bundle(
            place / version,
            info=lambda info, v=version: info | {"version": v, "lineage": lineage},  # type: ignore[misc] # a default binds it
        )
        for version in ("1.0.0", "1.1.0", "1.10.0")
    }


@pytest.fixture(params=["local", "remote"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield Registry(str(tmp_path / "root") if request.param == "local" else "memory://versions-of-a-test")
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def promoted(registry: Registry, version: str) -> None:
    registry.promote(registry.find(f"toy@{version}"), expected=registry.pointer("toy"), who="me")


def test_versions_are_added_and_listed_in_their_order(registry: Registry, toys: dict[str, Path]) -> None:
    for version in ("1.10.0", "1.0.0", "1.1.0"):
        registry.add(toys[version], who="me")
    assert [one.version for one in registry.versions("toy")] == ["1.0.0", "1.1.0", "1.10.0"]
    assert "toy" in registry.names()
    assert not any(one.current for one in registry.versions("toy"))
    assert load_bundle(registry.find("toy@1.1.0").path).checksum == load_bundle(toys["1.1.0"]).checksum
    assert registry.next_version("toy", "1.0.0") == "1.11.0"


def test_a_version_never_changes(registry: Registry, toys: dict[str, Path]) -> None:
    registry.add(toys["1.0.0"])
    with pytest.raises(VersionExistsError, match=r"toy@1\.0\.0") as caught:
        registry.add(toys["1.0.0"])
    assert "1.1.0" in caught.value.cure
    assert len(registry.events("toy")) == 1


def test_promoting_and_the_way_back(registry: Registry, toys: dict[str, Path]) -> None:
    for version in toys:
        registry.add(toys[version])
    promoted(registry, "1.0.0")
    promoted(registry, "1.10.0")
    promoted(registry, "1.1.0")
    assert [one.version for one in registry.versions("toy") if one.current] == ["1.1.0"]
    assert registry.find("toy").version == "1.1.0"
    assert registry.rollback("toy", "it shouts").version == "1.10.0"
    assert registry.rollback("toy").version == "1.0.0"
    with pytest.raises(RegistryError, match="no version of toy to go back to"):
        registry.rollback("toy")
    told = [(one["event"], one["version"]) for one in registry.events("toy")][3:]
    assert told == [("promoted", "1.0.0"), ("promoted", "1.10.0"), ("promoted", "1.1.0"),
                    ("rolled_back", "1.10.0"), ("rolled_back", "1.0.0")]  # fmt: skip
    assert registry.events("toy")[6]["why"] == "it shouts"


def test_the_shipped_model_is_a_version_to_go_back_to(registry: Registry, tmp_path: Path) -> None:
    shipped = registry.find("shipped")
    assert (shipped.installed, shipped.current) == (True, True)
    info = {"name": shipped.name, "version": "9.0.0"}
    registry.add(write_toy_bundle(tmp_path / "toy", info=lambda about: about | info))
    registry.promote(registry.find(f"{shipped.name}@9.0.0"), expected=None)
    assert not registry.find("shipped").current
    assert registry.rollback(shipped.name).installed
    assert registry.find("shipped").current
    registry.promote(registry.find(f"{shipped.name}@9.0.0"), expected=registry.pointer(shipped.name))
    registry.promote(registry.find("shipped"), expected=registry.pointer(shipped.name))
    assert registry.find(shipped.name).installed


def test_another_promotion_in_between_is_noticed(registry: Registry, toys: dict[str, Path]) -> None:
    for version in toys:
        registry.add(toys[version])
    seen = registry.pointer("toy")
    promoted(registry, "1.1.0")
    with pytest.raises(RegistryError, match="meanwhile"):
        registry.promote(registry.find("toy@1.10.0"), expected=seen)
    assert registry.find("toy").version == "1.1.0"


def test_one_writer_at_a_time(registry: Registry, toys: dict[str, Path]) -> None:
    with writing(registry.store, "promote toy@9"):
        with pytest.raises(RegistryBusyError, match="promote toy@9") as caught:
            registry.add(toys["1.0.0"])
        assert caught.value.cure
    registry.add(toys["1.0.0"])


def test_a_version_that_was_tampered_with_is_found(registry: Registry, toys: dict[str, Path]) -> None:
    added = registry.add(toys["1.0.0"])
    assert registry.check(added) == load_bundle(toys["1.0.0"]).checksum
    other = toys["1.1.0"]
    for file in other.iterdir():
        if file.name != "SHA256SUMS":
            registry.store.write(file.read_bytes(), "toy", "1.0.0", file.name)
    registry.store.write((other / "SHA256SUMS").read_bytes(), "toy", "1.0.0", "SHA256SUMS")
    with pytest.raises(BundleDamagedError, match="another model than was added"):
        registry.check(registry.find("toy@1.0.0"))


def test_the_lineage_says_where_a_version_comes_from(registry: Registry, toys: dict[str, Path]) -> None:
    registry.add(toys["1.0.0"], who="ana")
    registry.add(toys["1.1.0"], Origin("toy@1.0.0", "c", (DataFile("x.csv", "d", 5, "/x.csv", {"text": "t"}),)))
    first, second = registry.events("toy")
    assert (first["event"], first["who"], first["parent"]) == ("added", "ana", "toy@1.0.0")
    assert first["data"][0]["rows"] == 12
    assert first["recipe"] == {"seed": 13}
    said = {"name": "x.csv", "sha256": "d", "rows": 5, "place": "/x.csv", "columns": {"text": "t"}, "reading": {}}
    assert second["data"] == [said]


def test_what_a_killed_process_left_is_mended(registry: Registry, toys: dict[str, Path]) -> None:
    registry.add(toys["1.0.0"])
    registry.store.add_folder(toys["1.1.0"], "toy", "1.1.0")
    promoted(registry, "1.0.0")
    assert [one["version"] for one in registry.events("toy") if one["event"] == "added"] == ["1.0.0", "1.1.0"]
    lines = (registry.store.read("toy", "lineage.jsonl") or b"").splitlines(keepends=True)
    registry.store.write(b"".join(lines[:-1]) + lines[-1][:20], "toy", "lineage.jsonl")
    assert [one["event"] for one in registry.events("toy")] == ["added", "added"]
    promoted(registry, "1.1.0")
    assert [one["version"] for one in registry.events("toy") if one["event"] == "promoted"] == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize("name", ["current", "shipped", "verdicts", "../up", "", "a b", ".hidden"])
def test_names_that_will_not_do(tmp_path: Path, name: str) -> None:
    folder = write_toy_bundle(tmp_path / "toy", info=lambda info: info | {"name": name})
    with pytest.raises(RegistryError, match="cannot be the name"):
        Registry(str(tmp_path / "root")).add(folder)


def test_what_is_not_there(tmp_path: Path) -> None:
    registry = Registry(str(tmp_path / "root"))
    for wanted in ("toy@1.0.0", "toy", "nobody@2", str(tmp_path / "nowhere")):
        with pytest.raises(BundleNotFoundError):
            registry.find(wanted)
    assert not (tmp_path / "root").exists()


def test_a_folder_outside_the_registry_is_found_too(tmp_path: Path, toys: dict[str, Path]) -> None:
    registry = Registry(str(tmp_path / "root"))
    registry.add(toys["1.0.0"])
    assert registry.find(str(toys["1.1.0"])).place == str(toys["1.1.0"])
    assert registry.find(str(tmp_path / "root" / "toy" / "1.0.0")).parts == ("toy", "1.0.0")


def test_stale_locks_behind_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry("memory://locks-of-a-test")
    mine = {"host": "elsewhere", "pid": 1, "what": "add", "token": "t"}
    now = "2999-01-01T00:00:00+00:00"
    registry.store.write(json.dumps(mine | {"since": now}).encode(), ".lock")
    with pytest.raises(RegistryBusyError, match="process 1 on elsewhere"), writing(registry.store, "x"):
        pass
    for stale in (b"", b"[]", b"{", json.dumps(mine | {"since": "2001-01-01T00:00:00+00:00"}).encode()):
        registry.store.write(stale, ".lock")
        with writing(registry.store, "x"):
            assert registry.store.read(".lock")
        assert registry.store.read(".lock") is None
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    monkeypatch.setattr(lock, "_is_running", lambda pid: pid != 1)
    registry.store.write(json.dumps(mine | {"since": now}).encode(), ".lock")
    with writing(registry.store, "x"):
        pass
    fsspec.filesystem("memory").store.clear()


def test_two_that_are_equally_quick_behind_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Registry("memory://race-of-a-test").store
    real = store.write

    def outrun(content: bytes, *parts: str) -> None:
        real(content, *parts)
        real(json.dumps({"token": "the other's", "pid": 7}).encode(), *parts)

    monkeypatch.setattr(store, "write", outrun)
    with pytest.raises(RegistryBusyError, match="process 7"), writing(store, "x"):
        pass
    fsspec.filesystem("memory").store.clear()


def test_versions_are_ordered_by_their_numbers() -> None:
    assert sorted(["1.10.0", "1.9.1", "1.10.0-rc1", "2"], key=version_key)[0] == "1.9.1"


def test_a_version_that_is_not_current_can_be_removed(registry: Registry, toys: dict[str, Path]) -> None:
    for version in toys:
        registry.add(toys[version])
        promoted(registry, version)
    with pytest.raises(RegistryError, match="is the current model"):
        remove(registry, "toy@1.10.0")
    with pytest.raises(RegistryError, match="is not in the registry"):
        remove(registry, str(toys["1.0.0"]))
    remove(registry, "toy@1.1.0", "it shouts", "ana")
    assert [one.version for one in registry.versions("toy")] == ["1.0.0", "1.10.0"]
    last = registry.events("toy")[-1]
    assert [last[key] for key in ("event", "version", "who", "why")] == ["removed", "1.1.0", "ana", "it shouts"]
    assert last["checksum"] == load_bundle(toys["1.1.0"]).checksum
    with pytest.raises(BundleNotFoundError):
        registry.find("toy@1.1.0")
    assert registry.rollback("toy").version == "1.0.0", "the removed one is no step back"


def test_the_number_of_a_removed_version_is_not_given_again(registry: Registry, toys: dict[str, Path]) -> None:
    for version in toys:
        registry.add(toys[version])
    remove(registry, "toy@1.10.0")
    assert registry.next_version("toy", "1.0.0") == "1.11.0"
    with pytest.raises(VersionExistsError, match=r"1\.10\.0 was removed"):
        registry.add(toys["1.10.0"])


def test_a_removal_that_was_killed_is_finished(
    registry: Registry, toys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in toys:
        registry.add(toys[version])
    with monkeypatch.context() as patch:
        patch.setattr("hx_detect.registry.removal.take_away", killed)
        with pytest.raises(KeyboardInterrupt):
            remove(registry, "toy@1.1.0")
    promoted(registry, "1.0.0")
    assert [one.version for one in registry.versions("toy")] == ["1.0.0", "1.10.0"]


def killed(*_: object) -> None:
    """Stand in for the end of a process."""
    raise KeyboardInterrupt
