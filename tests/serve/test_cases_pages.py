"""``docs/cases*.md`` against the code. In: both pages. Out: commands, moves or operations that differ."""

from __future__ import annotations

import re
import shlex

import pytest
from serve_files import SERVE

from hx_detect.cli import build_parser
from hx_detect.commands.case_arguments import MOVES as ACTIONS
from hx_detect.commands.case_arguments import STATES as NAMED
from hx_detect.serving.case_rules import MOVES, STATES, state_name
from hx_detect.serving.keys import SCOPES
from hx_detect.serving.routes.cases import router
from hx_detect.wording import set_language

PAGES = ("cases.md", "cases.es.md")


def page(name: str) -> str:
    return (SERVE.parent / "docs" / name).read_text(encoding="utf-8")


def commands(name: str) -> list[list[str]]:
    lines = re.findall(r"^    hx-detect (cases .*)$", page(name), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


@pytest.mark.parametrize("name", PAGES)
def test_every_command_is_understood(name: str) -> None:
    parser, found = build_parser("cases"), commands(name)
    actions = {parser.parse_args(words).action for words in found}
    assert {"add", "list", "show", "export", "assign", "note", *ACTIONS, "follow", "stats"} == actions


@pytest.mark.parametrize(("name", "lang"), [("cases.md", "en"), ("cases.es.md", "es")])
def test_the_moves_are_those_of_the_code(name: str, lang: str) -> None:
    set_language("es" if lang == "es" else "en")
    rows = re.findall(r"^\| (\w+)(?: \(\w+\))? \| (\w+(?:, \w+)*) \|$", page(name), re.MULTILINE)
    told = {state: moves.split(", ") for state, moves in rows if state not in ("operation", "operación")}
    assert told == {state_name(state): [state_name(one) for one in MOVES[state]] for state in STATES}


def test_the_command_line_knows_the_same_states() -> None:
    assert NAMED == STATES
    assert set(ACTIONS.values()) == set(STATES)


@pytest.mark.parametrize("name", PAGES)
def test_every_operation_stands_in_the_table(name: str) -> None:
    told = set(re.findall(r"`(GET|POST|PATCH|DELETE) (/v1/cases[^`]*)`", page(name)))
    there = {(method, route.path.replace("{case_id}", "{id}")) for route in router.routes for method in route.methods}  # type: ignore[attr-defined] # routes of an API
    assert told == there


def test_the_scope_exists_and_both_pages_have_the_same_shape() -> None:
    assert "cases" in SCOPES
    shapes = []
    for name in PAGES:
        lines = page(name).splitlines()
        headings = [line.partition(" ")[0] for line in lines if line.startswith("#")]
        shapes.append((headings, [words[:2] for words in commands(name)], sum(line.startswith("| ") for line in lines)))
    assert shapes[0] == shapes[1]
