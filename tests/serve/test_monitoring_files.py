"""Prometheus and Grafana files against the service's metrics. In: serve/. Out: a name or label that does not exist."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from fake_scorer import fake_score
from serve_files import DASHBOARD, SERVE, expressions, grouping_labels, panels, read_yaml, rules, selectors

from hx_detect.labels import LANGUAGES, LEVELS
from hx_detect.records import Review, RowFailure
from hx_detect.serving import routes
from hx_detect.serving.metrics import Metrics

OF_PROMETHEUS = {"instance", "job", "le"}
EXPRESSIONS = list(expressions())


@cache
def exposed() -> dict[str, frozenset[str]]:
    """Every sample that the service can show, with its labels."""
    metrics = Metrics()
    metrics.request("POST", "/v1/score", 200, "", 0.1)
    metrics.queue(1, 30)
    metrics.waited(0.1)
    metrics.batch([fake_score(Review("hola")), RowFailure(0, "text", "empty", "", "")], 0.1)
    metrics.model("hx-es-en", "1.0.0")
    metrics.reload(done=True)
    metrics.reload(done=False)
    metrics.ready(True)
    metrics.job("done", rows=9, rejected=1)
    return {sample.name: frozenset(sample.labels) for family in metrics.registry.collect() for sample in family.samples}


def recorded() -> set[str]:
    return {rule["record"] for rule in rules() if "record" in rule}


@pytest.mark.parametrize(("place", "expression"), EXPRESSIONS, ids=lambda one: one[:40])
def test_every_metric_exists_with_its_labels(place: str, expression: str) -> None:
    found = list(selectors(expression))
    assert found, place
    known: set[str] = set()
    for name, matchers in found:
        if name == "up" or name in recorded():
            continue
        assert name in exposed(), f"{place}: no metric {name}"
        known |= exposed()[name]
        assert set(matchers) <= exposed()[name] | OF_PROMETHEUS, f"{place}: {name} has no such label"
    assert grouping_labels(expression) <= known | OF_PROMETHEUS, place


def test_a_metric_that_does_not_exist_would_be_seen() -> None:
    assert [name for name, _ in selectors('rate(hx_nothing_total{a="b"}[5m]) / sum by (x) (up)')] == [
        "hx_nothing_total",
        "up",
    ]
    assert "hx_nothing_total" not in exposed()
    assert {"hx_requests_total", "hx_request_seconds_bucket", "hx_texts_total", "hx_ready"} <= set(exposed())


@pytest.mark.parametrize(("place", "expression"), EXPRESSIONS, ids=lambda one: one[:40])
def test_expressions_are_well_formed(place: str, expression: str) -> None:
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", expression)
    for left, right in ("()", "{}", "[]"):
        assert bare.count(left) == bare.count(right), place
    assert bare.count('"') == 0
    for span in re.findall(r"\[([^\]]*)\]", bare):
        assert re.fullmatch(r"\d+[smhdw]|\$__rate_interval", span), place
    counters = [name for name, _ in selectors(expression) if name.endswith(("_total", "_bucket", "_sum", "_count"))]
    assert len(re.findall(r"\b(?:rate|increase)\(", bare)) == len(counters), f"{place}: a counter without rate()"


def test_values_of_labels_are_those_that_the_service_gives() -> None:
    seen = {
        (label, operator, value)
        for _, expression in EXPRESSIONS
        for _, matchers in selectors(expression)
        for label, (operator, value) in matchers.items()
    }
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(routes.__file__).parents[1].rglob("*.py"))
    for label, operator, value in seen:
        if label == "level":
            assert [one for one in LEVELS if re.fullmatch(value, one)] == ["hx", "hx_risk", "hx_voiced"]
        elif label == "language":
            assert value in LANGUAGES
        elif label in ("code", "outcome", "state"):
            assert f'"{value}"' in source, value
        elif label == "route" and operator == "=":
            assert f'"{value.removeprefix("/v1")}"' in source, value
        else:
            assert label in ("instance", "job", "route", "status"), label


def test_prometheus_scrapes_the_service_of_the_composition() -> None:
    config = read_yaml("prometheus.yml")
    (job,) = config["scrape_configs"]
    assert config["rule_files"] == ["alerts.yml"]
    assert job["metrics_path"] == "/metrics"
    assert all(f'job="{job["job_name"]}"' in text for _, text in EXPRESSIONS if "up{" in text)
    (found,) = job["dns_sd_configs"]
    assert set(found["names"]) <= set(read_yaml("compose.yaml")["services"])


def test_alerts_say_what_and_what_to_do() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]
    names = [rule["alert"] for rule in alerts]
    assert len(names) == len(set(names)) >= 8
    for rule in alerts:
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert set(rule["annotations"]) == {"summary", "description"}
        used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        grouped = grouping_labels(rule["expr"]) or {"instance", "job"}
        assert used <= grouped, f"{rule['alert']}: {used} are not there any more"
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "0m"))


def test_recorded_names_are_recorded_once_and_used() -> None:
    names = [rule["record"] for rule in rules() if "record" in rule]
    assert len(names) == len(set(names))
    used = {name for _, expression in EXPRESSIONS for name, _ in selectors(expression) if ":" in name}
    assert used == set(names)


def test_dashboard_uses_the_provisioned_source() -> None:
    (source,) = read_yaml("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    asked = [panel["datasource"] for panel in panels()] + [
        target["datasource"] for panel in panels() for target in panel["targets"]
    ]
    asked += [one["datasource"] for one in dashboard["templating"]["list"]]
    assert {one["uid"] for one in asked} == {source["uid"]}
    compose = read_yaml("compose.yaml")["services"]
    assert source["url"].partition("//")[2].partition(":")[0] in compose
    (provider,) = read_yaml("grafana/provisioning/dashboards/hx-detect.yaml")["providers"]
    mounts = {line.split(":")[1]: line.split(":")[0] for line in compose["grafana"]["volumes"]}
    assert (SERVE / mounts[provider["options"]["path"]]).resolve() == DASHBOARD.parent
    home = compose["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/{DASHBOARD.name}"


def test_panels_do_not_overlap_and_say_what_they_show() -> None:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    identifiers = [panel["id"] for panel in dashboard["panels"]]
    assert len(identifiers) == len(set(identifiers))
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (column, line)
            for column in range(place["x"], place["x"] + place["w"])
            for line in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells, panel["title"]
        taken |= cells
    for panel in panels():
        assert panel["description"], panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert len(letters) == len(set(letters))
