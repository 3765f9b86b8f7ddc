"""The one-line meanings are those of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hx_detect.labelling.guideline import RULES, SIGNALS
from hx_detect.labels import SIGNAL_NAMES

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| (?:hx|cause|outcome|cx) \| ([^|]+?) \|$", re.MULTILINE)


@pytest.mark.parametrize(("page", "place"), [("output.es.md", 0), ("output.md", 1)])
def test_the_page_says_what_the_documentation_says(page: str, place: int) -> None:
    documented = dict(ROW.findall((DOCS / page).read_text(encoding="utf-8")))
    assert {name: meaning[place] for name, meaning in SIGNALS.items()} == documented
    assert tuple(SIGNALS) == SIGNAL_NAMES


def test_every_rule_is_in_both_languages() -> None:
    assert all(es and en and es != en for es, en in RULES)
