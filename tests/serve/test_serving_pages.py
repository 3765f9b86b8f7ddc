"""``docs/serving*.md`` against the code. In: both pages. Out: settings, codes, metrics or routes that differ."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serve_files import SERVE

import hx_detect.serving
from hx_detect.serving.metrics import Metrics
from hx_detect.serving.settings import TABLE, ServeSettings, variable

SOURCE = Path(hx_detect.serving.__file__).parent
PAGES = ("serving.md", "serving.es.md")
REFUSALS = {"Problem": 1, "Refusal": 1, "too_large": 0}
"""What refuses, and which of its arguments is the code."""


def page(name: str) -> str:
    return (SERVE.parent / "docs" / name).read_text(encoding="utf-8")


def codes() -> Iterator[str]:
    """Every code that is written where something is refused."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                argument = node.args[REFUSALS[node.func.id]]
                places = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
                yield from (one.value for one in places if isinstance(one, ast.Constant) and isinstance(one.value, str))


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_stands_in_the_table(name: str) -> None:
    rows = re.findall(r"^\| `(--[\w-]+)` \| `(HX_DETECT_\w+)` \| ([^|]*) \|", page(name), re.MULTILINE)
    assert {(flag, named) for flag, named, _ in rows} == {(setting.flag, variable(setting.name)) for setting in TABLE}
    assert len(rows) == len(TABLE)
    defaults = {flag: re.sub(r"[.,](?=\d{3})", "", shown) for flag, _, shown in rows}
    for setting in TABLE:
        value = getattr(ServeSettings(), setting.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            shown = defaults[setting.flag]
            number, _, unit = shown.partition(" ")
            factor = {"": 1, "MiB": 1 << 20, "GiB": 1 << 30}[unit]
            assert float(number) * factor == value, setting.flag


@pytest.mark.parametrize("name", PAGES)
def test_every_code_of_a_refusal_is_explained(name: str) -> None:
    found = set(codes())
    assert {"queue_full", "bad_key", "no_key", "too_many_rows", "not_done"} <= found
    rows = [line for line in page(name).splitlines() if re.match(r"\| \d{3}", line)]
    explained = {code for line in rows for code in re.findall(r"`(\w+)`", line.split("|")[2])}
    assert found - explained == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_metric_is_explained_and_exists(name: str) -> None:
    families = {family.name + ("_total" if family.type == "counter" else "") for family in Metrics().registry.collect()}
    table = [line for line in page(name).splitlines() if line.startswith("| `hx_")]
    assert {metric for line in table for metric in re.findall(r"`(hx_\w+)`", line)} == families


@pytest.mark.parametrize("name", PAGES)
def test_routes_that_are_named_are_there(name: str) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (SOURCE / "routes").glob("*.py"))
    for route in set(re.findall(r"/v1/[a-z/]+", page(name))):
        last = route.rstrip("/").rpartition("/")[2]
        assert re.search(rf'/{last}[/"]', code), route


def test_both_pages_have_the_same_shape() -> None:
    shapes = []
    for name in PAGES:
        lines = page(name).splitlines()
        first = [re.split(r"\s*\|\s*", line)[1] for line in lines if re.match(r"\| [`\d]", line)]
        shapes.append(([line.partition(" ")[0] for line in lines if line.startswith("#")], first,
                       [re.sub(r"#.*|-d .*|\S+\.jsonl", "", line).strip() for line in lines if line.startswith("    ")],
                       re.findall(r"\]\(\.\./([^)]+)\)", page(name))))  # fmt: skip
    assert shapes[0] == shapes[1]
