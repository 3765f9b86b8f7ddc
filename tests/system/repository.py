"""The files that git has or would have. In: this checkout. Out: paths, parsed modules, the project's own metadata."""

from __future__ import annotations

import ast
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is committed or would be by ``git add .``; without git, every file outside hidden folders."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return tuple(path for path in sorted(ROOT.rglob("*")) if path.is_file() and not _hidden(path))
    listing = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return tuple(path for path in sorted(paths) if path.is_file())


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(ROOT).parts[:-1])


def sources(folder: str) -> list[Path]:
    """The Python files under a folder of the checkout."""
    return [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / folder)]


def parsed(path: Path) -> ast.Module:
    """A Python file as its syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    """A path as it reads in a message."""
    return path.relative_to(ROOT).as_posix()


@cache
def project() -> dict[str, Any]:
    """The table ``project`` of ``pyproject.toml``."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)["project"]
    return table


def copy_of_checkout(target: Path) -> Path:
    """Copy the tracked files elsewhere, so that a build leaves nothing behind here."""
    for path in tracked():
        copied = target / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copied)
    return target
