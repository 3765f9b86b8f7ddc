"""Marks that no linter holds: lengths, first lines, docstrings. In: syntax trees. Out: what falls short, by name."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from repository import ROOT, parsed, shown, sources

LONGEST_FILE = 300
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 12
# Written so that these lines are no marks themselves.
MARK = re.compile(r"# (?:noqa|type[:] ignore|pragma[:] no)")
REASON = re.compile(r"# (?:noqa|type[:] ignore|pragma[:] no)\S*[^#]*?(?: - |# )\w")
Function = ast.FunctionDef | ast.AsyncFunctionDef

ALL = [*sources("hx_detect"), *sources("tests"), ROOT / "setup.py"]


def functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, Function)]


def length(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def public(body: list[ast.stmt], where: str) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public classes and functions, and public methods of public classes."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{where}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{where}.{node.name}")


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_files_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert [f"{node.name}: {length(node)}" for node in functions(path) if length(node) > LONGEST_FUNCTION] == []


def test_most_functions_are_read_at_a_glance() -> None:
    lengths = [length(node) for path in sources("hx_detect") for node in functions(path)]
    assert statistics.median(lengths) <= USUAL_FUNCTION


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_the_first_line_says_what_goes_in_and_what_comes_out(path: Path) -> None:
    first = (ast.get_docstring(parsed(path)) or "").partition("\n")[0]
    assert first, "no docstring"
    if path.is_relative_to(ROOT / "hx_detect") and path.name != "__init__.py":
        assert "In:" in first, first
        assert "Out:" in first, first


@pytest.mark.parametrize("path", sources("hx_detect"), ids=shown)
def test_everything_public_is_documented(path: Path) -> None:
    names = public(parsed(path).body, path.stem)
    assert [name for name, node in names if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", sources("hx_detect"), ids=shown)
def test_nothing_is_left_unfinished(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [word for word in ("TODO", "FIXME", "XXX", "raise NotImplementedError") if word in text] == []
    assert [node.module for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom) and node.level] == []


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_every_exception_from_the_rules_gives_its_reason(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if MARK.search(line) and not REASON.search(line)] == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    names = {path.name for path in sources("hx_detect")}
    assert names.isdisjoint({"utils.py", "base.py", "common.py", "helpers.py", "misc.py"})
    assert [shown(path) for path in sources("tests") if path.name == "__init__.py"] == []
    assert [shown(path) for folder in ("data", "training", "models") for path in sources(folder)] == []
