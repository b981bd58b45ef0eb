"""Helium-3 from soil to plasma: what flows, what is left in the soil and what is in store."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.charts.chart import Chart
from planner.charts.colours import FLOWS, STOCKS
from planner.charts.panels import areas, bars, beside, each, kind, summed
from planner.plan import Plan

#: What takes helium-3 away from a body.
_USES = ("burnt", "sold", "departed")


def _flows(plan: Plan) -> pd.DataFrame:
    """All flows as positive numbers; what departs is counted as it is delivered, less the losses on the way."""
    instance = plan.instance
    bodies = {
        "mined": ("deposit", {deposit: instance.sites[site] for deposit, site in instance.deposits.items()}),
        "bought": ("market", {name: market.body for name, market in instance.markets.items()}),
        "sold": ("market", {name: market.body for name, market in instance.markets.items()}),
        "burnt": ("site", instance.sites),
    }
    parts = [
        plan[f"helium3.{flow}"].assign(flow=flow, body=lambda t, by=by, on=on: t[by].map(on)) for flow, (by, on) in bodies.items()
    ]
    shipped, routes = plan["helium3.shipped"], instance.routes
    parts.append(shipped.assign(flow="arrived", body=shipped["route"].map({r: route.destination for r, route in routes.items()})))
    origins = {r: instance.sites[route.origin] for r, route in routes.items()}
    parts.append(shipped.assign(flow="departed", body=shipped["route"].map(origins)))
    columns = ["year", "body", "flow", "value", "unit"]
    return summed(pd.concat([part[columns] for part in parts if len(part)] or [pd.DataFrame(columns=columns)]), columns[:3])


def _draw_flows(plan: Plan) -> Any:
    table = _flows(plan)
    table["value"] = table["value"].where(~table["flow"].isin(_USES), -table["value"])
    shown = kind(table, "flow", FLOWS, "helium-3, t/yr (uses below nought)", plan.instance.years)
    return each(table, "body", list(plan.instance.bodies), lambda rows: bars(rows, shown))


def _stock(plan: Plan) -> pd.DataFrame:
    left, stock = plan["helium3.left"], plan["helium3.stock"]
    parts = [
        left.assign(place="in the soil", where=left["deposit"])[["year", "place", "where", "value", "unit"]],
        stock.assign(place="in store", where=stock["body"])[["year", "place", "where", "value", "unit"]],
    ]
    return summed(pd.concat(parts, ignore_index=True), ["year", "place", "where"])


def _draw_stock(plan: Plan) -> Any:
    table = _stock(plan)
    panels = []
    for place, rows in table.groupby("place", sort=False):
        summing = rows.groupby(["year", "place"], as_index=False)["value"].sum()
        panels.append((str(place), areas(summing, kind(table, "place", STOCKS, "helium-3, t", plan.instance.years))))
    return beside(sorted(panels, key=lambda panel: list(STOCKS).index(panel[0])))


FLOWS_CHART = Chart(
    "helium3_flows", "Helium-3 from soil to plasma", "t/yr",
    lambda plan: "Helium-3 by body: what is mined, bought and arrives above nought; what is burnt, sold and departs below it. "
    "What departs is counted as it is delivered.",
    _flows, _draw_flows,
)  # fmt: skip

STOCK = Chart(
    "helium3_stock", "Helium-3 left and in store", "t",
    lambda plan: "Helium-3 in the regolith of the deposits that is left, and in store on the bodies, "
    "at the end of each model year.",
    _stock, _draw_stock,
)  # fmt: skip
