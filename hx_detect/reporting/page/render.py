"""The whole report as one HTML file. In: ``ReportFigures``. Out: a page that fetches nothing, in both languages."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

import hx_detect
from hx_detect.labels import LEVELS, Lang
from hx_detect.reporting.figure_records import ReportFigures
from hx_detect.reporting.page.charts import chart_data, shown_rows
from hx_detect.reporting.page.markup import environment
from hx_detect.reporting.page.verdict import verdict

HERE: Final = Path(__file__).parent
FONTS: Final = Path(hx_detect.__file__).parent / "serving" / "console" / "static" / "vendor"
"""The console's type, which the wheel holds in any case; the report embeds the same."""
STYLES: Final = ("tokens", "frame", "summary", "sections", "tables", "print")
SCRIPTS: Final = ("switches", "chart-kit", "charts-time", "charts-causes", "charts-rest", "tables", "sections", "main")
TYPE: Final = {"Newsreader": ("newsreader", "200 800"), "Instrument Sans": ("instrument-sans", "400 700")}


def render(figures: ReportFigures, lang: Lang = "en") -> str:
    """The report as HTML: the same bytes for the same figures.

    Args:
        figures: what it says.
        lang: the language it opens in; the other is a click away.
    """
    scripts = [_read("vendor/echarts.min.js"), _script()]
    charts = chart_data(figures)
    page = environment(lang).get_template("page.html")
    return page.render(
        figures=figures,
        lang=lang,
        verdict=verdict(figures),
        style=Markup(_faces() + "\n".join(_read(f"static/css/{name}.css") for name in STYLES)),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
        data=_json(charts),
        charts=charts,
        shown_rows=shown_rows(figures.groups) if figures.groups else (),
        levels=LEVELS,
        version=hx_detect.__version__,
    )


def _script() -> str:
    """The page's own script: its files, one after the other, in a scope of their own."""
    return '(() => {\n"use strict";\n' + "\n".join(_read(f"static/js/{name}.js") for name in SCRIPTS) + "\n})();"


def _read(path: str) -> str:
    return (HERE / path).read_text(encoding="utf-8").strip()


def _json(values: dict[str, Any]) -> Markup:
    """JSON that may stand inside a script element: no ``<`` can end it."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _policy(scripts: list[str]) -> str:
    """A content security policy: nothing is fetched, and no script runs but these."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _faces() -> str:
    """The type, inside the page."""
    return "\n".join(
        f'@font-face{{font-family:"{family}";font-weight:{weights};font-display:swap;'
        f'src:url(data:font/woff2;base64,{_packed(name)}) format("woff2")}}'
        for family, (name, weights) in TYPE.items()
    )


def _packed(name: str) -> str:
    return base64.b64encode((FONTS / f"{name}.woff2").read_bytes()).decode()
