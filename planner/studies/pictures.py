"""The studies as pictures: a value function, a frontier and a Pareto front, with units on every axis."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.charts.colours import PALETTE
from planner.charts.panels import HEIGHT, WHOLE
from planner.charts.theme import needed, titled
from planner.errors import PlannerError
from planner.studies.frontier import Frontier
from planner.studies.pareto import Pareto
from planner.studies.value_function import ValueFunction
from planner.studies.varying import Varied


def picture(found: Frontier | Pareto | ValueFunction) -> Any:
    """The altair chart of a study. Raises PlannerError where there is nothing to draw, or altair is missing."""
    if isinstance(found, Frontier):
        return _frontier(found)
    return _pareto(found) if isinstance(found, Pareto) else _value_function(found)


def _axis(alt: Any, channel: Any, field: str, title: str, log: bool = False) -> Any:
    return channel(f"{field}:Q", title=title, scale=alt.Scale(type="log" if log else "linear", zero=False, nice=not log))


def _title(varied: Varied) -> str:
    return f"{varied.name}, {varied.unit}" if varied.unit not in ("", "1") else f"{varied.name}, as a factor or share"


def _points(table: pd.DataFrame, x: Any, y: Any, title: str) -> Any:
    alt = needed("altair")
    base = alt.Chart(table).encode(x=x, y=y)
    drawn = base.mark_line(color=PALETTE[0], strokeWidth=2) + base.mark_point(color=PALETTE[0], filled=True, size=45)
    return titled(drawn.properties(width=WHOLE, height=HEIGHT), title)


def _frontier(found: Frontier) -> Any:
    alt = needed("altair")
    line = found.table[found.table["y"].notna()]
    if line.empty:
        raise PlannerError(f"there is no line to draw: {found.condition} switches nowhere")
    x = _axis(alt, alt.X, "x", _title(found.x), found.x.geometric)
    y = _axis(alt, alt.Y, "y", _title(found.y), found.y.geometric)
    base = alt.Chart(line.assign(kind=line.apply(_kind, axis=1)).drop(columns="said")).encode(x=x, y=y)
    hue = alt.Color("kind:N", title=None, scale=alt.Scale(range=list(PALETTE)), legend=alt.Legend(orient="bottom", columns=1))
    drawn = base.mark_line(strokeWidth=2).encode(color=hue) + base.mark_point(filled=True, size=45).encode(color=hue)
    return titled(drawn.properties(width=WHOLE, height=HEIGHT), f"Where {found.condition} switches")


def _kind(row: Any) -> str:
    words = {True: "true", False: "false", None: "no plan"}
    return f"{words[row['holds_below']]} below the line, {words[row['holds_above']]} above it"


def _pareto(found: Pareto) -> Any:
    alt = needed("altair")
    unit = "" if found.unit == "1" else f", {found.unit}"
    x, y = _axis(alt, alt.X, "quantity", found.name + unit), _axis(alt, alt.Y, "cost", "Least cost, GUSD at the base year")
    return _points(found.table, x, y, f"Cost against the {found.sense} {found.name}")


def _value_function(found: ValueFunction) -> Any:
    alt = needed("altair")
    if not found.segments:
        raise PlannerError("there is no value function to draw: no point of the range has a plan")
    ends = [(found.segments[0].low, found.segments[0].cost_low), *((s.high, s.cost_high) for s in found.segments)]
    x, y = _axis(alt, alt.X, "at", _title(found.varied)), _axis(alt, alt.Y, "cost", "Least cost, GUSD at the base year")
    return _points(pd.DataFrame(ends, columns=["at", "cost"]), x, y, f"The least cost along {found.varied.name}")
