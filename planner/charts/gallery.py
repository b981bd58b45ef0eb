"""All the charts in the order of the report, and how a notebook asks for one."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from planner.charts import binding, helium3, money, moving, placing, powering
from planner.charts.chart import Chart
from planner.charts.overview import overview
from planner.charts.panels import narrowed
from planner.charts.theme import themed, titled
from planner.errors import PlannerError
from planner.plan import Plan

#: The name of the picture of the whole plan, which is not among the charts.
OVERVIEW = "overview"

#: Every chart by its name, in the order of the report.
CHARTS: dict[str, Chart] = {
    chart.name: chart
    for chart in (
        placing.COMPUTE, placing.VINTAGES, powering.POWER, powering.DISPATCH, moving.LAUNCHED, moving.MADE,
        helium3.FLOWS_CHART, helium3.STOCK, money.COSTS_CHART, money.POWER_PRICES, money.COMPUTE_PRICES,
        money.GOODS_PRICES, money.HELIUM3_PRICES, binding.BINDING, placing.DEMAND,
    )
}  # fmt: skip


def available(plan: Plan) -> list[str]:
    """The names of the charts that have something to show, in the order of the report."""
    return [name for name, chart in CHARTS.items() if len(chart.table(plan))]


def drawn(plan: Plan, name: str, dark: bool = False, title: bool = False, narrow: bool = False, **options: Any) -> Any:
    """The altair chart of that name (or `overview`) in its theme, with its title if asked for, or as narrow as a phone.

    Raises PlannerError for a name that is not known, for a chart with nothing to show of this plan, and where altair is missing.
    """
    if name == OVERVIEW:
        return themed(titled(overview(plan), plan.instance.title), dark)
    if name not in CHARTS:
        near = get_close_matches(name, [*CHARTS, OVERVIEW], 1)
        raise PlannerError(f"no chart {name!r}" + (f"; nearest name: {near[0]}" if near else f"; charts: {', '.join(CHARTS)}"))
    chart = CHARTS[name]
    if not len(chart.table(plan, **options)):
        raise PlannerError(
            f"the plan has nothing to show in the chart {name!r}; it has {', '.join([OVERVIEW, *available(plan)])}"
        )
    picture = (chart.draw_narrow or chart.draw)(plan, **options) if narrow else chart.draw(plan, **options)
    picture = (narrowed(picture) if narrow else picture).properties(description=f"{chart.title}. {chart.caption(plan)}")
    return themed(titled(picture, chart.title) if title else picture, dark, narrow)


class Plot:
    """The charts of a plan for a notebook: `plan.plot.power()`, `plan.plot.dispatch(site="plains", year=2034, dark=True)`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in CHARTS and name != OVERVIEW:
            raise AttributeError(f"no chart {name!r}: there are {', '.join([OVERVIEW, *CHARTS])}")
        return lambda dark=False, **options: drawn(self._plan, name, dark, title=True, **options)

    def __dir__(self) -> list[str]:
        return [OVERVIEW, *available(self._plan)]
