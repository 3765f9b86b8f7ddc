"""The documentation of labelling: its commands exist, its keys are the page's, both languages say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from labelling_tables import session_in

from hx_detect.cli import build_parser
from hx_detect.labelling.sieve import KEPT, SCORED_NOW

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("labelling.md", "labelling.es.md")


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def commands(page: str) -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", text_of(page), re.DOTALL) for line in block.splitlines()]


def test_both_pages_have_the_same_commands() -> None:
    assert commands(PAGES[0]) == commands(PAGES[1])
    titles = [len(re.findall(r"^#+ ", text_of(page), re.MULTILINE)) for page in PAGES]
    assert titles[0] == titles[1]


@pytest.mark.parametrize("line", [line for line in commands(PAGES[0]) if line.startswith("hx-detect label")])
def test_every_command_can_be_called_so(line: str) -> None:
    words = line.split()[1:]
    assert build_parser("label").parse_args(words).command == "label"


@pytest.mark.parametrize("page", PAGES)
def test_the_keys_are_those_of_the_page(page: str, tmp_path: Path) -> None:
    session = session_in(tmp_path, own=["a_one", "a_two", "a_three"])
    labels = session.labels()
    session.log.close()
    rows = re.findall(r"^\| (`.*?`) \|", text_of(page), re.MULTILINE)
    signals = [one["key"] for one in labels["signals"]]
    assert (
        rows[0 if rows[0].startswith("`q`") else 3]
        == f"`q` … `{signals[5]}`, `{signals[6]}` … `{signals[11]}`, `z` … `{signals[17]}`"
    )
    for kind in (signals[18:], [one["key"] for one in labels["sentiments"]], [one["key"] for one in labels["stages"]]):
        assert " ".join(f"`{key}`" for key in kind) in rows


@pytest.mark.parametrize(("page", "mark"), [(PAGES[0], ","), (PAGES[1], " ")])
def test_the_limits_are_those_of_the_program(page: str, mark: str) -> None:
    text = " ".join(text_of(page).split())
    assert f"{KEPT:,}".replace(",", mark) in text
    assert f"{SCORED_NOW:,}".replace(",", mark if mark == "," else "") in text
