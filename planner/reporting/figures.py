"""Figures of the page: each picture in light and dark colours as data that stands in the page, with its tables.

A picture is an image of its own inside the page, not a part of it: whatever text an instance puts into it, nothing of it runs.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from planner.charts import CHARTS, as_svg, svg
from planner.plan import Plan
from planner.reporting.tables import Table, heading, tidy

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"

#: Measures that a chart's table may have beside `value`, each of which makes a table of its own.
_BESIDE = ("undiscounted",)

#: Columns that say how something is drawn and that the table beneath does not need.
_DRAWN = ("share", "begin", "end")


#: Attributes of an SVG that nobody sees; those that hold lengths; numbers longer than needed; and names that are referred to.
_UNSEEN = ("role", "class", "pointer-events")
_LENGTHS = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2", "r")
_LONG = re.compile(r"-?\d*\.\d{3,}(?:e-?\d+)?")
_NAMED = re.compile(r"url\(#([^)]+)\)")


@dataclass(frozen=True)
class Figure:
    """A picture: its name, heading and caption, both colourings as data addresses, size in pixels, words, and tables."""

    name: str
    title: str
    caption: str
    light: str
    dark: str
    size: tuple[int, int]
    words: str
    tables: list[Table]


def chart_figure(plan: Plan, name: str) -> Figure:
    """The figure of a chart of `planner.charts`, which must be available for the plan."""
    chart = CHARTS[name]
    caption, title = chart.caption(plan), chart.title
    light, dark = (_lean(svg(plan, name, dark=dark)) for dark in (False, True))
    return _figure(name, title, caption, light, dark, _tables(chart.table(plan), title))


def drawn_figure(chart: Any, name: str, title: str, caption: str, tables: list[Table]) -> Figure:
    """The figure of an altair chart."""
    light, dark = (_lean(as_svg(chart, dark=dark)) for dark in (False, True))
    return _figure(name, title, caption, light, dark, tables)


def _figure(name: str, title: str, caption: str, light: str, dark: str, tables: list[Table]) -> Figure:
    words = f"Chart: {title}. {caption} The numbers are in the table below."
    return Figure(name, title, caption, _address(light), _address(dark), _size(light), words, tables)


def _tables(frame: pd.DataFrame, title: str) -> list[Table]:
    kept = frame.drop(columns=[name for name in _DRAWN if name in frame.columns])
    beside = [name for name in _BESIDE if name in kept.columns]
    tables = [tidy(kept.drop(columns=beside), title)]
    tables += [tidy(kept.drop(columns=["value"]).rename(columns={name: "value"}), f"{title}, {heading(name)}") for name in beside]
    return tables


def _lean(picture: str) -> str:
    """The SVG without what only a reader of its inside would use, to a hundredth of a pixel, its names counted from one.

    The page says the words and the table the numbers; and the same plan gives the same bytes, which the names of the drawing
    library, counted through all that a process draws, do not.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(picture)
    names = {element.attrib["id"]: f"n{number}" for number, element in enumerate(root.iterfind(".//*[@id]"), 1)}
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key in _UNSEEN or key.startswith("aria-"):
                del element.attrib[key]
            elif key in _LENGTHS:
                element.attrib[key] = _LONG.sub(lambda found: f"{float(found.group()):.2f}", value)
            elif key == "id":
                element.attrib[key] = names[value]
            else:
                element.attrib[key] = _NAMED.sub(lambda found: f"url(#{names[found.group(1)]})", value)
    return ElementTree.tostring(root, encoding="unicode")


def _size(picture: str) -> tuple[int, int]:
    root = ElementTree.fromstring(picture)
    return round(float(root.attrib["width"])), round(float(root.attrib["height"]))


def _address(picture: str) -> str:
    """An SVG as an address that needs no network."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode("utf-8")).decode("ascii")
