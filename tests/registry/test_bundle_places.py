"""Which model is meant. In: names, variables, pointers. Out: a folder, or an error that says what there is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from toy_bundle import write_toy_bundle

from hx_detect import bundle_places as places
from hx_detect.bundle import load_bundle
from hx_detect.bundle_store import LocalStore
from hx_detect.errors import BundleNotFoundError, RegistryError

MODEL = places.DEFAULT_NAME


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_bundle(tmp_path_factory.mktemp("toy") / "toy")


@pytest.fixture
def root(tmp_path: Path, toy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry with two versions, of which the second is current."""
    monkeypatch.setenv(places.REGISTRY_VARIABLE, str(tmp_path / "registry"))
    monkeypatch.delenv(places.MODELS_VARIABLE, raising=False)
    for version in ("1.5.0", "1.6.0"):
        shutil.copytree(toy, tmp_path / "registry" / MODEL / version)
    point(tmp_path / "registry", "1.6.0")
    return tmp_path / "registry"


def point(root: Path, version: str, **more: object) -> None:
    values = {"version": version, "checksum": "c", "installed": False, "before": [], "event": None} | more
    (root / MODEL / "current.json").write_text(json.dumps(values))


def test_the_registrys_current_version_is_used(root: Path) -> None:
    assert places.default_bundle() == root / MODEL / "1.6.0"
    assert load_bundle().path == root / MODEL / "1.6.0"
    assert places.find_model(MODEL) == root / MODEL / "1.6.0"
    assert places.find_model("current") == root / MODEL / "1.6.0"
    assert places.find_model(f"{MODEL}@1.5.0") == root / MODEL / "1.5.0"
    assert places.bundles_in_use()[0] == root / MODEL / "1.6.0"


def test_a_folder_of_models_comes_before_the_registry(root: Path, toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(toy, root.parent / "mine" / MODEL)
    monkeypatch.setenv(places.MODELS_VARIABLE, str(root.parent / "mine"))
    assert places.default_bundle() == root.parent / "mine" / MODEL
    assert places.find_model(MODEL) == root.parent / "mine" / MODEL


def test_without_a_pointer_the_installed_model_is_used(root: Path) -> None:
    (root / MODEL / "current.json").unlink()
    shipped = places.shipped_bundle(MODEL)
    assert shipped is not None
    assert places.default_bundle() == shipped == places.find_model("shipped")
    assert places.find_model(f"{MODEL}@{places.version_of(shipped)}") == shipped


def test_a_pointer_to_the_installed_model_follows_it(root: Path) -> None:
    point(root, "0.0.7", installed=True)
    assert places.default_bundle() == places.shipped_bundle(MODEL)


def test_a_folder_that_exists_is_meant_as_such(
    root: Path, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert places.find_model(toy) == toy
    monkeypatch.chdir(tmp_path)
    (tmp_path / MODEL).mkdir()
    assert places.find_model(MODEL) == Path(MODEL)
    assert root.is_dir()


def test_a_version_that_is_not_there_names_those_that_are(root: Path) -> None:
    with pytest.raises(BundleNotFoundError, match=f"{MODEL}@9.9.9") as caught:
        load_bundle(f"{MODEL}@9.9.9")
    assert "1.5.0" in caught.value.cure
    assert "1.6.0" in caught.value.cure
    with pytest.raises(BundleNotFoundError, match="There is no model in nobody"):
        load_bundle("nobody")
    assert root.is_dir()


def test_a_pointer_to_nowhere_is_not_passed_over(root: Path) -> None:
    shutil.rmtree(root / MODEL / "1.6.0")
    with pytest.raises(BundleNotFoundError, match=r"1\.6\.0") as caught:
        places.default_bundle()
    assert caught.value.cure == f"hx-detect models rollback {MODEL}"


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"{}", b'{"version": "../..", "checksum": "c", "installed": false}', b"\xff"]
)
def test_a_damaged_pointer_is_told(root: Path, content: bytes) -> None:
    (root / MODEL / "current.json").write_bytes(content)
    with pytest.raises(RegistryError, match=r"current\.json is damaged"):
        places.default_bundle()


def test_where_the_registry_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(places.REGISTRY_VARIABLE, "s3://bucket/models")
    assert places.registry_root() == "s3://bucket/models"
    monkeypatch.delenv(places.REGISTRY_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert places.registry_root() == str(tmp_path / "hx-detect" / "models")
    monkeypatch.delenv("XDG_DATA_HOME")

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    assert places.registry_root().startswith("/var/lib")


def test_a_pointer_is_written_and_read() -> None:
    first = places.Pointer("m", "2.0.0", "c", before=({"version": "1.0.0", "checksum": "d", "installed": True},))

    class Store(LocalStore):
        def read(self, *parts: str) -> bytes | None:  # noqa: ARG002 - one file is all there is
            return first.to_json()

    assert places.read_pointer(Store("nowhere"), "m") == first
