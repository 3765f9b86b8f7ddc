"""The package's face. In: its names. Out: each is there, none else is promised."""

from __future__ import annotations

import pytest

import hx_detect


def test_every_public_name_is_there() -> None:
    assert dir(hx_detect) == sorted(hx_detect.__all__)
    assert all(getattr(hx_detect, name) is not None for name in hx_detect.__all__ if name != "__version__")


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="Detector"):
        hx_detect.Detector  # noqa: B018 - the access is what is tested
