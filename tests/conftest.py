"""Fixtures that all tests share. In: nothing. Out: English messages at the start of each test, and a fake scorer."""

from __future__ import annotations

import os
import sys
import tempfile
from itertools import count
from pathlib import Path

import pytest
from fake_scorer import FakeScorer
from hypothesis import settings

from hx_detect.wording import set_language

pytest_plugins = ("console_pages", "databases", "report_pages")

settings.register_profile("any-machine", deadline=None)  # a slow machine is no failure
settings.load_profile("any-machine")
# Not installed, as far as tests are concerned: it reports over the network what OpenVINO and NNCF are used for.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how the import system marks that


_PLACES = count()
_REGISTRIES = Path(tempfile.gettempdir()) / f"hx-detect-test-registries-{os.getpid()}"
os.environ["HX_DETECT_REGISTRY"] = str(_REGISTRIES / "none")  # for fixtures of modules: a developer's own never counts


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test has a registry of its own, which is not there until something is written."""
    monkeypatch.setenv("HX_DETECT_REGISTRY", str(tmp_path_factory.getbasetemp() / f"registry-{next(_PLACES)}"))


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages start in English, whatever the test before chose."""
    set_language("en")


@pytest.fixture
def fake_scorer() -> FakeScorer:
    """A scorer without a model."""
    return FakeScorer()
