"""The stack of the price of compute and the tornado: what they are given is what they draw."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from planner import charts
from planner.errors import PlannerError

STACK = pd.DataFrame(
    [
        (year, body, "training", component, value, "GUSD/yr/(ZFLOP/s)")
        for year in (2030, 2031)
        for body in ("earth", "moon")
        for component, value in (("hardware", 2.0), ("power", 1.0), ("scarcity rents", -0.5), ("tax", 0.25))
    ],
    columns=list(charts.STACK_COLUMNS),
)

TORNADO = pd.DataFrame(
    [(f"launch.price[route_{i}]", -1.0 * i, 2.0 * i, 0.1 * i, "price") for i in range(30)], columns=list(charts.TORNADO_COLUMNS)
)


def test_a_stack_shows_its_components_and_their_sum() -> None:
    spec = charts.stack(STACK).to_dict()
    sums = [row["value"] for rows in spec["datasets"].values() for row in rows if row.get("name") == "price"]
    assert sums and set(sums) == {2.75}
    picture = charts.as_svg(charts.stack(STACK))
    assert "price, GUSD/yr/(ZFLOP/s)" in picture and ">tax</text>" in picture and "training on moon" in picture


def test_a_tornado_shows_the_widest_first_and_no_more_than_asked() -> None:
    spec = charts.tornado(TORNADO, most=5).to_dict()
    order = spec["layer"][0]["encoding"]["y"]["sort"]
    assert order == [f"launch.price[route_{i}]" for i in (29, 28, 27, 26, 25)]
    picture = charts.as_svg(charts.tornado(TORNADO, most=5), dark=True)
    assert "change of the total cost, GUSD" in picture and "+2.9" in picture and "route_24" not in picture


def test_on_a_phone_the_names_stand_above_the_bars() -> None:
    picture = charts.as_svg(charts.tornado(TORNADO, most=5, narrow=True), narrow=True)
    assert "launch.price[route_29]:  elasticity +2.9" in picture
    width = re.search(r'width="([\d.]+)"', picture)
    assert width is not None and float(width.group(1)) <= 345


def test_a_table_that_is_not_what_is_needed_is_refused() -> None:
    with pytest.raises(PlannerError, match="no column component"):
        charts.stack(STACK.drop(columns="component"))
    with pytest.raises(PlannerError, match="no rows"):
        charts.tornado(TORNADO.iloc[:0])
    with pytest.raises(PlannerError, match="one unit"):
        charts.stack(STACK.assign(unit=["GUSD"] * 8 + ["USD"] * 8))
