"""Figures of the page: each picture in light and dark colours as data that stands in the page, with its table.

A picture is an image of its own inside the page, not a part of it: whatever text an instance puts into it, nothing of it runs.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from planner.plan import Plan
from planner.report.tables import Table, tidy


@dataclass(frozen=True)
class Figure:
    """A picture with its name, heading, caption, both colourings as data addresses, width in pixels, words and table."""

    name: str
    title: str
    caption: str
    light: str
    dark: str
    words: str
    table: Table


def figures(plan: Plan) -> list[Figure]:
    """A figure for every chart that has something to show, in the order of `planner.charts`."""
    from planner.charts import CHARTS, available, svg

    found = []
    for name in available(plan):
        chart = CHARTS[name]
        caption, table = chart.caption(plan), tidy(chart.table(plan), chart.title)
        words = f"{chart.title}. {caption} The numbers are in the table below."
        pictures = (data_address(svg(plan, name, dark=dark)) for dark in (False, True))
        found.append(Figure(name, chart.title, caption, *pictures, words, table))
    return found


def drawn(chart: Any, name: str, title: str, caption: str, table: Table) -> Figure:
    """The figure of an altair chart."""
    from planner.charts import as_svg

    pictures = (data_address(as_svg(chart, dark=dark)) for dark in (False, True))
    return Figure(name, title, caption, *pictures, f"{title}. The numbers are in the table below.", table)


def data_address(picture: str) -> str:
    """An SVG as an address that needs no network."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode("utf-8")).decode("ascii")
