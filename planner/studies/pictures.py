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
    """The line over everything that was looked at, so that the sides, and where there is no line, can be seen."""
    alt = needed("altair")
    x = _spanned(alt, alt.X, "x", found.x)
    y = _spanned(alt, alt.Y, "y", found.y)
    states = [word for word in _STATES if word in {_state(holds) for holds in found.points["holds"]}]
    colour, shape = (
        channel("state:N", title=None, sort=states, scale=alt.Scale(domain=states, range=[_STATES[word][i] for word in states]))
        for i, channel in enumerate((alt.Color, alt.Shape))
    )
    looked = found.points.assign(state=found.points["holds"].map(_state)).drop(columns="holds")
    points = alt.Chart(looked).mark_point(size=28, strokeWidth=1.5).encode(x=x, y=y, color=colour, shape=shape)
    line = found.table[found.table["y"].notna()]
    kinds = ["holds_below", "holds_above"]
    line = line.assign(line=[f"{below}, {above}, {rank}" for below, above, rank in _ranked(line, kinds)])
    drawn = alt.Chart(line[["x", "y", "line"]]).mark_line(color="#8C8C8C", strokeWidth=2.5).encode(x=x, y=y, detail="line:N")
    both = (drawn + points).properties(width=WHOLE, height=HEIGHT)
    return titled(both, f"Where {found.condition} is true")


#: How the points of a frontier are marked: colour and shape, so that no eye has to go by colour alone.
_STATES = {"true": (PALETTE[3], "circle"), "false": (PALETTE[0], "square"), "no plan": ("#8C8C8C", "cross")}


def _state(holds: bool | None) -> str:
    return "no plan" if holds is None else "true" if holds else "false"


def _spanned(alt: Any, channel: Any, field: str, varied: Varied) -> Any:
    scale = alt.Scale(type="log" if varied.geometric else "linear", domain=[varied.low, varied.high], nice=False)
    return channel(f"{field}:Q", title=_title(varied), scale=scale)


def _ranked(line: pd.DataFrame, kinds: list[str]) -> Any:
    """The kind of each switch, and which of its kind it is at its x: what is joined to one line."""
    rank = line.groupby(["x", *kinds], dropna=False).cumcount()
    return zip(line[kinds[0]].map(_state), line[kinds[1]].map(_state), rank, strict=True)


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
