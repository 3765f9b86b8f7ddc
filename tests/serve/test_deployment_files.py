"""Dockerfile, composition, unit and proxy against the service's settings. In: serve/. Out: what does not fit."""

from __future__ import annotations

import configparser
import re
import shlex
from dataclasses import fields
from typing import Any

import pytest
from serve_files import SERVE, read_yaml

from hx_detect.bundle_places import REGISTRY_VARIABLE
from hx_detect.graph_cache import CACHE_VARIABLE
from hx_detect.serving.server import KEEP_ALIVE_SECONDS
from hx_detect.serving.settings import TABLE, ServeSettings, from_sources, variable
from hx_detect.serving.supervisor import GRACE_SECONDS

ROOT = SERVE.parent
VARIABLES = {variable(setting.name) for setting in TABLE} | {CACHE_VARIABLE, REGISTRY_VARIABLE}
DEFAULTS = ServeSettings()


def text(name: str) -> str:
    return (SERVE / name).read_text(encoding="utf-8")


def stages() -> list[list[tuple[str, str]]]:
    """Instructions of the Dockerfile by stage, continued lines joined; what stands before the first is left out."""
    plain = re.sub(r"^#.*\n", "", text("Dockerfile"), flags=re.MULTILINE).replace("\\\n", " ")
    found: list[list[tuple[str, str]]] = []
    for line in filter(None, (line.strip() for line in plain.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest.strip()))
    return found


def last(word: str) -> str:
    return [rest for name, rest in stages()[-1] if name == word][-1]


def test_image_runs_as_nobody_in_particular_and_is_watched() -> None:
    assert len(stages()) == 2
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last("USER"))
    assert f"--uid {last('USER').partition(':')[0]}" in last("RUN")
    assert '"python"' in last("HEALTHCHECK")
    assert "/readyz" in last("HEALTHCHECK")
    assert last("ENTRYPOINT") == '["hx-detect"]'
    assert last("CMD") == '["serve"]'
    assert last("EXPOSE") == str(DEFAULTS.port)
    assert last("VOLUME") == "/data"


def test_nothing_is_fetched_after_the_first_stage() -> None:
    assert not re.search(r"\b(pip|apt|apt-get|curl|wget|git)\b", " ".join(rest for _, rest in stages()[-1]))
    words = [rest.split()[0] for stage in stages() for name, rest in stage if name == "FROM"]
    assert words == ["python:${PYTHON}"] * 2
    tag = re.search(r"^ARG PYTHON=(\S+)$", text("Dockerfile"), re.MULTILINE)
    assert tag is not None
    assert re.fullmatch(r"3\.1[123]-slim-\w+", tag[1])


