"""What the repository holds and says of itself. In: its tracked files. Out: a failure that names the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from repository import ROOT, project, shown, tracked

from hx_detect.errors import ALARM_EXIT, DRIFT_EXIT, EXIT_CODES, PROBLEMS_EXIT, ROWS_REJECTED_EXIT

TEXTS = [path for path in tracked() if path.suffix not in (".bin", ".safetensors", ".xlsx", ".parquet", ".gz", ".zst")]
PAGES = [path for path in tracked() if path.suffix == ".md"]
READMES = ("README.md", "README.es.md")
# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.~}/-])/(?:" + "|".join(("work", "farm", "root", "tmp", "home", "opt")) + r")/[a-z]")
REGISTRY_HOST = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(?:org|com)", r"deb\.debian"))
)
PICKLED = (".pkl", ".pickle", ".joblib", ".pt", ".pth")
LARGEST_BYTES = 60_000_000


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_no_file_names_a_path_of_one_machine_or_a_registry(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    assert MACHINE_PATH.findall(text) == []
    assert REGISTRY_HOST.findall(text) == []


def test_no_file_can_carry_code_or_is_huge() -> None:
    assert [shown(path) for path in tracked() if path.suffix in PICKLED] == []
    assert [shown(path) for path in tracked() if path.stat().st_size > LARGEST_BYTES] == []


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            yield target.partition("#")[0]


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_every_decision_is_in_the_index_once() -> None:
    records = sorted(path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d{4}[^)]*\.md)\)", index) == records
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))


def test_the_changelog_opens_with_this_version() -> None:
    titles = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titles[0] == project()["version"]


@pytest.mark.parametrize("readme", READMES)
def test_the_table_of_exit_codes_is_complete(readme: str) -> None:
    rows = re.findall(r"^\| (\d+) \| (?:`(\w+)`)?", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: int(code) for code, name in rows if name} == {
        kind.__name__: code for kind, code in EXIT_CODES.items()
    }
    assert {int(code) for code, name in rows if not name} == {
        0, ROWS_REJECTED_EXIT, ALARM_EXIT, DRIFT_EXIT, PROBLEMS_EXIT, 130,
    }  # fmt: skip


@pytest.mark.parametrize("readme", READMES)
def test_the_first_example_stands_within_thirty_lines(readme: str) -> None:
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    assert lines.index("```python") < lines.index("```text") < 30


def test_both_readmes_have_the_same_shape() -> None:
    shapes = []
    for readme in READMES:
        lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
        titles = [len(line) - len(line.lstrip("#")) for line in lines if re.match(r"#+ ", line)]
        shapes.append((titles, [line for line in lines if re.match(r"```\w", line)]))
    assert shapes[0] == shapes[1]


def locked(name: str) -> dict[str, list[Version]]:
    versions: dict[str, list[Version]] = {}
    for line in re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        package, _, version = line.partition("==")
        versions.setdefault(canonicalize_name(package), []).append(Version(version))
    return versions


@pytest.mark.parametrize("extras", [(), ("baselines", "dev", "train")], ids=["plain", "development"])
def test_the_lock_fits_what_is_asked_for(extras: tuple[str, ...]) -> None:
    lock = locked("requirements-dev.lock" if extras else "requirements.lock")
    optional = project()["optional-dependencies"]
    wanted = [
        Requirement(line) for line in project()["dependencies"] + [one for name in extras for one in optional[name]]
    ]
    missing = [str(need) for need in wanted if canonicalize_name(need.name) not in lock]
    assert missing == []
    assert [
        str(need) for need in wanted for version in lock[canonicalize_name(need.name)] if version not in need.specifier
    ] == []


def test_the_plain_lock_is_part_of_the_development_lock() -> None:
    everything = locked("requirements-dev.lock")
    assert {
        name: versions for name, versions in locked("requirements.lock").items() if everything.get(name) != versions
    } == {}
