"""Figures of the page: each picture in light and dark colours as data that stands in the page, with its tables.

A picture is an image of its own inside the page, not a part of it: whatever text an instance puts into it, nothing of it runs.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from planner.charts import CHARTS, as_svg
from planner.charts.theme import needed
from planner.plan import Plan
from planner.reporting.tables import Table, heading, tidy

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"

#: Measures that a chart's table may have beside `value`, each of which makes a table of its own.
_BESIDE = ("undiscounted",)

#: Columns that say how something is drawn and that the table beneath does not need.
_DRAWN = ("share", "begin", "end")


#: Attributes of an SVG that nobody sees; those that hold lengths; those that a group hands on to what is in it; numbers longer
#: than needed; and names that are referred to.
_UNSEEN = ("role", "class", "pointer-events")
_LENGTHS = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2", "r")
_INHERITED = ("fill", "stroke", "stroke-width", "text-anchor", "font-family", "font-size", "font-weight")
_LONG = re.compile(r"-?\d*\.\d{3,}(?:e-?\d+)?")
_NAMED = re.compile(r"url\(#([^)]+)\)")


@dataclass(frozen=True)
class Drawing:
    """One drawing of a picture: whom it is for (`wide` or `narrow`, `light` or `dark`), its data address, its size in pixels."""

    reader: str
    address: str
    width: int
    height: int


@dataclass(frozen=True)
class Figure:
    """A picture: its name, heading, caption and words, how it is drawn for each reader, and its tables."""

    name: str
    title: str
    caption: str
    words: str
    drawn: list[Drawing]
    tables: list[Table]


def chart_figure(plan: Plan, name: str) -> Figure:
    """The figure of a chart of `planner.charts`, which must be available for the plan."""
    chart = CHARTS[name]
    drawn = {False: chart.draw, True: chart.draw_narrow or chart.draw}
    tables = _tables(chart.table(plan), chart.title)
    return drawn_figure(lambda narrow: drawn[narrow](plan), name, chart.title, chart.caption(plan), tables)


def drawn_figure(draw: Callable[[bool], Any], name: str, title: str, caption: str, tables: list[Table]) -> Figure:
    """The figure of an altair chart that `draw(narrow)` gives, in the two themes."""
    words = f"Chart: {title}. {caption} The numbers are in the table below."
    charts = {"wide": draw(False), "narrow": draw(True)}
    pictures = {
        f"{width} {'dark' if dark else 'light'}": _lean(as_svg(chart, dark, narrow=width == "narrow"))
        for width, chart in charts.items()
        for dark in (False, True)
    }
    drawn = [Drawing(reader, _address(picture), *_size(picture)) for reader, picture in pictures.items()]
    return Figure(name, title, caption, words, drawn, tables)


def save_figure(figure: Figure, folder: Path) -> list[Path]:
    """Write the wide, light drawing of a figure as NAME.svg and NAME.png into a folder that is there; returns the paths."""
    light = next(drawing for drawing in figure.drawn if drawing.reader == "wide light")
    picture = base64.b64decode(light.address.partition(",")[2])
    svg, png = (folder / f"{figure.name}{ending}" for ending in (".svg", ".png"))
    svg.write_bytes(picture)
    png.write_bytes(needed("vl_convert").svg_to_png(picture.decode("utf-8"), scale=2))
    return [svg, png]


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
            elif value.startswith("rgb("):
                element.attrib[key] = "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", value))
            elif key in _LENGTHS:
                element.attrib[key] = _LONG.sub(lambda found: f"{float(found.group()):.2f}", value)
            elif key == "id":
                element.attrib[key] = names[value]
            else:
                element.attrib[key] = _NAMED.sub(lambda found: f"url(#{names[found.group(1)]})", value)
    _shared(root)
    return ElementTree.tostring(root, encoding="unicode")


def _shared(element: ElementTree.Element) -> None:
    """Say once, at the group, what all the marks within it say: a heat map has two thousand cells."""
    marks = list(element)
    if element.tag == f"{{{_SVG}}}g" and len(marks) > 1:
        for key in _INHERITED:
            values = {mark.get(key) for mark in marks}
            if len(values) == 1 and None not in values:
                element.set(key, marks[0].attrib[key])
                for mark in marks:
                    del mark.attrib[key]
    for mark in marks:
        _shared(mark)


def _size(picture: str) -> tuple[int, int]:
    root = ElementTree.fromstring(picture)
    return round(float(root.attrib["width"])), round(float(root.attrib["height"]))


def _address(picture: str) -> str:
    """An SVG as an address that needs no network."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode("utf-8")).decode("ascii")
