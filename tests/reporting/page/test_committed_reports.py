"""The two reports of public reviews that the repository holds: figures only, drawn as their pictures show them.

``HX_DETECT_REDRAW=1 pytest tests/reporting/page/test_committed_reports.py`` draws the pictures anew.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from report_pages import PHONE, WIDE, OpenReport

from hx_detect.labels import Lang
from hx_detect.reporting.figure_records import ReportFigures, of_dict
from hx_detect.reporting.page import render

FOLDER = Path(__file__).parents[3] / "docs" / "reports"
REPORTS: tuple[tuple[str, Lang], ...] = (("us-airline", "en"), ("magic-towns", "es"))
BLOCKS = 48
"""Pictures are compared by the mean colour of so many blocks across, so that the hair of a letter counts little."""
MEAN, WORST = 3.0, 40.0
"""How far blocks may differ, of 255: all together, and the worst of them."""

COMPARE = """async ([one, other, blocks]) => {
  const read = async (png) => {
    const image = new Image();
    image.src = "data:image/png;base64," + png;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = blocks;
    canvas.height = Math.round(blocks * image.height / image.width);
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return {size: [image.width, image.height], data: pen.getImageData(0, 0, canvas.width, canvas.height).data};
  };
  const [a, b] = [await read(one), await read(other)];
  const apart = Array.from(a.data, (value, index) => Math.abs(value - (b.data[index] ?? 0)));
  const mean = apart.reduce((x, y) => x + y) * 4 / 3 / apart.length;  // three colours; the fourth is always opaque
  return {sizes: [a.size, b.size], mean, worst: Math.max(...apart)};
}"""


def figures_of(name: str) -> ReportFigures:
    values = json.loads((FOLDER / f"{name}.figures.json").read_text(encoding="utf-8"))
    values.pop("format", None)
    return of_dict(values)


def every_value(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """All leaves of a JSON value with the name of the field they stand in."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from every_value(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from every_value(inner, key)
    else:
        yield key, value


@pytest.mark.parametrize("name", [name for name, _ in REPORTS])
def test_the_committed_figures_hold_no_ones_words(name: str) -> None:
    values = json.loads((FOLDER / f"{name}.figures.json").read_text(encoding="utf-8"))
    leaves = list(every_value(values))
    assert {value for key, value in leaves if key == "text"} <= {""}
    assert values["texts_shown"] is False
    assert values["trust"]["texts"] > 4_000
    assert len(values["groups"]["rows"]) > 5


def compared(report: OpenReport, picture: bytes, file: Path) -> dict[str, Any]:
    """How far a picture is from the committed one; writes it instead where pictures are drawn anew."""
    if os.environ.get("HX_DETECT_REDRAW"):
        file.write_bytes(picture)
    sent = [base64.b64encode(data).decode() for data in (picture, file.read_bytes())]
    blank = report.page.context.new_page()  # without the report's policy
    found: dict[str, Any] = blank.evaluate(COMPARE, [*sent, BLOCKS])
    blank.close()
    return found


@pytest.mark.parametrize(("name", "lang"), REPORTS)
@pytest.mark.parametrize("place", ["wide", "phone"])
def test_the_report_looks_as_its_picture(
    open_report: Callable[..., OpenReport], name: str, lang: Lang, place: str
) -> None:
    size = WIDE if place == "wide" else PHONE
    report = open_report(render(figures_of(name), lang), viewport=size)
    drawn = report.charts()
    assert len(drawn) >= 5
    assert min(drawn.values()) >= 8
    assert report.overflow() == []
    report.screenshot(f"{name}-{place}")
    whole = {"x": 0, "y": 0, "width": size["width"], "height": 2 * size["height"]}
    picture = report.page.screenshot(clip=whole, full_page=True, animations="disabled")  # type: ignore[arg-type] # a dict
    found = compared(report, picture, FOLDER / f"{name}.{place}.png")
    assert found["sizes"][0] == found["sizes"][1]
    assert found["mean"] < MEAN
    assert found["worst"] < WORST
