"""The two themes of the charts, and what is needed to draw: altair, and for files vl-convert."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any

from planner.charts.colours import AGES, on_dark
from planner.errors import PlannerError

_INK = {False: "#1a1a1a", True: "#ececec"}
_PAPER = {False: "#ffffff", True: "#16181c"}
_GRID = {False: "#e6e6e6", True: "#34383f"}

#: Colours in the text of a chart, and what black and white turn into on a dark ground: its ink and its paper.
_COLOUR = re.compile(r'"(#[0-9A-Fa-f]{6})"')
_EXTREME = re.compile(r'("(?:color|fill|stroke)": )"(black|white)"')
_TURNED = {"black": _INK[True], "white": _PAPER[True]}

#: Legends beneath a chart that a phone shows.
_BENEATH = {"orient": "bottom", "direction": "vertical", "columns": 2, "labelLimit": 140, "offset": 8, "columnPadding": 14}


def needed(module: str) -> Any:
    """A module that drawing needs; raises PlannerError where the extra `draw` is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise PlannerError("drawing needs altair and vl-convert: pip install 'compute-planner[draw]'") from error


def themed(chart: Any, dark: bool = False, narrow: bool = False) -> Any:
    """The altair chart in the light or the dark theme; if narrow, with its legend beneath it."""
    chart = type(chart).from_dict(_darkened(chart), validate=False) if dark else chart
    return chart.configure(**_theme(dark, narrow))


def specification(chart: Any, dark: bool = False, narrow: bool = False) -> dict[str, Any]:
    """The Vega-Lite specification of `themed(chart, dark, narrow)`, in a fraction of the time."""
    spec: dict[str, Any] = _darkened(chart) if dark else chart.to_dict(validate=False)
    return spec | {"config": _theme(dark, narrow)}


def _theme(dark: bool, narrow: bool) -> dict[str, Any]:
    ink, grid = _INK[dark], _GRID[dark]
    text = {"labelColor": ink, "titleColor": ink, "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"}
    return {
        "background": _PAPER[dark],
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {**text, "gridColor": grid, "domainColor": ink, "tickColor": ink, "labelOverlap": True},
        "legend": {**text, "symbolType": "square", "labelLimit": 260, "titleLimit": 260, **(_BENEATH if narrow else {})},
        "title": {"color": ink, "subtitleColor": ink, "anchor": "start"},
        "header": {"labelColor": ink, "titleColor": ink},
        "text": {"color": ink},
        "rule": {"color": ink},
        "mark": {"tooltip": True},
        "range": {"heatmap": list(AGES[1:] if dark else reversed(AGES))},
    }


def _darkened(chart: Any) -> dict[str, Any]:
    """The specification with its colours as a dark ground needs them."""
    text = _COLOUR.sub(lambda found: f'"{on_dark(found.group(1))}"', json.dumps(chart.to_dict(validate=False)))
    spec: dict[str, Any] = json.loads(_EXTREME.sub(lambda found: f'{found.group(1)}"{_TURNED[found.group(2)]}"', text))
    return spec


def titled(chart: Any, title: str) -> Any:
    """The chart with a title above it."""
    alt = needed("altair")
    return chart.properties(title=alt.TitleParams(title, anchor="start", fontSize=15, offset=12))
