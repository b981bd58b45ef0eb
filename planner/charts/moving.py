"""Mass: what is launched, and what is made where it is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from planner.charts.chart import Chart
from planner.charts.colours import colours
from planner.charts.panels import Kind, areas, each, grouped, kind, summed
from planner.plan import Plan

#: Kilotonnes a year below which a panel is drawn in tonnes.
_FEW = 0.01


def _launched(plan: Plan) -> pd.DataFrame:
    return summed(plan["launch.flow"], ["year", "good", "route"])


def _draw_launched(plan: Plan) -> Any:
    table = grouped(_launched(plan), "route", small=0.0)
    shown = kind(table, "route", colours(plan.instance, "route"), "mass delivered, kt/yr", plan.instance.years)
    return each(table, "good", list(colours(plan.instance, "good")), lambda rows: _delivered(rows, shown))


def _delivered(rows: pd.DataFrame, shown: Kind) -> Any:
    """The panel of a good; in tonnes where kilotonnes would be all noughts."""
    if rows["value"].max() >= _FEW:
        return areas(rows, shown)
    return areas(rows.assign(value=rows["value"] * 1e3), replace(shown, axis="mass delivered, t/yr"))


def _made(plan: Plan) -> pd.DataFrame:
    makes = {name: technology.makes for name, technology in plan.instance.technologies.items()}
    made = plan["industry.output"]
    return summed(made.assign(good=made["technology"].map(makes)), ["year", "body", "good"])


def _draw_made(plan: Plan) -> Any:
    table = _made(plan)
    shown = kind(table, "good", colours(plan.instance, "good"), "mass made, kt/yr", plan.instance.years)
    return each(table, "body", list(plan.instance.bodies), lambda rows: areas(rows, shown))


def freight(plan: Plan) -> pd.DataFrame:
    """What is landed on bodies where no users live and what is made there, in kt a year, by good; the column is `freight`."""
    users = {body.name for body in plan.instance.bodies.values() if body.users}
    away = [name for name, route in plan.instance.routes.items() if route.destination not in users]
    landed, made = plan["launch.flow"], _made(plan)
    parts = [landed[landed["route"].isin(away)].assign(freight=lambda t: t["good"] + " landed")]
    parts += [made[~made["body"].isin(users)].assign(freight=lambda t: t["good"] + " made")]
    return summed(
        pd.concat([part[["year", "freight", "value", "unit"]] for part in parts], ignore_index=True), ["year", "freight"]
    )


def freight_panel(plan: Plan) -> Any:
    """What is landed and made away from users, one panel."""
    table = freight(plan)
    shown = kind(table, "freight", colours(plan.instance, "freight"), "mass away from users, kt/yr", plan.instance.years)
    return areas(table, shown)


LAUNCHED = Chart(
    "launched", "Mass launched", "kt/yr",
    lambda plan: "Mass delivered by each route, a panel for each good. The goods have axes of their own, "
    "and what is little is in tonnes.",
    _launched, _draw_launched,
)  # fmt: skip

MADE = Chart(
    "made", "Mass made", "kt/yr", lambda plan: "Goods made on each body, averaged over the year.", _made, _draw_made
)  # fmt: skip
