"""The examples of a README and what they print. In: Markdown files. Out: their outputs, compared or written anew.

An example is a ``python`` or ``sh`` block that a ``text`` block follows. ``make readme`` runs this file.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from repository import ROOT

_BODY: Final = r"((?:(?!```).)*)```"
_PAIR: Final = re.compile(rf"```(python|sh)\n{_BODY}\n\n```text\n{_BODY}", re.DOTALL)
_NUMBER: Final = re.compile(r"\d[\d.,]*")
_QUOTE: Final = re.compile(r"«.*?»|“.*?”")
TOLERANCE: Final = 0.05
"""How far two machines may differ in a probability that a Python example prints."""
ALIKE: Final = 0.8
"""Share of a command's lines that must be the same but for their numbers and quotations."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its language (``python`` or ``sh``), its code, and what the page says that it prints."""

    language: str
    code: str
    output: str


def examples(page: Path) -> list[Example]:
    """The examples of a page, in order."""
    return [Example(*found) for found in _PAIR.findall(page.read_text(encoding="utf-8"))]


def printed(example: Example, folder: Path) -> str:
    """Run an example with the sample data at hand and give what it prints on stdout.

    Raises:
        AssertionError: it failed; the message is its stderr.
    """
    shutil.copytree(ROOT / "data" / "samples", folder / "data" / "samples", dirs_exist_ok=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    call = [sys.executable, "-c", example.code] if example.language == "python" else ["bash", "-c", example.code]
    done = subprocess.run(
        call,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PATH": path, "LANG": "en"},
    )
    # 3: rows were rejected, as in the samples
    assert done.returncode in ((0,) if example.language == "python" else (0, 3)), done.stderr
    return done.stdout


def agrees(example: Example, output: str) -> bool:
    """Whether an output is what the page shows: same words, near numbers; of a command, nearly the same lines."""
    if example.language == "python":
        return _skeleton(example.output) == _skeleton(output) and all(
            abs(shown - got) <= TOLERANCE for shown, got in zip(_numbers(example.output), _numbers(output), strict=True)
        )
    return difflib.SequenceMatcher(None, _skeleton(example.output), _skeleton(output)).ratio() >= ALIKE


def _skeleton(text: str) -> list[str]:
    return [" ".join(_NUMBER.sub("0", _QUOTE.sub('"', line)).split()) for line in text.strip().splitlines()]


def _numbers(text: str) -> list[float]:
    return [float(number.rstrip(".,").replace(",", "")) for number in _NUMBER.findall(text)]


def written_anew(page: Path) -> str:
    """The page with what its examples print now."""

    def run(found: re.Match[str]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            output = printed(Example(*found.groups()), Path(folder)).strip("\n")
        return f"```{found[1]}\n{found[2]}```\n\n```text\n{output}\n```"

    return _PAIR.sub(run, page.read_text(encoding="utf-8"))


def main(pages: Sequence[str]) -> None:
    """Write each page anew."""
    for name in pages:
        page = ROOT / name
        page.write_text(written_anew(page), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
