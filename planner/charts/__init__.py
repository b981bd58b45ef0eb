"""The charts of a plan: each is drawn from the plan's own tables and comes with the table that it shows.

    planner.charts.available(plan)              the names of the charts that have something to show, in the report's order
    planner.charts.CHARTS["compute"].table(plan)
    planner.charts.svg(plan, "compute", dark=True)
    planner.charts.save(plan, "compute", "compute.png")
    plan.plot.compute()                         the altair chart, for a notebook

`CHARTS` has, in the order of the report: compute, vintages, power, dispatch, launched, made, helium3_flows, helium3_stock, costs,
power_prices, compute_prices, goods_prices, helium3_prices, binding, demand. `overview` is the picture of the whole plan on one
sheet and not among them; `stack` and `tornado` draw tables that an explanation of the plan gives.
"""

from __future__ import annotations

from planner.charts.chart import Chart
from planner.charts.explained import STACK_COLUMNS, TORNADO_COLUMNS, stack, tornado
from planner.charts.gallery import CHARTS, Plot, available
from planner.charts.overview import overview
from planner.charts.rendering import as_svg, save, save_all, save_chart, svg

__all__ = [
    "CHARTS",
    "STACK_COLUMNS",
    "TORNADO_COLUMNS",
    "Chart",
    "Plot",
    "as_svg",
    "available",
    "overview",
    "save",
    "save_all",
    "save_chart",
    "stack",
    "svg",
    "tornado",
]
