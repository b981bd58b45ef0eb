"""Compute: where it stands, how old it is, and the demand that it serves."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.charts.chart import Chart
from planner.charts.colours import colours, vintages
from planner.charts.panels import areas, beside, each, grouped, kind, summed
from planner.plan import Plan

_TITLE = "Compute in service"


def _compute(plan: Plan) -> pd.DataFrame:
    return summed(plan["compute.in_service"], ["year", "body", "site"])


def compute_panel(plan: Plan) -> Any:
    """Compute by site, one panel: the shades tell the bodies apart."""
    table = grouped(_compute(plan).drop(columns="body"), "site", most=12)
    return areas(
        table, kind(table, "site", colours(plan.instance, "site"), "compute in service, GW of IT power", plan.instance.years)
    )


def _vintages(plan: Plan) -> pd.DataFrame:
    table = plan["compute.in_service"]
    return summed(table.assign(vintage=table["vintage"].map(vintages(plan.instance))), ["year", "body", "vintage"])


def _draw_vintages(plan: Plan) -> Any:
    table = _vintages(plan)
    shown = kind(table, "vintage", colours(plan.instance, "vintage"), "compute in service, GW", plan.instance.years)
    return each(table, "body", list(plan.instance.bodies), lambda rows: areas(rows, shown))


def _demand(plan: Plan) -> pd.DataFrame:
    placed, unserved = plan["compute.placed"], plan["compute.unserved"]
    served = placed.assign(demand=placed["workload"] + " served", tier="")
    left = unserved.assign(workload=unserved["tier"].map(plan.instance.tiers), demand=unserved["tier"] + " unserved")
    table = pd.concat([served, left], ignore_index=True)
    return summed(table, ["year", "workload", "tier", "demand"])


def demand_panel(plan: Plan) -> Any:
    """Demand served by workload, and above it what each leaves unserved: the tiers of a workload together where they are many."""
    table = _demand(plan)
    if table["demand"].nunique() > 12:
        tiered = table["tier"] != ""
        table["demand"] = table["demand"].where(~tiered, table["workload"] + " unserved")
        table = table.groupby(["year", "demand"], as_index=False)["value"].sum()
    shown = kind(table, "demand", colours(plan.instance, "demand"), "computing, ZFLOP/s", plan.instance.years)
    return areas(table, shown)


COMPUTE = Chart(
    "compute", _TITLE, "GW",
    lambda plan: "GW of IT power in service at each site; the shades of one colour are the sites of one body.",
    _compute, lambda plan: beside([(" and ".join(_compute(plan)["body"].unique()), compute_panel(plan))]),
)  # fmt: skip

VINTAGES = Chart(
    "vintages", "Hardware vintages", "GW",
    lambda plan: "GW of IT power in service by the model year in which it was ordered, light being new; "
    "`existing` stood before the horizon. Where years are many, vintages of neighbouring years are drawn together.",
    _vintages, _draw_vintages,
)  # fmt: skip

DEMAND = Chart(
    "demand", "Demand served and unserved", "ZFLOP/s",
    lambda plan: "Computing that each workload is given, averaged over the year, and in the pale colour of the workload "
    "what it asks for and is not worth its cost. Served and unserved add up to the demand.",
    _demand, lambda plan: beside([("all bodies", demand_panel(plan))]),
)  # fmt: skip
