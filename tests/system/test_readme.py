"""The pages run. In: the examples of both READMEs. Out: what they print is what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from readme_blocks import Example, agrees, examples, printed
from repository import ROOT

PAGES = ("README.md", "README.es.md")
EXAMPLES = [(page, example) for page in PAGES for example in examples(ROOT / page)]


def first_line(value: object) -> str:
    return value if isinstance(value, str) and "\n" not in value else "block"


@pytest.mark.parametrize(("page", "example"), EXAMPLES, ids=first_line)
def test_an_example_prints_what_the_page_says(page: str, example: Example, tmp_path: Path) -> None:
    output = printed(example, tmp_path)
    assert agrees(example, output), f"{page}: refresh it with `make readme`; it prints\n{output}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_the_library_and_the_command_and_all_output(page: str) -> None:
    languages = [example.language for example in examples(ROOT / page)]
    assert set(languages) == {"python", "sh"}
    assert languages.count("python") == (ROOT / page).read_text(encoding="utf-8").count("```python")


def test_an_output_with_another_word_or_a_far_number_does_not_agree() -> None:
    shown = Example("python", "", "hx 0.93\nignored 0.91\n")
    assert agrees(shown, "hx 0.95\nignored 0.90\n")
    assert not agrees(shown, "hx 0.80\nignored 0.91\n")
    assert not agrees(shown, "cx 0.93\nignored 0.91\n")
    assert not agrees(shown, "hx 0.93\n")


def test_the_output_of_a_command_may_differ_in_numbers_and_quotations() -> None:
    shown = Example("sh", "", "60 texts, 300 texts/s\nignored 9 “nobody calls” (row 3)\nhx 12\n")
    assert agrees(shown, "60 texts, 1,412 texts/s\nignored   8 “no one answers” (row 7)\nhx 11\n")
    assert not agrees(shown, "something else\n")
