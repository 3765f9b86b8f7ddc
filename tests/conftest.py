"""Fixtures that all tests share. In: nothing. Out: English messages at the start of each test, and a fake scorer."""

from __future__ import annotations

import sys

import pytest
from fake_scorer import FakeScorer
from hypothesis import settings

from hx_detect.wording import set_language

pytest_plugins = ("console_pages", "databases")

settings.register_profile("any-machine", deadline=None)  # a slow machine is no failure
settings.load_profile("any-machine")
# Not installed, as far as tests are concerned: it reports over the network what OpenVINO and NNCF are used for.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how the import system marks that


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages start in English, whatever the test before chose."""
    set_language("en")


@pytest.fixture
def fake_scorer() -> FakeScorer:
    """A scorer without a model."""
    return FakeScorer()
