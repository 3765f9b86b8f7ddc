"""``kill -9`` in the middle. In: processes that add or promote, stopped at a step. Out: no half-done thing counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from toy_bundle import write_toy_bundle

from hx_detect.bundle import load_bundle
from hx_detect.errors import RegistryBusyError
from hx_detect.registry.versions import Registry

STOPPING = """
import shutil, sys, time
from pathlib import Path
from hx_detect import bundle_store
from hx_detect.registry import versions

step, what, root, folder = sys.argv[1:]


def stop(*_):
    print("here", flush=True)
    time.sleep(600)


if step == "copy":
    real = shutil.copyfile
    shutil.copyfile = lambda source, target: stop() if Path(source).name == "model.bin" else real(source, target)
elif step == "rename":
    Path.rename = stop
elif step == "replace":
    Path.replace = stop
elif step == "lineage":
    versions.write_event = stop
registry = versions.Registry(root)
if what == "add":
    registry.add(Path(folder))
else:
    registry.promote(registry.find("toy@1.1.0"), expected=registry.pointer("toy"))
"""


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    place = tmp_path_factory.mktemp("toys")
    return write_toy_bundle(place / "one"), write_toy_bundle(place / "two", info=lambda i: i | {"version": "1.1.0"})


@pytest.fixture
def registry(tmp_path: Path, toys: tuple[Path, Path]) -> Registry:
    """Version 0.1.0 is current."""
    registry = Registry(str(tmp_path / "root"))
    registry.promote(registry.add(toys[0]), expected=None)
    return registry


def killed(step: str, what: str, registry: Registry, folder: Path) -> subprocess.Popen[str]:
    """The process, stopped at the step; whoever gets it ends it."""
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPING, step, what, registry.store.root, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def current_is_whole(registry: Registry, version: str) -> None:
    found = registry.find("toy")
    assert (found.version, load_bundle(found.path).version) == (version, version)
    assert registry.check(found)


@pytest.mark.parametrize(("step", "visible"), [("copy", False), ("rename", False), ("lineage", True)])
def test_while_a_version_is_added(step: str, visible: bool, registry: Registry, toys: tuple[Path, Path]) -> None:
    process = killed(step, "add", registry, toys[1])
    with pytest.raises(RegistryBusyError, match=f"process {process.pid} "):
        registry.add(toys[1])
    end(process)
    current_is_whole(registry, "0.1.0")
    assert ("1.1.0" in [one.version for one in registry.versions("toy")]) is visible
    if not visible:
        registry.add(toys[1])
    registry.promote(registry.find("toy@1.1.0"), expected=registry.pointer("toy"))
    current_is_whole(registry, "1.1.0")
    assert [one["version"] for one in registry.events("toy") if one["event"] == "added"] == ["0.1.0", "1.1.0"]
    assert not [one for one in (Path(registry.store.root) / "toy").iterdir() if one.name.startswith(".")]


@pytest.mark.parametrize(("step", "version"), [("replace", "0.1.0"), ("lineage", "1.1.0")])
def test_while_a_version_is_promoted(step: str, version: str, registry: Registry, toys: tuple[Path, Path]) -> None:
    registry.add(toys[1])
    end(killed(step, "promote", registry, toys[1]))
    current_is_whole(registry, version)
    if version == "0.1.0":
        registry.promote(registry.find("toy@1.1.0"), expected=registry.pointer("toy"))
    assert registry.rollback("toy").version == "0.1.0"
    told = [one["event"] for one in registry.events("toy")]
    assert told == ["added", "promoted", "added", "promoted", "rolled_back"]
