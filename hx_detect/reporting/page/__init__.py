"""The report as one HTML page. In: ``ReportFigures``. Out: ``render``, a page that needs no network."""

from __future__ import annotations

from hx_detect.reporting.page.render import render

__all__ = ["render"]
