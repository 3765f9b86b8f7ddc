"""The files of ``serve/``, read. In: this checkout. Out: parsed YAML and JSON, and every PromQL expression in them."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

SERVE: Final = Path(__file__).parents[2] / "serve"
DASHBOARD: Final = SERVE / "grafana" / "dashboards" / "hx-detect.json"


def read_yaml(name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """A YAML file of ``serve/``; a key that stands twice is an error."""
    yaml = importlib.import_module("yaml")

    class Strict(yaml.SafeLoader):  # type: ignore[misc, name-defined]  # it ships no types
        """Refuses repeated keys."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401 - PyYAML ships no types
            keys = [key.value for key, _ in node.value if key.value != "<<"]
            assert len(keys) == len(set(keys)), f"{name}: a key stands twice in {keys}"
            return super().construct_mapping(node, deep)

    return yaml.load((SERVE / name).read_text(encoding="utf-8"), Strict)


def rules() -> list[dict[str, Any]]:
    """Every rule of ``alerts.yml``."""
    return [rule for group in read_yaml("alerts.yml")["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Every panel of the dashboard that shows something."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Where it stands, and the expression."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def selectors(expression: str) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """Names of metrics in an expression, with the label matchers of each: label -> operator, value."""
    for name, inside in re.findall(r"\b((?:hx|up)[\w:]*)(\{[^}]*\})?", _without_strings_of_by(expression)):
        matchers = re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"', inside)
        yield name, {label: (operator, value) for label, operator, value in matchers}


def grouping_labels(expression: str) -> set[str]:
    """Labels that an expression groups by."""
    lists = re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", expression)
    return {label.strip() for one in lists for label in one.split(",")}


def _without_strings_of_by(expression: str) -> str:
    return re.sub(r"\b(?:by|without)\s*\([^)]*\)", "", expression)
