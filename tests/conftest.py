"""Fixtures that all tests share. In: nothing. Out: English messages at the start of each test, and a fake scorer."""

from __future__ import annotations

import pytest
from fake_scorer import FakeScorer
from hypothesis import settings

from hx_detect.wording import set_language

settings.register_profile("any-machine", deadline=None)  # a slow machine is no failure
settings.load_profile("any-machine")


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages start in English, whatever the test before chose."""
    set_language("en")


@pytest.fixture
def fake_scorer() -> FakeScorer:
    """A scorer without a model."""
    return FakeScorer()