def test_everything_copied_is_there_and_sent_to_the_builder() -> None:
    allowed = {line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    copied: set[str] = set()
    for name, rest in stages()[0]:
        if name == "COPY":
            copied |= {word.removeprefix("./") for word in rest.split()[:-1]}
    assert copied == allowed
    assert [one for one in copied if not (ROOT / one).exists()] == []


def test_variables_are_settings() -> None:
    named = set(re.findall(r"HX_DETECT_[A-Z_]+(?==)", last("ENV")))
    assert named <= VARIABLES
    unit = set(re.findall(r"^Environment=(HX_DETECT_\w+)=", text("hx-detect.service"), re.MULTILINE))
    assert unit <= VARIABLES
    for service in read_yaml("compose.yaml")["services"].values():
        given = {name for name in service.get("environment", {}) if name.startswith("HX_DETECT_")}
        assert given <= VARIABLES


def filled(value: str) -> str:
    """What a variable of the composition is where nobody sets it."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def test_defaults_of_the_composition_are_settings_that_work() -> None:
    environment = read_yaml("compose.yaml")["services"]["service"]["environment"]
    settings = from_sources({}, {name: filled(value) for name, value in environment.items()})
    assert settings.database == "postgresql+psycopg://hx_detect:change-me@database:5432/hx_detect"
    assert settings.mask is True
    assert settings.insecure is False


def test_example_of_variables_is_complete() -> None:
    used = set(re.findall(r"\$\{(\w+):-", text("compose.yaml")))
    lines = dict(line.split("=", 1) for line in text(".env.example").splitlines() if re.match(r"\w+=", line))
    assert set(lines) == used
    for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", text("compose.yaml")):
        assert lines[name] == default, name
    assert ".env" in text(".gitignore").splitlines()


def services() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml("compose.yaml")["services"]
    return found


@pytest.mark.parametrize("name", ["service", "first-key", "database", "prometheus", "grafana"])
def test_each_part_of_the_composition_is_closed(name: str) -> None:
    part, compose = services()[name], read_yaml("compose.yaml")
    assert all(port.startswith("127.0.0.1:") for port in part.get("ports", []))
    assert "no-new-privileges:true" in part["security_opt"]
    assert "privileged" not in part
    assert set(part["networks"]) <= set(compose["networks"])
    if part["image"] != "hx-detect":
        assert re.search(r":v?\d", part["image"]), "a version, not the latest"
    for line in part.get("volumes", []):
        source = line.split(":")[0]
        if source.startswith("."):
            assert (SERVE / source).exists(), source
            assert line.endswith(":ro")
        else:
            assert source in compose["volumes"]
    for other, wanted in part.get("depends_on", {}).items():
        assert other in services()
        if wanted["condition"] == "service_healthy":
            assert "healthcheck" in services()[other]


def test_all_parts_are_tested() -> None:
    assert set(services()) == {"service", "first-key", "database", "prometheus", "grafana"}
    assert "ports" not in services()["database"]
    assert "ports" not in services()["first-key"]


def test_the_service_is_given_time_to_end() -> None:
    longest = DEFAULTS.drain_s + GRACE_SECONDS
    assert int(services()["service"]["stop_grace_period"].removesuffix("s")) > longest
    assert int(unit()["Service"]["TimeoutStopSec"]) > longest
    assert services()["service"]["read_only"] is True
    assert services()["service"]["image"] == services()["first-key"]["image"]
    assert "build" not in services()["first-key"], "two builds of one image may disturb each other"
    assert services()["service"]["build"] == {"context": "..", "dockerfile": "serve/Dockerfile"}


def test_first_key_is_made_by_commands_that_exist() -> None:
    from hx_detect.cli import build_parser

    script = services()["first-key"]["command"][0].replace("$$", "$")
    for line in re.findall(r"hx-detect (keys [^>|)\n]+)", script):
        parsed = build_parser("keys").parse_args(shlex.split(line))
        assert parsed.action in ("list", "create")
    assert "umask 077" in script
    assert script.index("umask") < script.index("keys create")


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[method-assign,assignment]  # names of systemd have capitals
    parser.read_string(text("hx-detect.service"))
    return parser


def test_unit_is_closed_but_lets_the_runtime_compile() -> None:
    service = unit()["Service"]
    assert service["ExecStart"].endswith("/hx-detect serve")
    assert service["User"] == "hx-detect"
    assert "MemoryDenyWriteExecute" not in service
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == service["CacheDirectory"] == "hx-detect"
    assert service["Restart"] == "on-failure"


def proxy(name: str, place: str = "server") -> str:
    """A directive of nginx in a location, or outside of all of them."""
    plain = re.sub(r"#.*", "", text("nginx.conf"))
    if place == "server":
        inside = re.sub(r"location [^{]*\{[^}]*\}", "", plain)
    else:
        inside = re.findall(rf"location = {re.escape(place)} \{{([^}}]*)\}}", plain)[0]
    found = re.search(rf"\b{name} ([^;]+);", inside)
    assert found is not None, name
    return found[1]


def test_proxy_waits_as_long_and_lets_through_as_much_as_the_service() -> None:
    plain = re.sub(r"#.*", "", text("nginx.conf"))
    assert plain.count("{") == plain.count("}")
    assert int(proxy("keepalive_timeout").removesuffix("s")) < KEEP_ALIVE_SECONDS
    assert int(proxy("proxy_read_timeout").removesuffix("s")) > DEFAULTS.timeout_s
    assert int(proxy("client_max_body_size").removesuffix("m")) << 20 > DEFAULTS.max_bytes
    assert int(proxy("client_max_body_size", "/v1/score/file").removesuffix("m")) << 20 > DEFAULTS.max_file_bytes
    assert proxy("proxy_buffering", "/v1/score/stream") == "off"
    assert proxy("proxy_request_buffering", "/v1/score/stream") == "off"
    for place in re.findall(r"location (?:= )?(\S+) ", plain):
        assert place == "/" or any(
            place.rstrip("/").removeprefix("/v1") in path.read_text(encoding="utf-8")
            for path in (ROOT / "hx_detect" / "serving" / "routes").glob("*.py")
        ), place


def test_every_setting_has_its_own_variable() -> None:
    assert len(VARIABLES) == len(fields(ServeSettings)) + 2


def test_proxy_brings_a_key_s_files_to_the_instance_that_has_them() -> None:
    plain = re.sub(r"#.*", "", text("nginx.conf"))
    servers = {
        name: re.findall(r"server (\S+)", inside) for name, inside in re.findall(r"upstream (\w+) \{([^}]*)\}", plain)
    }
    assert servers["hx_detect"] == servers["hx_detect_files"]
    assert re.search(r"upstream hx_detect_files \{\s*hash \$http_authorization\$http_x_api_key consistent;", plain)
    for place in ("= /v1/score/file", "/v1/jobs"):
        inside = re.findall(rf"location {re.escape(place)} \{{([^}}]*)\}}", plain)[0]
        assert "proxy_pass http://hx_detect_files;" in inside
