"""``docs/registry*.md`` against the code. In: both pages. Out: bounds, commands or exit codes that differ."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hx_detect.commands.models import ACTIONS
from hx_detect.errors import (
    EXIT_CODES,
    BundleDamagedError,
    BundleNotFoundError,
    GateRefusedError,
    RegistryBusyError,
    RegistryError,
    VersionExistsError,
)
from hx_detect.evaluation.bootstrap import RESAMPLES
from hx_detect.evaluation.tone import LIMIT
from hx_detect.learning.frozen_set import frozen_texts
from hx_detect.learning.held_out import HELD_OUT_SHARE
from hx_detect.registry import gate_figures as figures
from hx_detect.registry import gate_labels as labels
from hx_detect.registry import gate_rules as rules

ROOT = Path(__file__).parents[2]
PAGES = ("registry.md", "registry.es.md")
BOUNDS = [
    [95, 0],
    [figures.WIDE_MARGIN],
    [figures.NARROW_MARGIN],
    [figures.STARS_MARGIN],
    [figures.BRIER_MARGIN, figures.ECE_MARGIN],
    [LIMIT, rules.MOST_TONE_GROWTH, rules.WIDEST_TONE_GROWTH],
    [labels.MOST_CONTRADICTED * 100, labels.MOST_UNSEEN * 100],
    [],
    [rules.LEAST_SPEED],
    [rules.MOST_SIZE],
]
CODES = (
    RegistryError,
    RegistryBusyError,
    VersionExistsError,
    GateRefusedError,
    BundleNotFoundError,
    BundleDamagedError,
)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return (ROOT / "docs" / str(request.param)).read_text(encoding="utf-8")


def test_the_bounds_are_those_of_the_code(page: str) -> None:
    table = page.partition("## W")[0] + page
    rows = re.findall(r"^\| (?!`|---)[^|]+ \| ([^|]+) \|$", table.split("|---|---|")[-1], re.MULTILINE)
    assert [[float(one) for one in re.findall(r"\d+(?:\.\d+)?", row)] for row in rows] == BOUNDS


def test_the_other_numbers_too(page: str) -> None:
    assert re.search(rf"\b{figures.MIN_TEXTS} tex\w+, o\w? \w+ (?:\w+ )?{figures.MIN_CASES} ", page)
    assert f"{len(frozen_texts())} tex" in page
    assert page.replace(",", "").replace(".", "").count(f"{RESAMPLES} re") == 1
    assert HELD_OUT_SHARE == 1 / 5


def test_every_command_stands_in_the_table(page: str) -> None:
    assert set(re.findall(r"^\| `hx-detect models (\w+)", page, re.MULTILINE)) == set(ACTIONS)


def test_the_exit_codes_are_those_of_the_code(page: str) -> None:
    last = page.rstrip().rpartition("\n")[2]
    assert [int(code) for code in re.findall(r"\d+", last)] == [EXIT_CODES[error] for error in CODES]
