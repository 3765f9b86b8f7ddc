"""What is shipped. In: a wheel built from an sdist of the tracked files. Out: hx_detect and its model, no more."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from repository import ROOT, copy_of_checkout, project, sources

MODEL = "hx-es-en"
LARGEST_BYTES = 60_000_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it, without network."""
    place = tmp_path_factory.mktemp("wheel")
    checkout = copy_of_checkout(place / "checkout")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(place / "dist"), str(checkout)],
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return place / "dist"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def inside(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_its_top_level_is_the_package_and_nothing_else(inside: list[str]) -> None:
    stem = f"hx_detect-{project()['version']}"
    assert {name.partition("/")[0] for name in inside} == {"hx_detect", f"{stem}.dist-info"}


def test_it_holds_every_module_once_and_is_typed(inside: list[str]) -> None:
    code = sorted(name for name in inside if name.endswith(".py"))
    assert code == sorted(path.relative_to(ROOT).as_posix() for path in sources("hx_detect"))
    assert "hx_detect/py.typed" in inside


def test_it_holds_the_model_as_git_does(wheel: Path, inside: list[str]) -> None:
    prefix = f"hx_detect/_bundles/{MODEL}/"
    held = {name.removeprefix(prefix) for name in inside if name.startswith("hx_detect/_bundles/")}
    assert held == {path.name for path in (ROOT / "models" / MODEL).iterdir() if path.is_file()}
    with zipfile.ZipFile(wheel) as archive:
        for name in held:
            assert archive.read(prefix + name) == (ROOT / "models" / MODEL / name).read_bytes(), name


def test_it_is_small_pure_and_licensed(wheel: Path, inside: list[str]) -> None:
    assert wheel.stat().st_size < LARGEST_BYTES
    assert wheel.name.endswith("-py3-none-any.whl")
    assert {Path(name).name for name in inside if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_the_command_is_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entries = archive.read(f"hx_detect-{project()['version']}.dist-info/entry_points.txt").decode()
    assert "hx-detect = hx_detect.cli:main" in entries.splitlines()


def test_the_sdist_holds_what_building_and_testing_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"setup.py", "pyproject.toml", f"models/{MODEL}/bundle.json", "tests/conftest.py", "Makefile"} <= names


def test_without_its_model_nothing_is_built(tmp_path: Path) -> None:
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy2(ROOT / name, tmp_path)
    (tmp_path / "hx_detect").mkdir()
    (tmp_path / "hx_detect" / "__init__.py").touch()
    done = subprocess.run([sys.executable, "setup.py", "-q", "build_py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "holds no model" in done.stderr
